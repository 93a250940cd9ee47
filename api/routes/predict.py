"""Forecasts for programs: one product as the order system asks, or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter

from api import predicting
from api import schemas_predict as schemas
from api.blocking import beside
from api.identity import Identity
from api.installation import Installation
from api.reach import House
from ml.forecast.history_reading import BadHistory
from tools.query.served import Served
from tools.query.vocabulary import existing_ids

if TYPE_CHECKING:
    from ml.forecast.history import HistoryForecast

router = APIRouter(tags=["prediction"])


@router.post("/predict")
async def predict(house: House, caller: Identity, asked: schemas.PredictRequest) -> schemas.Prediction:
    """What one product will sell on the days after its history: any product, also one that was never seen here.

    Says which model made it and what it fell back on. `lower` and `upper` hold four times in five; `confidence_score` says how often
    they did where it was measured.
    """
    return await beside(_predict, house, asked)


@router.post("/forecasts")
async def forecast(house: House, caller: Identity, asked: schemas.ForecastsRequest) -> schemas.Forecasts:
    """The same for up to 500 products, with the quantiles asked for. One that cannot be forecast is a problem beside the others."""
    return await beside(_forecast, house, asked)


def _predict(house: Installation, asked: schemas.PredictRequest) -> schemas.Prediction:
    try:
        found = predicting.predict(asked, None if asked.historicalData else _served(house))
    except BadHistory as error:
        raise predicting.refused(error) from error
    _keep(house, [found])
    return predicting.prediction(found)


def _forecast(house: Installation, asked: schemas.ForecastsRequest) -> schemas.Forecasts:
    needs_data = any(not (each.history or each.quantities) for each in asked.series)
    try:
        bodies, made = predicting.forecast_many(asked, _served(house) if needs_data else None)
    except BadHistory as error:
        raise predicting.refused(error) from error
    _keep(house, made)
    return bodies


def _keep(house: Installation, forecasts: Sequence[HistoryForecast]) -> None:
    """Forecasts of goods that are loaded go into the ledger: what is sold of others is never known here."""
    served = _served(house)
    if served is not None:
        known = set(existing_ids(served, "product", [each.product_id for each in forecasts]))
        house.keep_promises(predicting.promises([each for each in forecasts if each.product_id in known]))


def _served(house: Installation) -> Served | None:
    ground = house.ground.find()
    return ground.served if ground else None
