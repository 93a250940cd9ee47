"""What the assistant stands on: the data that is served and the words for it. Taken anew for every turn, so that a new snapshot is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from agents.brain import Word, World
from agents.catalog import AGENTS
from agents.follow_ups import SUGGESTED
from agents.phrases.book import Measure, Term
from tools.contract import AnyTool
from tools.query.served import Served

if TYPE_CHECKING:
    from tools.contract import Searcher


class MetricTerm(Measure, Protocol):
    """A metric as the definitions describe it; `hidden` ones are parts of others and are not offered."""

    @property
    def hidden(self) -> bool: ...


class Place(Term, Protocol):
    """A dimension and the column it is read from, if it has one."""

    @property
    def column(self) -> str | None: ...


class Definitions(Protocol):
    """The vocabulary of the warehouse: `ingestion.metrics.Definitions` is one."""

    @property
    def metrics(self) -> Mapping[str, MetricTerm]: ...
    @property
    def dimensions(self) -> Mapping[str, Place]: ...


@dataclass(frozen=True)
class Spoken:
    """The words an answer may use."""

    metrics: Mapping[str, MetricTerm]
    dimensions: Mapping[str, Place]


@dataclass(frozen=True)
class Ground:
    """A warehouse with its vocabulary, its currency and the tables that hold rows."""

    served: Served
    known: Definitions
    currency: str = "VND"
    tables: tuple[str, ...] = ()
    documents: Searcher | None = None  # the library, where the installation has one

    @cached_property
    def metrics(self) -> tuple[Word, ...]:
        return tuple(_word(name, term, term.unit) for name, term in self.known.metrics.items() if not term.hidden)

    @cached_property
    def dimensions(self) -> tuple[Word, ...]:
        return tuple(_word(name, term) for name, term in self.known.dimensions.items())

    @cached_property
    def spoken(self) -> Spoken:
        """The vocabulary of answers: without dimensions that are often suggested but hold nothing here."""
        columns = {name: term.column for name, term in self.known.dimensions.items() if name in SUGGESTED}
        empty = {name for name, column in columns.items() if column and not self.served.source.has_values(column)}
        return Spoken(self.known.metrics, {name: term for name, term in self.known.dimensions.items() if name not in empty})

    def on(self, day: date | None) -> Ground:
        """The same as it was on that day; nothing later is visible."""
        if day is None:
            return self
        return replace(self, served=replace(self.served, context=replace(self.served.context, as_of=day)))

    def world(self, tools: tuple[AnyTool, ...]) -> World:
        """What can be asked here."""
        offered = {each.name for each in tools}
        return World(
            as_of=self.served.context.as_of,
            tools=tools,
            agents=tuple(replace(card, tools=tuple(name for name in card.tools if name in offered)) for card in AGENTS),
            metrics=self.metrics,
            dimensions=self.dimensions,
            tables=self.tables,
        )


def _word(name: str, term: Term, unit: str | None = None) -> Word:
    return Word(name=name, meaning=term.definition, unit=unit, also=(*term.en, *term.vi))


GroundSource = Callable[[], Ground]
