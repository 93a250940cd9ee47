"""Which source of a metric answers: the first that reaches every dimension asked for along many-to-one joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.metrics import Definitions, Dimension, Edge, Metric, MetricSource
from tools.errors import CannotDo
from tools.query.bench import Bench

ADDITIVE = "metrics whose parts add up: sums, and counts of things that each have one place"


@dataclass(frozen=True)
class Measure:
    """A metric that is computed from rows, with the source chosen for it."""

    metric: Metric
    source: MetricSource


def choose(bench: Bench, metric: Metric, dimensions: Sequence[Dimension]) -> Measure:
    """The metric with the first source that has data and reaches the dimensions, or a refusal that says why not."""
    present = [source for source in metric.sources if not _empty_tables(bench, source)]
    if not present:
        missing = ", ".join(_empty_tables(bench, metric.sources[0]))
        remedy = f"load {missing} to ask about: {metric.definition}"
        raise CannotDo(metric.name, f"it is computed from {missing}, which holds no rows", remedy)
    for source in present:
        if all(reaches(bench.definitions, source, dimension) for dimension in dimensions):
            return Measure(metric, source)
    blocked = next(d for d in dimensions if not reaches(bench.definitions, present[-1], d))
    why = _reason(bench.definitions, metric, present[-1], blocked)
    raise CannotDo(f"{metric.name} by {blocked.name}", why, f"It can be cut by {', '.join(reachable(bench.definitions, metric))}")


def check_filled(bench: Bench, dimensions: Sequence[Dimension]) -> None:
    """Refuse a cut by something the data do not hold anywhere: one row without a name is no answer."""
    for dimension in dimensions:
        column = dimension.column
        if column is None:
            continue
        keys = [
            f"{edge.table}.{edge.columns[0]}" for edge in bench.definitions.edges if f"{edge.target}.{edge.target_columns[0]}" == column
        ]
        if not any(bench.source.has_values(reference) for reference in (column, *keys)):
            empty = f"{column} holds no values" if bench.source.has_rows(dimension.table) else f"{dimension.table} holds no rows"
            raise CannotDo(f"a cut by {dimension.name}", empty, f"Load {dimension.table} with {column.split('.')[1]}")


def adds_up(bench: Bench, metric: Metric, by: Sequence[str], where: Sequence[Dimension] = ()) -> bool:
    """Whether the parts along these dimensions sum to the whole: always for sums, and for distinct things that each have one place."""
    if metric.additivity != "distinct":
        return metric.additivity == "additive"
    source = choose(bench, metric, [*(bench.dimension(name) for name in by), *where]).source
    return "DISTINCT" not in source.expression and source.per is None


def reaches(definitions: Definitions, source: MetricSource, dimension: Dimension) -> bool:
    """Whether the dimension can be read for every row of the source without multiplying rows."""
    if dimension.column is not None:
        return definitions.path(source.table, dimension.table) is not None
    if source.time is None:
        return False
    return dimension.part != "hour" or definitions.kind(source.time) == "timestamp"


def joins(definitions: Definitions, table: str, targets: Sequence[str]) -> tuple[Edge, ...]:
    """The joins that bring the targets to a table, each once, parents first."""
    edges: dict[Edge, None] = {}
    for target in targets:
        for edge in definitions.path(table, target) or ():
            edges.setdefault(edge)
    return tuple(edges)


def join_sql(edges: Sequence[Edge], definitions: Definitions) -> str:
    """LEFT JOIN clauses: a missing parent never loses a row."""
    return " ".join(f"LEFT JOIN {relation_sql(edge.target, definitions)} ON {_on(edge)}" for edge in edges)


def relation_sql(table: str, definitions: Definitions) -> str:
    """A table, or the SELECT behind a derived one."""
    return f"({definitions.derived[table].sql}) AS {table}" if table in definitions.derived else table


def reachable(definitions: Definitions, metric: Metric) -> list[str]:
    """Dimensions a metric can be cut by, in declaration order."""
    measures = [definitions.metrics[name] for name in metric.parts] if metric.is_ratio else [metric]
    return [
        name
        for name, dimension in definitions.dimensions.items()
        if all(any(reaches(definitions, source, dimension) for source in measure.sources) for measure in measures)
        and not (dimension.part and (metric.annualised or any(measure.closing or measure.trailing_days for measure in measures)))
    ]


def _on(edge: Edge) -> str:
    pairs = zip(edge.columns, edge.target_columns, strict=True)
    return " AND ".join(f"{edge.table}.{left} = {edge.target}.{right}" for left, right in pairs)


def _empty_tables(bench: Bench, source: MetricSource) -> list[str]:
    tables = dict.fromkeys(base for table in source.tables for base in bench.definitions.base_tables(table))
    return [table for table in tables if not bench.source.has_rows(table)]


def _reason(definitions: Definitions, metric: Metric, source: MetricSource, dimension: Dimension) -> str:
    if dimension.is_time:
        return f"{source.table} rows have no {'time of day' if source.time else 'date'}"
    meeting = next((target for target in ("orders", "purchase_orders") if _meet(definitions, source.table, dimension.table, target)), None)
    if meeting:
        return f"one {meeting} row can have several {dimension.table}, so {metric.name} would be counted more than once"
    return f"{metric.name} is computed from {source.table}, which is not tied to {dimension.table}"


def _meet(definitions: Definitions, left: str, right: str, target: str) -> bool:
    """Whether rows of `left` belong to a `target` that something tied to `right` belongs to as well."""
    tied = {edge.table for edge in definitions.edges if definitions.path(edge.table, right) is not None} | {right}
    return definitions.path(left, target) is not None and any(definitions.path(table, target) is not None for table in tied)
