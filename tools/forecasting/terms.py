"""What one may say when asking about the days ahead."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from tools.query.contract import AnyOf, Filter, Frozen

LONGEST_DAYS, USUAL_DAYS = 365, 28
Measure = Literal["units", "revenue"]
Member = Literal["product", "category", "location"]
AheadGrain = Literal["day", "week", "month"]


class DemandForecastQuery(Frozen):
    """Of what, over which days ahead, by which bucket or member."""

    where: tuple[Filter | AnyOf, ...] = Field(
        default=(), description="conditions on what is sold: product, category, location ...; none = everything"
    )
    days: int = Field(default=USUAL_DAYS, ge=1, le=LONGEST_DAYS, description="days ahead, from the day after as_of")
    starts_on: date | None = Field(default=None, description="first day of the forecast when it is not the day after as_of")
    ends_on: date | None = Field(default=None, description="last day of the forecast; takes the place of days")
    grain: AheadGrain | None = Field(
        default=None, description="bucket of the lines; days for up to 31 days, weeks for longer when left out"
    )
    by: Member | None = Field(default=None, description="a line for each product, category or location instead of for each bucket")
    limit: int = Field(default=10, ge=1, le=100, description="with by: how many members, those expected to sell most")
    measure: Measure = "units"

    @model_validator(mode="after")
    def _runs_forward(self) -> DemandForecastQuery:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} lies before starts_on {self.starts_on}")
        if self.by and self.grain:
            raise ValueError("by gives one line a member; leave grain out")
        return self


class ForecastAccuracyQuery(Frozen):
    """Which account: what the backtest measured, what was promised in answers against what came, or the same of orders advised."""

    what: Literal["measured", "promised", "advised"] = Field(
        default="measured",
        description="promised: forecasts given in the past against what was then sold; advised: orders advised, whether stock up to the "
        "reorder point was enough",
    )
    by: Literal["model", "demand_class"] = Field(
        default="model", description="a line for each model of the ladder, or for each class of demand"
    )
    days: int = Field(default=365, ge=1, le=3_660, description="with promised and advised: those made within so many days before as_of")
