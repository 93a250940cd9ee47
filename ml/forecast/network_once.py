"""A forecaster that learns once and is asked again and again: what a backtest of something slow to teach can afford."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ml.contract import Panel
from ml.forecast.contract import Fitted, Forecaster


@dataclass
class FitOnce:
    """Learns on the first, oldest origin and serves the later ones with it, so that it never knows a day too many."""

    forecaster: Forecaster
    _learned: dict[int, tuple[date, Fitted]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.forecaster.name

    def fit(self, panel: Panel, horizon: int) -> Fitted:
        """What was learned before, where that knew nothing after `panel.as_of`; else it learns."""
        kept = self._learned.get(horizon)
        if kept is None or kept[0] > panel.as_of:
            kept = (panel.as_of, self.forecaster.fit(panel, horizon))
            self._learned[horizon] = kept
        return kept[1]
