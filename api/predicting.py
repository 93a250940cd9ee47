"""What the order system sends becomes histories, and forecasts become what it reads; refusals name the value and what would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from api import schemas_predict as schemas
from api.refusal import Refusal
from ml.forecast.history_reading import BadHistory, History, SoldDay, checked_horizon, read_history

if TYPE_CHECKING:
    from ml.forecast.history import HistoryForecast, Wishes
    from ml.ledger import Promise
    from tools.query.served import Served

NOMINAL = 0.8
_WORDS_FOR_NONE = ("none", "no", "off", "false", "flat")
_WORDS_FOR_WEEK = ("", "auto", "weekly", "week", "yes", "on", "true")


def predict(asked: schemas.PredictRequest, served: Served | None) -> HistoryForecast:
    """The forecast of one product from what was sent; from the loaded data where no history was sent."""
    from ml.forecast.history import forecast_history

    horizon = checked_horizon(asked.forecast_horizon)
    if asked.historicalData:
        history = read_history(asked.productId, [_row(each) for each in asked.historicalData])
    else:
        history = loaded_history(asked.productId, served, "historicalData")
    forecast = forecast_history(history, horizon, wishes_of(asked.features))
    notes = (*forecast.notes, *_unused_fields(asked.historicalData), *_unused_wishes(asked.features))
    return _with_notes(forecast, notes)


def forecast_many(asked: schemas.ForecastsRequest, served: Served | None) -> tuple[schemas.Forecasts, tuple[HistoryForecast, ...]]:
    """Each product's forecast, or why it has none."""
    from ml.forecast.history import Wishes, forecast_history

    horizon = _named(asked.horizon)
    places = [_level(each) for each in asked.quantiles]
    made, problems = [], []
    for place, series in enumerate(asked.series):
        try:
            history = _series_history(series, served)
            forecast = forecast_history(history, horizon, Wishes(series.promotion_active))
            made.append(_with_notes(forecast, (*forecast.notes, *_unused_fields(series.history))))
        except BadHistory as error:
            problems.append(_problem(place, series.product_id, error))
    bodies = tuple(_series_body(each, places) for each in made)
    return schemas.Forecasts(quantiles=asked.quantiles, forecasts=bodies, problems=tuple(problems)), tuple(made)


def loaded_history(product_id: str, served: Served | None, field: str) -> History:
    """What the loaded data knows of a product, or BadHistory."""
    from tools.errors import CannotDo
    from tools.forecasting.past_demand import past_demand
    from tools.query.contract import Filter

    remedy = f"send {field} with what was sold, a row for each day"
    if served is None:
        raise BadHistory(field, "no day", "no history was sent and no data is loaded", "at least 1 day", remedy)
    try:
        found = past_demand(served, (Filter(dimension="product", values=(product_id,)),))
    except CannotDo as error:
        raise BadHistory(field, "no day", f"{error.what}: {error.why}", "a history, or a product that is loaded", remedy) from error
    if found is None:
        raise BadHistory(field, "no day", f"{product_id} never sold in the loaded data", "at least 1 day", remedy)
    history = found.history
    note = f"no history was sent; that of the loaded data is used, up to {history.last_day}"
    return History(product_id, history.last_day, history.sold, None, (note, *history.notes))


def warm_predictions() -> None:
    """Load what the first forecast would wait for."""
    from ml.forecast.history import forecast_history

    days = [SoldDay(date(2026, 1, 1) + timedelta(days=place), float(place % 7)) for place in range(60)]
    forecast_history(read_history("warm", days), 7)


def wishes_of(features: schemas.Features) -> Wishes:
    """What is said of the days ahead."""
    from ml.forecast.history import Wishes

    said = features.seasonality
    flat = said is False or (isinstance(said, str) and said.strip().lower() in _WORDS_FOR_NONE)
    return Wishes(features.promotion_active, not flat)


def prediction(forecast: HistoryForecast) -> schemas.Prediction:
    """A forecast as the order system reads it."""
    low, high = _ends()
    summed = forecast.summed()
    days = [
        schemas.DayPrediction(
            date=forecast.first_day + timedelta(days=place),
            predicted_quantity=_units(mean),
            lower=_units(forecast.daily[place, low]),
            upper=_units(forecast.daily[place, high]),
        )
        for place, mean in enumerate(forecast.mean)
    ]
    return schemas.Prediction(
        productId=forecast.product_id,
        predicted_total_quantity=_units(float(forecast.mean.sum())),
        predicted_total_lower=_units(summed[low]),
        predicted_total_upper=_units(summed[high]),
        forecast_range_start=forecast.first_day,
        forecast_range_end=forecast.last_day,
        confidence_score=forecast.cell.total_covered_80,
        daily_predictions=tuple(days),
        model=forecast.method,
        model_version=forecast.version,
        fallback=forecast.fallback,
        demand_class=forecast.demand_class,
        interval=_interval(forecast),
        notes=forecast.notes,
    )


def promises(forecasts: Sequence[HistoryForecast]) -> list[Promise]:
    """What the ledger keeps of forecasts: the total of their days."""
    from ml.ledger import Promise

    low, high = _ends()
    totals = [each.summed() for each in forecasts]
    return [
        Promise(
            kind="forecast",
            scope="product",
            subject=each.product_id,
            location_id="",
            made_as_of=each.first_day - timedelta(days=1),
            starts_on=each.first_day,
            ends_on=each.last_day,
            value=_units(float(each.mean.sum())),
            low=_units(total[low]),
            high=_units(total[high]),
            coverage=NOMINAL,
            model=each.method,
            version=each.version,
            demand_class=each.demand_class,
        )
        for each, total in zip(forecasts, totals, strict=True)
    ]


