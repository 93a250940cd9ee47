"""Two relations of the same shape side by side: now, before, the change and its rate."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.metrics import Metric
from tools.query.bench import Bench, metric_type
from tools.query.contract import Column

SUFFIXES = ("", "_before", "_change", "_change_rate")


def changed(bench: Bench, metrics: Sequence[str], keys: Sequence[str], now: str, before: str) -> str:
    """A SELECT over both parts, paired on the keys (empty keys too), with a change and a rate for each metric."""
    known = [bench.metric(name) for name in metrics]
    nows = ", ".join([*keys, *metrics, *(f"{_gap(metric)} AS {metric.name}_before" for metric in known)])
    befores = ", ".join(
        [*keys, *(f"{_gap(metric)} AS {metric.name}" for metric in known), *(f"{name} AS {name}_before" for name in metrics)]
    )
    merged = [*keys, *(column for metric in known for column in _merged(metric))]
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    stacked = f"SELECT {nows} FROM {now} UNION ALL SELECT {befores} FROM {before}"
    pairs = bench.add("pairs", f"SELECT {', '.join(merged)} FROM ({stacked}) AS stacked{group}")
    columns = [*keys, *(column for metric in metrics for column in _changes(metric))]
    return f"SELECT {', '.join(columns)} FROM {pairs}"


def changed_columns(bench: Bench, metrics: Sequence[str]) -> tuple[Column, ...]:
    """Columns of `changed` after the keys."""
    found = []
    for name in metrics:
        metric = bench.metric(name)
        kind = metric_type(metric)
        found += [Column(name + suffix, metric.unit, kind) for suffix in SUFFIXES[:3]]
        found.append(Column(f"{name}_change_rate", "%", "number"))
    return tuple(found)


def _gap(metric: Metric) -> str:
    return f"CAST(NULL AS {'DOUBLE' if metric_type(metric) == 'number' else 'DECIMAL(38, 6)'})"


def _merged(metric: Metric) -> tuple[str, str]:
    """No rows in a period means nothing happened, for metrics where that is so."""
    names = (metric.name, f"{metric.name}_before")
    first, second = (f"COALESCE(MAX({name}), 0) AS {name}" if metric.fills_with_zero else f"MAX({name}) AS {name}" for name in names)
    return first, second


def _changes(metric: str) -> tuple[str, ...]:
    before = f"{metric}_before"
    change = f"{metric} - {before}"
    rate = f"CAST({change} AS DOUBLE) / NULLIF(ABS({before}), 0)"
    return metric, before, f"{change} AS {metric}_change", f"{rate} AS {metric}_change_rate"
