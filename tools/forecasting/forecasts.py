"""The questions about the days ahead as tools; the work is done in modules that are only read when one is asked."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.forecasting.terms import DemandForecastQuery, ForecastAccuracyQuery


@tool()
def demand_forecast(context: ToolContext, query: DemandForecastQuery) -> Findings:
    """What is expected to sell after as_of: the total with its interval, by day, week or month, or by product, category or location.

    Use it for "how many will we sell", "forecast of X for next month". Units, or revenue. The interval should hold four times in five;
    measured_coverage says how often it did. Not for what was sold (metric_value, trend), nor for what to order (reorder_advice).
    """
    from tools.forecasting.demand import forecast_demand

    return forecast_demand(context, query)


@tool()
def forecast_accuracy(context: ToolContext, query: ForecastAccuracyQuery) -> Findings:
    """How good forecasts are: backtest scores of the model that serves beside its ladder of baselines, or promised against what came.

    Use it for "how accurate is the forecast", "were the forecasts right" (`what: promised`), "was the reorder advice
    right" (`what: advised`). RMSSE under 1 beats yesterday's value;
    covered_80 should be 80 %. Not a forecast (demand_forecast).
    """
    from tools.forecasting.accuracy import account

    return account(context, query)
