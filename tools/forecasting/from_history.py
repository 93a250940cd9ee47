"""A forecast from the series' own past: what is told while no trained model serves, and for parts that none was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ml.contract import LEVELS
from tools.facts import Evidence, ModelEvidence, RuleEvidence
from tools.forecasting.ahead import Amount
from tools.forecasting.past_demand import PastDemand

if TYPE_CHECKING:
    from ml.forecast.history import HistoryForecast
    from ml.forecast.history_rehearsal import Rehearsal

_LOW, _HIGH = LEVELS.index(0.1), LEVELS.index(0.9)
_FEWEST_ORIGINS = 8  # from here on the series' own account says more than that of its class
_SCORE = "part of sales missed by totals of {days} days, {origins} past origins of this series"


@dataclass(frozen=True)
class FromHistory:
    """The forecast of one series, by the method that did best on its own past."""

    past: PastDemand
    forecast: HistoryForecast
    rehearsal: Rehearsal | None

    @property
    def name(self) -> str:
        return self.past.name

    @property
    def key(self) -> str:
        return self.past.key

    @property
    def model(self) -> str:
        return self.forecast.method

    @property
    def version(self) -> str:
        return self.forecast.version

    @property
    def demand_class(self) -> str:
        return self.forecast.demand_class

    @property
    def notes(self) -> tuple[str, ...]:
        fallback = self.forecast.fallback
        return (*((fallback,) if fallback else ()), *self.forecast.notes)

    @cached_property
    def history(self) -> tuple[tuple[date, float], ...]:
        sold, last = self.past.history.sold, self.past.history.last_day
        return tuple((date.fromordinal(last.toordinal() - len(sold) + 1 + place), float(units)) for place, units in enumerate(sold))

    def coverage(self, days: int) -> float:
        """The series' own where it has enough past windows, else that of its class."""
        enough = self.rehearsal and self.rehearsal.origins >= _FEWEST_ORIGINS
        return self.rehearsal.held if self.rehearsal and enough else self.forecast.cell.total_covered_80

    def between(self, first: int, last: int) -> Amount:
        ends = self.forecast.summed(first, last)
        return Amount(float(self.forecast.mean[first:last].sum()), float(ends[_LOW]), float(ends[_HIGH]))

    def evidence(self, call_id: str) -> Evidence:
        said = self.rehearsal
        if said is None:
            rule = f"{self.model} ({self.version}); the past of the series is too short to score it on"
            return RuleEvidence(id=f"{call_id}.m", rule=rule)
        return ModelEvidence(
            id=f"{call_id}.m",
            name=self.model,
            version=self.version,
            trained_until=self.past.history.last_day,
            score=round(said.missed, 4),
            naive_score=round(said.naive_missed, 4),
            score_name=_SCORE.format(days=said.days, origins=said.origins),
        )


def from_history(past: PastDemand, horizon: int, rehearsed: int | None) -> FromHistory:
    """The forecast of a series; with `rehearsed`, the account of totals of so many days on its past."""
    from ml.forecast.history import forecast_history
    from ml.forecast.history_rehearsal import rehearse

    account = rehearse(past.history, min(rehearsed, 91)) if rehearsed else None
    return FromHistory(past, forecast_history(past.history, horizon), account)
