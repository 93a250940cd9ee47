"""The calls of the last answer, changed by what a message says; nothing when a word of it finds no place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from agents.language.edits.against import drop_called, edit_against
from agents.language.edits.ahead import WISH_OF, edit_wish
from agents.language.edits.both import join_both
from agents.language.edits.cuts import edit_cuts, edit_ranks
from agents.language.edits.draft import Call, Draft, plain
from agents.language.edits.figures import edit_figures, edit_sides
from agents.language.edits.fitting import PlaceOf, fit
from agents.language.edits.in_numbers import edit_numbers
from agents.language.edits.members import list_members
from agents.language.edits.mood import Mood
from agents.language.edits.names import edit_names
from agents.language.edits.reasons import edit_reasons
from agents.language.edits.records import edit_maker, edit_record
from agents.language.edits.times import edit_best_time, edit_times, now_again
from agents.language.edits.widen import edit_width
from agents.language.sketch import Sketch
from agents.language.taker import Taker
from agents.memory import Handle

_STEPS: tuple[Callable[[Draft], None], ...] = (
    edit_record,
    edit_maker,
    list_members,
    drop_called,
    edit_against,
    edit_best_time,
    edit_reasons,
    edit_width,
    edit_names,
    edit_times,
    edit_numbers,
    edit_figures,
    edit_sides,
    edit_cuts,
    edit_ranks,
)


@dataclass(frozen=True)
class Edited:
    """The calls as they are now, and what was assumed."""

    calls: tuple[Call, ...] = ()
    assumptions: tuple[str, ...] = ()
    why: str = ""  # what stands in the way, where that can be said: then there are no calls


@dataclass(frozen=True)
class Saying:
    """A message as it is held against the last calls."""

    sketch: Sketch  # every name with one reading
    mood: Mood
    text: str
    as_of: date
    handles: Sequence[Handle] = ()
    earlier: Sequence[Call] = ()  # the calls before the last ones
    place_of: PlaceOf = lambda name, dimension: None


def edited(calls: Sequence[Call], saying: Saying) -> Edited | None:
    """The calls after the message; None when it changes nothing or asks for what they cannot say."""
    calls = _picked(calls, saying.sketch)
    drafts = [_edited(call, saying) for call in calls]
    if why := next((draft.why for draft in drafts if draft.why), ""):
        return Edited(why=why)
    shown = saying.mood.has("showing")  # as a table: the same again
    done = [draft for draft in drafts if not draft.failed and (draft.changed or shown) and draft.is_valid()]
    if not done or len(done) != len(drafts) or any(draft.left() for draft in done):
        return None
    assumed = tuple(dict.fromkeys(text for draft in done for text in draft.take.assumptions))
    return Edited(tuple((draft.tool, draft.arguments) for draft in done), assumed)


def _picked(calls: Sequence[Call], sketch: Sketch) -> Sequence[Call]:
    """Was it price or volume: of what was said about a change, that side of it."""
    sides = [call for call in calls if call[0] == "decomposition"]
    return sides if sketch.has("decomposition") and sides and len(calls) > 1 else calls


def _edited(call: Call, saying: Saying) -> Draft:
    tool, arguments = call
    draft = Draft(tool, plain(arguments), Taker(saying.sketch), saying.mood, saying.text, saying.as_of, saying.handles)
    if tool in WISH_OF:
        edit_width(draft)
        edit_wish(draft)
        return draft
    if tool == "decomposition" and draft.take.cue("decomposition"):
        draft.changed = True
    join_both(draft, saying.earlier)
    before = list(draft.metrics)
    for step in _STEPS:
        if not draft.failed:
            step(draft)
    now_again(draft, before)
    fit(draft, before, saying.place_of)
    return draft
