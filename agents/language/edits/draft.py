"""A call while it is changed: its arguments, the message that changes it, and which of its words were understood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from agents.language.edits.mood import Mood
from agents.language.figures import Json
from agents.language.rank import TELLING, weight_of
from agents.language.sketch import Sketch
from agents.language.taker import Taker
from agents.language.tokens import Token
from agents.memory import Handle
from tools.errors import ToolError

Call = tuple[str, Json]
# Arguments every query may have and these tools refuse: their days and names stand elsewhere.
REFUSED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("did_but_never", "overlap", "price_in_force", "stock_ageing"), frozenset({"period"})),
    **dict.fromkeys(("look_up", "look_up_lines", "chain"), frozenset({"period", "where"})),
}
# The days of these stand in each of their sides.
SIDES: Mapping[str, tuple[str, str]] = {"did_but_never": ("did", "never"), "overlap": ("left", "right")}
# What shapes an answer and is chosen anew with the tool.
_FORMS = frozenset({"kind", "metric", "metrics", "by", "entity", "grain", "order", "lowest", "direction", "columns", "of", "ids"})
# What is told when the new tool cannot keep it.
_LOST: Mapping[str, str] = {
    "having": "the condition on the figure is left out",
    "compare": "the comparison is left out",
    "also": "only the first figure is kept",
    "n": "no longer only the first of them",
    "limit": "no longer only the first of them",
    "top": "no longer only the first of them",
    "within": "no longer within each of them",
    "share": "no longer only those that make up the named part",
}
_FIRST = ("ranking", "ranking_within_groups", "rank_change", "change_by_member")


@dataclass
class Draft:
    """One call on its way to another; every step takes what it understands of the message and changes the call."""

    tool: str
    arguments: Json
    take: Taker
    mood: Mood
    message: str
    as_of: date
    handles: Sequence[Handle] = ()
    failed: bool = False
    changed: bool = False
    rated: bool = False  # a share was asked for, and a rate says it
    read: set[int] = field(default_factory=set)  # places of words a step read by itself
    why: str = ""  # what stands in the way of a change, where that can be said

    @property
    def sketch(self) -> Sketch:
        return self.take.sketch

    def can(self, field: str) -> bool:
        """Whether the tool has such an argument."""
        return field in fields_of(self.tool) - REFUSED.get(self.tool, frozenset())

    def put(self, field: str, value: object) -> None:
        """Sets an argument; None and empty ones are taken away."""
        self.changed = True
        if value is None or value == []:
            self.arguments.pop(field, None)
        else:
            self.arguments[field] = value

    def become(self, tool: str, **arguments: object) -> None:
        """Another tool with these arguments; all that it takes too is kept, and what it cannot keep is told."""
        fields = fields_of(tool) - REFUSED.get(tool, frozenset())
        free = {name: value for name, value in self.arguments.items() if name not in arguments and name not in _FORMS}
        lost = [name for name, value in free.items() if name not in fields and value]
        if set(lost) & {"where", "period", "periods"}:
            self.fail()
        if self.tool not in _FIRST:
            lost = [name for name in lost if name != "n"]
        for text in dict.fromkeys(_LOST[name] for name in lost if name in _LOST):
            self.take.assume(text)
        kept = {name: value for name, value in free.items() if name in fields}
        self.tool, self.arguments, self.changed = tool, {**kept, **{name: each for name, each in arguments.items() if each}}, True

    def fail(self, why: str = "") -> None:
        """The message asks for what this call cannot say."""
        self.failed, self.why = True, self.why or why

    def explain(self, places: Iterable[int]) -> None:
        """These words were read, and every group that holds no others."""
        self.read |= set(places)
        groups = enumerate(self.sketch.groups)
        self.take.used.update(at for at, group in groups if set(range(group.start, group.end)) <= self.read)

    def places(self, pattern: re.Pattern[str]) -> set[int]:
        """Where the words stand that say such a thing; nowhere when nothing does."""
        return places_of(self.sketch.tokens, pattern)

    @property
    def metrics(self) -> list[str]:
        """The figures of the call."""
        return texts(self.arguments.get("metrics") or self.arguments.get("metric"))

    @property
    def by(self) -> list[str]:
        """The cuts of the call."""
        return texts(self.arguments.get("by") or self.arguments.get("entity"))

    @property
    def narrows(self) -> bool:
        """Only parcels to Huế, just what left the first warehouse: a name is said, and the words with it say whose it is."""
        first = {token.lower for token in self.sketch.tokens[:_FRONT]}
        return bool(first & _ONLY) and bool(self.sketch.filters) and not self.mood.has("adding", "replacing")

    def is_manner(self, at: int) -> bool:
        """Whether a group only says how the message is meant: bring back, take out."""
        group = self.sketch.groups[at]
        return set(range(group.start, group.end)) <= self.mood.places

    def left(self) -> tuple[str, ...]:
        """The words of the message that changed nothing and may matter."""
        sketch = self.sketch
        groups = [
            sketch.text(at)
            for at, group in enumerate(sketch.groups)
            if at not in self.take.used
            and at not in sketch.dropped
            and (weight_of(group) >= TELLING or "why" in group.cues())  # no change of a call says why
            and not set(range(group.start, group.end)) <= self.mood.places | self.read
        ]
        unread = (place for place in sketch.unread if place not in self.mood.places | self.read)
        return (*groups, *(sketch.tokens[place].text for place in unread))

    def is_valid(self) -> bool:
        """Whether the gate would take the call, and the tool every argument of it."""
        from tools.call import find, validated
        from tools.catalog import TOOLS

        if REFUSED.get(self.tool, frozenset()) & self.arguments.keys():
            return False
        try:
            validated(find(self.tool, TOOLS), self.arguments)
        except ToolError:
            return False
        return True


_FRONT = 3
_ONLY = frozenset({"only", "just", "chỉ", "riêng", "chi", "rieng"})


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, frozenset[str]]:
    from tools.catalog import TOOLS

    return {tool.name: frozenset(tool.query.model_fields) for tool in TOOLS}


def fields_of(tool: str) -> frozenset[str]:
    """The arguments a tool takes."""
    return _fields().get(tool, frozenset())


def places_of(tokens: Sequence[Token], pattern: re.Pattern[str]) -> set[int]:
    """Which of the words say such a thing."""
    text, starts = "", []
    for token in tokens:
        starts.append(len(text))
        text += f"{token.lower} "
    spans = [found.span() for found in pattern.finditer(text)]
    return {place for place, start in enumerate(starts) for first, end in spans if first <= start < end}


def cannot(tool: str, sketch: Sketch) -> bool:
    """Whether the tool is of a kind that has no such days, names, comparison or figures at all."""
    fields = fields_of(tool) - (REFUSED.get(tool, frozenset()) if tool not in SIDES else frozenset())
    figures: list[object] = [*(slot for slot in sketch.metrics if not slot.verb), *(slot for slot in sketch.numbers if slot.op)]
    lined = tool in ("metric_value", "breakdown", "share")  # they become a line of months
    wanted: tuple[tuple[Sequence[object], set[str]], ...] = (
        ((*sketch.periods, *sketch.without), {"period"}),
        (sketch.comparisons, {"compare"}),
        (() if lined else sketch.buckets, {"grain"}),
        (sketch.filters, {"where", "ids", "item"}),
        (figures or [slot for slot in sketch.dimensions if slot.role in ("group", "within")], {"metric", "metrics"}),
    )
    return any(slots and not names & fields for slots, names in wanted)


def tools() -> frozenset[str]:
    """The names of all tools."""
    return frozenset(_fields())


def texts(found: object) -> list[str]:
    """One text or several as a list."""
    if isinstance(found, str):
        return [found]
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def objects(found: object) -> list[Json]:
    """The mappings of a list."""
    return [dict(each) for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def plain(arguments: Mapping[str, object]) -> Json:
    """Arguments as plain JSON values of their own."""
    loaded: Json = json.loads(json.dumps(dict(arguments), default=str))
    return loaded
