"""The forecast of a part of the business as findings: lines by bucket or member, the total, what made it, and the past beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ingestion.calendar import start_of
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import Days, Evidence, Fact, FactTable, FactValue, Findings, RuleEvidence, TableColumn, Unit
from tools.forecasting.ahead import Amount, Expected, Window, buckets, grain_of, window
from tools.forecasting.from_history import FromHistory, from_history
from tools.forecasting.past_demand import Where, past_demand, past_demand_by
from tools.forecasting.promising import promises
from tools.forecasting.terms import AheadGrain, DemandForecastQuery, Measure
from tools.forecasting.trained import find_trained, products_of
from tools.past import evidence_of, filters_in_words
from tools.query.contract import Filter, Query

HISTORY_DAYS, HISTORY_BUCKETS = 56, 26
_MEMBERS_MORE = 2  # so many times the members asked for are forecast, for those that sell most ahead may not be those that did
_OWN_RULE = (
    "Made from the line's own past by the method the line names: the median of a ladder of methods, or the one that missed clearly less "
    "when tried on that past. Lines are not scored one by one; a forecast of one of them alone tells its score."
)
OWN_PAST = "made from the series' own past: {why}"


def forecast_demand(context: ToolContext, query: DemandForecastQuery) -> Findings:
    """What is expected to sell."""
    asked = window(query, context.served.context.as_of)
    return _by_member(context, query, asked) if query.by else _by_bucket(context, query, asked)


def _by_bucket(context: ToolContext, query: DemandForecastQuery, asked: Window) -> Findings:
    past = past_demand(context.served, query.where, query.measure)
    if past is None:
        raise _nothing_sold(query.where)
    own = from_history(past, asked.horizon, asked.length)
    ahead, why = _best(context, query, asked, own)
    grain = grain_of(query, asked)
    said = words_of(query.where)
    names = column_names(query.measure)
    rows: list[tuple[FactValue, ...]] = []
    facts: list[Fact] = []
    for place, (start, first, last) in enumerate(buckets(asked, grain)):
        amount = ahead.between(asked.place(first), asked.place(last) + 1)
        rows.append((start, *cells(amount, query.measure)))
        facts += line_facts(context, place, amount, query.measure, said, Days(start=first, end=last))
    total = ahead.between(asked.place(asked.first), asked.place(asked.last) + 1)
    facts += total_facts(context, total, ahead, query.measure, said, asked)
    table = FactTable(title="Demand forecast", shape="line", columns=(TableColumn(name=grain), *_columns(query.measure)), rows=tuple(rows))
    return Findings(
        facts=tuple(facts),
        evidence=(ahead.evidence(context.call_id), evidence_of(context, f"{context.call_id}.e", past.read)),
        tables=(table, history_table(ahead, grain, names[0].removeprefix("expected_"), query.measure)),
        period=asked.days,
        notes=(*why, *ahead.notes, *past.read.notes),
        promises=promises(context.served, query, asked, [(ahead, total)]),
    )


def _by_member(context: ToolContext, query: DemandForecastQuery, asked: Window) -> Findings:
    if query.by is None:
        raise ValueError("a line a member needs `by`")
    found = past_demand_by(context.served, query.where, query.by, query.measure, _MEMBERS_MORE * query.limit)
    if not found:
        raise _nothing_sold(query.where)
    place, end = asked.place(asked.first), asked.place(asked.last) + 1
    members, why = _best_of_members(context, query, asked, [from_history(past, asked.horizon, None) for past in found])
    amounts = [(each, each.between(place, end)) for each in members]
    told = sorted(amounts, key=lambda pair: -pair[1].expected)[: query.limit]
    keyed = any(each.key != each.name for each, _ in told)
    names = (f"{query.by}_id", query.by) if keyed else (query.by,)
    columns = (*(TableColumn(name=name) for name in names), *_columns(query.measure), TableColumn(name="model"))
    rows = tuple(((each.key, each.name) if keyed else (each.name,)) + (*cells(amount, query.measure), each.model) for each, amount in told)
    facts = [
        fact
        for number, (each, amount) in enumerate(told)
        for fact in line_facts(context, number, amount, query.measure, words_of(query.where), asked.days, each.name, _evidence_of(each))
    ]
    notes = (note for each, _ in told if not isinstance(each, FromHistory) for note in each.notes)
    return Findings(
        facts=tuple(facts),
        evidence=(*_made_by(context, [each for each, _ in told]), evidence_of(context, f"{context.call_id}.e", found[0].read)),
        tables=(FactTable(title="Demand forecast", shape="bar", columns=columns, rows=rows),),
        period=asked.days,
        notes=(*why, *dict.fromkeys(notes), *found[0].read.notes),
        promises=promises(context.served, query, asked, told),
    )


def _made_by(context: ToolContext, told: Sequence[Expected]) -> tuple[Evidence, ...]:
    """What made the lines: the trained forecast, a rule of their own past (unscored), or each some of them."""
    trained = [each for each in told if not isinstance(each, FromHistory)]
    rule = RuleEvidence(id=f"{context.call_id}.own", rule=_OWN_RULE)
    return (*(each.evidence(context.call_id) for each in trained[:1]), *((rule,) if len(trained) < len(told) else ()))


def _evidence_of(ahead: Expected) -> str:
    return "own" if isinstance(ahead, FromHistory) else "m"


def _best(context: ToolContext, query: DemandForecastQuery, asked: Window, own: FromHistory) -> tuple[Expected, tuple[str, ...]]:
    """The trained forecast where it serves, else the series' own past and why."""
    trained = find_trained(context, asked.horizon, query.measure, query.where)
    if isinstance(trained, str):
        return own, (OWN_PAST.format(why=trained),)
    part = trained.part(own, products_of(context, query.where))
    return (part, ()) if part else (own, (OWN_PAST.format(why="the trained forecast knows none of these products"),))


