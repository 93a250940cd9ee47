"""Training done by the worker, as `./oiis train forecast` does it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress


class TrainForecast(Arguments):
    """What to forecast, how far, and how many settings to try first."""

    horizon: int = Field(default=28, ge=1, le=180)
    grain: Literal["product", "product_location"] = "product"
    trials: int = Field(default=0, ge=0, le=200)


def train_forecast(arguments: TrainForecast, place: Workplace, progress: Progress) -> str:
    """Train on the current snapshot and serve the result; a try that is killed leaves the version before in place."""
    from ml.forecast.run import train_forecast as run
    from ml.forecast.training import Plan

    done = run(place.home, Plan(horizon=arguments.horizon), arguments.grain, arguments.trials, progress=progress)
    found = done.card.score_of("all")
    return f"forecast {done.version} is served: RMSSE {found.rmsse:.3f} on {len(done.card.origins)} origins" if found else done.version
