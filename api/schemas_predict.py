"""Bodies of the prediction endpoints. `POST /predict` has the names the order system calls it with; everything else is in snake_case."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.schemas import Body

MOST_SERIES, MOST_ROWS = 500, 5_000
ProductId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _as_id(value: object) -> object:
    """Order systems number their products; the number is the id."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_day(value: object) -> object:
    if not isinstance(value, str | date):
        raise PydanticCustomError("day", "a day is a text like 2026-05-31, got {value}", {"value": str(value)[:40]})
    return value


def _as_units(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("units", "units are a number from 0 on, got {value}; send 3, not the text", {"value": repr(value)[:40]})
    return value


Day = Annotated[date, BeforeValidator(_as_day)]
Units = Annotated[float, BeforeValidator(_as_units), Field(json_schema_extra={"type": "number", "minimum": 0})]
Horizon = Annotated[int, Field(strict=True, json_schema_extra={"minimum": 1, "maximum": 365}, description="Days ahead, 1 to 365")]


class SoldDay(Body):
    """What was sold on one day. Fields that are not known here are named in `notes` and not used."""

    model_config = ConfigDict(frozen=True, extra="allow")

    date: Day
    quantity: Units
    promotion_active: bool | None = None


class Features(Body):
    """What the order system says of the days ahead. Fields that are not known here are named in `notes` and not used."""

    model_config = ConfigDict(frozen=True, extra="allow")

    seasonality: bool | float | Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="false or none: the days of the week count alike. Anything else: the week is read from the history"
    )
    promotion_active: bool | None = Field(default=None, description="Whether a promotion runs on the days ahead")


class PredictRequest(Body):
    """One product with what it sold. Without history, that of the loaded data is used when the product is known there."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "productId": "SKU-0042",
                    "historicalData": [{"date": f"2026-05-{day:02d}", "quantity": 3 + day % 7} for day in range(1, 29)],
                    "features": {"seasonality": "weekly", "promotion_active": False},
                    "forecast_horizon": 7,
                }
            ]
        },
    )

    productId: Annotated[ProductId, BeforeValidator(_as_id)]
    historicalData: Annotated[tuple[SoldDay, ...], Field(max_length=MOST_ROWS)] = ()
    features: Features = Features()
    forecast_horizon: Horizon = 7


class DayPrediction(Body):
    """What is expected on one day, and between which numbers it should lie."""

    date: date
    predicted_quantity: float
    lower: float
    upper: float


class Interval(Body):
    """What `lower` and `upper` promise, and how often such intervals held where it was measured."""

    nominal: float
    measured_daily: float
    measured_total: float
    measured_up_to_days: int
    cases: int
    measured_on: str


class Prediction(Body):
    """The forecast. `confidence_score` is the measured share of totals of this class that lay in their interval; never an estimate."""

    productId: str
    predicted_total_quantity: float
    predicted_total_lower: float
    predicted_total_upper: float
    forecast_range_start: date
    forecast_range_end: date
    confidence_score: float = Field(ge=0, le=1)
    daily_predictions: tuple[DayPrediction, ...]
    model: str
    model_version: str
    fallback: str | None = Field(default=None, description="What was done instead where the model could not be used, in words")
    demand_class: str
    interval: Interval
    notes: tuple[str, ...] = ()


class SeriesHistory(Body):
    """One product: `history` as days, or `starts_on` with `quantities` for each day from then on; neither for a product that is loaded."""

    product_id: Annotated[ProductId, BeforeValidator(_as_id)]
    history: Annotated[tuple[SoldDay, ...], Field(max_length=MOST_ROWS)] = ()
    starts_on: Day | None = None
    quantities: Annotated[tuple[Units, ...], Field(max_length=MOST_ROWS)] = ()
    promotion_active: bool | None = None


class ForecastsRequest(Body):
    """Many products at once."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "series": [{"product_id": "SKU-0042", "starts_on": "2026-05-01", "quantities": [3, 0, 2, 5, 4, 9, 1] * 5}],
                    "horizon": 14,
                    "quantiles": [0.1, 0.5, 0.9],
                }
            ]
        },
    )

    series: Annotated[tuple[SeriesHistory, ...], Field(min_length=1, max_length=MOST_SERIES)]
    horizon: Horizon = 28
    quantiles: Annotated[tuple[float, ...], Field(min_length=1, max_length=5, description="Some of 0.05, 0.1, 0.5, 0.9, 0.95")] = (
        0.1,
        0.5,
        0.9,
    )


class Quantiles(Body):
    """The asked quantiles in the order they were asked for."""

    mean: float
    quantiles: tuple[float, ...]


class ForecastDay(Quantiles):
    """One day ahead."""

    date: date


class SeriesForecast(Body):
    """The forecast of one product."""

    product_id: str
    days: tuple[ForecastDay, ...]
    total: Quantiles
    model: str
    model_version: str
    fallback: str | None = None
    demand_class: str
    interval: Interval
    notes: tuple[str, ...] = ()


class SeriesProblem(Body):
    """Why one product has no forecast; the others have theirs. `place` counts the series from 0."""

    product_id: str
    place: int
    field: str
    value: str
    detail: str
    allowed: str
    next: str


class Forecasts(Body):
    """Forecasts in the order of the request, and the products that could not be forecast."""

    quantiles: tuple[float, ...]
    forecasts: tuple[SeriesForecast, ...]
    problems: tuple[SeriesProblem, ...] = ()