def _best_of_members(
    context: ToolContext, query: DemandForecastQuery, asked: Window, own: Sequence[FromHistory]
) -> tuple[list[Expected], tuple[str, ...]]:
    """The same for each member."""
    trained = find_trained(context, asked.horizon, query.measure, query.where)
    if query.by == "location" and not isinstance(trained, str):
        trained = "the trained forecast is by product and not by location"
    if isinstance(trained, str):
        return list(own), (OWN_PAST.format(why=trained),)
    found: list[Expected] = []
    for each in own:
        chosen = Filter(dimension=str(query.by), values=(each.key,))
        products = frozenset({each.key}) if query.by == "product" else products_of(context, (*query.where, chosen))
        found.append(trained.part(each, products) or each)
    return found, ()


def column_names(measure: Measure) -> tuple[str, str, str]:
    """What the three numbers of a line are called."""
    return (f"expected_{measure}", f"low_{measure}", f"high_{measure}")


def unit_of(measure: Measure) -> Unit:
    """The unit of a measure."""
    return "money" if measure == "revenue" else "units"


def cells(amount: Amount, measure: Measure) -> tuple[FactValue, ...]:
    """The numbers of a line as they are told: money in whole units, goods to a tenth where they are few."""
    return tuple(told(value, measure) for value in (amount.expected, amount.low, amount.high))


def told(value: float, measure: Measure) -> float | int:
    """A number no finer than a forecast can mean it."""
    return round(value) if measure == "revenue" or value >= 100 else round(value, 1)


def line_facts(
    context: ToolContext,
    place: int,
    amount: Amount,
    measure: Measure,
    said: tuple[str, ...],
    days: Days,
    entity: str | None = None,
    made: str = "m",
) -> list[Fact]:
    """The facts of one line."""
    return [
        Fact(
            id=f"{context.call_id}.{place}.{name}",
            name=name,
            value=value,
            unit=unit_of(measure),
            entity=entity,
            period=days,
            filters=said,
            evidence_id=f"{context.call_id}.{made}",
        )
        for name, value in zip(column_names(measure), cells(amount, measure), strict=True)
    ]


def total_facts(context: ToolContext, total: Amount, ahead: Expected, measure: Measure, said: tuple[str, ...], asked: Window) -> list[Fact]:
    """The total of the days asked about, and how often such intervals held where that was measured."""
    lines = line_facts(context, 0, total, measure, said, asked.days)
    facts = [fact.model_copy(update={"id": f"{context.call_id}.total.{fact.name}"}) for fact in lines]
    coverage = ahead.coverage(asked.length)
    if coverage is None:
        return facts
    held = Fact(
        id=f"{context.call_id}.total.measured_coverage",
        name="measured_coverage",
        value=round(coverage, 4),
        unit="%",
        period=asked.days,
        filters=said,
        evidence_id=f"{context.call_id}.m",
    )
    return [*facts, held]


def history_table(ahead: Expected, grain: AheadGrain, name: str, measure: Measure) -> FactTable:
    """The past beside the forecast, in the same buckets; the first bucket is whole."""
    sums: dict[date, float] = {}
    for day, units in ahead.history:
        start = start_of(day, grain)
        sums[start] = sums.get(start, 0.0) + units
    shown = sorted(sums)[-(HISTORY_DAYS if grain == "day" else HISTORY_BUCKETS) :]
    rows = tuple((start, told(sums[start], measure)) for start in shown)
    return FactTable(
        title="History", shape="line", columns=(TableColumn(name=grain), TableColumn(name=name, unit=unit_of(measure))), rows=rows
    )


def words_of(where: Where) -> tuple[str, ...]:
    """Conditions as a person would write them."""
    return filters_in_words(Query(where=where))


def _columns(measure: Measure) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name=name, unit=unit_of(measure)) for name in column_names(measure))


def _nothing_sold(where: Where) -> CannotDo:
    what = ", ".join(words_of(where)) or "everything"
    return CannotDo(f"a forecast of {what}", "nothing of it was sold by then, and a forecast needs a past", "Ask about its category")
