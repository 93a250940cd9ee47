"""The checker measured: wrong answers found, right answers left alone, random numbers refused."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

import pytest

from agents.derive import kind_of
from agents.formats import shown
from agents.grounding import Checked, check
from tests.agents.demo_answers import CURRENCY, KNOWN, Answered, demo_of
from tests.agents.perturbing import KINDS, Pieces, joined, pieces_of
from tools.query.served import Served

WANTED, DETECTION, FALSE_ALARMS, FALSE_ACCEPTS = 2000, 0.99, 0.005, 0.01
MEASURES = ("money", "%", "units")


@pytest.fixture(scope="module")
def answers(served: Served) -> list[Answered]:
    return demo_of(served).answers()


def checked(answered: Answered, text: str) -> Checked:
    facts = (*answered.facts, *answered.draft.facts)
    return check(text, facts, answered.plan, answered.plan.language, CURRENCY, KNOWN)


def test_right_answers_are_left_alone(answers: list[Answered]) -> None:
    assert len(answers) >= 300
    wrong = []
    for answered in answers:
        for form in (answered.text, answered.draft):
            found = check(form, (*answered.facts, *answered.draft.facts), answered.plan, answered.plan.language, CURRENCY, KNOWN)
            if found.removed or found.text != answered.text:
                wrong.append((answered.plan.calls()[0].tool, answered.plan.language, found.removed[:1]))
    rate = len(wrong) / (2 * len(answers))
    assert rate <= FALSE_ALARMS, f"false alarms {rate:.2%} of {2 * len(answers)}: {wrong[:8]}"


def test_wrong_answers_are_found(answers: list[Answered]) -> None:
    dice = random.Random(11)
    tried, missed, examples = Counter[str](), Counter[str](), []
    typed = [(answered, pieces_of(answered)) for answered in answers]
    while sum(tried.values()) < WANTED:
        kind = dice.choice(list(KINDS))
        answered, pieces = dice.choice(typed)
        wrong: Pieces | None = KINDS[kind](pieces, dice, answered.plan.language)
        if wrong is None or joined(wrong) == joined(pieces):
            continue
        tried[kind] += 1
        if not checked(answered, joined(wrong)).removed:
            missed[kind] += 1
            examples.append((kind, answered.plan.calls()[0].tool, *_difference(joined(pieces), joined(wrong))))
    rates = {kind: f"{1 - missed[kind] / tried[kind]:.2%} of {tried[kind]}" for kind in KINDS}
    total = 1 - sum(missed.values()) / sum(tried.values())
    assert total >= DETECTION, f"detected {total:.2%}: {rates}; missed {examples[:40]}"


def test_random_numbers_are_refused(answers: list[Answered]) -> None:
    dice = random.Random(5)
    typed = [(answered, pieces_of(answered)) for answered in answers]
    tried, accepted = 0, []
    while tried < 1000:
        answered, pieces = dice.choice(typed)
        places = [place for place, piece in enumerate(pieces) if piece.number and piece.fact and kind_of(piece.fact) in MEASURES]
        if not places:
            continue
        place = dice.choice(places)
        number = abs(pieces[place].number or Decimal(1)) * Decimal(dice.randint(100, 999)) / Decimal(dice.randint(100, 999))
        text = shown(number, kind_of(pieces[place].fact), answered.plan.language, CURRENCY).text  # type: ignore[arg-type]
        if text == pieces[place].text:
            continue
        tried += 1
        wrong = [*pieces[:place], type(pieces[place])(text), *pieces[place + 1 :]]
        if not checked(answered, joined(wrong)).removed:
            accepted.append((answered.plan.calls()[0].tool, pieces[place].text, text))
    rate = len(accepted) / tried
    assert rate < FALSE_ACCEPTS, f"random numbers accepted {rate:.2%}: {accepted[:10]}"


def _difference(right: str, wrong: str) -> tuple[str, str]:
    """The lines that differ."""
    pairs = [(a, b) for a, b in zip(right.split("\n"), wrong.split("\n"), strict=False) if a != b]
    return (" | ".join(a for a, _ in pairs)[:160], " | ".join(b for _, b in pairs)[:160])
