"""How good forecasts are: what the backtest measured, and what was promised against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ml.ledger import Due, Ledger, LedgerFault, Promise, PromiseKind
from tools.contract import ToolContext
from tools.errors import CannotDo, NoRecord
from tools.facts import Days, Fact, FactTable, FactValue, Findings, ModelEvidence, RuleEvidence, TableColumn, Unit
from tools.forecasting.happened import Came, what_happened
from tools.forecasting.terms import ForecastAccuracyQuery

if TYPE_CHECKING:
    from ml.forecast.serving import Card

_TRAIN = "./oiis train forecast trains and measures one; forecasts asked for meanwhile say how they did on their own past"
_MEASURED: tuple[tuple[str, Unit], ...] = (
    ("series", "count"), ("rmsse", "ratio"), ("pinball", "units"), ("bias", "%"), ("weekly_wape", "%"), ("covered_80", "%"),
    ("covered_90", "%"),
)  # fmt: skip
_PROMISED: tuple[tuple[str, Unit], ...] = (
    ("promises", "count"), ("expected_units", "units"), ("sold_units", "units"), ("bias", "%"), ("missed", "%"), ("held", "%"),
    ("promised_coverage", "%"),
)  # fmt: skip
_AGAINST = "what was promised against what came"
_KINDS: dict[str, PromiseKind] = {"promised": "forecast", "advised": "reorder"}
_TITLES = {"promised": "Forecasts against what came", "advised": "Orders advised against what came"}
_RULES = {
    "promised": "Each forecast given is kept with its interval and compared, when its last day is over, with what was sold on its days.",
    "advised": (
        "Each order advised is kept with its reorder point, the demand it expected over the supplier's mean lead time and a round, and how "
        "likely the reorder point was to be enough for exactly those days (promised_coverage; more than the service level, which also "
        "covers lead times longer than the mean). When those days are over, what was sold on them is compared: it held where no more was "
        "sold than the reorder point. Where shelves were empty more was wanted than sold."
    ),
}
_SERVED, _NAIVE, _ALL = "served", "seasonal_naive", "all"


def account(context: ToolContext, query: ForecastAccuracyQuery) -> Findings:
    """The account asked for."""
    return _measured(context, query) if query.what == "measured" else _promised(context, query)


def _measured(context: ToolContext, query: ForecastAccuracyQuery) -> Findings:
    """The scores of the backtest, as the trained model's card holds them."""
    card, version = trained_card(context)
    wanted = [row for row in card.scores if _is_wanted(row, query)]
    named = ("model", "slice") if query.by == "model" else ("slice",)
    measured = [(name, unit) for name, unit in _MEASURED if any(row.get(name) is not None for row in wanted)]
    rows = [tuple(str(row[name]) for name in named) + tuple(_rounded(row.get(name)) for name, _ in measured) for row in wanted]
    days = Days(start=date.fromisoformat(card.origins[0]), end=date.fromisoformat(card.origins[-1]) + timedelta(days=card.horizon))
    return Findings(
        facts=_facts(context, rows, len(named), measured, days),
        evidence=(card_evidence(card, version, f"{context.call_id}.m"),),
        tables=(_table("Forecast accuracy", named, measured, rows),),
        period=days,
        notes=(f"measured on {len(card.origins)} past origins, {card.horizon} days ahead, each model knowing only what was known then",),
    )


def _is_wanted(row: Mapping[str, object], query: ForecastAccuracyQuery) -> bool:
    return row["slice"] in (_ALL, "category", "total") if query.by == "model" else row["model"] == _SERVED


def trained_card(context: ToolContext) -> tuple[Card, str]:
    """The card of the trained forecast, or CannotDo saying how to train one."""
    from ml import artifacts
    from ml.errors import MlError
    from ml.forecast.serving import KIND, Card

    home = context.served.home
    if home is None:
        raise NoRecord("the accuracy of the trained forecast", "no folder of models belongs to this data", _TRAIN)
    if artifacts.versions_of(home, KIND).current() is None:
        raise NoRecord("the accuracy of the trained forecast", "none was trained here", _TRAIN)
    try:
        stored = artifacts.read(home, KIND)
        return Card.model_validate_json(stored.texts[artifacts.CARD]), stored.name
    except (MlError, ValueError) as error:
        raise CannotDo("the accuracy of the trained forecast", str(error).rstrip("."), _TRAIN) from error


def card_evidence(card: Card, version: str, id: str) -> ModelEvidence:
    """A trained forecast as evidence: its score on all series beside that of repeating the last week."""
    own, naive = card.score_of(_ALL), card.score_of(_ALL, _NAIVE)
    return ModelEvidence(
        id=id,
        name="trained forecast",
        version=version,
        trained_until=date.fromisoformat(card.cut_off),
        score=None if own is None or own.rmsse is None else round(own.rmsse, 4),
        naive_score=None if naive is None or naive.rmsse is None else round(naive.rmsse, 4),
        score_name=f"RMSSE over {len(card.origins)} origins of {card.horizon} days",
    )


