"""Wordings nobody planned for: what the best reading of each is, whatever is then made of its chances."""

from __future__ import annotations

import json

import pytest

from agents.language.fillers import candidates_of
from agents.language.parse import language_of, parse
from agents.language.rank import ranked
from agents.language.settle import settle
from tests.agents.language.planner_stage import Planner
from tests.agents.language.wordings import ASKED_BACK, WORDINGS


def best_reading(planner: Planner, question: str) -> str:
    """The calls of the reading that explains most, as text without braces and quotes."""
    words = planner.brain.vocabulary()
    language = language_of(question, words.lexicon, words.values)
    sketch, _ = settle(parse(question, words.lexicon, words.values, planner.as_of, language).sketch)
    best = next(iter(ranked(sketch, candidates_of(sketch))), None)
    assert best is not None, "nothing was read"
    assert not best.unexplained and not sketch.unread, [sketch.text(at) for at in best.unexplained]
    return json.dumps(best.candidate.calls, ensure_ascii=False).translate(str.maketrans("", "", '{}"'))


@pytest.mark.parametrize(("question", "told"), WORDINGS)
def test_the_best_reading_holds_what_was_said(planner: Planner, question: str, told: tuple[str, ...]) -> None:
    read = best_reading(planner, question)
    assert [part for part in told if part not in read] == [], read


@pytest.mark.parametrize("question", ASKED_BACK)
def test_what_the_data_cannot_say_is_not_answered(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome != "answer" and not plan.calls()
