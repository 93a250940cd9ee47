"""What was sold on the days of promises, looked up together: one query for each scope and stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ml.ledger import Promise
from tools.query.contract import Between, Filter
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.value import Value
from tools.query.run import run_query
from tools.query.served import Served
from tools.query.vocabulary import existing_ids

_MOST_STRETCHES, _MOST_ROWS = 200, 100_000


@dataclass(frozen=True)
class Came:
    """Promises with what was sold then; how many older ones were not looked up, and how many are of goods that are not in the data."""

    found: tuple[tuple[Promise, float], ...]
    older: int
    unknown: int


def what_happened(served: Served, promises: Sequence[Promise]) -> Came:
    """What came of promises; of very many stretches of days the newest. A query that takes too long is a refusal, never "sold 0"."""
    by_stretch: dict[tuple[str, str, str], list[Promise]] = {}
    for promise in sorted(promises, key=lambda each: each.ends_on, reverse=True):
        by_stretch.setdefault((promise.scope, promise.starts_on.isoformat(), promise.ends_on.isoformat()), []).append(promise)
    found: list[tuple[Promise, float]] = []
    looked_up = list(by_stretch.values())[:_MOST_STRETCHES]
    for together in looked_up:
        sold = _sold(served, together)
        found += [(promise, sold[promise.subject]) for promise in together if promise.subject in sold]
    counted = sum(map(len, looked_up))
    return Came(tuple(found), len(promises) - counted, counted - len(found))


def _sold(served: Served, together: Sequence[Promise]) -> dict[str, float]:
    """Units by subject on the days they share; a subject that exists and sold nothing sold 0."""
    first = together[0]
    days = Between(start=first.starts_on, end=first.ends_on)
    context = replace(served.context, max_rows=_MOST_ROWS)
    if first.scope == "total":
        total = run_query(Value(metrics=("units",), period=days), context, served.source)
        return {"": float(str(total.rows[0][0] or 0))}
    known = existing_ids(served, first.scope, [promise.subject for promise in together])
    if not known:
        return {}
    where = (Filter(dimension=first.scope, op="in", values=tuple(sorted(known))),)
    result = run_query(Breakdown(metrics=("units",), by=(first.scope,), where=where, period=days), context, served.source)
    sold = dict.fromkeys(known, 0.0)
    sold.update({str(row[0]): float(str(row[-1] or 0)) for row in result.rows if str(row[0]) in sold})
    return sold
