"""One number, or several side by side, for one or several periods."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tools.query.bench import Bench, Draft
from tools.query.changes import changed, changed_columns
from tools.query.contract import AllTime, Column, Comparison, Period, Query
from tools.query.relation import Ask, relate


class Value(Query):
    """What is M? What is it against the period before, against last year, in each of several periods?"""

    kind: Literal["value"] = "value"
    metrics: tuple[str, ...] = Field(min_length=1)
    compare: Comparison | None = None
    periods: tuple[Period, ...] = ()

    @model_validator(mode="after")
    def _has_one_kind_of_period(self) -> Value:
        if self.periods and (self.compare is not None or self.period != AllTime()):
            raise ValueError("periods stand alone: leave out period and compare")
        return self


def build_value(query: Value, bench: Bench) -> Draft:
    """One row, or one for each period."""
    if query.periods:
        return _several(query, bench)
    span = bench.window(query.period)
    now = relate(bench, Ask(query.metrics, where=query.where, span=span))
    if query.compare is None:
        return Draft(f"SELECT {', '.join(query.metrics)} FROM {now}", bench.metric_columns(query.metrics))
    before = relate(bench, Ask(query.metrics, where=query.where, span=bench.compare_window(query.compare, span)), "facts_before")
    return Draft(changed(bench, query.metrics, (), now, before), changed_columns(bench, query.metrics))


def _several(query: Value, bench: Bench) -> Draft:
    selects = []
    for position, period in enumerate(query.periods):
        span = bench.window(period)
        part = relate(bench, Ask(query.metrics, where=query.where, span=span), f"facts_{position + 1}")
        label = f"{span.first} to {span.last}" if span else f"up to {bench.context.as_of}"
        selects.append(f"SELECT {position + 1} AS position, {bench.bind(label)} AS period, {', '.join(query.metrics)} FROM {part}")
    columns = (Column("position", type="integer"), Column("period"), *bench.metric_columns(query.metrics))
    return Draft(" UNION ALL ".join(selects), columns, ("position",))
