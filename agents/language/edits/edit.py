"""The calls of the last answer, changed by what a message says; nothing when a word of it finds no place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from agents.language.edits.ahead import WISH_OF, edit_wish
from agents.language.edits.both import join_both
from agents.language.edits.cuts import edit_cuts, edit_ranks
from agents.language.edits.draft import Call, Draft, plain
from agents.language.edits.figures import edit_figures, edit_sides
from agents.language.edits.members import list_members
from agents.language.edits.mood import Mood
from agents.language.edits.names import edit_names
from agents.language.edits.records import RECORDS, edit_record
from agents.language.edits.times import edit_times, now_again
from agents.language.sketch import Sketch
from agents.language.taker import Taker
from agents.memory import Handle

_STEPS: tuple[Callable[[Draft], None], ...] = (
    edit_record,
    list_members,
    edit_names,
    edit_times,
    edit_figures,
    edit_sides,
    edit_cuts,
    edit_ranks,
)


@dataclass(frozen=True)
class Edited:
    """The calls as they are now, what was assumed, and the words that found no place."""

    calls: tuple[Call, ...]
    used: frozenset[int]
    left: tuple[str, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.left


@dataclass(frozen=True)
class Saying:
    """A message as it is held against the last calls."""

    sketch: Sketch  # every name with one reading
    mood: Mood
    text: str
    as_of: date
    handles: Sequence[Handle] = ()
    earlier: Sequence[Call] = ()  # the calls before the last ones


def edited(calls: Sequence[Call], saying: Saying) -> Edited | None:
    """The calls after the message; None when it changes nothing or asks for what they cannot say."""
    drafts = [_edited(call, saying) for call in calls]
    shown = saying.mood.has("showing")  # as a table: the same again
    done = [draft for draft in drafts if not draft.failed and (draft.changed or shown) and draft.is_valid()]
    if not done or len(done) != len(drafts):
        return None
    used = frozenset(at for draft in done for at in draft.take.used)
    left = tuple(dict.fromkeys(word for draft in done for word in draft.left()))
    assumed = tuple(dict.fromkeys(text for draft in done for text in draft.take.assumptions))
    return Edited(tuple((draft.tool, draft.arguments) for draft in done), used, left, assumed)


def _edited(call: Call, saying: Saying) -> Draft:
    tool, arguments = call
    draft = Draft(tool, plain(arguments), Taker(saying.sketch), saying.mood, saying.text, saying.as_of, saying.handles)
    if tool in WISH_OF:
        edit_wish(draft)
        return draft
    join_both(draft, saying.earlier)
    before = list(draft.metrics)
    for step in _STEPS:
        if not draft.failed:
            step(draft)
    now_again(draft, before)
    if draft.tool in RECORDS and ("period" in draft.arguments or "where" in draft.arguments):
        draft.fail()  # a record has no days
    return draft
