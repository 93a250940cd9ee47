"""Filters a metric's own definition rules out: revenue of cancelled orders is not 0 but another question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingestion.metrics import Dimension
from tools.errors import CannotDo
from tools.query.bench import Bench, Conditions
from tools.query.contract import Filter
from tools.query.filters import resolve_values
from tools.query.reach import Measure

_OWN = re.compile(r"(\w+\.\w+) (<>|=) '([^']*)'")


def check_conflicts(bench: Bench, measures: Sequence[Measure], dimensions: Sequence[Dimension], where: Conditions) -> None:
    """Refuse a filter that leaves nothing of a metric by definition; say what a cut leaves out by definition."""
    for measure in measures:
        for column, sign, value in _OWN.findall(measure.source.where or ""):
            if sign == "<>" and any(dimension.column == column for dimension in dimensions):
                bench.note(f"{measure.metric.name} leaves out {value} by definition")
            for asked in _asked(bench, where, column):
                if (asked <= {value}) if sign == "<>" else (value not in asked):
                    raise CannotDo(
                        f"{measure.metric.name} of {', '.join(sorted(asked))}",
                        f"{measure.metric.name} is defined with {column} {sign} '{value}'",
                        nearest=_others(bench, column, asked),
                    )
                if sign == "<>" and value in asked:
                    bench.note(f"{measure.metric.name} leaves out {value} by definition")


def _asked(bench: Bench, where: Conditions, column: str) -> Iterator[set[str]]:
    """The values each plain filter on a column asks for."""
    for condition in where:
        if isinstance(condition, Filter) and condition.op in ("=", "in"):
            dimension = bench.dimension(condition.dimension, "where.dimension")
            if dimension.column == column:
                yield {str(value) for value in resolve_values(bench, dimension, condition)}


def _others(bench: Bench, column: str, asked: set[str]) -> list[str]:
    """Metrics defined over exactly what was asked for."""
    wanted = {f"{column} = '{value}'" for value in asked}
    metrics = bench.definitions.metrics.values()
    return [m.name for m in metrics if not m.hidden and any((source.where or "") in wanted for source in m.sources)]
