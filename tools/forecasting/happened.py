"""What was sold on the days of promises, looked up together: one query for each scope and stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ml.ledger import Promise
from tools.errors import CannotDo
from tools.query.contract import Between, Filter
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.value import Value
from tools.query.run import run_query
from tools.query.served import Served

_MOST_STRETCHES, _MOST_ROWS = 200, 100_000
Stretch = tuple[str, Between]


def what_happened(served: Served, promises: Sequence[Promise]) -> tuple[tuple[Promise, float], ...]:
    """Each promise with what was sold then; promises about goods that are not in the data are left out. The newest stretches come first."""
    by_stretch: dict[tuple[str, str, str], list[Promise]] = {}
    for promise in sorted(promises, key=lambda each: each.ends_on, reverse=True):
        by_stretch.setdefault((promise.scope, promise.starts_on.isoformat(), promise.ends_on.isoformat()), []).append(promise)
    found: list[tuple[Promise, float]] = []
    for together in list(by_stretch.values())[:_MOST_STRETCHES]:
        sold = _sold(served, together)
        found += [(promise, sold[promise.subject]) for promise in together if promise.subject in sold]
    return tuple(found)


def _sold(served: Served, together: Sequence[Promise]) -> dict[str, float]:
    """Units by subject on the days they share; a subject that exists and sold nothing sold 0."""
    first = together[0]
    days = Between(start=first.starts_on, end=first.ends_on)
    context = replace(served.context, max_rows=_MOST_ROWS)
    if first.scope == "total":
        total = run_query(Value(metrics=("units",), period=days), context, served.source)
        return {"": float(str(total.rows[0][0] or 0))}
    known = _known(served, first.scope, {promise.subject for promise in together})
    if not known:
        return {}
    where = (Filter(dimension=first.scope, op="in", values=tuple(sorted(known))),)
    result = run_query(Breakdown(metrics=("units",), by=(first.scope,), where=where, period=days), context, served.source)
    sold = dict.fromkeys(known, 0.0)
    for row in result.rows:
        for name in (str(cell) for cell in row[:-1] if cell is not None):
            if name in sold:
                sold[name] = float(str(row[-1] or 0))
    return sold


def _known(served: Served, scope: str, subjects: set[str]) -> set[str]:
    """The subjects that the data knows: one query for all, and one for each when some are not known."""
    if _exists(served, scope, tuple(sorted(subjects))):
        return subjects
    return {subject for subject in subjects if _exists(served, scope, (subject,))}


def _exists(served: Served, scope: str, subjects: tuple[str, ...]) -> bool:
    as_of = served.context.as_of
    asked = Value(metrics=("units",), where=(Filter(dimension=scope, op="in", values=subjects),), period=Between(start=as_of, end=as_of))
    try:
        run_query(asked, served.context, served.source)
    except CannotDo:
        return False
    return True
