"""Where a query is put together: bound values, named parts, notes, and the window of time it may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp

from ingestion.calendar import Span, midnight_utc
from ingestion.metrics import Definitions, Dimension, Guard, Metric
from tools.errors import BadInput, CannotDo, nearest_words
from tools.query.contract import AllTime, AnyOf, Column, ColumnType, Comparison, Filter, Period, Query, QueryContext, Scalar
from tools.query.periods import compared_span, resolve
from tools.query.source import Source

Conditions = tuple[Filter | AnyOf, ...]


@dataclass(frozen=True)
class Draft:
    """What an operator hands over: the last SELECT, its columns, and how rows are ordered."""

    sql: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class GuardCheck:
    """A metric whose value decides whether the answer may be given."""

    guard: Guard
    metric: str
    where: Conditions
    span: Span | None


@dataclass
class Bench:
    """One compilation: it collects what the statement needs while operators write SELECTs over named parts."""

    definitions: Definitions
    context: QueryContext
    source: Source
    parameters: dict[str, Scalar | Decimal | datetime] = field(default_factory=dict)
    parts: dict[str, exp.Query] = field(default_factory=dict)
    steps: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    guards: list[GuardCheck] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    span: Span | None = None
    compared: Span | None = None

    def bind(self, value: Scalar | Decimal | datetime) -> str:
        """A placeholder for a value; values never become SQL text."""
        for name, known in self.parameters.items():
            if type(known) is type(value) and known == value:
                return f"${name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def bind_all(self, values: Sequence[Scalar]) -> str:
        """Placeholders for a list of values."""
        return ", ".join(self.bind(value) for value in values)

    def add(self, name: str, sql: str) -> str:
        """Keep a SELECT as a named part and return the name it got."""
        unique = name if name not in self.parts else f"{name}_{len(self.parts)}"
        self.parts[unique] = parse(sql)
        return unique

    def note(self, text: str) -> None:
        """Say something beside the answer, once."""
        if text not in self.notes:
            self.notes.append(text)

    def metric(self, name: str, field_name: str = "metrics") -> Metric:
        """The metric called `name`; a typo is told what is nearest, by name or synonym."""
        known = self.definitions.metrics
        if name not in known:
            shown = sorted(metric.name for metric in known.values() if not metric.hidden)
            raise BadInput(field_name, name, allowed=shown, nearest=_nearest_entry(name, known))
        if name not in self.metrics:
            self.metrics.append(name)
            if known[name].note:
                self.note(f"{name}: {known[name].note}")
        return known[name]

    def dimension(self, name: str, field_name: str = "by") -> Dimension:
        """The dimension called `name`; a typo is told what is nearest."""
        known = self.definitions.dimensions
        if name not in known:
            raise BadInput(field_name, name, allowed=sorted(known), nearest=_nearest_entry(name, known))
        return known[name]

    def key(self, name: str) -> str:
        """The column name a dimension has in results: an entity goes by its id, beside its label."""
        return key_name(self.dimension(name))

    def key_columns(self, names: Sequence[str]) -> tuple[Column, ...]:
        """Result columns of dimensions."""
        return tuple(Column(self.key(name), type=_dimension_type(self.dimension(name))) for name in names)

    def metric_columns(self, names: Sequence[str], suffix: str = "") -> tuple[Column, ...]:
        """Result columns of metrics."""
        return tuple(Column(name + suffix, unit=self.metric(name).unit, type=metric_type(self.metric(name))) for name in names)

    def window(self, period: Period) -> Span | None:
        """The days a period means here; refused when they all lie after as_of, cut off at as_of."""
        span = self._clip(resolve(period, self.context))
        if isinstance(period, AllTime):
            self.note("no period was given: all history")
        self.span = span
        return span

    def compare_window(self, comparison: Comparison, span: Span | None) -> Span:
        """The days a span is compared with."""
        if span is not None and span.first == date.min and comparison.period is None:
            raise BadInput("compare", comparison.to, why="a state on a day has nothing of equal length before it", allowed="to: period")
        before = self._clip(compared_span(comparison, span, self.context))
        if before is None:
            raise BadInput("compare", comparison.to, why="all history has nothing before it; give a period")
        if span is not None and span.days != before.days:
            self.note(f"the periods differ in length: {span.days} and {before.days} days")
        self.compared = before
        return before

    def refuse(self, query: Query, *unused: Literal["where", "period"], why: str) -> None:
        """A field this kind of query has no use for is refused when filled: it would be ignored in silence."""
        for name in unused:
            if getattr(query, name) != type(query).model_fields[name].default:
                raise BadInput(name, query.model_dump(mode="json")[name], why=why)

    def horizon(self) -> str:
        """The first instant after as_of, bound."""
        return self.bind(midnight_utc(self.context.as_of + timedelta(days=1), self.context.timezone))

    def _clip(self, span: Span | None) -> Span | None:
        as_of = self.context.as_of
        if span is None or span.last <= as_of:
            return span
        if span.first > as_of:
            what = f"the period {span.first} to {span.last}"
            raise CannotDo(what, f"it lies after {as_of}, the last day known", "Ask for a forecast instead")
        self.note(f"the period runs to {as_of}, the last day known")
        return replace(span, last=as_of)


def key_name(dimension: Dimension) -> str:
    """Entities go by their id column, other dimensions by their own name."""
    column = dimension.column.split(".")[1] if dimension.column else ""
    return column if column.endswith("_id") else dimension.name


def metric_type(metric: Metric) -> ColumnType:
    """How a metric's values come out: sums exactly, means and quotients as they are."""
    if metric.unit == "count":
        return "integer"
    return "decimal" if metric.unit in ("money", "units") and metric.additivity != "ratio" else "number"


def parse(sql: str) -> exp.Query:
    """The tree of a SELECT in the house dialect, a copy of its own."""
    return _parsed(sql).copy()


@lru_cache(maxsize=2048)
def _parsed(sql: str) -> exp.Query:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    if not isinstance(tree, exp.Query):
        raise TypeError(f"not a SELECT: {sql}")
    return tree


def _dimension_type(dimension: Dimension) -> ColumnType:
    if dimension.grain is not None:
        return "date"
    if dimension.part is not None:
        return "integer"
    return dimension.kind


def _nearest_entry(name: str, entries: Mapping[str, Metric] | Mapping[str, Dimension]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for entry in entries.values():
        if not isinstance(entry, Metric) or not entry.hidden:
            names.update(dict.fromkeys((entry.name, entry.name.replace("_", " "), *entry.en, *entry.vi), entry.name))
    return tuple(dict.fromkeys(names[word] for word in nearest_words(name, names, limit=6)))[:3]
