"""Reading the slots of a message off its groups: what a group is may depend on the one before and the one after."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Literal

from agents.language.sketch import (
    COUNTED,
    DESCRIBES,
    PERIODS,
    RANKS,
    TIMES,
    DimensionSlot,
    FilterSlot,
    MetricSlot,
    Role,
    Sketch,
    TimeSlot,
)
from agents.language.spans import Bucket, Duration, ValueSpan
from agents.language.tags import Group
from agents.language.thresholds import PASSABLE, Thresholds
from agents.language.tokens import Token
from agents.plan import Language
from tools.query.contract import Comparison

_EVERYBODY = frozenset({"everyone", "everybody", "anyone", "anybody", "all", "those", "somebody", "someone", "nobody", "us", "you"})
# Words that only join a thing to the figure before it.
_JOINING = frozenset({"from", "of", "for", "on", "to", "with", "among", "at", "into", "did", "do", "does", "have", "has", "that", "by"})
_ARTICLES = frozenset({"the", "our", "all", "any", "my", "these", "those", "their", "its", "a", "an"})
_ORDERING = ("pareto", "abc", "rank_change", "entered", "dropped_out", "stayed", "histogram", "group_by_metric")
_FILLING = ("product", "customer", "supplier", "order", "shipment")
_AMOUNTS = ("most", "least", "fewest", "fewer", "more", "nhieu", "it")
_LEADING = 2
_CORRECTING = frozenset({"no", "sorry", "mean", "meant", "wait", "actually", "rather", "oops"})


def sketch_of(tokens: tuple[Token, ...], groups: tuple[Group, ...], language: Language) -> Sketch:
    """The parts that the groups of a message play."""
    return _Reader(tokens, groups, language).read()


def _corrects(words: list[str]) -> bool:
    """Whether something is taken back; "no" alone counts set apart by a sign, as in "last month, no, last quarter"."""
    found = _CORRECTING.intersection(words)
    return bool(found - {"no"}) or ("no" in found and any(not word[0].isalnum() for word in words))


class _Reader(Thresholds):
    """Walks over the groups once; what a group is may depend on the one before and the one after."""

    def __init__(self, tokens: tuple[Token, ...], groups: tuple[Group, ...], language: Language) -> None:
        super().__init__(tokens, groups)
        self.language = language
        self.metrics: list[MetricSlot] = []
        self.dimensions: list[DimensionSlot] = []
        self.filters: list[FilterSlot] = []
        self.times: list[TimeSlot] = []
        self.cues: dict[str, list[int]] = defaultdict(list)
        self.dropped: list[int] = []

    def read(self) -> Sketch:
        numbers = self.numbers()
        for at, group in enumerate(self.groups):
            if at not in self.taken:
                self._read_group(at, group)
        self._corrected()
        return Sketch(
            self.tokens,
            self.groups,
            self.language,
            tuple(self.metrics),
            tuple(self.dimensions) or self._whoever(),
            tuple(self.filters),
            tuple(numbers),
            periods=self._of_time(PERIODS),
            comparisons=self._of_time((Comparison,)),
            buckets=self._of_time((Bucket,)),
            durations=self._of_time((Duration,)),
            cues={name: tuple(places) for name, places in self.cues.items()},
            unread=self._unread(),
            dropped=tuple(self.dropped),
        )

    def _whoever(self) -> tuple[DimensionSlot, ...]:
        """Who, when nothing else is listed, asks for customers; after a noun it only goes on about that."""
        for at, group in enumerate(self.groups):
            if "which" not in group.cues() or self.tokens[group.start].lower not in ("who", "whom", "ai"):
                continue
            if not group.start or self.tokens[group.start - 1].folded not in _EVERYBODY:
                return (DimensionSlot("customer", "head", at),)
        return ()

    def _read_group(self, at: int, group: Group) -> None:
        for name in group.cues():
            self.cues[name].append(at)
        if group.of("comparator"):
            self.cues["versus"].append(at)
        if self._is_bare_percent(group):
            self.cues["rate"].append(at)
        if self._is_taken_back(at, group):
            self.dropped.append(at)
            return
        if (time := group.first("time")) and time.time:
            self.times.append(TimeSlot(time.time, at))
        elif self._is_value(at, group):
            choices = tuple(tag.value for tag in group.of("value") if tag.value)
            self.filters.append(FilterSlot(self._favoured(at, choices), at, self._negated(at)))
        elif group.of("dimension") and self._is_dimension(at, group):
            self._read_dimension(at, group)
        elif metric := group.first("metric"):
            per = at > 0 and self.tokens[group.start - 1].folded in ("per", "moi", "each")
            self.metrics.append(MetricSlot(metric.name, at, per=per, left_out="exclude" in self._before(at)))
        elif verb := group.first("verb"):
            self.metrics.append(MetricSlot(verb.name, at, verb=True, left_out="exclude" in self._before(at)))

    def _is_taken_back(self, at: int, group: Group) -> bool:
        """Whether "not" stands before a time or a figure while another of its kind is meant."""
        kind: Literal["time", "metric"] | None = "time" if group.of("time") else "metric" if group.of("metric", "verb") else None
        if kind is None or not at or self.tokens[group.start - 1].folded not in ("not", "khong", "instead", "than") or group.of("value"):
            return False
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

    def _is_value(self, at: int, group: Group) -> bool:
        """A word that is a member's name and a word of the trade: after "by" and "which" it is the latter."""
        values = group.of("value")
        if not values:
            return False
        if group.first("metric", "verb") and not group.of("dimension"):
            return values[0].value is not None and values[0].value.score >= 1 and group.end - group.start > 1
        return not (group.of("dimension") and self._before(at) & {"group", "within", "which", "top", "bottom", "how_many", "show_all"})

    def _is_dimension(self, at: int, group: Group) -> bool:
        """Orders are counted unless they are listed, grouped by or named."""
        if not group.of("metric"):
            return True
        if self._is_measured(at) or ("group" in self._before(at) and self._is_ranked(at)):
            return False
        before = self._before(at)
        if any(slot.role in ("head", "counted") for slot in self.dimensions) and not before & {"group", "within"}:
            return self._named_next(at, group)
        return bool(before & {"group", "within", "which", "top", "bottom", "show_all"}) or self._named_next(at, group)

    def _is_measured(self, at: int) -> bool:
        """Whether a word of amount stands right before: most orders, fewer shipments."""
        return at > 0 and self.tokens[self.groups[at].start - 1].folded in _AMOUNTS

    def _is_ranked(self, at: int) -> bool:
        """Whether something is ranked before: top 3 provinces by orders."""
        ranks = any(group.cues() & {*RANKS, *_ORDERING} for group in self.groups[:at])
        return ranks and any(slot.role == "head" for slot in self.dimensions)

    def _named_next(self, at: int, group: Group) -> bool:
        following = self._next(at)
        names = {tag.name for tag in group.of("dimension")}
        return following is not None and any(tag.name in names for tag in self.groups[following].of("value"))

    def _read_dimension(self, at: int, group: Group) -> None:
        names = [tag.name for tag in group.of("dimension")]
        name = next((name for name in names if self._labels(at, name)), None)
        if name is not None:
            self.dimensions.append(DimensionSlot(name, "label", at))
            return
        before = self._before(at)
        if self._is_everything(at) or self._comes_after_measure(at, names[0]) or self._all_but_some(at, names[0]):
            self.dimensions.append(DimensionSlot(names[0], "label", at))
            return
        if names[0] in COUNTED and self._is_measured(at) and any(slot.role == "head" for slot in self.dimensions):
            self.metrics.append(MetricSlot(COUNTED[names[0]], at))
            return
        if not before & {"group", "within", "which", "how_many", *RANKS} and self._described(at, names[0]):
            self.dimensions.append(DimensionSlot(names[0], "label", at))
            return
        role: Role = "within" if "within" in before else "group" if "group" in before else "head"
        previous = self._previous(at)
        further = self._before(previous) if previous is not None and self.groups[previous].of("value") else frozenset()
        if role == "head" and "how_many" in before | further and names[0] in COUNTED:
            role = "counted"
        if role == "head" and self._joins_a_cut(at):
            role = self.dimensions[-1].role
        if role == "head" and names[0] in TIMES and not before & {"which", "show_all", *RANKS}:
            role = "loose"
        if role == "head" and names[0] in _FILLING and self._only_fills(at, names[0], before):
            role = "label"
        self.dimensions.append(DimensionSlot(names[0], role, at))

    def _labels(self, at: int, name: str) -> bool:
        """Whether the word only says what the name beside it is: category Desks, the Hanoi store."""
        beside = [place for place in (self._next(at), self._previous(at)) if place is not None]
        return any(tag.name == name for place in beside for tag in self.groups[place].of("value"))

    def _joins_a_cut(self, at: int) -> bool:
        """By category and month: the second is a cut like the first."""
        last = self.dimensions[-1] if self.dimensions else None
        if last is None or last.role not in ("group", "within"):
            return False
        return all("combine" in group.cues() or group.is_empty_word for group in self.groups[last.at + 1 : at]) and at - last.at <= 2

    def _only_fills(self, at: int, name: str, before: frozenset[str]) -> bool:
        """Goods and people are in every sentence: they are a cut only where they are asked for, lead, or meet a condition."""
        if before & {"which", "show_all", "group", "within", *RANKS}:
            return False
        joined = self._word_before(at) in _JOINING
        if not joined and (at <= _LEADING or name not in ("product", "customer")):
            return False
        earlier = frozenset(cue for group in self.groups[:at] for cue in group.cues())
        asked = earlier & {"which", "show_all", "no_activity", "never", *RANKS} or "basket" in earlier
        conditions = any(group.of("comparator") for group in self.groups) and any(group.of("number") for group in self.groups)
        return bool(self.metrics) and not asked and not conditions

    def _word_before(self, at: int) -> str:
        """The word before a group, over articles and numbers."""
        place = self.groups[at].start - 1
        while place > 0 and self.tokens[place].folded in _ARTICLES:
            place -= 1
        return self.tokens[place].folded if place >= 0 else ""

    def _all_but_some(self, at: int, name: str) -> bool:
        """Every channel but the web: no cut, but what is left out."""
        start = self.groups[at].start
        if not start or self.tokens[start - 1].folded not in ("every", "each", "all", "any", "moi"):
            return False
        nearby = self.groups[at + 1 : at + 4]
        left_out = any("exclude" in group.cues() for group in nearby[:2])
        return left_out and any(tag.name == name for group in nearby for tag in group.of("value"))

    def _is_everything(self, at: int) -> bool:
        """For all products, across all provinces: no cut, but the whole."""
        start = self.groups[at].start
        words = [token.folded for token in self.tokens[max(0, start - 2) : start]]
        return len(words) == 2 and words[1] in ("all", "our") and words[0] in ("for", "of", "across", "over", "in") and words[1] == "all"

    def _comes_after_measure(self, at: int, name: str) -> bool:
        """Sales from customers in Hanoi: the word after a figure and before its own quality only joins the two."""
        start = self.groups[at].start
        if self.metrics and start and self.tokens[start - 1].folded == "whose" and self._quality_later(at + 1, name):
            return True
        if not self.metrics or not start or self.tokens[start - 1].folded not in ("from", "of", "by", "to", "with", "among"):
            return False
        following = self._next(at)
        if following is None:
            return False
        group = self.groups[following]
        relative = self.tokens[group.start].folded in ("that", "which", "who", "outside", "not") or group.first("cue") is not None
        own = any(tag.name in DESCRIBES.get(name, ()) for tag in group.of("value"))
        return own or (relative and self._quality_later(following, name))

    def _quality_later(self, place: int, name: str) -> bool:
        later = self.groups[place : place + 5]
        return any(tag.name in DESCRIBES.get(name, ()) for group in later for tag in group.of("value", "dimension"))

    def _described(self, at: int, name: str) -> bool:
        """Whether the word before is a quality of the thing, and nobody asks for a list of such things."""
        previous = self._previous(at)
        if previous is None or not any(tag.name in DESCRIBES.get(name, ()) for tag in self.groups[previous].of("value")):
            return False
        if any(
            "group" in group.cues() and following.of("metric")
            for group, following in zip(self.groups[at:], self.groups[at + 1 :], strict=False)
        ):
            return False
        if self._ranked_behind(at) or (previous > 0 and self.groups[previous - 1].of("number")):
            return False
        return not self._before(previous) & {"which", "how_many", "group", "within", "show_all", *RANKS}

    def _ranked_behind(self, at: int) -> bool:
        """Gold members who spent least: the rank stands behind what is ranked."""
        behind = self.groups[at + 1 : at + 5]
        relative = any(self.tokens[group.start].folded in ("who", "that", "which", "with") for group in behind[:1])
        return relative and any(group.cues() & {"top", "bottom"} for group in behind)

    def _favoured(self, at: int, choices: tuple[ValueSpan, ...]) -> tuple[ValueSpan, ...]:
        """Choices of the dimension named beside come first."""
        beside = [place for place in (self._previous(at), self._next(at)) if place is not None]
        named = {tag.name for place in beside for tag in self.groups[place].of("dimension")}
        return tuple(sorted(choices, key=lambda choice: (choice.dimension not in named, -choice.score)))

    def _negated(self, at: int) -> bool:
        """Whether the name is left out: so said before it, or before a name of its kind that it is joined to."""
        label = at - 1 if at and any(tag.name in self._names_at(at) for tag in self.groups[at - 1].of("dimension")) else at
        if "exclude" in self._before(at) | self._before(label):
            return True
        last = self.filters[-1] if self.filters else None
        if last is None or not last.negated or last.best.dimension not in {tag.name for tag in self.groups[at].of("value")}:
            return False
        between = self.groups[last.at + 1 : at]
        return len(between) <= 2 and all(group.is_empty_word or "combine" in group.cues() for group in between)

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

    def _of_time(self, kinds: tuple[type, ...]) -> tuple[TimeSlot, ...]:
        return tuple(slot for slot in self.times if isinstance(slot.span.meaning, kinds))

    def _unread(self) -> tuple[int, ...]:
        covered = {place for group in self.groups for place in range(group.start, group.end)}
        outside = [place for place in range(len(self.tokens)) if place not in covered]
        return tuple(place for place in outside if self.tokens[place].text[0].isalnum())
