"""A company as frames: the raw tables of a snapshot, and the few views its pandas oracles read. Nothing here knows the SQL builders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from ingestion.schema import TABLES

Days = tuple[pd.Timestamp, pd.Timestamp]
# Who is called what: the table, its key and its name.
NAMED = {"product": "products", "customer": "customers", "supplier": "suppliers", "location": "locations", "promotion": "promotions"}
_PRODUCT = ["product_id", "name", "category", "subcategory", "family", "supplier_id"]
_CUSTOMER = ["customer_id", "province", "tier", "kind"]

SUMS = {
    "revenue": ("cents", "sum"),
    "units": ("quantity", "sum"),
    "orders": ("order_id", "nunique"),
    "active_customers": ("customer_id", "nunique"),
    "active_products": ("product_id", "nunique"),
    "lines": ("line_no", "size"),
    "cost": ("cost", "sum"),
}
RATIOS = {
    "average_order_value": ("revenue", "orders"),
    "units_per_order": ("units", "orders"),
    "average_selling_price": ("revenue", "units"),
    "margin_rate": ("margin", "revenue"),
}


@dataclass(frozen=True)
class Company:
    """Raw tables (timestamps in UTC), the zone of the business and its date; `group` is a dimension that splits its sales well."""

    frames: dict[str, pd.DataFrame]
    zone: str
    as_of: date
    group: str

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    def has(self, table: str) -> bool:
        """Whether the table holds anything."""
        return len(self.frames[table]) > 0

    @cached_property
    def today(self) -> pd.Timestamp:
        return pd.Timestamp(self.as_of)

    @cached_property
    def first(self) -> pd.Timestamp:
        """The day of the first order."""
        return pd.Timestamp(self.orders["day"].min())

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Order lines with order, product, supplier and customer beside them; money in whole cents, so that ties are ties."""
        orders = self["orders"][["order_id", "customer_id", "location_id", "ordered_at", "status", "channel"]]
        lines = self["order_lines"].merge(orders, on="order_id", how="left").merge(self.products, on="product_id", how="left")
        lines = lines.merge(self.customers, on="customer_id", how="left")
        lines["cents"] = (lines["net_amount"] * 100).round().astype("int64")
        lines["cost"] = lines["quantity"] * lines["unit_cost"]
        return self.timed(lines, "ordered_at")

    @cached_property
    def sold(self) -> pd.DataFrame:
        """Lines of orders that were not cancelled."""
        return self.lines[self.lines["status"] != "cancelled"]

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Orders of any status with their customer."""
        return self.timed(self["orders"].merge(self.customers, on="customer_id", how="left"), "ordered_at")

    @cached_property
    def valid(self) -> pd.DataFrame:
        """Orders that were not cancelled."""
        return self.orders[self.orders["status"] != "cancelled"]

    @cached_property
    def returned(self) -> pd.DataFrame:
        """Returns with the line's order, product and customer; dated by the order."""
        returns = self["returns"][["order_id", "product_id", "quantity", "refund_amount", "returned_at", "reason"]]
        orders = self["orders"][["order_id", "customer_id", "status", "ordered_at"]]
        rows = returns.merge(orders, on="order_id", how="left").merge(self.products, on="product_id", how="left")
        rows = rows[rows["status"] != "cancelled"].merge(self.customers, on="customer_id", how="left")
        return self.timed(rows, "ordered_at")

    @cached_property
    def products(self) -> pd.DataFrame:
        suppliers = self["suppliers"][["supplier_id", "country"]].rename(columns={"country": "supplier_country"})
        products = self["products"][_PRODUCT].rename(columns={"name": "product"}).astype({"supplier_id": object})
        return products.merge(suppliers.astype({"supplier_id": object}), on="supplier_id", how="left")

    @cached_property
    def customers(self) -> pd.DataFrame:
        return self["customers"][_CUSTOMER].rename(columns={"kind": "customer_kind"})

    @cached_property
    def stock(self) -> pd.DataFrame:
        """Stock levels with cost and category of the product."""
        products = self["products"][["product_id", "unit_cost", "category"]]
        levels = self["stock_levels"].merge(products, on="product_id", how="left")
        return levels.assign(day=levels["as_of"], value=levels["on_hand"] * levels["unit_cost"])

    @cached_property
    def delivered(self) -> pd.DataFrame:
        """Shipments that arrived, dated by their arrival."""
        orders = self["orders"][["order_id", "ordered_at"]]
        rows = self["shipments"].merge(orders, on="order_id", how="left").dropna(subset=["delivered_at"])
        rows["days"] = (rows["delivered_at"] - rows["ordered_at"]).dt.total_seconds() / 86400
        return self.timed(rows, "delivered_at")

    @cached_property
    def received(self) -> pd.DataFrame:
        """Purchase order lines that came, with order and supplier."""
        rows = self["purchase_order_lines"].dropna(subset=["received_at"]).merge(self["purchase_orders"], on="po_id")
        rows["days"] = (rows["received_at"] - rows["ordered_at"]).dt.total_seconds() / 86400
        return self.timed(rows, "received_at")

    @cached_property
    def groups(self) -> list[str]:
        """The members of `group`, those that sell most first."""
        return list(self.sold.groupby(self.group)["cents"].sum().sort_values(ascending=False).index)

    def month(self, back: int) -> Days:
        """The full month `back` months before that of today."""
        period = pd.Period(self.today, "M") - back
        return period.start_time, period.end_time.normalize()

    def local(self, moments: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
        """UTC timestamps as the business reads its clock."""
        return moments.dt.tz_localize("UTC").dt.tz_convert(self.zone).dt.tz_localize(None)

    def timed(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        """The frame with its local time and the buckets it falls into."""
        local = self.local(frame[column])
        frame = frame.assign(local=local, day=local.dt.normalize(), weekday=local.dt.dayofweek + 1, hour=local.dt.hour)
        for grain, code in (("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")):
            frame[grain] = local.dt.to_period(code).dt.start_time
        return frame

    def named(self, frame: pd.DataFrame, *entities: str) -> pd.DataFrame:
        """The frame with the name of each entity beside its id."""
        for entity in entities:
            names = self[NAMED[entity]].set_index(f"{entity}_id")["name"]
            frame = frame.assign(**{entity: frame[f"{entity}_id"].map(names).astype(object)})
        return frame


def within(frame: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Rows whose day lies in the period, both ends included."""
    return frame[(frame["day"] >= days[0]) & (frame["day"] <= days[1])]


def key_of(dimension: str) -> str:
    """Entities are cut by their id."""
    return f"{dimension}_id" if dimension in NAMED or dimension == "order" else dimension


def totals(rows: pd.DataFrame, by: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """Sales metrics of lines, one row for each combination of `by` (rows without a value are a group of their own)."""
    frame = rows if by else rows.assign(everything=1)
    groups = frame.groupby(list(by) or ["everything"], dropna=False)
    parts = {part for metric in metrics for part in RATIOS.get(metric, (metric,))}
    sums = groups.agg(**{name: how for name, how in SUMS.items() if name in parts | ({"revenue", "cost"} if "margin" in parts else set())})
    if "revenue" in sums:
        sums["revenue"] = sums["revenue"] / 100
    if "margin" in parts:
        sums["margin"] = sums["revenue"] - sums["cost"]
    for name, (over, under) in RATIOS.items():
        if name in metrics:
            sums[name] = sums[over] / sums[under].where(sums[under] != 0)
    return sums.reset_index()[[*by, *metrics]]


def read_company(database: Path, zone: str, as_of: date, group: str) -> Company:
    """The tables of a snapshot, read one by one."""
    with duckdb.connect(str(database), read_only=True, config={"threads": 2}) as connection:
        frames = {table.name: connection.execute(f"SELECT * FROM {table.name}").df() for table in TABLES}
    return Company(frames, zone, as_of, group)
