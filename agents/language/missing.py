"""A question that lacks its figure or its thing: what is left open, and questions that would close it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.language.edits.mood import talk_words
from agents.language.rank import LOOSE, TELLING, weight_of
from agents.language.sketch import Sketch
from agents.language.words import read_table
from agents.plan import Language
from tools.facts import Frozen

_SHORT = 14  # a longer message says more than a figure that was forgotten
_MOST, _LEAST = 4, 2
_TEN = 10
# Words that ask for something without saying for what: none of them is lost when the figure is asked for.
ASKING = (
    "average", "rate", "top", "bottom", "performance", "group", "share", "versus", "trend", "change", "rising", "falling", "why",
    "unnamed_change", "overdue", "late_word", "details", "speed", "vague", "higher", "lower", "overview", "how_did", "keep", "nth",
    "status", "popular", "show_all",
)  # fmt: skip
# By the first of these words in a message, what is left open.
_OPEN_BY_WORD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("late", ("overdue", "late_word")),
    ("rate", ("rate", "share")),
    ("average", ("average",)),
    ("speed", ("speed",)),
    ("trend", ("trend",)),
    ("change", ("why", "change", "rising", "falling", "unnamed_change")),
)
_LATE_OF: Mapping[str, str] = {"supplier": "supplier", "carrier": "carrier"}
_ACTIVE = frozenset({"active", "hoạt động"})
# What is usually asked of a thing, by the kind of its name, and of things of a kind.
_OF_NAME: Mapping[str, str] = {
    "supplier": "supplier", "carrier": "carrier", "location": "lying", "location_kind": "lying", "customer": "customer",
    "product": "product", "sku": "product",
}  # fmt: skip
_OF_KIND: Mapping[str, str] = {
    "customer": "customers", "product": "products", "sku": "products", "supplier": "suppliers", "carrier": "carriers",
    "location": "locations",
}  # fmt: skip
# Words that stand for figures without naming one; an "of" behind others says what they are of.
_FIGURES = frozenset({
    "report", "figure", "figures", "number", "numbers", "data", "stat", "stats", "statistics", "result", "results", "total", "value",
    "amount",
    "picture", "situation", "please", "about", "thing", "things", "stuff", "bad", "good", "rest", "case", "part",
})  # fmt: skip
_FILLING = frozenset({"please", "about", "thing", "things", "stuff", "rest", "case", "part"})
_WISHED_VI = frozenset({"so", "lieu", "cao", "tot", "xau", "te", "sao", "nao"})  # số liệu, báo cáo, tốt không, sao rồi
_HOLDING = frozenset({"having", "exclude", "combine", "only", "within", "zero"})  # they hold a sentence together
_OF = frozenset({"of", "for", "in", "at"})
_WHETHER = frozenset({"không", "khong", "ko", "chưa"})  # at the end of a Vietnamese question
_SERVING = frozenset({"supplier", "carrier", "location"})
_JUDGING = ("best", "worst", "poorest", "tốt nhất", "tệ nhất", "kém nhất", "tot nhat", "te nhat", "kem nhat")
_PERCENT = re.compile(r"percent|pct|%|phần trăm|tỷ lệ|tỉ lệ", re.IGNORECASE)
_WITH = re.compile(r"^(?:with|to|and|against|versus|vs|với|so với)\s+", re.IGNORECASE)
_ALONE = ("why", "change", "rising", "falling", "unnamed_change", "trend", "versus")


class Offered(Frozen):
    """One language's questions, by what is left open, and the words that join names to them."""

    forms: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]


@lru_cache(maxsize=2)
def _offered(language: Language) -> Offered:
    table = read_table(language, "missing")
    words = table.pop("words")
    return Offered.model_validate({"forms": table, "words": words})