@dataclass(frozen=True)
class Kept:
    """A promise and what was sold on its days."""

    promise: Promise
    sold: float

    @property
    def held(self) -> bool:
        low, high = self.promise.low, self.promise.high
        return (low is None or low <= self.sold) and (high is None or self.sold <= high)


def _promised(context: ToolContext, query: ForecastAccuracyQuery) -> Findings:
    """Forecasts given, or orders advised, in answers whose days are over, against what was then sold."""
    due = _due(context, query)
    came = _came(context, query, due)
    kept = [Kept(promise, sold) for promise, sold in came.found]
    if not kept:
        since = context.served.context.as_of - timedelta(days=query.days)
        why = f"of what was told since {since}, nothing has seen all its days, or it is about goods not loaded here"
        raise NoRecord(_AGAINST, why, "Ask for a forecast or for reorder advice now, and again after its last day")
    groups = sorted({_group(each, query) for each in kept})
    rows = [(group, *_told([each for each in kept if _group(each, query) == group])) for group in groups]
    days = Days(start=min(each.promise.starts_on for each in kept), end=max(each.promise.ends_on for each in kept))
    return Findings(
        facts=_facts(context, rows, 1, _PROMISED, days),
        evidence=(RuleEvidence(id=f"{context.call_id}.m", rule=_RULES[query.what]),),
        tables=(_table(_TITLES[query.what], ("model" if query.by == "model" else "demand_class",), _PROMISED, rows),),
        period=days,
        notes=_left_out(due.left_out + came.older, came.unknown),
    )


def _due(context: ToolContext, query: ForecastAccuracyQuery) -> Due:
    """Promises are about the whole company, so who may see some places only is not told of them."""
    served = context.served
    if served.context.sees_some:
        why = "what was told is about the whole company, and only some places may be seen here"
        raise CannotDo(_AGAINST, why, "Ask someone who may see every place")
    try:
        since = served.context.as_of - timedelta(days=query.days)
        return Due((), 0) if served.home is None else Ledger(served.home).due(_KINDS[query.what], served.context.as_of, since)
    except LedgerFault as error:
        raise CannotDo(_AGAINST, error.what, error.remedy) from error


def _came(context: ToolContext, query: ForecastAccuracyQuery, due: Due) -> Came:
    if query.what == "promised" or not due.promises:
        return what_happened(context.served, due.promises)
    from tools.forecasting.advised import what_was_needed

    return what_was_needed(context, due.promises)


def _left_out(older: int, unknown: int) -> tuple[str, ...]:
    """What of the promises that are due is not counted."""
    notes = []
    if older:
        notes.append(f"{older:,} older ones are not counted; ask about fewer days to know what is")
    if unknown:
        notes.append(f"{unknown:,} about goods that are not in the data any more are not counted")
    return tuple(notes)


def _group(kept: Kept, query: ForecastAccuracyQuery) -> str:
    return kept.promise.model if query.by == "model" else (kept.promise.demand_class or "unknown")


def _told(kept: Sequence[Kept]) -> tuple[FactValue, ...]:
    expected, sold = sum(each.promise.value for each in kept), sum(each.sold for each in kept)
    missed = sum(abs(each.promise.value - each.sold) for each in kept)
    with_interval = [each for each in kept if each.promise.coverage is not None]
    coverage = sum(each.promise.coverage or 0.0 for each in with_interval) / len(with_interval) if with_interval else None
    held = sum(each.held for each in with_interval) / len(with_interval) if with_interval else None
    shares = (expected / sold - 1, missed / sold) if sold > 0 else (None, None)
    return (len(kept), round(expected, 1), round(sold, 1), *map(_rounded, (*shares, held, coverage)))


def _rounded(value: object) -> FactValue:
    return round(value, 4) if isinstance(value, float) else value if isinstance(value, int) else None


def _facts(
    context: ToolContext, rows: Sequence[tuple[FactValue, ...]], named: int, measured: Sequence[tuple[str, Unit]], days: Days
) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            id=f"{context.call_id}.{place}.{name}",
            name=name,
            value=value,
            unit=unit,
            entity=" · ".join(str(part) for part in row[:named]),
            period=days,
            evidence_id=f"{context.call_id}.m",
        )
        for place, row in enumerate(rows)
        for (name, unit), value in zip(measured, row[named:], strict=True)
    )


def _table(title: str, named: Sequence[str], measured: Sequence[tuple[str, Unit]], rows: Sequence[tuple[FactValue, ...]]) -> FactTable:
    columns = (*(TableColumn(name=name) for name in named), *(TableColumn(name=name, unit=unit) for name, unit in measured))
    return FactTable(title=title, shape="table", columns=columns, rows=tuple(rows))
