"""What every forecaster promises: fitted on a panel, it says what is expected of every series on each day ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from ml.contract import Outlook, Panel

DemandClass = Literal["new", "ended", "fast", "steady", "slow", "rare"]
CLASSES: tuple[DemandClass, ...] = ("fast", "steady", "slow", "rare", "new", "ended")
EVERY = "all"

NEW_DAYS = 28  # younger than this: too little history of its own
ENDED_DAYS = 182  # without a sale for this long: at the end of its life
RECENT_DAYS = 56  # volume is judged on these
FAST_A_DAY, STEADY_A_DAY, SLOW_A_DAY = 4.0, 1.0, 0.25


class Fitted(Protocol):
    """A forecaster that has learned; it may be asked about the panel it learned from or another one cut on a later day."""

    @property
    def name(self) -> str: ...

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """Every series of `panel.series` on the `horizon` days after `panel.as_of`, in the order of the panel's series."""


class Forecaster(Protocol):
    """A way to forecast. Cross-learned models and the per-series ladder look the same from outside."""

    @property
    def name(self) -> str: ...

    def fit(self, panel: Panel, horizon: int) -> Fitted:
        """Learn from `panel.days` and nothing else; the same panel gives the same forecasts."""


@dataclass(frozen=True)
class Score:
    """How one model did on one slice of a rolling backtest; what cannot be measured there is None."""

    model: str
    slice: str  # "all", a demand class, "category" or "total"
    series: int
    rmsse: float | None = None  # against the in-sample one-day naive step, the competition's scale
    mase: float | None = None  # against the in-sample seasonal naive step
    bias: float | None = None  # (forecast - sold) / sold
    weekly_wape: float | None = None
    pinball: float | None = None  # mean over levels, in units
    covered_80: float | None = None
    covered_90: float | None = None
    under_90: float | None = None  # share of days at or under the 90 % quantile
    under_95: float | None = None


@dataclass(frozen=True)
class Win:
    """A model against another, paired: relative gain in one score with its block bootstrap 95 % interval."""

    model: str
    against: str
    slice: str
    score: Literal["rmsse", "pinball", "weekly_wape"]
    gain: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        return self.low > 0


@dataclass(frozen=True)
class Scores:
    """A rolling backtest: every model and every rung of the ladder on the same origins."""

    origins: tuple[date, ...]
    horizon: int
    rows: tuple[Score, ...]
    wins: tuple[Win, ...] = ()

    def of(self, model: str, slice_: str = EVERY) -> Score | None:
        """The score of one model on one slice."""
        return next((row for row in self.rows if row.model == model and row.slice == slice_), None)

    def best(self, slice_: str = EVERY, among: tuple[str, ...] | None = None) -> Score | None:
        """The lowest RMSSE on a slice, of all models or of those named."""
        rows = [row for row in self.rows if row.slice == slice_ and row.rmsse is not None and (among is None or row.model in among)]
        return min(rows, key=lambda row: row.rmsse or 0.0, default=None)
