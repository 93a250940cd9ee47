"""Walking over the groups of a message: what stands before and behind, what is denied, taken back, or only acts."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Literal

from agents.language.figures import is_mean
from agents.language.sketch import DimensionSlot, FilterSlot, MetricSlot, NumberSlot, TimeSlot
from agents.language.tags import Group
from agents.language.thresholds import PASSABLE, Thresholds
from agents.language.tokens import Token
from agents.plan import Language

_EVERYBODY = frozenset({"everyone", "everybody", "anyone", "anybody", "all", "those", "somebody", "someone", "nobody", "us", "you"})
_ARTICLES = frozenset({"the", "our", "all", "any", "my", "these", "those", "their", "its", "a", "an"})
_DOING = frozenset({"did", "do", "does", "have", "has", "had"})
_OF_THE_WEB = frozenset({"sessions", "visitors", "conversion_rate", "product_views", "cart_additions"})
# What asks for members, so that nobody named is only the one who acts.
_LISTING = frozenset(
    {
        "show_all",
        "no_activity",
        "never",
        "both",
        "overlap",
        "basket",
        "top",
        "bottom",
        "repeat_event",
        "cohort",
        "group_by_metric",
        "rank_change",
        "entered",
        "dropped_out",
        "stayed",
        "gap",
        "last_time",
        "first_time",
        "pareto",
        "abc",
        "few",
        "row",
        "only_did",
        "slowest",
        "fastest",
        "share",
        "median",
        "percentile",
        "histogram",
        "average",
        "within",
    }
)
_PARTICLES = frozenset({"a", "vay", "nhi", "em", "anh", "chi", "ban", "the", "ta", "nha", "ha"})
_LONGEST, _TWICE = 8, 2
_NOT = frozenset({"not", "outside", "other", "except", "but"})
_CORRECTING = frozenset({"no", "sorry", "mean", "meant", "wait", "actually", "rather", "oops"})


def _corrects(words: list[str]) -> bool:
    """Whether something is taken back; "no" alone counts set apart by a sign, as in "last month, no, last quarter"."""
    found = _CORRECTING.intersection(words)
    return bool(found - {"no"}) or ("no" in found and any(not word[0].isalnum() for word in words))


class Walk(Thresholds):
    """The groups of a message with what was read of them so far."""

    def __init__(self, tokens: tuple[Token, ...], groups: tuple[Group, ...], language: Language) -> None:
        super().__init__(tokens, groups)
        self.language = language
        self.metrics: list[MetricSlot] = []
        self.dimensions: list[DimensionSlot] = []
        self.filters: list[FilterSlot] = []
        self.times: list[TimeSlot] = []
        self.cues: dict[str, list[int]] = defaultdict(list)
        self.dropped: list[int] = []

    def _without_idle_ones(self, numbers: list[NumberSlot]) -> list[NumberSlot]:
        """The weight of one, just one of them: a word that counts nothing and compares nothing."""
        idle = [slot for slot in numbers if slot.op is None and not slot.limits and self.tokens[self.groups[slot.at].start].lower == "one"]
        self.dropped += [slot.at for slot in idle]
        return [slot for slot in numbers if slot not in idle]

    def _without_subjects(self) -> None:
        """Who acts in a question for a figure is no cut of it: how much did customers send back, folks in Hanoi ... how many orders."""
        for place, slot in enumerate(self.dimensions[1:], 1):
            first = self.dimensions[place - 1]
            acting = any(metric.verb and 0 < metric.at - slot.at <= 1 for metric in self.metrics)
            if slot.name == "customer" and slot.role == first.role == "head" and slot.at - first.at == 1 and acting:
                self.dimensions[place] = DimensionSlot(slot.name, "label", slot.at)  # products people looked at
        for place, slot in enumerate(self.dimensions):
            what = self.tokens[0].folded == "what" and self._word_before(slot.at) in _DOING
            described = slot.at and self.groups[slot.at - 1].of("value") and self._word_before(slot.at - 1) in _DOING
            if slot.name == "customer" and slot.role == "head" and (what or (self.tokens[0].folded == "what" and described)):
                self.dimensions[place] = DimensionSlot(slot.name, "label", slot.at)
            charging = any(metric.verb and metric.at > slot.at and metric.name == "shipping_cost" for metric in self.metrics)
            if slot.name in ("carrier", "supplier") and slot.role == "head" and what and charging:
                self.dimensions[place] = DimensionSlot(slot.name, "label", slot.at)
        listing = self.cues.keys() & _LISTING - ({"average", "top"} if any(is_mean(slot.name) for slot in self.metrics) else set())
        if listing or not any(cue in self.cues for cue in ("how_many", "how_much")):
            return
        nouns = [slot.at for slot in self.metrics if not slot.verb]
        verbs = [slot.at for slot in self.metrics if slot.verb]
        for place, slot in enumerate(self.dimensions):
            asked_of = slot.name == "customer" or (slot.name in ("carrier", "supplier") and self._word_before(slot.at) in _DOING)
            given = slot.role == "counted" and any(metric.name == "average_rating" and metric.at < slot.at for metric in self.metrics)
            acts = (slot.role == "head" or given) and asked_of and "which" not in self._before(slot.at)
            if acts and (nouns or any(at > slot.at for at in verbs)):
                self.dimensions[place] = DimensionSlot(slot.name, "label", slot.at)

    def _without_site(self) -> None:
        """The site and the shop that is visited and clicked is the web shop, no place."""
        if any(slot.name in _OF_THE_WEB for slot in self.metrics) or {"funnel"} & self.cues.keys():
            for place, slot in enumerate(self.dimensions):
                if slot.name == "location" and slot.role == "head" and "which" not in self._before(slot.at):
                    self.dimensions[place] = DimensionSlot(slot.name, "label", slot.at)
            web = [slot.at for slot in self.filters if slot.best.dimension == "channel" and slot.best.value == "web"]
            if any(slot.name in _OF_THE_WEB for slot in self.metrics):
                self.filters = [slot for slot in self.filters if slot.at not in web]
                self.dropped += web

    def _whoever(self) -> tuple[DimensionSlot, ...]:
        """Who, when nothing else is listed, asks for customers; after a noun it only goes on about that."""
        for at, group in enumerate(self.groups):
            if not group.cues() & {"which", "having"} or self.tokens[group.start].lower not in ("who", "whom", "ai"):
                continue
            if not group.start or not (self.tokens[group.start - 1].folded in _EVERYBODY or self._goes_on(at)):
                return (DimensionSlot("customer", "head", at),)
        return ()

    def _goes_on(self, at: int) -> bool:
        """Whether "who" goes on about the figure before it: number of clients who ..."""
        return at > 0 and any("customer" in tag.name for tag in self.groups[at - 1].of("metric"))

    def _only_asks(self, group: Group) -> bool:
        """Whether "không" at the end of a Vietnamese message makes it a question and denies nothing."""
        last = all(
            not self.tokens[place].text[0].isalnum() or self.tokens[place].folded in _PARTICLES
            for place in range(group.end, len(self.tokens))
        )
        return self.language == "vi" and last and self.tokens[group.start].folded in ("khong", "chua") and group.end - group.start == 1

    def _is_taken_back(self, at: int, group: Group) -> bool:
        """Whether "not" stands before a time or a figure while another of its kind is meant."""
        kind: Literal["time", "metric"] | None = "time" if group.of("time") else "metric" if group.of("metric", "verb") else None
        if kind is None or not at or self.tokens[group.start - 1].folded not in ("not", "khong", "instead", "than") or group.of("value"):
            return False
        if kind == "time" and self.tokens[group.start].folded in ("on", "in", "during", "vao", "trong"):
            return False  # last month, not on the 2nd: a day of it is left out
        if group.start > 2 and self.tokens[group.start - 2].folded in ("but", "and", "nhung", "ma"):
            return False  # "but not last month" is a condition, unless the message begins with it
        if self.tokens[group.start - 1].folded == "than" and "rather" not in {token.folded for token in self.tokens[: group.start]}:
            return False
        return any(other is not group and other.of(kind) for other in self.groups) and (
            kind == "time" or group.of("metric") != () or at <= 2
        )

    def _corrected(self) -> None:
        """Last month, no, last quarter: of two of a kind with a correction between them only the later is meant."""
        taken_back = [
            *self._before_corrections([slot.at for slot in self.times]),
            *self._before_corrections([slot.at for slot in self.metrics]),
        ]
        self.times = [slot for slot in self.times if slot.at not in taken_back]
        self.metrics = [slot for slot in self.metrics if slot.at not in taken_back]
        self.dropped += taken_back

    def _before_corrections(self, places: list[int]) -> list[int]:
        """Places that a correction stands behind, before the next place of their kind."""
        runs = ((before, self.tokens[self.groups[before].end : self.groups[after].start]) for before, after in pairwise(places))
        return [before for before, between in runs if _corrects([token.lower for token in between])]

    def _names_before(self, at: int) -> set[str]:
        """What the group right before stands for: buy goods, buyers of goods."""
        return {tag.name for tag in self.groups[at - 1].of("dimension", "verb", "metric")} if at else set()

    def _word_before(self, at: int) -> str:
        """The word before a group, over articles and numbers."""
        place = self.groups[at].start - 1
        while place > 0 and self.tokens[place].folded in _ARTICLES:
            place -= 1
        return self.tokens[place].folded if place >= 0 else ""

    def _negated(self, at: int) -> bool:
        """Whether the name is left out: so said before it, or before a name of its kind that it is joined to."""
        labels = at and any(tag.name in self._names_at(at) | {"order"} for tag in self.groups[at - 1].of("dimension"))
        label = at - 1 if labels else at
        if "exclude" in self._before(at) | self._before(label) or self._is_taken_out(at) or self._is_all_but(at):
            return not self._is_denied_twice(at)
        if self._left_out_with(at) or self._is_joined_not(at):
            return True
        last = self.filters[-1] if self.filters else None
        if last is None or not last.negated or last.best.dimension not in {tag.name for tag in self.groups[at].of("value")}:
            return False
        between = self.groups[last.at + 1 : at]
        return len(between) <= 2 and all(group.is_empty_word or "combine" in group.cues() for group in between)

    def _is_joined_not(self, at: int) -> bool:
        """Except Hanoi and not Hue: the second is left out like the first."""
        before = self.groups[at - 1] if at else None
        return before is not None and "never" in before.cues() and self.tokens[before.end - 1].folded in ("not", "no", "nor", "without")

    def _is_denied_twice(self, at: int) -> bool:
        """Leave out whatever is not from Hanoi: only Hanoi is meant."""
        words: list[int] = []
        for place in range(at - 1, max(at - 1 - _LONGEST, -1), -1):
            group = self.groups[place]
            if group.cues() & {"exclude"}:
                words.append(place)
            elif not (group.is_empty_word or group.of("dimension") or group.cues() & {"having", "show_all", "which"}):
                break
        return len(words) == _TWICE and bool(
            {token.folded for token in self.tokens[self.groups[words[0]].start : self.groups[at].start]} & _NOT
        )

    def _left_out_with(self, at: int) -> bool:
        """Except the cancelled ones and those paid in cash: left out like the figure before."""
        figure = next((slot for slot in reversed(self.metrics) if slot.at < at), None)
        if figure is None or not figure.left_out:
            return False
        between = self.groups[figure.at + 1 : at]
        passed = all(group.is_empty_word or "combine" in group.cues() or group.of("dimension") for group in between)
        return passed and any("combine" in group.cues() for group in between)

    def _is_all_but(self, at: int) -> bool:
        """Every channel but the phone; everyone but gold customers."""
        words = [token.folded for token in self.tokens[: self.groups[at].start] if token.folded not in _ARTICLES - {"all", "any"}]
        return words[-1:] == ["but"] and bool({"every", "all", "any", "each", "everyone", "everything", "everybody"} & set(words[-5:-1]))

    def _is_taken_out(self, at: int) -> bool:
        """Take Hanoi and Hue out of it; leave the app aside: what leaves out stands behind the names."""
        start = self.groups[at].start
        if not {token.folded for token in self.tokens[max(0, start - 6) : start]} & {"take", "taking", "leave", "leaving", "put", "set"}:
            return False
        behind = self.groups[at + 1 : at + 5]
        ends = next((group for group in behind if not (group.of("value") or group.is_empty_word or "combine" in group.cues())), None)
        return ends is not None and "exclude" in ends.cues()

    def _names_at(self, at: int) -> set[str]:
        return {tag.name for tag in self.groups[at].of("value")}

    def _before(self, at: int) -> frozenset[str]:
        """Cues just before, over words without content, adjectives of rank and numbers."""
        found: set[str] = set()
        place = at - 1
        steps = 0
        while place >= 0 and steps < 4 and self._gap(place + 1) <= 1:
            group = self.groups[place]
            cues = group.cues()
            found |= cues
            if not (group.is_empty_word or cues & {"top", "bottom", "average", "total", "show_all"} or group.of("number", "ordinal")):
                break
            if cues & {"group", "within", "which", "exclude"}:
                break
            place, steps = place - 1, steps + 1
        if self.language == "vi" and at + 1 < len(self.groups) and "which" in self.groups[at + 1].cues():
            found.add("which")
        return frozenset(found)

    def _gap(self, at: int) -> int:
        """Tokens nothing explains between a group and the one before it."""
        return self.groups[at].start - self.groups[at - 1].end if at else 0

    def _next(self, at: int) -> int | None:
        place = at + 1
        while place < len(self.groups) and self._passable(place):
            place += 1
        return place if place < len(self.groups) and place - at <= 2 else None

    def _previous(self, at: int) -> int | None:
        place = at - 1
        while place >= 0 and self._passable(place):
            place -= 1
        return place if place >= 0 and at - place <= 2 else None

    def _passable(self, place: int) -> bool:
        return all(tag.kind in PASSABLE for tag in self.groups[place].tags)
