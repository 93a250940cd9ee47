"""Queries of every operator; asked on every engine."""

from __future__ import annotations

from datetime import date

from tools.query.contract import AsOf, Between, Calendar, Comparison, Filter, Having, Last, Named, Order, Query
from tools.query.members import Condition
from tools.query.operators.basket import Basket
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.change import Change, LikeForLike, RankChange
from tools.query.operators.cohort import Cohort
from tools.query.operators.contribution import Contribution, Decomposition
from tools.query.operators.distribution import Histogram, Percentiles
from tools.query.operators.events import Moments, NthEvent
from tools.query.operators.funnel import Funnel
from tools.query.operators.grouping import ByMetric
from tools.query.operators.overdue import Overdue
from tools.query.operators.pareto import Abc, Pareto
from tools.query.operators.pattern import Pattern
from tools.query.operators.prices import PriceInForce
from tools.query.operators.ranking import Top, TopPerGroup
from tools.query.operators.records import Record, RecordLines
from tools.query.operators.running import Rolling, Running
from tools.query.operators.series import Series
from tools.query.operators.sets import AntiJoin, NoActivity, SetComparison
from tools.query.operators.share import Compare, Share
from tools.query.operators.steps import Step, Steps
from tools.query.operators.stock import Ageing, OpeningClosing
from tools.query.operators.streaks import Gaps, Streaks
from tools.query.operators.value import Value

DESKS = (Filter(dimension="category", values=("Desks",)),)
CHAIRS = (Filter(dimension="category", values=("Chairs",)),)
LAMPS = (Filter(dimension="category", values=("Lamps",)),)
YTD = Named(name="ytd")
YOY = Comparison(to="year_on_year")
H2 = Between(start=date(2025, 7, 1), end=date(2025, 12, 31))

