"""One question of a conversation with everything the page knows about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from api.schemas import Answer, Piece, Preferences, Proposal
from ui.labels import Labels, labels
from ui.numbers import Locale
from ui.steps import Step

# A page holds this many; the whole conversation stays with the API.
MOST_TURNS = 20


@dataclass(frozen=True)
class Turn:
    """A question and what came of it: an answer, plain words, or trouble."""

    question: str
    run_id: str = ""
    answer: Answer | None = None
    text: str = ""
    trouble: str = ""
    cancelled: bool = False
    steps: tuple[Step, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    decisions: Mapping[str, bool] = field(default_factory=dict)
    opinion: Literal["", "up", "down"] = ""
    pieces: tuple[Piece, ...] = ()  # of its reading, while a person changes them

    @property
    def undecided(self) -> tuple[Proposal, ...]:
        """The proposals that wait for this person."""
        return tuple(proposal for proposal in self.proposals if proposal.proposal_id not in self.decisions)


def said_of(question: str) -> str:
    """A question as a person reads it: one that was put together from a changed reading carries its words."""
    if not question.startswith("{"):
        return question
    try:
        typed = json.loads(question)
    except ValueError:
        return question
    said = typed.get("standalone_question") if isinstance(typed, dict) else None
    return said if isinstance(said, str) and said else question


@dataclass(frozen=True)
class View:
    """How the page is written for one person; `root` stands before the addresses of the API."""

    labels: Labels = field(default_factory=lambda: labels("en"))
    locale: Locale = field(default_factory=Locale)
    root: str = ""


@dataclass(frozen=True)
class Session:
    """What one open page shows. The truth is with the API."""

    view: View = field(default_factory=View)
    preferences: Preferences = field(default_factory=Preferences)
    accepted: str = ""
    thread_id: str = ""
    turns: tuple[Turn, ...] = ()
    earlier: int = 0
    running: str = ""


@dataclass
class Desk:
    """One open page. Its acts overlap in time, so they share this and change it in single steps, never from an old copy."""

    session: Session = field(default_factory=Session)
    shown: dict[str, str] = field(default_factory=dict)
    opened: bool = False

    @property
    def view(self) -> View:
        return self.session.view

    def change(self, **fields: object) -> None:
        """Some fields of the session anew."""
        self.session = replace(self.session, **fields)  # type: ignore[arg-type]

    def change_turn(self, run_id: str, change: Callable[[Turn], Turn]) -> None:
        """The turn of a run anew, if it is on the page."""
        self.change(turns=tuple(change(turn) if turn.run_id == run_id else turn for turn in self.session.turns))

    def turn(self, run_id: str) -> Turn | None:
        return next((turn for turn in self.session.turns if turn.run_id == run_id), None)
