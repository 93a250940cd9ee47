"""A small company with awkward corners: empty keys, ties, cancelled orders, nights on both sides of local midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingestion.schema import TABLES, ddl

ZONE = "Asia/Ho_Chi_Minh"
AS_OF = date(2026, 3, 20)
FIRST = date(2025, 1, 1)
DAYS = (AS_OF - FIRST).days + 1


@dataclass(frozen=True)
class Shop:
    """The tables as frames; timestamps are UTC."""

    frames: dict[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    @property
    def lines(self) -> pd.DataFrame:
        """Order lines of all orders with order, product, supplier and customer beside them, and the local time of the order."""
        lines = self["order_lines"].merge(self["orders"], on="order_id", how="left")
        products = self["products"].drop(columns=["unit_cost", "description"]).rename(columns={"name": "product"})
        lines = lines.merge(products, on="product_id", how="left")
        lines = lines.merge(self["suppliers"][["supplier_id", "country"]], on="supplier_id", how="left")
        customers = self["customers"][["customer_id", "name", "kind", "tier", "province", "district", "area_kind"]]
        lines = lines.merge(customers.rename(columns={"name": "customer"}), on="customer_id", how="left")
        return with_local(lines, "ordered_at")

    @property
    def valid(self) -> pd.DataFrame:
        """Lines of orders that were not cancelled."""
        lines = self.lines
        return lines[lines["status"] != "cancelled"]

    @property
    def orders(self) -> pd.DataFrame:
        """All orders with their local time and customer."""
        customers = self["customers"][["customer_id", "province", "tier"]]
        return with_local(self["orders"].merge(customers, on="customer_id", how="left"), "ordered_at")


def with_local(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The frame with `local` (business time) and its buckets `day`, `week`, `month`, `quarter`, `year`."""
    local = frame[column].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
    frame = frame.assign(local=local, day=local.dt.normalize())
    for grain, frequency in (("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")):
        frame[grain] = local.dt.to_period(frequency).dt.start_time
    return frame


