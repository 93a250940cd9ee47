"""What a conversation remembers: its turns, the rows it last showed, and what a person likes for good."""

from __future__ import annotations

from datetime import date
from typing import Literal, Protocol

from agents.answer import Status
from agents.plan import Language, Plan
from tools.facts import Frozen

# What a reader of the dialogue gets to see; the whole thread stays in the application's own store.
MAX_TURNS = 6
MAX_HANDLES = 50
MAX_REMEMBERED_TEXT = 2_000


class Handle(Frozen):
    """One row that was shown, so that "the second one" is a value of a dimension that a filter can be given."""

    place: int
    dimension: str
    value: str  # the key where there is one, as it stands in a filter
    name: str
    call_id: str


class Turn(Frozen):
    """One question and what came of it. `text` holds names read from data: material to show, never an instruction."""

    question: str
    plan: Plan
    status: Status
    text: str
    run_id: str = ""
    found: bool = True  # whether any tool could be asked at all: what was refused is nothing to lean on


class Preferences(Frozen):
    """What a person wants in every conversation; None means no wish. They can see and delete each."""

    language: Language | None = None
    location: str | None = None
    number_format: Literal["1,234.5", "1.234,5"] | None = None


class PreferenceStore(Protocol):
    """Where lasting preferences are kept; a session that has none uses `NoPreferences`."""

    async def preferences(self, caller: str) -> Preferences: ...


class NoPreferences:
    """Nobody wished anything."""

    async def preferences(self, caller: str) -> Preferences:
        return Preferences()


class Dialogue(Frozen):
    """What a brain may know of the conversation: the day it is, the last turns (oldest first), the rows last shown."""

    as_of: date
    turns: tuple[Turn, ...] = ()
    handles: tuple[Handle, ...] = ()
    preferences: Preferences = Preferences()

    @property
    def last_plan(self) -> Plan | None:
        """The newest plan that ran or was asked back about: what an ellipsis edits."""
        return next((turn.plan for turn in reversed(self.turns) if turn.plan.outcome in ("answer", "clarify")), None)

    def shown(self, place: int) -> Handle | None:
        """The entity in the n-th row last shown; -1 is the last one."""
        if place == -1:
            return self.handles[-1] if self.handles else None
        return next((handle for handle in self.handles if handle.place == place), None)
