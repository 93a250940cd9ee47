"""Reading the slots of a message off its groups: what a group is may depend on the one before and the one after."""

from __future__ import annotations

from agents.language.presence import MAY_BE_MISSING, presence
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
from agents.language.sketch_without import LeftOut
from agents.language.spans import Bucket, Duration, ValueSpan
from agents.language.tags import Group
from agents.language.tokens import Token
from agents.plan import Language
from tools.query.contract import Comparison

# Words that only join a thing to the figure before it.
_JOINING = frozenset({"from", "of", "for", "on", "to", "with", "among", "at", "into", "did", "do", "does", "have", "has", "that", "by"})
_ORDERING = ("pareto", "abc", "rank_change", "entered", "dropped_out", "stayed", "histogram", "group_by_metric")
_FILLING = ("product", "customer", "supplier", "order", "shipment")
_AMOUNTS = ("most", "least", "fewest", "fewer", "more", "nhieu", "it")
_LEADING = 2
_KINDS = frozenset({"product_count", "customer_count", "supplier_count"})


def sketch_of(tokens: tuple[Token, ...], groups: tuple[Group, ...], language: Language) -> Sketch:
    """The parts that the groups of a message play."""
    return _Reader(tokens, groups, language).read()


class _Reader(LeftOut):
    """Walks over the groups once; what a group is may depend on the one before and the one after."""

    def read(self) -> Sketch:
        numbers = self._without_idle_ones(self.numbers())
        for at, group in enumerate(self.groups):
            if at not in self.taken:
                self._read_group(at, group)
        self._corrected()
        self._without_subjects()
        self._without_site()
        self.times = self.without_left_out(self.times, PERIODS)
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
            without=tuple(slot for slot in self.times if slot.negated),
            cues={name: tuple(places) for name, places in self.cues.items()},
            unread=self._unread(),
            dropped=tuple(self.dropped),
        )

    def _read_group(self, at: int, group: Group) -> None:
        if self.language == "vi" and not group.start and self.tokens[0].lower in ("sao", "sao mà") and len(self.groups) > _LEADING:
            self.cues["why"].append(at)  # "sao" that leads asks why
        if self._only_asks(group):
            self.dropped.append(at)
            return
        for name in group.cues() - ({"change"} if self._sells(group) else set()):
            self.cues[name].append(at)
        if group.of("comparator") and "combine" not in group.cues() and self.tokens[group.start].folded != "from":
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
            self.metrics.append(MetricSlot(metric.name, at, per=per, left_out=self._is_left_out(at)))
        elif verb := group.first("verb"):
            self.metrics.append(MetricSlot(verb.name, at, verb=True, left_out=self._is_left_out(at)))

    def _sells(self, group: Group) -> bool:
        """Pieces we shifted, what moved most units: sold, not changed."""
        deed = "change" in group.cues() and any(tag.name == "units" for tag in group.of("verb"))
        return deed and any(tag.name == "units" for other in self.groups for tag in other.of("metric"))

    def _is_left_out(self, at: int) -> bool:
        """After "excluding"; what stands behind "take them out of it" is what is asked."""
        out = next((group for group in reversed(self.groups[:at]) if "exclude" in group.cues()), None)
        return out is not None and "exclude" in self._before(at) and self.tokens[out.start].folded not in ("out", "aside")

    def _is_value(self, at: int, group: Group) -> bool:
        """A word that is a member's name and a word of the trade: after "by" and "which" it is the latter."""
        values = group.of("value")
        if not values or (self._is_measured(at) and values[0].name == "payment_method"):
            return False  # who spent the most cash: money, no way to pay
        if group.first("metric", "verb") and not group.of("dimension"):
            return values[0].value is not None and values[0].value.score >= 1 and group.end - group.start > 1
        return not (group.of("dimension") and self._before(at) & {"group", "within", "which", "top", "bottom", "how_many", "show_all"})

    def _is_dimension(self, at: int, group: Group) -> bool:
        """Orders are counted unless they are listed, grouped by or named."""
        if not group.of("metric"):
            return True
        if self._is_lower_half(at) or self._ranked_in(at) or self._is_averaged(at, group):
            return False
        if {tag.name for tag in group.of("metric")} <= _KINDS and any(other.cues() & {*RANKS} for other in self.groups):
            return True
        if self._is_measured(at) or ("group" in self._before(at) and self._is_ranked(at)):
            return False
        before = self._before(at)
        if any(slot.role in ("head", "counted") for slot in self.dimensions) and not before & {"group", "within"}:
            return self._named_next(at, group)
        if before & {"show_all"} and self._word_before(at) == "of" and not before & {"group", "within", "which"}:
            return self._named_next(at, group)  # a slice of all deliveries
        return bool(before & {"group", "within", "which", "top", "bottom", "show_all"}) or self._named_next(at, group)

    def _is_averaged(self, at: int, group: Group) -> bool:
        """The average rating of our products: the figure, no cut by it."""
        return "average" in self._before(at) and all(tag.name.startswith("average_") for tag in group.of("metric"))

    def _is_lower_half(self, at: int) -> bool:
        """Spend per order: with a figure before it, what stands after "per" divides it."""
        word = self.tokens[self.groups[at].start - 1].folded if at else ""
        asked = {"which", "show_all", *RANKS} & {cue for group in self.groups[:at] for cue in group.cues() if not group.is_empty_word}
        return (
            word in ("per", "moi")
            and bool(self.metrics)
            and not asked
            and {tag.name for tag in self.groups[at].of("metric")} in ({"orders"}, {"shipments"})
        )

    def _ranked_in(self, at: int) -> bool:
        """Busiest in orders, leading in orders: what is led in is the figure."""
        start = self.groups[at].start
        led = at > 1 and start and self.tokens[start - 1].folded == "in" and self.groups[at - 2].cues() & {*RANKS}
        return bool(led) and {tag.name for tag in self.groups[at].of("metric")} == {"orders"}

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
        if names[0] == "product" and self._belongs(at):
            self.dimensions.append(DimensionSlot("product", "label", at))
            return
        before = self._before(at)
        if names[0] in MAY_BE_MISSING and not before & {"group", "within", "which"} and presence(self.tokens, self.groups[at].start):
            self.dimensions.append(DimensionSlot(names[0], "loose", at))
            return
        if self._is_everything(at) or self._comes_after_measure(at, names[0]) or self._all_but_some(at, names[0]):
            self.dimensions.append(DimensionSlot(names[0], "label", at))
            return
        if names[0] == "supplier" and self._says_whose_country(at):
            self.dimensions.append(DimensionSlot("supplier", "label", at))
            return
        if names[0] in COUNTED and self._is_measured(at) and any(slot.role == "head" for slot in self.dimensions):
            self.metrics.append(MetricSlot(COUNTED[names[0]], at))
            return
        if not before & {"group", "within", "which", "how_many", *RANKS} and self._described(at, names[0]):
            self.dimensions.append(DimensionSlot(names[0], "label", at))
            return
        role: Role = "within" if "within" in before else "group" if "group" in before else "head"
        previous = self._over_labels(at)
        further = self._before(previous) if previous is not None and self.groups[previous].of("value") else frozenset()
        if role == "head" and "how_many" in before | further and names[0] in COUNTED and not self._counts_a_figure(at):
            role = "counted"
        if role == "head" and self._joins_a_cut(at) and self.tokens[self.groups[at].end - 1].lower not in ("nào", "nao"):
            role = self.dimensions[-1].role
        if role == "head" and names[0] in TIMES and not before & {"which", "show_all", *RANKS}:
            role = "loose"
        if role == "head" and names[0] in _FILLING and self._only_fills(at, names[0], before):
            role = "label"
        self.dimensions.append(DimensionSlot(names[0], role, at))

    def _belongs(self, at: int) -> bool:
        """Each supplier's products: the supplier is the cut."""
        last = self.dimensions[-1] if self.dimensions else None
        start = self.groups[at].start
        return (
            last is not None
            and last.name in DESCRIBES["product"]
            and "'s" in "".join(t.text for t in self.tokens[max(0, start - 3) : start])
        )

    def _counts_a_figure(self, at: int) -> bool:
        """How many orders did customers place: orders are counted, whoever stands behind."""
        asked = max(self.cues.get("how_many", ()), default=at)
        return any(asked < slot.at < at and not slot.verb for slot in self.metrics)

    def _over_labels(self, at: int) -> int | None:
        """What stands before, past words that only label it: gold tier customers."""
        previous = self._previous(at)
        labels = {slot.at for slot in self.dimensions if slot.role == "label"}
        return self._previous(previous) if previous in labels and previous is not None else previous

    def _says_whose_country(self, at: int) -> bool:
        """By nation of vendor: the country is the cut."""
        last = self.dimensions[-1] if self.dimensions else None
        start = self.groups[at].start
        near = last is not None and last.name == "supplier_country" and start - self.groups[last.at].end <= _LEADING
        return near and bool({token.folded for token in self.tokens[max(0, start - 2) : start]} & {"of", "our", "the"})

    def _labels(self, at: int, name: str) -> bool:
        """Whether the word only says what the name beside it is: category Desks, the Hanoi store."""
        beside = [place for place in (self._next(at), self._previous(at)) if place is not None]
        names = {"product", "sku"} if name == "sku" else {name}
        return any(tag.name in names for place in beside for tag in self.groups[place].of("value"))

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
        if self.tokens[self.groups[at].start].lower in ("hàng", "hang") and self._names_before(at):
            return True
        joined = self._word_before(at) in _JOINING
        if not joined and (at <= _LEADING or name not in ("product", "customer")):
            return False
        earlier = frozenset(cue for group in self.groups[self._asks_what() : at] for cue in group.cues())
        asked = earlier & {"which", "show_all", "no_activity", "never", *RANKS} or "basket" in earlier
        conditions = any(group.of("comparator") for group in self.groups) and any(group.of("number") for group in self.groups)
        return bool(self.metrics) and not asked and not conditions

    def _asks_what(self) -> int:
        """The place behind "what is" and "what was": a figure is asked for, not which of the things behind it."""
        first = [token.folded for token in self.tokens[:2]]
        return int(first[:1] == ["what"] and first[1:] in (["is"], ["was"], ["s"]))

    def _all_but_some(self, at: int, name: str) -> bool:
        """Every channel but the web: no cut, but what is left out."""
        start = self.groups[at].start
        if not start or self.tokens[start - 1].folded not in ("every", "each", "all", "any", "moi"):
            return False
        nearby = self.groups[at + 1 : at + 4]
        left_out = any("exclude" in group.cues() or self.tokens[group.start].folded == "but" for group in nearby[:2])
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
            "group" in group.cues() and "per_unit" not in group.cues() and following.of("metric")
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

    def _of_time(self, kinds: tuple[type, ...]) -> tuple[TimeSlot, ...]:
        return tuple(slot for slot in self.times if isinstance(slot.span.meaning, kinds) and not slot.negated)

    def _unread(self) -> tuple[int, ...]:
        covered = {place for group in self.groups for place in range(group.start, group.end)}
        outside = [place for place in range(len(self.tokens)) if place not in covered]
        return tuple(place for place in outside if self.tokens[place].text[0].isalnum())
