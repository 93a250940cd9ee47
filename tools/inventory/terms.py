"""What one may say when asking about stock: which products and places, how sure one wants to be, what ordering and keeping cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tools.query.contract import AnyOf, Filter, Frozen

MOST_LINES = 200
LONGEST_AHEAD_DAYS = 365
_LEAD_CHANGES = ("lead_time_factor", "lead_time_more_days", "lead_time_days")
GoalName = Literal["cycle", "fill", "cost"]
MinimumName = Literal["raise", "wait", "ignore"]


class StockQuery(Frozen):
    """Which products, where, from whom."""

    where: tuple[Filter | AnyOf, ...] = Field(default=(), description="conditions on products: category, family, supplier, product ...")
    location: str | None = Field(default=None, description="a location by name or id; without one all, each by itself")
    supplier: str | None = Field(default=None, description="a supplier by name or id")
    limit: int = Field(default=20, ge=1, le=MOST_LINES, description="most lines shown; totals count all")


class PlanQuery(StockQuery):
    """How much certainty is wanted and how goods are bought."""

    service_level: float = Field(
        0.95, ge=0.5, le=0.999, description="0.95 = 95 %: chance that stock lasts, or with goal fill the share served"
    )
    goal: GoalName = Field(default="cycle", description="cycle: chance of no stock-out; fill: share served; cost: what is worth its cost")
    review_days: int = Field(default=7, ge=1, le=90, description="days from one ordering round to the next")
    order_cost: float | None = Field(default=None, ge=0, le=1e12, description="cost of placing one order; makes orders economic quantities")
    carrying_rate: float = Field(default=0.25, ge=0, le=2, description="cost of keeping stock for a year, as a part of its value")
    supplier_minimum: MinimumName = Field(default="wait", description="under the supplier's minimum: raise, wait unless urgent, ignore")
    assumed_lead_time_days: int | None = Field(default=None, ge=0, le=LONGEST_AHEAD_DAYS, description="where no lead time is known")


class Changed(Frozen):
    """What is imagined to be different."""

    lead_time_factor: float = Field(default=1.0, ge=0, le=10, description="2 = every delivery takes twice as long")
    lead_time_more_days: int = Field(
        default=0, ge=-LONGEST_AHEAD_DAYS, le=LONGEST_AHEAD_DAYS, description="5 = every delivery takes 5 days longer; negative: less long"
    )
    demand_factor: float = Field(default=1.0, ge=0, le=10, description="1.2 = demand 20 % higher")
    cost_factor: float = Field(default=1.0, ge=0, le=100, description="1.1 = goods cost 10 % more")
    lead_time_days: int | None = Field(default=None, ge=0, le=LONGEST_AHEAD_DAYS, description="every delivery takes exactly this long")
    service_level: float | None = Field(default=None, ge=0.5, le=0.999)
    extra_stock: float = Field(default=0.0, ge=-1e9, le=1e9, description="units more (or fewer) on hand of each product at each place")

    @model_validator(mode="after")
    def _one_lead_time(self) -> Changed:
        said = [name for name in _LEAD_CHANGES if getattr(self, name) != type(self).model_fields[name].default]
        if len(said) > 1:
            raise ValueError(f"{' and '.join(said)} are two changes of the same lead times; give one of them")
        return self


class ReorderQuery(PlanQuery):
    """What to order now."""

    show: Literal["to_order", "all"] = Field(default="to_order", description="all = also what need not be ordered")


class RiskQuery(StockQuery):
    """What may run out."""

    horizon_days: int = Field(default=28, ge=1, le=120)
    at_least_chance: float = Field(default=0.1, ge=0, le=1, description="leave out what is less likely to run out")
    sort: Literal["chance", "value"] = Field(default="chance", description="value = expected lost margin")


class AbcXyzQuery(StockQuery):
    """Classes by value and by how well demand can be foreseen."""

    a_share: float = Field(default=0.8, gt=0, lt=1)
    b_share: float = Field(default=0.95, gt=0, le=1)
    x_limit: float = Field(default=0.5, gt=0, le=10, description="X: forecast error's spread over the mean of four weeks, at most this")
    y_limit: float = Field(default=1.0, gt=0, le=20)
    days: int = Field(default=180, ge=28, le=200, description="days of sales the value is counted over")
    only: str | None = Field(default=None, pattern="^[ABC][XYZ]?$|^[XYZ]$", description="list one class: A, AX, Z ...")

    @model_validator(mode="after")
    def _limits_rise(self) -> AbcXyzQuery:
        for low, high in (("a_share", "b_share"), ("x_limit", "y_limit")):
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"{low} {getattr(self, low):g} must be less than {high} {getattr(self, high):g}")
        return self


class OverstockQuery(StockQuery):
    """What lies there too long."""

    cover_days: int = Field(default=90, ge=7, le=LONGEST_AHEAD_DAYS, description="stock beyond a likely need of so many days is excess")
    service_level: float = Field(default=0.95, ge=0.5, le=0.999)
    dead_after_days: int = Field(default=90, ge=14, le=200, description="dead: nothing sold for longer than this")
    carrying_rate: float = Field(default=0.25, ge=0, le=2)


class SupplierQuery(PlanQuery):
    """Who could deliver a product."""

    product: str = Field(description="a product by name, SKU or id")


class WhatIfQuery(PlanQuery):
    """The plan as it is and as it would be."""

    change: Changed


class BudgetQuery(PlanQuery):
    """A sum of money for stock."""

    budget: float = Field(gt=0, le=1e15)
    horizon_days: int = Field(28, ge=1, le=180, description="stock is to last until the goods after next arrive, at least so long")
    use_capacity: bool = Field(default=True, description="keep within the space of each warehouse where it is known")


class ReplayQuery(StockQuery):
    """History played again under other rules."""

    days: int = Field(default=180, ge=56, le=365)
    review_days: int = Field(default=7, ge=1, le=30)
    most_series: int = Field(default=100, ge=10, le=500, description="the products that sold most; more take longer")
    fill_rate: float = Field(default=0.95, ge=0.5, le=0.999, description="stock is compared at this fill rate")


class MissedQuery(StockQuery):
    """What empty shelves cost."""

    days: int = Field(default=90, ge=7, le=730, description="the days up to as_of that are looked at")