def between(frame: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Rows whose local day lies between two days."""
    return frame[(frame["day"] >= pd.Timestamp(first)) & (frame["day"] <= pd.Timestamp(last))]


def build_shop(seed: int = 7) -> Shop:
    """The company, the same for the same seed."""
    rng = np.random.default_rng(seed)
    frames = _masters(rng)
    frames |= _sales(rng, frames)
    frames |= _after_sales(rng, frames)
    frames |= _stock(rng, frames)
    frames |= _purchases(rng)
    frames |= _traffic(rng, frames)
    frames |= _market(rng)
    return Shop(frames)


def write_shop(shop: Shop, path: Path) -> Path:
    """The company as a DuckDB snapshot."""
    with duckdb.connect(str(path)) as connection:
        for table in TABLES:
            connection.execute(ddl(table))
            frame = shop.frames.get(table.name)
            if frame is not None and len(frame):
                connection.register("incoming", frame)
                columns = ", ".join(f"CAST({column.name} AS {column.sql_type})" for column in table.columns)
                connection.execute(f"INSERT INTO {table.name} SELECT {columns} FROM incoming")
                connection.unregister("incoming")
    return path


def _masters(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    suppliers = pd.DataFrame({"supplier_id": ["S1", "S2", "S3"], "name": ["Alpha", "Beta", "Gamma"], "country": ["VN", "CN", "VN"]})
    suppliers = suppliers.assign(contract_lead_time_days=7, payment_terms_days=30, min_order_value=100, email="s@example.org")
    n = 18
    products = pd.DataFrame({"product_id": [f"P{i:02}" for i in range(n)], "sku": [f"SKU-{i:02}" for i in range(n)]})
    products["name"] = [f"Item {i:02}" for i in range(n - 2)] + ["Twin", "Twin"]
    products["description"] = None
    products["category"] = [["Desks", "Chairs", "Lamps"][i % 3] if i != 5 else None for i in range(n)]
    products["subcategory"] = [f"{'AB'[i % 2]}{i % 3}" for i in range(n)]
    products["family"], products["series"] = [f"F{i % 4}" for i in range(n)], [f"R{i % 5}" for i in range(n)]
    products["manufacturer"] = [f"Maker {i % 4}" for i in range(n)]
    products["supplier_id"] = [["S1", "S2", "S3", None][i % 4] for i in range(n)]
    products["unit_cost"] = rng.integers(5, 60, n).astype(float)
    products["list_price"] = products["unit_cost"] * 2
    products["pack_size"], products["min_order_qty"], products["weight_kg"], products["shelf_life_days"] = 6, 12, 1.5, 90
    products["launched_on"] = [date(2024, 6, 1) if i < n - 1 else date(2026, 2, 1) for i in range(n)]
    products["discontinued_on"] = [date(2026, 1, 15) if i == 3 else None for i in range(n)]
    c = 30
    customers = pd.DataFrame({"customer_id": [f"C{i:02}" for i in range(c)], "name": [f"Customer {i:02}" for i in range(c)]})
    customers["kind"], customers["tier"] = (
        ["business" if i % 4 == 0 else "consumer" for i in range(c)],
        [["standard", "silver", "gold"][i % 3] for i in range(c)],
    )
    customers["email"], customers["phone"] = [f"c{i}@example.org" for i in range(c)], [f"09{i:08}" for i in range(c)]
    customers["province"] = [["Hà Nội", "Đà Nẵng", "Cần Thơ"][i % 3] if i != 4 else None for i in range(c)]
    customers["district"], customers["settlement"], customers["area_kind"] = "D1", "W1", ["urban" if i % 2 else "rural" for i in range(c)]
    customers["latitude"], customers["longitude"] = 10.5, 106.5
    customers["signed_up_on"] = [date(2024, 12, 1) if i % 5 else None for i in range(c)]
    customers["marketing_consent"] = True
    locations = pd.DataFrame(
        {"location_id": ["L1", "L2"], "name": ["North", "South"], "kind": ["warehouse", "store"], "province": ["Hà Nội", "Cần Thơ"]}
    )
    locations = locations.assign(latitude=1.0, longitude=1.0, capacity_units=1000)
    promotions = pd.DataFrame({"promotion_id": ["PR1"], "name": ["Tet"], "product_id": [None], "category": ["Desks"]})
    promotions = promotions.assign(starts_on=date(2025, 1, 20), ends_on=date(2025, 2, 10), discount_rate=0.2)
    return {"suppliers": suppliers, "products": products, "customers": customers, "locations": locations, "promotions": promotions}


def _sales(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    n = 420
    minutes = np.sort(rng.integers(0, DAYS * 24 * 60, n))
    minutes[-1] = DAYS * 24 * 60 - 5  # the newest order fixes as_of
    ordered = pd.Timestamp(FIRST) - pd.Timedelta(hours=7) + pd.to_timedelta(minutes, unit="min")
    orders = pd.DataFrame({"order_id": [f"O{i:04}" for i in range(n)], "ordered_at": ordered})
    orders["customer_id"] = [f"C{i:02}" if i < 28 else None for i in rng.integers(0, 29, n)]  # C28, C29 never buy
    orders["location_id"] = rng.choice(["L1", "L2"], n)
    orders["status"] = rng.choice(["delivered", "shipped", "paid", "pending", "cancelled"], n, p=[0.6, 0.1, 0.1, 0.05, 0.15])
    orders["channel"], orders["payment_method"] = rng.choice(["web", "app", "store"], n), rng.choice(["card", "cash"], n)
    orders["promised_on"] = (orders["ordered_at"] + pd.Timedelta(days=4)).dt.date
    orders["cancelled_at"] = orders["ordered_at"].where(orders["status"] == "cancelled") + pd.Timedelta(days=2)
    orders["shipping_fee"], orders["shipping_province"] = rng.integers(0, 5, n).astype(float), rng.choice(["Hà Nội", "Huế"], n)
    orders["device_id"] = "D"
    lines = []
    for order in orders["order_id"]:
        for number, product in enumerate(rng.choice(16, rng.integers(1, 5), replace=False), start=1):  # P16, P17 never sell
            lines.append((order, number, f"P{product:02}", int(rng.integers(1, 5)), float(rng.integers(20, 120))))
    frame = pd.DataFrame(lines, columns=["order_id", "line_no", "product_id", "quantity", "unit_price"])
    frame["discount_rate"] = rng.choice([0.0, 0.1, 0.25], len(frame))
    frame["net_amount"] = (frame["quantity"] * frame["unit_price"] * (1 - frame["discount_rate"])).round(2)
    costs = frames["products"].set_index("product_id")["unit_cost"]
    frame["unit_cost"] = frame["product_id"].map(costs)
    frame["promotion_id"] = ["PR1" if rate == 0.25 else None for rate in frame["discount_rate"]]
    return {"orders": orders, "order_lines": frame}


def _after_sales(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    orders = frames["orders"]
    lines = frames["order_lines"].merge(orders[["order_id", "ordered_at", "status"]], on="order_id")
    back = lines[(lines["status"] == "delivered") & (rng.random(len(lines)) < 0.12)]
    returns = pd.DataFrame(
        {"return_id": [f"R{i}" for i in range(len(back))], "order_id": back["order_id"].to_numpy(), "line_no": back["line_no"].to_numpy()}
    )
    returns["product_id"], returns["returned_at"] = back["product_id"].to_numpy(), (back["ordered_at"] + pd.Timedelta(days=9)).to_numpy()
    returns["quantity"] = 1
    returns["reason"] = [["damaged", "defective", None][i] for i in rng.integers(0, 3, len(back))]
    returns["refund_amount"] = (back["net_amount"] / back["quantity"]).round(2).to_numpy()
    returns = returns[returns["returned_at"] < pd.Timestamp(AS_OF)]
    sent = orders[orders["status"].isin(["shipped", "delivered"])]
    shipments = pd.DataFrame({"shipment_id": [f"SH{i}" for i in range(len(sent))], "order_id": sent["order_id"].to_numpy()})
    shipments["carrier"] = rng.choice(["Fast", "Slow"], len(sent))
    shipments["shipped_at"] = (sent["ordered_at"] + pd.Timedelta(hours=12)).to_numpy()
    shipments["promised_on"] = sent["promised_on"].to_numpy()
    took = pd.to_timedelta(rng.integers(20, 170, len(sent)), unit="h")
    arrived = pd.Series((sent["ordered_at"] + took).to_numpy()).where(pd.Series((sent["status"] == "delivered").to_numpy()))
    shipments["delivered_at"] = arrived.where(arrived < pd.Timestamp(AS_OF))
    shipments["cost"], shipments["distance_km"] = rng.integers(1, 9, len(sent)).astype(float), rng.integers(1, 400, len(sent)).astype(float)
    shipments["damaged"] = rng.random(len(sent)) < 0.1
    some = lines.sample(60, random_state=3)
    customers = orders.set_index("order_id")["customer_id"]
    reviews = pd.DataFrame({"review_id": [f"V{i}" for i in range(60)], "product_id": some["product_id"].to_numpy()})
    reviews["customer_id"], reviews["order_id"] = some["order_id"].map(customers).to_numpy(), some["order_id"].to_numpy()
    reviews["reviewed_at"] = (some["ordered_at"] + pd.Timedelta(hours=3)).to_numpy()
    reviews["rating"], reviews["text"] = rng.integers(1, 6, 60), "ok"
    return {"returns": returns, "shipments": shipments, "reviews": reviews[reviews["reviewed_at"] < pd.Timestamp(AS_OF)]}


def _stock(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    days = pd.date_range(date(2025, 10, 1), AS_OF, freq="D")
    grid = pd.MultiIndex.from_product([days, ["L1", "L2"], frames["products"]["product_id"]], names=["as_of", "location_id", "product_id"])
    levels = grid.to_frame(index=False)
    levels["on_hand"] = np.maximum(0, rng.integers(-2, 30, len(levels)))
    levels["allocated"], levels["on_order"] = np.minimum(levels["on_hand"], 2), 5
    n = 200
    moved = pd.Timestamp("2025-03-01") + pd.to_timedelta(np.sort(rng.integers(0, 380 * 24, n)), unit="h")
    moves = pd.DataFrame({"movement_id": [f"M{i}" for i in range(n)], "moved_at": moved, "location_id": rng.choice(["L1", "L2"], n)})
    moves["product_id"] = [f"P{i:02}" for i in rng.integers(0, 16, n)]
    moves["kind"] = rng.choice(["receipt", "sale", "count_adjustment"], n)
    size = rng.integers(1, 40, n)
    moves["quantity"] = np.where(moves["kind"] == "receipt", size, -size)
    moves["reference_id"] = None
    prices = pd.DataFrame(
        [(f"P{i:02}", day, 10.0 * i + step) for i in range(16) for step, day in enumerate([date(2025, 1, 1), date(2025, 7, 1)])]
    )
    prices.columns = pd.Index(["product_id", "valid_from", "list_price"])
    return {"stock_levels": levels, "stock_movements": moves, "price_history": prices}


def _purchases(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    n = 40
    ordered = pd.Timestamp("2025-02-01") + pd.to_timedelta(np.sort(rng.integers(0, 400 * 24, n)), unit="h")
    orders = pd.DataFrame({"po_id": [f"PO{i:02}" for i in range(n)], "supplier_id": rng.choice(["S1", "S2", "S3"], n), "location_id": "L1"})
    orders["ordered_at"], orders["expected_on"] = ordered, (ordered + pd.Timedelta(days=7)).date
    orders["status"] = ["received" if i < 30 else ["open", "partial", "cancelled"][i % 3] for i in range(n)]
    lines = [(po, number, f"P{rng.integers(0, 16):02}") for po in orders["po_id"] for number in (1, 2)]
    frame = pd.DataFrame(lines, columns=["po_id", "line_no", "product_id"]).merge(orders[["po_id", "ordered_at", "status"]], on="po_id")
    frame["quantity"], frame["unit_cost"] = rng.integers(5, 40, len(frame)), rng.integers(5, 50, len(frame)).astype(float)
    came = frame["status"].eq("received")
    frame["received_quantity"] = np.where(came, np.maximum(1, frame["quantity"] - rng.integers(0, 3, len(frame))), 0)
    frame["rejected_quantity"] = np.where(came, rng.integers(0, 2, len(frame)), 0)
    arrival = frame["ordered_at"] + pd.to_timedelta(rng.integers(3 * 24, 11 * 24, len(frame)), unit="h")
    frame["received_at"] = arrival.where(came & (arrival < pd.Timestamp(AS_OF)))
    return {"purchase_orders": orders, "purchase_order_lines": frame.drop(columns=["ordered_at", "status"])}


def _traffic(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    n = 300
    events = pd.DataFrame({"event_id": [f"E{i}" for i in range(n)]})
    events["occurred_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 78 * 24, n)), unit="h")
    session = rng.integers(0, 90, n)
    events["visitor_id"], events["session_id"] = [f"W{i % 50}" for i in session], [f"X{i}" for i in session]
    events["customer_id"] = [f"C{i:02}" if i < 20 else None for i in session]
    events["event"] = rng.choice(["view", "addtocart", "removefromcart", "transaction"], n, p=[0.6, 0.25, 0.05, 0.1])
    events["product_id"] = [f"P{i:02}" for i in rng.integers(0, 16, n)]
    events["order_id"] = None
    return {"web_events": events}


def _market(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    days = pd.date_range(date(2025, 6, 2), AS_OF, freq="7D")
    asked = pd.MultiIndex.from_product([["P00", "P01", "P04"], ["Rival", "Other"], days], names=["product_id", "competitor", "observed_on"])
    prices = asked.to_frame(index=False).sample(frac=0.8, random_state=5)
    prices["price"] = rng.integers(1000, 9000, len(prices)) / 100
    read = pd.MultiIndex.from_product([["oil", "usd"], days], names=["indicator", "observed_on"])
    values = read.to_frame(index=False).assign(value=rng.normal(100, 9, len(read)).round(3), unit="index", source="made up")
    return {"competitor_prices": prices, "market_indicators": values}
