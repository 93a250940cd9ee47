"""Questions worded by hand as the planner learns from them."""

from __future__ import annotations

import pytest

from agents.brain_embedded import EmbeddedBrain
from agents.language.learnt.learning import Heard
from agents.language.learnt.thinning import thinned
from evals.cases import Call, Case, Turn
from evals.company import Company
from evals.teaching import MAY_BE_SEEN, seen_cases
from evals.worded import hear

RIGHT = Call(tool="breakdown", arguments={"metrics": ["revenue"], "by": ["category"], "period": {"kind": "named", "name": "last_month"}})
CASES = (
    Case(id="mine-plain-01", archetype=12, turns=(Turn(ask="revenue by category last month", accept=((RIGHT,),)),)),
    Case(id="mine-named-02", archetype=7, turns=(Turn(ask="revenue of {category:1} by category last month", accept=((RIGHT,),)),)),
    Case(id="mine-none-03", archetype=54, turns=(Turn(ask="revenue by category last month", expect=("decline",)),)),
)


@pytest.fixture(scope="module")
def heard(company: Company) -> list[Heard]:
    return list(hear(CASES, company, draws=2))


def of(heard: list[Heard], group: str) -> list[Heard]:
    return [each for each in heard if each.group == group]


def test_the_reading_that_gives_the_accepted_result_is_right(heard: list[Heard]) -> None:
    whole = next(each for each in of(heard, "mine-plain") if each.whole)
    right = [labels for _, labels, each in whole.readings if each]
    assert {"tool": "breakdown", "metric": "revenue", "by": "category", "way": "none"} in right
    assert whole.meant["tool"] == "breakdown"
    assert whole.plain


def test_where_nothing_is_to_be_answered_every_reading_is_wrong(heard: list[Heard]) -> None:
    readings = [each for heard_one in of(heard, "mine-none") for _, _, each in heard_one.readings]
    assert readings
    assert not any(readings)


def test_a_name_nobody_has_makes_every_reading_wrong(heard: list[Heard]) -> None:
    strangers = [each for each in of(heard, "mine-named") if not each.answerable]
    assert strangers
    assert not any(right for each in strangers for _, _, right in each.readings)
    assert not any(each.plain for each in strangers)
    assert any(each.readings[0][0].get("unread") for each in strangers)


def test_a_thinner_lexicon_lacks_phrases_and_is_the_same_for_the_same_draw(company: Company) -> None:
    lexicon = EmbeddedBrain(lambda: company.ground).vocabulary().lexicon
    one, again, other = (thinned(lexicon, 0.2, draw) for draw in (1, 1, 2))
    assert one.english.by_first == again.english.by_first
    assert one.english.by_first != other.english.by_first
    known = {keys for phrases in lexicon.english.by_first.values() for keys, meaning in phrases if meaning.kind == "metric"}
    left = {keys for phrases in one.english.by_first.values() for keys, meaning in phrases if meaning.kind == "metric"}
    assert left < known
    assert 0.7 < len(left) / len(known) < 0.9


def test_what_only_totals_may_be_known_of_is_never_learnt_from() -> None:
    assert "test" not in MAY_BE_SEEN
    assert not [case.id for case in seen_cases() if case.id.startswith("test-")]