EXAMPLES: tuple[Query, ...] = (
    Value(metrics=("revenue", "orders", "average_order_value", "repeat_rate", "return_rate", "new_customers"), period=YTD, compare=YOY),
    Value(
        metrics=("stock_on_hand", "stock_value", "days_of_cover", "inventory_turnover", "sell_through_rate"), period=Last(n=28, unit="day")
    ),
    Value(
        metrics=(
            "delivery_days",
            "on_time_delivery_rate",
            "supplier_lead_time_days",
            "supplier_on_time_rate",
            "conversion_rate",
            "average_rating",
        )
    ),
    Value(metrics=("overdue_purchase_orders", "open_purchase_orders", "purchase_spend", "shrinkage_value", "sign_ups", "customer_count")),
    Value(metrics=("revenue",), periods=(Calendar(year=2025, quarter=1), Calendar(year=2025, month=6), Calendar(year=2026, week=3))),
    Value(metrics=("stock_on_hand",), period=AsOf(day=date(2025, 12, 31)), where=DESKS),
    Breakdown(metrics=("revenue", "returned_units", "stock_on_hand", "orders"), by=("category", "month"), period=YTD),
    Breakdown(
        metrics=("revenue",), by=("customer",), having=(Having(metric="orders", op=">", value=14),), order=(Order(by="revenue"),), limit=5
    ),
    Breakdown(metrics=("units", "margin_rate"), by=("supplier_country",), period=YTD, compare=YOY),
    Breakdown(metrics=("orders",), by=("weekday", "hour"), where=(Filter(dimension="product", op="contains", values=("item",)),)),
    Breakdown(metrics=("units",), by=("product",), include_empty=True),
    Breakdown(metrics=("repeat_rate", "active_customers"), by=("category",)),
    Series(metrics=("revenue", "stock_on_hand", "days_of_cover"), grain="month", by=("category",), period=H2),
    Series(metrics=("orders",), grain="week"),
    Series(metrics=("revenue", "stock_on_hand"), grain="month", by=("category",), period=Named(name="last_quarter"), compare=Comparison()),
    Top(metric="margin", by="customer", n=5, also=("orders",), having=(Having(metric="orders", op=">=", value=2),)),
    Top(metric="units", by="product", n=3, lowest=True, include_empty=True),
    TopPerGroup(metric="revenue", by="product", within="province", n=2, others=True),
    Share(metric="revenue", by=("customer",), top=10),
    Share(metric="orders", by=("category",), within=("province",)),
    Compare(metric="return_rate", left=CHAIRS, right=DESKS),
    Change(metric="revenue", by="product", period=YTD, compare=YOY, direction="falling", n=3),
    Change(metric="units", by="category", period=Named(name="last_month"), relative=True),
    Change(metric="revenue", by="product", period=YTD, compare=YOY, direction="falling", relative=True, more_than=0.3),
    Change(metric="units", by="product", period=YTD, compare=YOY, at_least=2),
    Percentiles(metric="revenue", per="week", by=("channel",), period=YTD),
    LikeForLike(metric="revenue", entity="product", period=YTD),
    RankChange(metric="revenue", by="customer", period=H2, compare=Comparison(), n=5),
    Running(metric="revenue", grain="month", restart="year"),
    Rolling(metric="units", grain="day", n=28, period=YTD),
    Rolling(metric="revenue", grain="week", n=4, how="sum", by=("channel",), period=H2),
    Percentiles(metric="delivery_days", by=("carrier",), percentiles=(0.5, 0.9, 0.999)),
    Percentiles(metric="revenue", per="order"),
    Histogram(metric="revenue", per="order", bins=6),
    Histogram(metric="supplier_lead_time_days", width=2),
    Streaks(metric="revenue", by=("product",), run="falling", at_least=2),
    Streaks(metric="orders", grain="week", run="nonzero", at_least=2, current=True),
    Gaps(entity="customer", at_least_days=30),
    AntiJoin(
        entity="customer", did=Condition(metric="units", where=DESKS, period=YTD), never=Condition(metric="units", where=LAMPS, period=YTD)
    ),
    SetComparison(entity="customer", left=Condition(period=Calendar(year=2025)), right=Condition(period=Calendar(year=2026), at_least=2)),
    SetComparison(entity="product", left=Condition(metric="units", period=H2), right=Condition(metric="returned_units"), keep="only_left"),
    NoActivity(entity="customer", days=60),
    NoActivity(entity="product", metric="units", days=30, never_too=False),
    Moments(entity="customer", limit=5),
    Moments(entity="product", metric="returned_units", order="oldest"),
    NthEvent(n=2, within_days=30),
    NthEvent(n=3, members=True, where=(Filter(dimension="province", values=("Hà Nội",)),)),
    Cohort(period=Calendar(year=2025, quarter=1), offsets=6),
    Cohort(grain="quarter", offsets=3),
    Cohort(grain="week", offsets=2),
    Funnel(period=YTD),
    Funnel(of="sessions"),
    Basket(n=10),
    Basket(of="category", at_least=1, order="lift"),
    Basket(item="Item 03", order="confidence", n=5),
    Pareto(metric="revenue", by="product"),
    Abc(metric="margin", by="customer"),
    Abc(metric="revenue", by="product", summary=True),
    OpeningClosing(metric="stock_value", by=("category",), period=Calendar(year=2025, month=12)),
    Ageing(),
    Ageing(by=("location",), day=date(2025, 12, 1), edges=(15, 45)),
    Ageing(where=DESKS, edges=(60,)),
    PriceInForce(day=date(2025, 3, 1), where=DESKS),
    Overdue(),
    Overdue(of="shipments", at_least_days=10),
    Record(of="customer", ids=("C01", "Customer 02")),
    Record(of="product", ids=("P03",), columns=("name", "unit_cost", "launched_on")),
    RecordLines(of="order", ids=("O0003",)),
    RecordLines(of="purchase_order", ids=("PO01",)),
    ByMetric(entity="customer", metric="orders"),
    ByMetric(entity="customer", metric="revenue", edges=(0, 500, 1000, 5000), include_empty=True),
    Pattern(metric="orders", of=("weekday",)),
    Pattern(metric="revenue", of=("weekday", "hour"), period=YTD),
    Contribution(metric="revenue", by="category", period=YTD, compare=YOY),
    Contribution(metric="margin_rate", by="category", period=YTD, compare=YOY),
    Decomposition(period=YTD, compare=YOY),
    Steps(
        steps=(
            Step(
                name="late",
                query={
                    "kind": "breakdown",
                    "metrics": ["late_received_lines"],
                    "by": ["supplier"],
                    "having": [{"metric": "late_received_lines", "op": ">", "value": 4}],
                },
            ),
            Step(
                name="sold",
                query={
                    "kind": "breakdown",
                    "metrics": ["units"],
                    "by": ["product"],
                    "where": [{"dimension": "supplier", "op": "in_step", "step": "late"}],
                },
            ),
            Step(
                name="buyers",
                query={
                    "kind": "top",
                    "metric": "revenue",
                    "by": "customer",
                    "n": 5,
                    "where": [{"dimension": "product", "op": "in_step", "step": "sold"}],
                },
            ),
        )
    ),
)


def named(query: Query) -> str:
    """How an example is called in test output."""
    return f"{query.model_dump()['kind']}-{EXAMPLES.index(query)}"
