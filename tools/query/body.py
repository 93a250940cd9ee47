"""FROM, joins and WHERE of one fact table, with no more tables than the statement mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingestion.metrics import Definitions, Dimension, Edge
from tools.query.bench import Conditions
from tools.query.filters import conditions_sql
from tools.query.reach import join_sql, joins, relation_sql
from tools.query.rows import Rows

_MENTION = re.compile(r"\b([a-z_]+)\.[a-z_]+\b")


def body_sql(rows: Rows, selected: Sequence[str], where: Conditions, dimensions: Sequence[Dimension] = ()) -> str:
    """Everything after SELECT: the rows, the tables that `selected` and the conditions mention, the conditions."""
    bench, source = rows.bench, rows.source
    conditions = [*rows.conditions(dimensions), *conditions_sql(bench, where, rows.key)]
    own = rows.expand(source.where) if source.where else None
    closing = rows.closing_join(dimensions)
    rest = _mentioned(bench.definitions, source.table, [*selected, *conditions, closing])
    edge = _sole_parent(bench.definitions, source.table, own, rest)
    edges = joins(bench.definitions, source.table, [*rest, *_mentioned(bench.definitions, source.table, [own or ""])])
    if own and edge and all(other == edge or other.table != edge.target for other in edges):
        # Leaving out the few is three times quicker than joining the many.
        keys = f"SELECT {edge.target}.{edge.target_columns[0]} FROM {edge.target} WHERE NOT ({own})"
        own, edges = f"NOT {source.table}.{edge.columns[0]} IN ({keys})", tuple(other for other in edges if other != edge)
    tables = (relation_sql(source.table, bench.definitions), join_sql(edges, bench.definitions), closing)
    listed = [*([own] if own else []), *conditions]
    return f"FROM {' '.join(filter(None, tables))}" + (f" WHERE {' AND '.join(listed)}" if listed else "")


def _mentioned(definitions: Definitions, base: str, texts: Sequence[str]) -> list[str]:
    """Tables whose columns the texts read, besides the base."""
    names = dict.fromkeys(name for text in texts for name in _MENTION.findall(text))
    return [name for name in names if name != base and definitions.columns(name)]


def _sole_parent(definitions: Definitions, base: str, own: str | None, rest: Sequence[str]) -> Edge | None:
    """The join to the one parent that only the source's own condition reads."""
    parents = _mentioned(definitions, base, [own or ""])
    path = definitions.path(base, parents[0]) if len(parents) == 1 and parents[0] not in rest else None
    return path[0] if path and len(path) == 1 and len(path[0].columns) == 1 else None
