"""What holds for every member and every message."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.language.tokens import fold, tidy, tokens_of
from agents.language.values.index import SURE, Member, ValueIndex
from agents.language.values.words import name_words
from tests.agents.language.values.conftest import Link

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FRAMES = ("revenue of {} last month", "{}", "how many units of {} did we sell in 2026?", "stock of {} please", "what about {}, and why?")


@pytest.fixture(scope="module")
def named(index: ValueIndex) -> Sequence[Member]:
    """Every member."""
    return [index.member(place) for place in range(index.store.members)]


@pytest.mark.parametrize("change", [str, str.upper, str.lower, fold, lambda name: fold(name).replace(" ", "")], ids=range(5))
def test_a_full_name_is_found_however_it_is_written(change: object, index: ValueIndex, named: Sequence[Member]) -> None:
    assert callable(change)
    chance = random.Random(3)
    missed = []
    for member in chance.sample(named, 200):
        if len(name_words(member.name)) > 1 or len(member.name) > 7:
            spans = index.link(tokens_of(tidy(chance.choice(FRAMES).format(change(member.name)))), "en")
            if not any((span.dimension, span.value) == (member.dimension, member.value) for span in spans):
                missed.append(member)
    # What happened so often under one name that only some of its bearers are kept is no miss.
    assert [member for member in missed if sum(other.name == member.name for other in named) < 3] == []


def test_one_slip_in_a_long_name_still_finds_it(index: ValueIndex, named: Sequence[Member]) -> None:
    chance = random.Random(5)
    long = [member for member in named if len(fold(member.name)) >= 12 and sum(map(str.isalpha, member.name)) >= 10 and _listed(member)]
    missed = []
    for member in long:
        sentence = chance.choice(FRAMES).format(slip(member.name, chance))
        spans = index.link(tokens_of(tidy(sentence)), "en")
        if member.value not in [span.value for span in spans]:
            missed.append((sentence, member))
    assert len(long) > 150
    assert len(missed) <= len(long) // 30, missed


def _listed(member: Member) -> bool:
    """Codes are no names, and a slip in one makes another code."""
    return member.dimension not in ("sku", "promotion", "indicator")


def slip(name: str, chance: random.Random) -> str:
    """A letter left out, doubled, changed or swapped with its neighbour, inside a word."""
    places = [at for at in range(1, len(name) - 1) if name[at - 1 : at + 2].isalpha()]
    at = chance.choice(places)
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + chance.choice("aeioutnrs") + name[at + 1 :],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        )
    )


@QUIET
@given(message=st.text(max_size=300), language=st.sampled_from(["en", "vi", "fr"]))
def test_any_text_is_answered_in_order_and_the_same_twice(message: str, language: str, link: Link) -> None:
    spans = link(message, language)
    count = len(tokens_of(tidy(message)))
    assert spans == link(message, language)
    assert all(0 <= span.start < span.end <= count and 0 < span.score <= 1 for span in spans)
    assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
    assert len({(span.start, span.end, span.dimension, span.value) for span in spans}) == len(spans)


@QUIET
@given(data=st.data())
def test_words_around_a_long_name_do_not_hide_it(data: st.DataObject, index: ValueIndex, named: Sequence[Member]) -> None:
    member = data.draw(st.sampled_from([member for member in named if len(name_words(member.name)) > 2]))
    before = data.draw(st.sampled_from(["revenue of", "why did", "stock for", "top 5 days of", "doanh thu của"]))
    after = data.draw(st.sampled_from(["last month", "in q3", "by province", "", "tháng trước", "?!"]))
    spans = index.link(tokens_of(tidy(f"{before} {member.name} {after}")), "en")
    assert any(span.name == member.name and span.score >= 0.7 for span in spans)
    assert spans[0].score >= SURE
