"""What of a forecast the ledger keeps: totals of whole parts that can be looked up again when their days are over."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.metrics import load_definitions
from ml.ledger import Promise, Scope
from tools.forecasting.ahead import NOMINAL, Amount, Expected, Window
from tools.forecasting.past_demand import Where
from tools.forecasting.terms import DemandForecastQuery
from tools.query.bench import Bench
from tools.query.contract import AnyOf, Filter
from tools.query.filters import resolve_values
from tools.query.served import Served


def promises(served: Served, query: DemandForecastQuery, asked: Window, ahead: Sequence[tuple[Expected, Amount]]) -> tuple[Promise, ...]:
    """The promises of an answer; none where only some places were seen, for that is no total of a whole part."""
    if query.measure != "units" or served.context.sees_some:
        return ()
    scope = query.by or _scope(query.where)
    if scope is None or (query.by and query.where):
        return ()
    return tuple(_promise(scope, each, amount, asked, _subject(served, each, query.where)) for each, amount in ahead)


def _scope(where: Where) -> Scope | None:
    """The part a forecast is about, when it is one whole part."""
    if not where:
        return "total"
    item = where[0]
    if len(where) > 1 or isinstance(item, AnyOf) or item.op != "=" or len(item.values) != 1:
        return None
    return {"product": "product", "category": "category", "location": "location"}.get(item.dimension)  # type: ignore[return-value]


def _subject(served: Served, ahead: Expected, where: Where) -> str:
    """The id of the part, however it was named in the question."""
    named = next((item for item in where if isinstance(item, Filter)), None)
    if ahead.key or named is None:
        return ahead.key
    bench = Bench(load_definitions(), served.context, served.source)
    return str(resolve_values(bench, bench.dimension(named.dimension), named)[0])


def _promise(scope: Scope, ahead: Expected, amount: Amount, asked: Window, subject: str) -> Promise:
    return Promise(
        kind="forecast",
        scope=scope,
        subject=subject,
        location_id="",
        made_as_of=asked.as_of,
        starts_on=asked.first,
        ends_on=asked.last,
        value=round(amount.expected, 2),
        low=round(amount.low, 2),
        high=round(amount.high, 2),
        coverage=NOMINAL,
        model=ahead.model,
        version=ahead.version,
        demand_class=ahead.demand_class,
    )
