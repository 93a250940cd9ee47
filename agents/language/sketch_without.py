"""Times that a message leaves out: excluding January, without last week, not on 2 September."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.language.sketch import TimeSlot
from agents.language.sketch_walk import Walk

# "No" and the like take something else back, or say that something did not happen.
_OTHERWISE = frozenset({"no", "non", "ex", "bar", "nothing to do with", "out of it", "out of this", "out of that"})
# They leave days out of a figure; of somebody they say that he did not.
_WEAK = frozenset({"not", "not in", "not from", "but not in", "but not", "khong", "nhung khong", "outside", "outside of", "ngoai"})
_STEPS = 2
# Between the word that leaves out and the days: "not broken last month" leaves no month out.
_SMALL = frozenset(
    {
        "in",
        "on",
        "from",
        "the",
        "of",
        "for",
        "during",
        "at",
        "that",
        "this",
        "all",
        "any",
        "our",
        "of the",
        "in the",
        "trong",
        "vao",
        "cua",
        "ca",
    }
)


class LeftOut(Walk):
    """The groups of a message, and which of its times are left out."""

    def without_left_out(self, times: Sequence[TimeSlot], kinds: tuple[type, ...]) -> list[TimeSlot]:
        """The times, those left out marked; one that is joined to such a one is left out with it."""
        found: list[TimeSlot] = []
        for slot in times:
            period = isinstance(slot.span.meaning, kinds)
            beside = [*(each.at for each in found[-1:] if each.negated), *(each.at for each in self.filters if each.negated)]
            joined = any(self._is_joined(place, slot.at) for place in beside)
            found.append(replace(slot, negated=True) if period and (joined or self._is_left_out_time(slot.at)) else slot)
        return found

    def _is_left_out_time(self, at: int) -> bool:
        for place in range(at - 1, max(at - 2 - _STEPS, -1), -1):
            if self._gap(place + 1):
                return False
            group = self.groups[place]
            words = " ".join(token.folded for token in self.tokens[group.start : group.end])
            if group.cues() & {"exclude", "never"}:
                return self._leaves_out(place, words, "exclude" in group.cues())
            if not group.is_empty_word or words not in _SMALL:
                return False
        return False

    def _leaves_out(self, place: int, words: str, excludes: bool) -> bool:
        """Whether these words leave a time out, where nobody is spoken of who did or did not."""
        if words in _OTHERWISE or not (excludes or words in _WEAK):
            return False
        asked = {*self.cues.get("which", ()), *self.cues.get("never", ()), *self.cues.get("no_activity", ())} - {place}
        return words not in _WEAK or not (asked or any(slot.role in ("head", "counted") for slot in self.dimensions))

    def _is_joined(self, before: int, at: int) -> bool:
        """February and March: nothing but a joining word between."""
        between = self.groups[before + 1 : at] if before < at else ()
        return 0 < len(between) <= _STEPS and all("combine" in group.cues() for group in between)
