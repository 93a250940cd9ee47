"""Events folded into what a run has told."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.answers import answer, event, told
from ui.steps import Progress

EVENTS = told(answer())


def test_a_whole_run_is_its_steps_and_its_answer() -> None:
    progress = reduce(Progress.after, EVENTS, Progress())
    assert [(step.kind, step.name, step.seconds) for step in progress.steps] == [
        ("step", "understand", 0.001),
        ("agent", "bi", 0.02),
        ("tool", "metric_value", 0.012),
    ]
    assert (progress.text, progress.answer, progress.last, progress.cancelled) == ("Revenue: **5** VND", answer(), 10, False)


@given(st.lists(st.sampled_from(EVENTS), max_size=20))
def test_what_was_heard_twice_counts_once(again: list[object]) -> None:
    """A stream that is taken up again may repeat itself."""
    heard = reduce(Progress.after, EVENTS, Progress())
    assert reduce(Progress.after, again, heard) == heard  # type: ignore[arg-type]


def test_a_call_that_went_wrong_says_why() -> None:
    started = event(1, kind="tool_started", agent="bi", call_id="c", tool="ranking")
    ended = event(2, kind="tool_finished", agent="bi", call_id="c", tool="ranking", outcome="timeout", why="too long", seconds=18)
    assert Progress().after(started).after(ended).steps[0].why == "too long"


def test_proposals_and_a_stop_are_told() -> None:
    proposal = {"proposal_id": "p", "digest": "d", "tool": "t", "arguments": {}, "text": "x"}
    assert Progress().after(event(1, kind="approval_required", proposals=[proposal])).proposals[0].digest == "d"
    assert Progress().after(event(1, kind="cancelled", answer=answer(status="failed"))).cancelled
