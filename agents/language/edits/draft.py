"""A call while it is changed: its arguments, the message that changes it, and which of its words were understood."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from agents.language.edits.mood import Mood
from agents.language.figures import Json
from agents.language.rank import TELLING, weight_of
from agents.language.sketch import Sketch
from agents.language.taker import Taker
from agents.memory import Handle
from tools.errors import ToolError

Call = tuple[str, Json]


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
    known: re.Pattern[str] | None = None  # words that belong to the matter of the call itself

    @property
    def sketch(self) -> Sketch:
        return self.take.sketch

    def can(self, field: str) -> bool:
        """Whether the tool has such an argument."""
        return field in fields_of(self.tool)

    def put(self, field: str, value: object) -> None:
        """Sets an argument; None and empty ones are taken away."""
        self.changed = True
        if value is None or value == []:
            self.arguments.pop(field, None)
        else:
            self.arguments[field] = value

    def become(self, tool: str, **arguments: object) -> None:
        """Another tool with these arguments; what both take alike (names, days) is kept."""
        kept = {name: value for name, value in self.arguments.items() if name in ("where", "period")}
        self.tool, self.arguments, self.changed = tool, {**kept, **{name: each for name, each in arguments.items() if each}}, True

    def fail(self) -> None:
        """The message asks for what this call cannot say."""
        self.failed = True

    @property
    def metrics(self) -> list[str]:
        """The figures of the call."""
        return texts(self.arguments.get("metrics") or self.arguments.get("metric"))

    @property
    def by(self) -> list[str]:
        """The cuts of the call."""
        return texts(self.arguments.get("by") or self.arguments.get("entity"))

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
            and weight_of(group) >= TELLING
            and not set(range(group.start, group.end)) <= self.mood.places
        ]
        unread = [sketch.tokens[place].text for place in sketch.unread if place not in self.mood.places]
        return (*groups, *(word for word in unread if not (self.known and self.known.fullmatch(word))))

    def is_valid(self) -> bool:
        """Whether the gate would take the call."""
        from tools.call import find, validated
        from tools.catalog import TOOLS

        try:
            validated(find(self.tool, TOOLS), self.arguments)
        except ToolError:
            return False
        return True


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, frozenset[str]]:
    from tools.catalog import TOOLS

    return {tool.name: frozenset(tool.query.model_fields) for tool in TOOLS}


def fields_of(tool: str) -> frozenset[str]:
    """The arguments a tool takes."""
    return _fields().get(tool, frozenset())


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
