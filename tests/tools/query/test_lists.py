"""Distributions, pareto, stock, prices, overdue lists and records against pandas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.examples import DESKS, EXAMPLES
from tests.tools.query.oracle import column, floats
from tests.tools.query.shop import AS_OF, Shop, with_local
from tools.errors import BadInput, CannotDo
from tools.query.contract import AllTime, Calendar, QueryContext
from tools.query.operators.distribution import Histogram, Percentiles
from tools.query.operators.grouping import ByMetric
from tools.query.operators.overdue import Overdue
from tools.query.operators.pareto import Abc, Pareto
from tools.query.operators.prices import PriceInForce
from tools.query.operators.records import Record, RecordLines
from tools.query.operators.steps import Step, Steps
from tools.query.operators.stock import Ageing, OpeningClosing
from tools.query.run import run_query
from tools.query.source import Source


def test_percentiles_interpolate(ask: Ask, shop: Shop) -> None:
    sent = shop["shipments"].merge(shop["orders"][["order_id", "ordered_at"]], on="order_id").dropna(subset=["delivered_at"])
    sent["days"] = (sent["delivered_at"] - sent["ordered_at"]).dt.total_seconds() / 86400
    for record in ask(Percentiles(metric="delivery_days", by=("carrier",), percentiles=(0.5, 0.9, 0.999))).records():
        days = sent[sent["carrier"] == record["carrier"]]["days"]
        assert [record["p50"], record["p90"], record["p99_9"]] == pytest.approx(list(days.quantile([0.5, 0.9, 0.999])))


def test_percentiles_of_members(ask: Ask, shop: Shop) -> None:
    values = shop.valid.groupby("order_id")["net_amount"].sum()
    record = ask(Percentiles(metric="revenue", per="order", percentiles=(0.25,))).records()[0]
    assert [record[name] for name in ("count", "p25", "mean")] == pytest.approx([len(values), values.quantile(0.25), values.mean()])


def test_a_metric_without_row_values_needs_per(ask: Ask) -> None:
    with pytest.raises(BadInput, match="say per what"):
        ask(Percentiles(metric="orders"))


@pytest.mark.parametrize("bins", [1, 6, 10])
def test_histogram_counts_every_value(ask: Ask, shop: Shop, bins: int) -> None:
    values = shop.valid.groupby("order_id")["net_amount"].sum()
    expected, edges = np.histogram(values, bins=bins)
    result = ask(Histogram(metric="revenue", per="order", bins=bins))
    assert column(result, "from_value") == pytest.approx(list(edges[:-1]))
    assert column(result, "count") == list(expected)


def test_histogram_of_a_given_width(ask: Ask, shop: Shop) -> None:
    values = shop.valid.groupby("customer_id")["net_amount"].sum()
    result = ask(Histogram(metric="revenue", per="customer", width=1000))
    expected = (values // 1000 * 1000).value_counts()
    assert {k: v for k, v in floats(result, "from_value", "count").items() if v} == expected.to_dict()
    assert column(result, "from_value") == [float(x) for x in range(int(expected.index.min()), int(expected.index.max()) + 1, 1000)]


def test_a_histogram_of_narrow_ranges_loses_no_value(ask: Ask, shop: Shop) -> None:
    """There are only so many ranges; the last one then takes all the rest and says where it ends."""
    values = shop.valid.groupby("customer_id")["net_amount"].sum()
    result = ask(Histogram(metric="revenue", per="customer", width=0.5)).records()
    assert len(result) == 500 and sum(int(str(record["count"])) for record in result) == len(values)
    beyond = float(str(result[-1]["from_value"]))
    assert result[-1]["count"] == (values >= beyond).sum() > 1
    assert result[-1]["to_value"] == pytest.approx(values.max())


def test_pareto_includes_the_item_that_crosses_the_line(ask: Ask, shop: Shop) -> None:
    revenue = shop.valid.groupby("product_id")["net_amount"].sum().sort_values(ascending=False)
    cumulative = revenue.cumsum() / revenue.sum()
    count = int((cumulative < 0.8).sum()) + 1
    result = ask(Pareto(metric="revenue", by="product"))
    assert column(result, "product_id") == list(revenue.index[:count])
    assert float(str(column(result, "cumulative_share")[-1])) >= 0.8 > float(str(column(result, "cumulative_share")[-2]))


def test_abc_classes(ask: Ask, shop: Shop) -> None:
    revenue = shop.valid.groupby("product_id")["net_amount"].sum().sort_values(ascending=False)
    before = (revenue.cumsum() - revenue) / revenue.sum()
    expected = {product: "A" if share < 0.8 else "B" if share < 0.95 else "C" for product, share in before.items()}
    classes = {r["product_id"]: r["class"] for r in ask(Abc(metric="revenue", by="product")).records()}
    assert classes == expected
    summary = floats(ask(Abc(metric="revenue", by="product", summary=True)), "class", "members")
    assert summary == pd.Series(expected).value_counts().to_dict()


def test_customers_by_number_of_orders(ask: Ask, shop: Shop) -> None:
    counts = shop.valid.groupby("customer_id")["order_id"].nunique()
    assert floats(ask(ByMetric(entity="customer", metric="orders")), "orders", "members") == counts.value_counts().to_dict()
    empty = floats(ask(ByMetric(entity="customer", metric="orders", include_empty=True)), "orders", "members")
    assert empty[0] == 2


def test_customers_by_range_of_revenue(ask: Ask, shop: Shop) -> None:
    revenue = shop.valid.groupby("customer_id")["net_amount"].sum()
    expected = pd.cut(revenue, [0, 3000, 5000, 7000, np.inf], right=False, labels=[0.0, 3000.0, 5000.0, 7000.0]).value_counts()
    found = floats(ask(ByMetric(entity="customer", metric="revenue", edges=(5000, 0, 7000, 3000))), "from_value", "members")
    assert found == {edge: count for edge, count in expected.items() if count} and len(found) > 2


def test_opening_and_closing_stock(ask: Ask, shop: Shop) -> None:
    levels = shop["stock_levels"].merge(shop["products"][["product_id", "category"]], on="product_id")
    result = ask(OpeningClosing(by=("category",), period=Calendar(year=2025, month=12)))
    for name, day in (("opening", "2025-11-30"), ("closing", "2025-12-31")):
        expected = levels[levels["as_of"] == day].groupby("category")["on_hand"].sum().to_dict()
        assert {k: v for k, v in floats(result, "category", name).items() if k} == expected


def test_opening_needs_a_start(ask: Ask) -> None:
    with pytest.raises(BadInput, match="starts somewhere"):
        ask(OpeningClosing(period=AllTime()))


def test_ageing_takes_the_newest_receipts_first(ask: Ask, shop: Shop) -> None:
    levels, moves = shop["stock_levels"], with_local(shop["stock_movements"], "moved_at")
    held = levels[(levels["as_of"] == levels["as_of"].max()) & (levels["on_hand"] > 0)]
    expected: dict[object, float] = {}
    receipts = moves[moves["kind"] == "receipt"].sort_values("day", ascending=False)
    for row in held.to_dict("records"):
        left = float(row["on_hand"])
        mine = receipts[(receipts["location_id"] == row["location_id"]) & (receipts["product_id"] == row["product_id"])]
        for receipt in mine.to_dict("records"):
            taken = min(left, float(receipt["quantity"]))
            age = (pd.Timestamp(AS_OF) - receipt["day"]).days
            slot = 0 if age <= 30 else 31 if age <= 60 else 61 if age <= 90 else 91 if age <= 180 else 181
            expected[slot] = expected.get(slot, 0) + taken
            left -= taken
        expected[None] = expected.get(None, 0) + left
    found = floats(ask(Ageing()), "from_days", "units")
    assert found == {slot: units for slot, units in expected.items() if units}
    assert sum(found.values()) == held["on_hand"].sum()


@pytest.mark.parametrize(("day", "step"), [(date(2025, 6, 30), 0), (date(2025, 7, 1), 1), (None, 1)])
def test_price_in_force(ask: Ask, day: date | None, step: int) -> None:
    result = ask(PriceInForce(day=day, where=DESKS))
    assert result.row_count == 6  # one price each, on the day it changes too
    assert floats(result, "product_id", "list_price") == {f"P{i:02}": 10.0 * i + step for i in range(0, 16, 3)}
    assert ask(PriceInForce(day=date(2024, 12, 31))).row_count == 0


def test_overdue_lists(ask: Ask, shop: Shop) -> None:
    orders = shop["purchase_orders"]
    late = orders[orders["status"].isin(["open", "partial"]) & (orders["expected_on"] < AS_OF)]
    expected = {row["po_id"]: (AS_OF - row["expected_on"]).days for row in late.to_dict("records")}
    assert floats(ask(Overdue()), "po_id", "days_overdue") == expected
    sent = shop["shipments"]
    waiting = sent[sent["delivered_at"].isna() & (sent["promised_on"] <= AS_OF - timedelta(days=10))]
    assert set(column(ask(Overdue(of="shipments", at_least_days=10)), "shipment_id")) == set(waiting["shipment_id"])


def test_records_show_contact_data_only_to_those_allowed(source: Source, context: QueryContext, ask: Ask) -> None:
    query = Record(of="customer", ids=("Customer 01",))
    assert "email" not in [c.name for c in ask(query).columns]
    shown = run_query(query, replace(context, personal=True), source).records()[0]
    assert shown["email"] == "c1@example.org"
    with pytest.raises(BadInput, match="pii:read"):
        ask(Record(of="customer", ids=("C01",), columns=("phone",)))
    with pytest.raises(CannotDo, match="no such value"):
        ask(Record(of="order", ids=("O9999",)))


def test_record_lines(ask: Ask, shop: Shop) -> None:
    lines = shop["order_lines"].query("order_id == 'O0003'")
    found = ask(RecordLines(of="order", ids=("O0003",)))
    assert column(found, "product_id") == list(lines["product_id"])
    assert [float(str(value)) for value in column(found, "net_amount")] == pytest.approx(list(lines["net_amount"]))


def test_steps_feed_each_other(ask: Ask, shop: Shop) -> None:
    """Customers who bought most from suppliers that were late more than four times."""
    lines = with_local(
        shop["purchase_order_lines"].dropna(subset=["received_at"]).merge(shop["purchase_orders"], on="po_id"), "received_at"
    )
    late = lines[lines["day"].dt.date > lines["expected_on"]].groupby("supplier_id").size()
    bad = set(late[late > 4].index)
    assert bad
    valid = shop.valid
    # The supplier of a product that was bought is the product's own.
    revenue = valid[valid["supplier_id"].isin(bad)].groupby("customer_id")["net_amount"].sum().nlargest(5)
    found = floats(ask(EXAMPLES[-1]), "customer_id", "revenue")
    assert found == pytest.approx(revenue.to_dict())


def test_steps_may_exclude(ask: Ask, shop: Shop) -> None:
    best: dict[str, object] = {"kind": "top", "metric": "revenue", "by": "product", "n": 3}
    rest = {"kind": "value", "metrics": ["revenue"], "where": [{"dimension": "product", "op": "not_in_step", "step": "best"}]}
    answer = ask(Steps(steps=(Step(name="best", query=best), Step(name="rest", query=rest)))).rows[0][0]
    revenue = shop.valid.groupby("product_id")["net_amount"].sum()
    assert float(str(answer)) == pytest.approx(revenue.sum() - revenue.nlargest(3).sum())


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({"dimension": "product", "op": "in_step", "step": "bst"}, "no earlier step"),
        ({"dimension": "customer", "op": "in_step", "step": "best"}, "no such column"),
    ],
)
def test_a_step_that_is_not_there(ask: Ask, second: dict[str, object], says: str) -> None:
    best: dict[str, object] = {"kind": "top", "metric": "revenue", "by": "product", "n": 3}
    rest = {"kind": "value", "metrics": ["revenue"], "where": [second]}
    with pytest.raises(BadInput, match=says):
        ask(Steps(steps=(Step(name="best", query=best), Step(name="rest", query=rest))))


def test_a_limit_inside_a_step_is_kept(ask: Ask, shop: Shop) -> None:
    few: dict[str, object] = {"kind": "breakdown", "metrics": ["revenue"], "by": ["product"], "limit": 2}
    rest: dict[str, object] = {
        "kind": "top",
        "metric": "revenue",
        "by": "product",
        "n": 50,
        "where": [{"dimension": "product", "op": "in_step", "step": "few"}],
    }
    found = column(ask(Steps(steps=(Step(name="few", query=few), Step(name="rest", query=rest)))), "product_id")
    assert found == list(shop.valid.groupby("product_id")["net_amount"].sum().nlargest(2).index)


def test_a_dimension_out_of_reach_becomes_a_step(ask: Ask, shop: Shop) -> None:
    """Shipping cost of orders that contain a desk: one order has many lines, so the category picks orders first."""
    first: dict[str, object] = {
        "kind": "breakdown",
        "metrics": ["lines"],
        "by": ["order"],
        "where": [{"dimension": "category", "values": ["Desks"]}],
    }
    then: dict[str, object] = {
        "kind": "value",
        "metrics": ["shipping_cost"],
        "where": [{"dimension": "order", "op": "in_step", "step": "desks"}],
    }
    found = ask(Steps(steps=(Step(name="desks", query=first), Step(name="cost", query=then)))).rows[0][0]
    orders = set(shop.valid.query("category == 'Desks'")["order_id"])
    assert float(str(found)) == shop["shipments"][shop["shipments"]["order_id"].isin(orders)]["cost"].sum()
