"""The names in the data: members of every text dimension that this asker may see, and ids too many to list looked up one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ingestion.metrics import Dimension, load_definitions
from tools.query.bench import Bench, parse
from tools.query.reach import reachable
from tools.query.served import Served
from tools.query.visible import restrict

# Ids of things that happen: too many to list, regular enough to look up.
LOOKED_UP = ("order", "purchase_order", "shipment", "session", "visitor")
# How often a member is spoken of follows how often it occurs: rows of these columns.
_OCCURS_IN: Mapping[str, str] = MappingProxyType(
    {"product": "order_lines.product_id", "customer": "orders.customer_id", "supplier": "products.supplier_id"}
)
_BATCH = 10_000
_SHAPE = re.compile(r"^(\D*)(\d+)$")


@dataclass(frozen=True)
class Named:
    """A member: `value` is what a filter takes, `name` what people read, `aliases` other codes it goes by, `weight` how often it occurs."""

    dimension: str
    value: str
    name: str
    aliases: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class IdShape:
    """How ids of a dimension look: the letters they begin with and how many characters they have, where that never varies."""

    dimension: str
    prefix: str = ""
    width: int = 0


def named_dimensions() -> tuple[Dimension, ...]:
    """Text dimensions whose members are listed."""
    known = load_definitions().dimensions.values()
    return tuple(d for d in known if d.kind == "text" and not d.is_time and d.name not in LOOKED_UP)


def spoken_words() -> Mapping[str, tuple[str, ...]]:
    """What each metric and dimension is called, in every language: words that do not name members."""
    known = load_definitions()
    dimensions = {name: (*entry.en, *entry.vi) for name, entry in known.dimensions.items()}
    metrics = {name: (*entry.en, *entry.vi) for name, entry in known.metrics.items() if not entry.hidden}
    return {name: (name.replace("_", " "), *said) for name, said in (metrics | dimensions).items()}


@lru_cache(maxsize=1)
def narrowed_by() -> Mapping[str, frozenset[str]]:
    """The dimensions each metric can be cut and narrowed by."""
    known = load_definitions()
    return {name: frozenset(reachable(known, metric)) for name, metric in known.metrics.items()}


def called(metric: str, language: str) -> str:
    """The first name of a metric in a language."""
    names = load_definitions().metrics[metric].vi if language == "vi" else ()
    return next(iter(names), metric.replace("_", " "))


@lru_cache(maxsize=1)
def ratios() -> Mapping[tuple[str, str], str]:
    """The metric that is one metric divided by another."""
    metrics = load_definitions().metrics.values()
    return {(m.numerator, m.denominator): m.name for m in metrics if m.numerator and m.denominator and not m.hidden and not m.annualised}


def vocabulary(served: Served) -> Iterator[Named]:
    """Every member of every listed dimension that may be seen, as of the day of the context."""
    for dimension in named_dimensions():
        if served.source.has_rows(dimension.table):
            yield from _members(served, dimension)


def id_shapes(served: Served) -> tuple[IdShape, ...]:
    """How the ids that are not listed look; dimensions without rows are left out."""
    known = load_definitions().dimensions
    return tuple(_shape(served, known[name]) for name in LOOKED_UP if name in known and served.source.has_rows(known[name].table))


def existing_ids(served: Served, dimension: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Those of the ids that exist and may be seen."""
    entry, bench = load_definitions().dimensions[dimension], _bench(served)
    wanted = bench.bind_all(list(dict.fromkeys(ids)))
    if not wanted:
        return ()
    sql = _finished(f"SELECT DISTINCT {entry.column} AS id FROM {entry.table} WHERE {entry.column} IN ({wanted})", bench)
    return tuple(str(row[0]) for row in served.source.fetch(sql, bench.parameters))


def _bench(served: Served) -> Bench:
    return Bench(load_definitions(), served.context, served.source)


def _finished(sql: str, bench: Bench) -> str:
    """The statement over visible rows only, in the engine's own SQL."""
    return restrict(parse(sql), bench).sql(dialect=bench.source.dialect)


def _members(served: Served, dimension: Dimension) -> Iterator[Named]:
    bench = _bench(served)
    codes = len(dimension.also)
    for row in _stream(served, _finished(_member_sql(served, dimension), bench), bench):
        value, name = str(row[0]), str(row[1] if row[1] is not None else row[0])
        if name.strip():
            yield Named(
                dimension.name, value, name, tuple(str(code) for code in row[2 : 2 + codes] if code is not None), float(str(row[-1]))
            )


def _member_sql(served: Served, dimension: Dimension) -> str:
    """Value, name, other codes and number of occurrences, one row a value."""
    shown = [dimension.label or dimension.column, *dimension.also]
    columns = ", ".join([f"{dimension.column} AS v", *(f"MIN({reference}) AS n{place}" for place, reference in enumerate(shown))])
    counted = _OCCURS_IN.get(dimension.name, "")
    table, _, column = counted.partition(".")
    tail = f"WHERE NOT {dimension.column} IS NULL GROUP BY {dimension.column} ORDER BY 1"
    if not counted or not served.source.has_rows(table):
        return f"SELECT {columns}, COUNT(*) AS w FROM {dimension.table} {tail}"
    counts = f"(SELECT {column} AS k, COUNT(*) AS c FROM {table} GROUP BY {column}) AS often"
    joined = f"{dimension.table} LEFT JOIN {counts} ON often.k = {dimension.column}"
    return f"SELECT {columns}, COALESCE(MAX(often.c), 0) AS w FROM {joined} {tail}"


def _stream(served: Served, sql: str, bench: Bench) -> Iterator[tuple[object, ...]]:
    """Rows in batches: a million names are never in memory at once."""
    with served.source.engine.connect().execution_options(stream_results=True) as connection:
        result = connection.exec_driver_sql(sql, dict(bench.parameters))
        while rows := result.fetchmany(_BATCH):
            yield from (tuple(row) for row in rows)


def _shape(served: Served, dimension: Dimension) -> IdShape:
    """The common look of the ids, told by the first and the last; nothing common where they differ."""
    bench = _bench(served)
    sql = _finished(f"SELECT MIN({dimension.column}) AS a, MAX({dimension.column}) AS z FROM {dimension.table}", bench)
    seen = [_SHAPE.match(str(value)) for value in served.source.fetch(sql, bench.parameters)[0]]
    first, last = seen
    if first is None or last is None or first[1] != last[1]:
        return IdShape(dimension.name)
    return IdShape(dimension.name, first[1], len(first[0]) if len(first[0]) == len(last[0]) else 0)
