"""What a run has told so far, folded from its events: the steps with their times, the text as it comes, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from api.schemas import Answer, Event, Proposal
from ui.troubles import ApiTrouble

StepKind = Literal["step", "agent", "tool"]


@dataclass(frozen=True)
class Step:
    """One piece of work; `seconds` is None while it goes on, `why` says what was wrong with a tool's call."""

    kind: StepKind
    name: str
    key: str
    seconds: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Progress:
    """A run as far as it was heard of. `last` is the number of the newest event, to go on from."""

    steps: tuple[Step, ...] = ()
    text: str = ""
    proposals: tuple[Proposal, ...] = ()
    answer: Answer | None = None
    cancelled: bool = False
    last: int = 0
    lost: bool = False
    trouble: ApiTrouble | None = None

    def after(self, event: Event) -> Progress:
        """The progress with one more event; one that was heard before changes nothing."""
        if event.number <= self.last:
            return self
        return replace(_told(self, event), last=event.number, lost=False)


def _told(progress: Progress, event: Event) -> Progress:
    what = event.what
    if what.kind == "step_started":
        kind: StepKind = "agent" if what.agent else "step"
        return _begin(progress, Step(kind, what.agent or what.step, f"{kind}:{what.agent or what.step}"))
    if what.kind == "tool_started":
        return _begin(progress, Step("tool", what.tool, f"tool:{what.call_id}"))
    if what.kind == "step_finished":
        kind = "agent" if what.agent else "step"
        return _end(progress, f"{kind}:{what.agent or what.step}", what.seconds, "")
    if what.kind == "tool_finished":
        return _end(progress, f"tool:{what.call_id}", what.seconds, "" if what.outcome == "done" else what.why or what.outcome)
    if what.kind == "text_delta":
        return replace(progress, text=progress.text + what.text)
    if what.kind == "approval_required":
        return replace(progress, proposals=what.proposals)
    if what.kind in ("done", "failed", "cancelled"):
        return replace(progress, answer=what.answer, cancelled=what.kind == "cancelled")
    return progress


def _begin(progress: Progress, step: Step) -> Progress:
    return replace(progress, steps=(*progress.steps, step))


def _end(progress: Progress, key: str, seconds: float, why: str) -> Progress:
    ended = tuple(replace(step, seconds=seconds, why=why) if step.key == key and step.seconds is None else step for step in progress.steps)
    return replace(progress, steps=ended)
