"""Assumptions in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agents.language.time.lexicon import WordFile, open_lexicon
from agents.language.time.stretch import Note
from agents.language.time.units import Unit
from agents.plan import Language


def assumption_of(notes: Sequence[Note], language: Language) -> str:
    """The notes as one line; empty when nothing was assumed."""
    words = open_lexicon().languages[language]
    said = (words.say[note.key].format(*(_label(slot, words) for slot in note.slots)) for note in notes)
    return "; ".join(dict.fromkeys(said))


def _label(slot: date | Unit | str, words: WordFile) -> str:
    if isinstance(slot, str):
        return words.grains[slot]
    if isinstance(slot, date):
        slot = Unit("day", slot.month, slot.day, slot.year)
    month = words.months[slot.n - 1] if slot.kind in ("day", "month") else ""
    return words.labels[slot.kind].format(day=slot.day, n=slot.n, month=month, year=slot.year)
