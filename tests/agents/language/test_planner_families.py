"""Families of wordings: each kind is read in questions that are in no set of cases."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from agents.brain_embedded import clauses_of
from agents.language.clauses import read_clauses
from agents.language.fillers import candidates_of
from agents.language.parse import Parsed, language_of, parse
from agents.language.rank import ranked
from agents.language.settle import settle
from tests.agents.language.families import FAMILIES, MESSAGES, NOT_ANSWERED
from tests.agents.language.families_contrasts import CONTRASTS, OPEN
from tests.agents.language.planner_stage import Planner

_ALL = [(kind, question, told) for kind, wordings in {**FAMILIES, **CONTRASTS}.items() for question, told in wordings]


def read(planner: Planner, message: str) -> list[str]:
    """The reading of every question of a message that explains most of it, as text without braces and quotes."""
    words = planner.brain.vocabulary()
    language = language_of(message, words.lexicon, words.values)

    def one(text: str) -> Parsed:
        return parse(text, words.lexicon, words.values, planner.as_of, language)

    return [best(clause) for clause in read_clauses(clauses_of(message), one)]


def best(clause: Parsed) -> str:
    sketch, _ = settle(clause.sketch)
    first = next(iter(ranked(sketch, candidates_of(sketch))), None)
    assert first is not None, "nothing was read"
    assert not first.unexplained and not sketch.unread, [sketch.text(at) for at in first.unexplained]
    return json.dumps(first.candidate.calls, ensure_ascii=False).translate(str.maketrans("", "", '{}"'))


def lacking(told: Sequence[str], reading: str) -> list[str]:
    return [part for part in told if part not in reading]


@pytest.mark.parametrize(("kind", "question", "told"), _ALL)
def test_a_family_of_wordings_is_read(planner: Planner, kind: str, question: str, told: tuple[str, ...]) -> None:
    (reading,) = read(planner, question)
    assert lacking(told, reading) == [], (kind, reading)


@pytest.mark.parametrize(("message", "told"), MESSAGES)
def test_sentences_around_a_question_and_two_questions_in_one(planner: Planner, message: str, told: tuple[tuple[str, ...], ...]) -> None:
    readings = read(planner, message)
    assert len(readings) == len(told), readings
    assert [lacking(parts, reading) for parts, reading in zip(told, readings, strict=True)] == [[] for _ in told], readings


@pytest.mark.parametrize("question", (*NOT_ANSWERED, *OPEN))
def test_a_word_that_means_something_else_is_not_passed_over(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome != "answer"


def test_the_best_of_a_period_are_picked_in_that_period(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("revenue from products of the five suppliers we spend most with last month")
    steps = arguments["steps"]
    assert isinstance(steps, list)
    assert [step["query"]["period"] for step in steps] == [{"kind": "named", "name": "last_month"}] * 2
