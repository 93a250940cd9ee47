"""Why a number changed: each member's part of the change, and price, volume and mix. The parts sum exactly to the change."""

from __future__ import annotations

from typing import Literal

from ingestion.metrics import Metric
from tools.errors import BadInput
from tools.query.bench import Bench, Draft, metric_type
from tools.query.contract import Column, Comparison, Period, Query
from tools.query.filters import filtered_dimensions
from tools.query.operators.change import paired
from tools.query.reach import adds_up


class Contribution(Query):
    """How much of the change of a metric each member of a dimension made. For a rate: its part of both fractions."""

    kind: Literal["contribution"] = "contribution"
    metric: str
    by: str
    period: Period
    compare: Comparison = Comparison()


class Decomposition(Query):
    """The change of revenue split into price, volume, mix, new and lost members."""

    kind: Literal["decomposition"] = "decomposition"
    by: str = "product"
    period: Period
    compare: Comparison = Comparison()


def build_contribution(query: Contribution, bench: Bench) -> Draft:
    """One row for each member, the largest contribution first."""
    metric = bench.metric(query.metric)
    if not _has_parts(bench, metric, query):
        raise BadInput("metric", query.metric, why="its parts do not add up to its change", allowed="sums, and quotients of sums")
    key, m = bench.key(query.by), query.metric
    parts = metric.parts if metric.is_ratio else (m,)
    pairs = paired(bench, query, query.by, query.compare, parts)
    if metric.is_ratio:
        now, before = (_fraction(metric.numerator or "", metric.denominator or "", parts, suffix) for suffix in ("", "_before"))
    else:
        now, before = f"COALESCE({m}, 0)", f"COALESCE({m}_before, 0)"
    each = bench.add(
        "contributions", f"SELECT {key}, {now} AS part, {before} AS part_before, {now} - {before} AS contribution FROM {pairs}"
    )
    share = "CAST(contribution AS DOUBLE) / NULLIF(SUM(contribution) OVER (), 0) AS share_of_change"
    kind = metric_type(metric)
    values = [Column(name, metric.unit, kind) for name in ("part", "part_before", "contribution")]
    columns = (*bench.key_columns((query.by,)), *values, Column("share_of_change", "%", "number"))
    return Draft(f"SELECT {key}, part, part_before, contribution, {share} FROM {each}", columns, ("contribution DESC",))


def build_decomposition(query: Decomposition, bench: Bench) -> Draft:
    """Five effects and their total. Price: on the new units. Volume: more or fewer units at the old mean price. Mix: the rest."""
    pairs = paired(bench, query, query.by, query.compare, ("revenue", "units"))
    both = "units > 0 AND units_before > 0"
    flows = ", ".join(
        [
            f"COALESCE(SUM(CASE WHEN {both} THEN revenue - CAST(revenue_before AS DOUBLE) * units / units_before END), 0) AS price",
            f"COALESCE(SUM(CASE WHEN {both} THEN units END), 0) AS q1",
            f"COALESCE(SUM(CASE WHEN {both} THEN units_before END), 0) AS q0",
            f"COALESCE(SUM(CASE WHEN {both} THEN revenue END), 0) AS r1",
            f"COALESCE(SUM(CASE WHEN {both} THEN revenue_before END), 0) AS r0",
            "COALESCE(SUM(CASE WHEN NOT units_before > 0 THEN revenue END), 0) AS gained",
            "COALESCE(SUM(CASE WHEN NOT units > 0 THEN revenue_before END), 0) AS lost",
            "COALESCE(SUM(revenue), 0) - COALESCE(SUM(revenue_before), 0) AS change",
        ]
    )
    sums = bench.add("flows", f"SELECT {flows} FROM {pairs}")
    # Price and volume are rounded to cents and mix takes what is left, so that the effects sum exactly to the change.
    price = "CAST(price AS DECIMAL(38, 2))"
    volume = "CAST(COALESCE((q1 - q0) * CAST(r0 AS DOUBLE) / NULLIF(q0, 0), 0) AS DECIMAL(38, 2))"
    split = bench.add("effects", f"SELECT {price} AS price, {volume} AS volume, r1 - r0 AS kept, gained, lost, change FROM {sums}")
    effects = (
        ("price", "price"),
        ("volume", "volume"),
        ("mix", "kept - price - volume"),
        ("new", "gained"),
        ("lost", "-lost"),
        ("total", "change"),
    )
    rows = [f"SELECT {i + 1} AS position, '{name}' AS effect, {sql} AS amount FROM {split}" for i, (name, sql) in enumerate(effects)]
    return Draft(
        " UNION ALL ".join(rows),
        (Column("position", type="integer"), Column("effect"), Column("amount", "money", "decimal")),
        ("position",),
    )


def _has_parts(bench: Bench, metric: Metric, query: Contribution) -> bool:
    """Whether the metric, or both sides of its quotient, are sums over the members."""
    if metric.annualised:
        return False
    filtered = filtered_dimensions(bench, query.where)
    sums = [bench.definitions.metrics[part] for part in metric.parts] if metric.is_ratio else [metric]
    return all(part.closing or adds_up(bench, part, (query.by,), filtered) for part in sums)


def _fraction(numerator: str, denominator: str, parts: tuple[str, ...], suffix: str) -> str:
    """A member's numerator over everyone's denominator: these add up to the rate itself."""
    over, under = numerator, denominator
    for part in sorted(parts, key=len, reverse=True):
        over = over if part not in over.split() else over.replace(part, f"COALESCE({part}{suffix}, 0)")
        under = under if part not in under.split() else under.replace(part, f"COALESCE({part}{suffix}, 0)")
    return f"COALESCE(CAST({over} AS DOUBLE) / NULLIF(SUM({under}) OVER (), 0), 0)"
