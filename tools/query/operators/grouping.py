"""A metric as a dimension: how many customers have one order, two, three ..."""

from __future__ import annotations

from typing import Literal

from tools.query.bench import Bench, Draft, metric_type
from tools.query.contract import Column, Query
from tools.query.members import relate_members
from tools.query.relation import Ask


class ByMetric(Query):
    """Entities counted by the value of a metric; with `edges`, by ranges of it (each edge begins a range)."""

    kind: Literal["by_metric"] = "by_metric"
    entity: str
    metric: str
    edges: tuple[float, ...] = ()
    include_empty: bool = False


def build_by_metric(query: ByMetric, bench: Bench) -> Draft:
    """One row for each value or range: members and their share."""
    key, metric = bench.key(query.entity), query.metric
    part = relate_members(bench, Ask((metric,), (query.entity,), query.where, bench.window(query.period)), query.include_empty)
    slot = f"{metric} AS value"
    if query.edges:
        edges = sorted(query.edges, reverse=True)
        slot = f"CASE {' '.join(f'WHEN {metric} >= {bench.bind(edge)} THEN {bench.bind(edge)}' for edge in edges)} END AS value"
    each = bench.add("each_member", f"SELECT {key}, {slot} FROM {part} WHERE NOT {key} IS NULL AND NOT {metric} IS NULL")
    share = "CAST(COUNT(*) AS DOUBLE) / NULLIF(SUM(COUNT(*)) OVER (), 0) AS share"
    unit = bench.metric(metric)
    value = Column("from_value", unit.unit, "number") if query.edges else Column(metric, unit.unit, metric_type(unit))
    columns = (value, Column("members", "count", "integer"), Column("share", "%", "number"))
    return Draft(f"SELECT value AS {value.name}, COUNT(*) AS members, {share} FROM {each} GROUP BY value", columns, (value.name,))