def lacks_figure(sketch: Sketch) -> bool:
    """Whether no noun names a figure and nothing in it is denied, counted or compared with a number."""
    named = any(not slot.verb for slot in sketch.metrics)
    denied = any(slot.negated for slot in sketch.filters)
    bounded = any(slot.op or slot.kind != "plain" for slot in sketch.numbers)
    unknown = [place for place in sketch.unread if sketch.tokens[place].folded not in talk_words()]
    return not (named or denied or bounded or unknown) and len(sketch.tokens) <= _SHORT


def is_bare(sketch: Sketch) -> bool:
    """Why, is it growing: words that ask how something moved, and nothing that is said to have moved."""
    said = sketch.metrics or sketch.dimensions or sketch.numbers
    percent = sketch.has("share") and any(_PERCENT.search(sketch.text(at)) for at in sketch.cues["share"])
    moved = not sketch.filters and sketch.has(*_ALONE)
    return not said and (percent or moved) and not sketch.has("overview")


def is_judged(sketch: Sketch) -> bool:
    """The best supplier: of those we buy from, are delivered by or store in, no one figure says who is good."""
    cues = " ".join(sketch.text(at).casefold() for name in ("top", "bottom") for at in sketch.cues.get(name, ()))
    kinds = {slot.name for slot in sketch.dimensions if slot.role in ("head", "counted")}
    return not sketch.metrics and bool(kinds) and kinds <= _SERVING and any(word in cues for word in _JUDGING)


def options_for(sketch: Sketch, works: Callable[[str], bool]) -> tuple[str, ...]:
    """Two to four questions that would close what is open; none where a word of the message would be lost in them."""
    if not lacks_figure(sketch) or _counts_something_else(sketch) or any(_lost(sketch)):
        return ()
    offered, open_ = _offered(sketch.language), _Open(sketch)
    if open_.kind == "whole" and not _wishes_figures(sketch):
        return ()
    found: list[str] = []
    for form in offered.forms[open_.kind]:
        text = " ".join(form.format(rest=open_.rest, n=open_.number).split())
        if len(found) < _MOST and works(text):
            found.append(text)
    return tuple(found) if len(found) >= _LEAST else ()


def _wishes_figures(sketch: Sketch) -> bool:
    """Whether anything at all is asked for: the report, is it good, how much; "hm" and "are you sure" ask for no figure."""
    words = {token.folded for token in sketch.tokens}
    return bool(sketch.cues.keys() - _HOLDING) or bool(words & (_WISHED_VI if sketch.language == "vi" else _FIGURES - _FILLING))


def _counts_something_else(sketch: Sketch) -> bool:
    """How many calls, the calories of our teas: an everyday word in the place of a figure is one the data knows nothing of."""
    named = {slot.at for slot in sketch.filters}
    for at, group in enumerate(sketch.groups):
        plain = [tag.name for tag in group.of("skip")] == ["everyday"] and not group.cues()
        word = sketch.tokens[group.start].folded
        if not plain or word in _FIGURES:
            continue
        before = [each for each in sketch.groups[:at] if not each.of("skip") or each.cues()]
        counted = bool(before) and before[-1].cues() & {"how_many", "share"} and before[-1].end >= group.start - 1
        of_it = at + 2 < len(sketch.groups) and sketch.tokens[group.end].folded in _OF and bool({at + 2, at + 3} & named)
        if counted or of_it:
            return True
    return False


def _lost(sketch: Sketch) -> Iterator[int]:
    """Pieces that matter and would find no place in a question that is offered."""
    ranked = sketch.has("top", "bottom", "nth", "versus", "higher", "lower")
    for at, group in enumerate(sketch.groups):
        carried = group.of("time", "value", "dimension") or (group.of("number") and ranked) or (group.of("verb") and not group.of("metric"))
        telling = weight_of(group) >= TELLING or (group.end - group.start > 1 and bool(group.cues() - LOOSE))
        asks = group.cues() & {*ASKING} or (at == len(sketch.groups) - 1 and sketch.text(at).casefold() in _WHETHER)
        if telling and not carried and not asks:
            yield at


