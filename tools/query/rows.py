"""The rows a measure is computed from: which days they lie in, and how dimensions read on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.calendar import Span, midnight_utc
from ingestion.metrics import Dimension, Edge, MetricSource
from ingestion.schema import TABLE_NAMES, table
from tools.errors import CannotDo
from tools.query import clock
from tools.query.bench import Bench

_LOCAL_DATE = re.compile(r"LOCAL_DATE\((\w+\.\w+)\)")
_DAYS = re.compile(r"DAYS\((\w+\.\w+), (\w+\.\w+)\)")
# The calendar of closing levels: days that have stock rows.
_CLOSING_DAY = "stock_levels.as_of"


@dataclass(frozen=True)
class Rows:
    """The rows of one metric source within a span."""

    bench: Bench
    source: MetricSource
    span: Span | None
    closing: bool = False
    trailing_days: int | None = None

    def key(self, dimension: Dimension) -> str:
        """A dimension as an expression over these rows."""
        if dimension.column is None:
            return self._time(dimension)
        edge = self._foreign_key(dimension)
        if edge is None:
            return dimension.column
        return f"{edge.table}.{edge.columns[edge.target_columns.index(dimension.column.split('.')[1])]}"

    def _foreign_key(self, dimension: Dimension) -> Edge | None:
        """The last join towards a dimension that is itself a key: the foreign key says the same without that join."""
        path = self.bench.definitions.path(self.source.table, dimension.table) if dimension.column else None
        column = dimension.column.split(".")[1] if dimension.column else ""
        return path[-1] if path and column in path[-1].target_columns else None

    def conditions(self, dimensions: Sequence[Dimension]) -> list[str]:
        """Which days count: those of the span, or the closing day of it."""
        if self.source.time is None:
            return self._timeless()
        self._check_extent(self.source.time)
        if self.trailing_days:
            return self._trailing(self.trailing_days)
        found = within(self.bench, self.source.time, self.span)
        if self.closing:
            found.append(f"{self.source.time} IN ({self._closing_days(dimensions)})")
        return found

    def closing_join(self, dimensions: Sequence[Dimension]) -> str:
        """For trailing windows: the closing days each window ends on."""
        if not self.trailing_days or self.source.time is None:
            return ""
        day = clock.bucket("day", instant_sql(self.bench, self.source.time), self.bench.context.fiscal_year_start)
        window = f"{day} BETWEEN closing.day - {self.trailing_days - 1} AND closing.day"
        return f"JOIN ({self._closing_days(dimensions)}) AS closing(day) ON {window}"

    def expand(self, text: str) -> str:
        """The macros of metrics.yaml written out."""
        text = _LOCAL_DATE.sub(lambda match: f"CAST({instant_sql(self.bench, match[1])} AS DATE)", text)
        text = _DAYS.sub(lambda match: f"CAST(EXTRACT(EPOCH FROM ({match[1]} - {match[2]})) AS DOUBLE) / 86400.0", text)
        return text.replace("AS_OF()", self.bench.bind(self.bench.context.as_of)) if "AS_OF()" in text else text

    def _time(self, dimension: Dimension) -> str:
        if (self.trailing_days or self.closing) and dimension.part:
            raise CannotDo(f"a stock level by {dimension.name}", "a level belongs to a day, not to a weekday or hour", "Cut it by day")
        local = "closing.day" if self.trailing_days else instant_sql(self.bench, self.source.time or "")
        if dimension.part:
            return clock.part(dimension.part, local)
        return clock.bucket(dimension.grain or "day", local, self.bench.context.fiscal_year_start)

    def _closing_days(self, dimensions: Sequence[Dimension]) -> str:
        """The last day with levels in the span, or in each time bucket of it."""
        conditions = " AND ".join(within(self.bench, _CLOSING_DAY, self.span))
        grains = [dimension.grain for dimension in dimensions if dimension.grain]
        buckets = ", ".join(clock.bucket(grain, _CLOSING_DAY, self.bench.context.fiscal_year_start) for grain in grains)
        where, group = (f" WHERE {conditions}" if conditions else ""), (f" GROUP BY {buckets}" if buckets else "")
        return f"SELECT MAX({_CLOSING_DAY}) FROM stock_levels{where}{group}"

    def _trailing(self, days: int) -> list[str]:
        """A plain bound around all windows: the engine can skip what lies outside."""
        if self.span is None or self.span.first == date.min or self.source.time is None:
            return []
        return within(self.bench, self.source.time, Span(self.span.first - timedelta(days=days), self.span.last))

    def _timeless(self) -> list[str]:
        if self.span is not None:
            self.bench.note(f"{self.source.table} rows carry no date: the period does not narrow them")
        return []

    def _check_extent(self, time: str) -> None:
        """A period before the first row, or a level after the last one, is no data rather than nothing sold."""
        extent = self.bench.source.extent(self.bench.definitions.stored(time))
        if extent is None or self.span is None:
            return
        first, last = extent[0].date() - timedelta(days=1), extent[1].date()
        if self.span.last < first or (self.closing and self.span.first > last):
            raise CannotDo(
                f"the period {self.span.first} to {self.span.last}",
                f"{time.split('.')[0]} hold data from {extent[0].date()} to {last} only",
                "Ask about a period inside it",
            )


def instant_sql(bench: Bench, reference: str) -> str:
    """A date or timestamp column in the business zone."""
    if bench.definitions.kind(reference) == "date":
        return reference
    return clock.local_time(reference, bench.context.timezone, bench.source.extent(bench.definitions.stored(reference)))


def within(bench: Bench, reference: str, span: Span | None) -> list[str]:
    """Conditions that a date or timestamp column lies in a span; written on the raw column so that engines can skip blocks."""
    if span is None:
        return [] if _is_always_set(reference) else [f"NOT {reference} IS NULL"]
    is_date = bench.definitions.kind(reference) == "date"
    first, last = span.first, span.last + timedelta(days=1)
    zone = bench.context.timezone
    found = [f"{reference} < {bench.bind(last if is_date else midnight_utc(last, zone))}"]
    if first != date.min:
        found.insert(0, f"{reference} >= {bench.bind(first if is_date else midnight_utc(first, zone))}")
    return found


def _is_always_set(reference: str) -> bool:
    name, column = reference.split(".")
    return name not in TABLE_NAMES or table(name)[column].required
