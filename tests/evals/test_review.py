"""From a thumb down to a verified question and plan, through a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.answer import Answer, Interpretation
from agents.plan import Part, Plan, PlannedCall
from api.store.open import Store, open_store
from evals.cases import BadCase, Call
from evals.review import Candidate, approve, read_verified, waiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WRONG, RIGHT = (Call(tool="metric_value", arguments={"metrics": [metric]}) for metric in ("revenue", "units"))


class Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "state.db", now=Clock()) as opened:
        yield opened


def answered(store: Store, thread: str, name: str, call: Call, language: str = "en") -> str:
    """An answer by that call, stored as the product stores it."""
    question = f"How much did we sell? ({name})"
    run = store.runs.accept_message(thread, "ann", question, name)
    plan = Plan.model_validate({"standalone_question": question, "language": language})
    part = Part(agent="bi", question=question, calls=(PlannedCall(id="c1", tool=call.tool, arguments=call.arguments),))
    interpretation = Interpretation(text=question, plan=plan.model_copy(update={"parts": (part,)}))
    answer = Answer(answer_id=name, thread_id=thread, question=question, status="answered", text="x", interpretation=interpretation)
    store.runs.conclude(run.id, answer)
    return name


def test_a_rejected_answer_waits_with_what_was_accepted_next(store: Store) -> None:
    thread = store.threads.create("ann").id
    for name, call in (("first", WRONG), ("second", WRONG), ("third", RIGHT)):
        answered(store, thread, name, call, language="vi")
    store.feedback.give("first", "ann", "down", ["misread_question"], "I meant units")
    store.feedback.give("third", "ann", "up")
    (found,) = waiting(store, NOW)
    assert (found.id, found.ask, found.language) == ("first", "How much did we sell? (first)", "vi")
    assert (found.reasons, found.comment) == (("misread_question",), "I meant units")
    assert (found.did, found.correction) == ((WRONG,), (RIGHT,))


def test_what_came_before_or_elsewhere_corrects_nothing(store: Store) -> None:
    thread, other = store.threads.create("ann").id, store.threads.create("ann").id
    answered(store, thread, "before", RIGHT)
    answered(store, thread, "bad", WRONG)
    answered(store, other, "elsewhere", RIGHT)
    for name in ("before", "elsewhere"):
        store.feedback.give(name, "ann", "up")
    store.feedback.give("bad", "ann", "down")
    (found,) = waiting(store, NOW)
    assert found.correction == ()


def test_liked_answers_do_not_wait(store: Store) -> None:
    answered(store, store.threads.create("ann").id, "good", RIGHT)
    store.feedback.give("good", "ann", "down")
    store.feedback.give("good", "ann", "up")
    assert waiting(store, NOW) == ()
    assert waiting(store, NOW + timedelta(days=1)) == ()


def test_only_a_person_makes_a_pair_verified(tmp_path: Path) -> None:
    candidate = Candidate(id="a", ask="How much?", did=(WRONG,))
    assert read_verified(tmp_path) == ()
    with pytest.raises(BadCase, match="which plan"):
        approve(candidate, candidate.correction, "ann", tmp_path)
    approve(candidate, (RIGHT,), "ann", tmp_path)
    approve(candidate.model_copy(update={"id": "b", "ask": "Bao nhiêu?"}), (RIGHT,), "bob", tmp_path)
    approve(candidate.model_copy(update={"id": "c"}), (WRONG,), "eve", tmp_path)
    kept = {pair.ask: (pair.calls, pair.approved_by) for pair in read_verified(tmp_path)}
    assert kept == {"Bao nhiêu?": ((RIGHT,), "bob"), "How much?": ((WRONG,), "eve")}
