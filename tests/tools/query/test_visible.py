"""Nothing after as_of, nothing outside the scope: whatever is asked, by whatever operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.tools.query.examples import EXAMPLES, named
from tests.tools.query.oracle import canonical, floats
from tests.tools.query.shop import AS_OF, Shop, between, build_shop, with_local, write_shop
from tools.errors import CannotDo
from tools.query.contract import AllTime, Filter, Query, QueryContext
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.records import Record
from tools.query.operators.value import Value
from tools.query.run import open_database, run_query
from tools.query.source import Source

PAST = date(2026, 2, 10)
HORIZON = pd.Timestamp("2026-02-10 17:00")  # midnight after PAST in the business zone, in UTC


def as_it_stood(shop: Shop) -> Shop:
    """The company as its books stood at the end of PAST, cut and rewritten row by row."""
    frames = {name: frame.copy() for name, frame in shop.frames.items()}
    orders = frames["orders"] = frames["orders"][frames["orders"]["ordered_at"] < HORIZON]
    frames["order_lines"] = frames["order_lines"][frames["order_lines"]["order_id"].isin(orders["order_id"])]
    for table, moment in (
        ("returns", "returned_at"),
        ("reviews", "reviewed_at"),
        ("web_events", "occurred_at"),
        ("stock_movements", "moved_at"),
    ):
        frames[table] = frames[table][frames[table][moment] < HORIZON]
    frames["stock_levels"] = frames["stock_levels"][frames["stock_levels"]["as_of"] <= pd.Timestamp(PAST)]
    frames["price_history"] = frames["price_history"][frames["price_history"]["valid_from"] <= PAST]
    products = frames["products"] = frames["products"][frames["products"]["launched_on"] <= PAST]
    assert len(products) == 18
    sent = frames["shipments"]
    later_out, later_in = set(sent[sent["shipped_at"] >= HORIZON]["order_id"]), set(sent[sent["delivered_at"] >= HORIZON]["order_id"])
    status, cancelled_at = orders["status"].copy(), orders["cancelled_at"]
    status[(status == "cancelled") & (cancelled_at >= HORIZON)] = "pending"
    status[(status == "delivered") & orders["order_id"].isin(later_in)] = "shipped"
    status[orders["status"].isin(["shipped", "delivered"]) & orders["order_id"].isin(later_out)] = "paid"
    frames["orders"] = orders.assign(status=status, cancelled_at=cancelled_at.where(cancelled_at < HORIZON))
    sent = sent[sent["shipped_at"] < HORIZON].copy()
    arrived = sent["delivered_at"] < HORIZON
    sent["damaged"] = [flag if here else None for flag, here in zip(sent["damaged"], arrived, strict=True)]
    sent["delivered_at"] = sent["delivered_at"].where(arrived)
    frames["shipments"] = sent
    purchases, lines = frames["purchase_orders"], frames["purchase_order_lines"]
    waiting = set(lines[lines["received_at"] >= HORIZON]["po_id"])
    purchases = purchases[purchases["ordered_at"] < HORIZON].copy()
    purchases.loc[purchases["po_id"].isin(waiting) & (purchases["status"] == "received"), "status"] = "open"
    lines = lines[lines["po_id"].isin(purchases["po_id"])].copy()
    late = lines["received_at"] >= HORIZON
    lines.loc[late, ["received_quantity", "rejected_quantity"]] = 0
    lines["received_at"] = lines["received_at"].where(~late)
    frames["purchase_orders"], frames["purchase_order_lines"] = purchases, lines
    return Shop(frames)


@pytest.fixture(scope="module")
def old(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    engine = open_database(write_shop(as_it_stood(shop), tmp_path_factory.mktemp("old") / "warehouse.duckdb"))
    yield Source(engine, "shop-1")
    engine.dispose()


@pytest.mark.parametrize("query", EXAMPLES, ids=named)
def test_the_past_is_answered_as_it_was_then(query: Query, source: Source, old: Source, context: QueryContext) -> None:
    """The whole snapshot asked as of a past day says exactly what a snapshot taken on that day says."""
    then = replace(context, as_of=PAST)
    assert canonical(run_query(query, then, source)) == canonical(run_query(query, then, old))


def test_the_future_of_a_past_day_cannot_be_asked(source: Source, context: QueryContext) -> None:
    where = (Filter(dimension="day", op=">", values=(PAST.isoformat(),)),)
    result = run_query(Breakdown(metrics=("revenue",), by=("day",), where=where), replace(context, as_of=PAST), source)
    assert result.row_count == 0


def test_location_scope_limits_every_table(source: Source, context: QueryContext, shop: Shop) -> None:
    limited = replace(context, locations=("L1",))
    valid = shop.valid[shop.valid["location_id"] == "L1"]
    found = run_query(Value(metrics=("revenue", "orders", "stock_on_hand", "returned_units", "shipping_cost")), limited, source).records()[
        0
    ]
    levels, mine = shop["stock_levels"], set(shop["orders"].query("location_id == 'L1'")["order_id"])
    newest = levels[(levels["as_of"] == levels["as_of"].max()) & (levels["location_id"] == "L1")]
    valid_orders = set(valid["order_id"])
    expected = [
        valid["net_amount"].sum(),
        len(valid_orders),
        newest["on_hand"].sum(),
        shop["returns"][shop["returns"]["order_id"].isin(valid_orders)]["quantity"].sum(),
        shop["shipments"][shop["shipments"]["order_id"].isin(mine)]["cost"].sum(),
    ]
    assert [float(str(value)) for value in found.values()] == pytest.approx(expected)


def test_province_scope_limits_customers_and_sales(source: Source, context: QueryContext, shop: Shop) -> None:
    limited = replace(context, provinces=("Hà Nội",))
    by_province = floats(run_query(Breakdown(metrics=("revenue",), by=("province",)), limited, source), "province", "revenue")
    assert by_province == pytest.approx({"Hà Nội": shop.valid[shop.valid["province"] == "Hà Nội"]["net_amount"].sum()})
    stock = run_query(Breakdown(metrics=("stock_on_hand",), by=("location",)), limited, source).records()
    assert {record["location_id"] for record in stock} == {"L1"}


def test_both_scopes_hold_together(source: Source, context: QueryContext, shop: Shop) -> None:
    limited = replace(context, provinces=("Hà Nội",), locations=("L2",))
    valid = shop.valid
    kept = valid[(valid["province"] == "Hà Nội") & (valid["location_id"] == "L2")]
    found = run_query(Value(metrics=("revenue",)), limited, source).rows[0][0]
    assert float(str(found)) == pytest.approx(kept["net_amount"].sum())


@pytest.mark.parametrize("query", EXAMPLES, ids=named)
def test_scope_is_in_every_statement(query: Query, source: Source, context: QueryContext) -> None:
    """Whoever may see no location sees no fact, by any operator."""
    nowhere = replace(context, locations=())
    try:
        result = run_query(query, nowhere, source)
    except CannotDo:
        return
    leaked = [row for row in result.rows for value, column in zip(row, result.columns, strict=True) if column.unit == "money" and value]
    shared = {"price_in_force", "record"}  # list prices and products belong to everyone
    assert not leaked or query.model_dump()["kind"] in shared


def test_a_record_outside_the_scope_is_not_found(source: Source, context: QueryContext, shop: Shop) -> None:
    other = shop["orders"].query("location_id == 'L2'")["order_id"].iloc[0]
    assert run_query(Record(of="order", ids=(other,)), replace(context, locations=("L1",)), source).row_count == 0


def test_hints_do_not_show_what_scope_hides(source: Source, context: QueryContext) -> None:
    query = Value(metrics=("revenue",), where=(Filter(dimension="customer", values=("Customer 0",)),))
    with pytest.raises(CannotDo, match="Nearest"):
        run_query(query, context, source)
    with pytest.raises(CannotDo) as refusal:
        run_query(query, replace(context, locations=("L1",)), source)
    assert not refusal.value.nearest


def test_unknown_cost_declines_margin(tmp_path: Path, context: QueryContext) -> None:
    shop = build_shop()
    lines = shop["order_lines"]
    desks = set(shop["products"].query("category == 'Desks'")["product_id"])
    lines.loc[lines["product_id"].isin(desks), "unit_cost"] = None
    engine = open_database(write_shop(shop, tmp_path / "warehouse.duckdb"))
    source = Source(engine, "shop-2")
    with pytest.raises(CannotDo, match="more than 1 %"):
        run_query(Value(metrics=("margin_rate",)), context, source)
    chairs = (Filter(dimension="category", values=("Chairs",)),)
    assert run_query(Value(metrics=("margin_rate",), where=chairs), context, source).rows[0][0] is not None
    assert run_query(Value(metrics=("revenue",), period=AllTime()), context, source).rows[0][0] is not None
    engine.dispose()


def test_as_of_the_last_day_needs_no_hiding(source: Source, context: QueryContext, shop: Shop) -> None:
    """On the newest snapshot the statement is the plain one: hiding costs nothing where there is nothing to hide."""
    result = run_query(Value(metrics=("revenue",)), context, source)
    assert "ordered_at" not in result.sql and "CASE" not in result.sql
    assert "ordered_at" in run_query(Value(metrics=("revenue",)), replace(context, as_of=PAST), source).sql
    assert with_local(shop["orders"], "ordered_at")["day"].max().date() == AS_OF
    assert len(between(shop.valid, AS_OF, AS_OF))