@dataclass(frozen=True)
class _Open:
    """What a message leaves open, and the rest of it in words."""

    sketch: Sketch

    @property
    def kind(self) -> str:
        sketch = self.sketch
        if self._two_times:
            return "change"
        if sketch.has("top", "bottom") and not sketch.dimensions:
            return "worst" if sketch.has("bottom") else "best"
        for kind, cues in _OPEN_BY_WORD:
            if sketch.has(*cues):
                return self._of_late if kind == "late" else kind
        if {token.lower for token in sketch.tokens} & _ACTIVE:
            return "active"
        if self._sides:
            return "compared"
        if sketch.periods and sketch.comparisons:
            return "figure"
        if sketch.has("higher", "lower", "versus") and not sketch.filters:
            return "better"
        return self._of_things

    @property
    def _of_late(self) -> str:
        kinds = {slot.name for slot in self.sketch.dimensions} | {slot.best.dimension for slot in self.sketch.filters}
        return next((each for kind, each in _LATE_OF.items() if kind in kinds), "late")

    @property
    def _of_things(self) -> str:
        sketch = self.sketch
        if sketch.has("keep"):
            return "lying"
        if listed := next((slot.name for slot in sketch.dimensions if slot.role in ("head", "counted") and slot.name in _OF_KIND), ""):
            return _OF_KIND[listed]
        if sketch.filters:
            return _OF_NAME.get(sketch.filters[0].best.dimension, "figure")
        return "figure" if self._said or sketch.has("group", "share", "performance") else "whole"

    @property
    def number(self) -> int:
        return next((int(slot.number) for slot in self.sketch.numbers if slot.kind == "plain" and slot.number >= 1), _TEN)

    @property
    def _sides(self) -> Sequence[str]:
        """The two names or the two times that are held against each other."""
        sketch = self.sketch
        if not sketch.has("versus", "higher", "lower"):
            return ()
        names = [sketch.text(slot.at) for slot in sketch.filters]
        return names if len(names) == 2 and len({slot.best.dimension for slot in sketch.filters}) == 1 else ()

    @property
    def _said(self) -> Sequence[int]:
        """Names, cuts and times in their order; what is listed stands in the question itself."""
        sketch = self.sketch
        listed = {slot.at for slot in sketch.dimensions if slot.role != "group" and slot.name in _OF_KIND}
        labels = {slot.at for slot in sketch.dimensions if slot.role == "label"}
        places = [at for at, group in enumerate(sketch.groups) if group.of("time", "value") or group.of("dimension")]
        lengths = {slot.at for slot in sketch.durations} if self._two_times else set()
        return [at for at in places if at not in listed | labels | lengths and at not in sketch.dropped]

    @property
    def _two_times(self) -> bool:
        """Compare two months: which ones, and by what."""
        sketch = self.sketch
        return sketch.has("versus") and bool(sketch.durations) and not (sketch.filters or sketch.periods or sketch.dimensions)

    @property
    def rest(self) -> str:
        sketch, words = self.sketch, _offered(self.sketch.language).words
        named, cut = {slot.at for slot in sketch.filters}, {slot.at for slot in sketch.dimensions}
        sides, parts = self._sides, []
        if sides:
            parts.append(f" {words['against']} ".join(sides))
        for at in self._said:
            if sides and at in named:
                continue
            if at in {slot.at for slot in sketch.comparisons}:
                parts.append(f"{words['against']} {_WITH.sub('', sketch.text(at))}")
                continue
            joined = words["for"] if at in named else words["by"] if at in cut else ""
            parts.append(f"{joined} {sketch.text(at)}")
        if self.kind == "trend" and not sketch.buckets:
            parts.insert(0, words["month"])
        if self.kind in ("change", "whole") and not sketch.periods:
            parts.append(words["last"])
        return " ".join(" ".join(parts).split())