def refused(error: BadHistory) -> Refusal:
    """A history that cannot be used, as the problem it is told with."""
    said = str(error.value)[:300]
    return Refusal("bad_input", str(error)[:300], field=error.field, value=said, allowed=(error.allowed,), next=error.remedy)


def _named(horizon: int) -> int:
    """The same check under the name this endpoint gives the horizon."""
    try:
        return checked_horizon(horizon)
    except BadHistory as error:
        raise BadHistory("horizon", error.value, error.why, error.allowed, error.remedy) from error


def _ends() -> tuple[int, int]:
    """Where the ends of the 80 % interval stand among the levels."""
    from ml.contract import LEVELS

    return LEVELS.index(0.1), LEVELS.index(0.9)


def _level(level: float) -> int:
    from ml.contract import LEVELS

    if level not in LEVELS:
        allowed = ", ".join(map(str, LEVELS))
        raise BadHistory("quantiles", level, "its coverage was not measured", allowed, "choose among these")
    return LEVELS.index(level)


def _series_history(series: schemas.SeriesHistory, served: Served | None) -> History:
    if series.history and series.quantities:
        remedy = "send history, or starts_on and quantities"
        raise BadHistory("quantities", "history and quantities", "two histories", "one of them", remedy)
    if bool(series.quantities) != (series.starts_on is not None):
        raise BadHistory("starts_on", series.starts_on, "it goes with quantities", "both or none", "send the day of the first quantity")
    if series.starts_on is not None:
        return read_history(series.product_id, _run_of_days(series), "quantities")
    if series.history:
        return read_history(series.product_id, [_row(each) for each in series.history], "history")
    return loaded_history(series.product_id, served, "history")


def _run_of_days(series: schemas.SeriesHistory) -> list[SoldDay]:
    start = series.starts_on
    if start is None or start.year > 2100:
        raise BadHistory("starts_on", start, "out of range", "1990-01-01 to 2100-12-31", "check the year")
    return [SoldDay(start + timedelta(days=place), units) for place, units in enumerate(series.quantities)]


def _row(sent: schemas.SoldDay) -> SoldDay:
    return SoldDay(sent.date, sent.quantity, sent.promotion_active)


def _unused_fields(rows: Sequence[schemas.SoldDay]) -> tuple[str, ...]:
    names = sorted({name[:40] for row in rows for name in row.model_extra or {}})
    return (f"not used of the history: {', '.join(names[:10])}",) if names else ()


def _unused_wishes(features: schemas.Features) -> tuple[str, ...]:
    names = sorted(name[:40] for name in features.model_extra or {})
    notes = [f"not used of the features: {', '.join(names[:10])}"] if names else []
    said = features.seasonality
    if isinstance(said, str) and said.strip().lower() not in (*_WORDS_FOR_NONE, *_WORDS_FOR_WEEK):
        notes.append(f"seasonality {said[:40]!r} is not used as a number: how the days of the week differ is read from the history")
    elif isinstance(said, float) and not isinstance(said, bool):
        notes.append(f"seasonality {said:g} is not used as a number: how the days of the week differ is read from the history")
    return tuple(notes)


def _with_notes(forecast: HistoryForecast, notes: tuple[str, ...]) -> HistoryForecast:
    from dataclasses import replace

    return replace(forecast, notes=notes)


def _interval(forecast: HistoryForecast) -> schemas.Interval:
    cell = forecast.cell
    return schemas.Interval(
        nominal=NOMINAL,
        measured_daily=cell.daily_covered_80,
        measured_total=cell.total_covered_80,
        measured_up_to_days=cell.up_to_days,
        cases=cell.cases,
        measured_on=forecast.measured_on,
    )


def _series_body(forecast: HistoryForecast, places: Sequence[int]) -> schemas.SeriesForecast:
    days = tuple(
        schemas.ForecastDay(
            date=forecast.first_day + timedelta(days=place),
            mean=_units(mean),
            quantiles=tuple(_units(forecast.daily[place, level]) for level in places),
        )
        for place, mean in enumerate(forecast.mean)
    )
    summed = forecast.summed()
    total = tuple(_units(summed[level]) for level in places)
    return schemas.SeriesForecast(
        product_id=forecast.product_id,
        days=days,
        total=schemas.Quantiles(mean=_units(float(forecast.mean.sum())), quantiles=total),
        model=forecast.method,
        model_version=forecast.version,
        fallback=forecast.fallback,
        demand_class=forecast.demand_class,
        interval=_interval(forecast),
        notes=forecast.notes,
    )


def _problem(place: int, product_id: str, error: BadHistory) -> schemas.SeriesProblem:
    return schemas.SeriesProblem(
        product_id=product_id,
        place=place,
        field=error.field,
        value=str(error.value)[:300],
        detail=str(error)[:300],
        allowed=error.allowed,
        next=error.remedy,
    )


def _units(value: float) -> float:
    """Units as they are sent: a hundredth of one is beyond what anybody sells."""
    return round(float(value), 2)
