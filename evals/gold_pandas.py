"""The plain questions read a second time, with pandas straight from the snapshot: gold on which two implementations agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evals.cases import Call
from evals.gold_days import NotRead, days
from ingestion.warehouse import open_readonly

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]
_TABLES = (
    "orders", "order_lines", "products", "customers", "suppliers", "locations", "returns", "shipments", "stock_levels",
    "purchase_orders", "purchase_order_lines",
)  # fmt: skip
# Where each dimension stands in the joined frames.
_COLUMNS = {
    "product": "product_id", "sku": "sku", "category": "category", "subcategory": "subcategory", "family": "family",
    "manufacturer": "manufacturer", "supplier": "supplier_id", "supplier_country": "country", "customer": "customer_id",
    "customer_kind": "customer_kind", "tier": "tier", "province": "province", "channel": "channel", "payment_method": "payment_method",
    "location": "location_id", "carrier": "carrier", "shipping_province": "shipping_province", "return_reason": "reason",
}  # fmt: skip
_NAMES = {"product": ("products", "product_id"), "customer": ("customers", "customer_id"), "supplier": ("suppliers", "supplier_id"),
          "location": ("locations", "location_id")}  # fmt: skip
# How rows are told that have no value of a dimension.
NAMELESS = "None"
_ARGUMENTS = {"metrics", "metric", "by", "where", "period", "n", "lowest"}


@dataclass(frozen=True)
class Reading:
    """What the answer is: a value for each key; one empty key where nothing is cut."""

    values: Mapping[Key, float]


class Reader:
    """Reads one snapshot; `timezone` cuts its days."""

    def __init__(self, database: Path, timezone: str, as_of: date) -> None:
        self._zone, self.as_of = timezone, as_of
        with open_readonly(database) as connection:
            self.tables: dict[str, pd.DataFrame] = {name: connection.execute(f"SELECT * FROM {name}").df() for name in _TABLES}

    def read(self, call: Call) -> Reading:
        """The answer of a value, a breakdown or a ranking by one metric; NotRead for anything else."""
        arguments = call.arguments
        if call.tool not in ("metric_value", "breakdown", "ranking") or arguments.keys() - _ARGUMENTS:
            raise NotRead(call.tool)
        metric, by = _one_metric(arguments), _texts(arguments.get("by", ()))
        frame, value = self._measured(metric, arguments.get("period", {"kind": "all"}))
        frame = self._kept(frame, cast(Sequence[Mapping[str, Any]], arguments.get("where", ())))
        found = self._cut(frame, value, by, nameless=call.tool == "breakdown")
        if call.tool == "ranking":
            found = _first(found, int(str(arguments.get("n", 10))), bool(arguments.get("lowest", False)))
        return Reading(found)

    def _cut(self, frame: pd.DataFrame, value: Any, by: Sequence[str], nameless: bool) -> dict[Key, float]:
        """A value for each key; rows without one are a group of their own where asked, and left out elsewhere."""
        if not by:
            return {(): float(value(frame))}
        columns = [_column(frame, name) for name in by]
        kept = frame.fillna(dict.fromkeys(columns, NAMELESS)) if nameless else frame.dropna(subset=columns)
        return {tuple(map(str, key)): float(value(rows)) for key, rows in kept.groupby(columns)}

    def _kept(self, frame: pd.DataFrame, where: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        for condition in where:
            if condition.get("op", "=") not in ("=", "!=", "in", "not_in"):
                raise NotRead(str(condition))
            column = _column(frame, condition["dimension"])
            inside = frame[column].isin(self._keys(condition["dimension"], condition["values"]))
            frame = frame[~inside if condition.get("op") in ("!=", "not_in") else inside]
        return frame

    def _keys(self, dimension: str, values: Sequence[str]) -> list[str]:
        """Names as ids where the dimension has ids."""
        if dimension not in _NAMES:
            return list(values)
        table, key = _NAMES[dimension]
        frame = self.tables[table]
        return [*values, *frame.loc[frame["name"].isin(list(values)), key]]

    def _measured(self, metric: str, period: object) -> tuple[pd.DataFrame, Any]:
        """The rows a metric is read from within the period, and how a group of them becomes its value."""
        if metric in _SALES:
            return self._within(self.sales[self.sales.status != "cancelled"], "ordered_on", period), _SALES[metric]
        if metric in _PLACED:
            return self._within(self.placed, "ordered_on", period), _PLACED[metric]
        if metric in _RETURNED:
            return self._within(self.sales[self.sales.status != "cancelled"], "ordered_on", period), _RETURNED[metric]
        if metric in _DELIVERED:
            return self._within(self.delivered, "delivered_on", period), _DELIVERED[metric]
        if metric == "refunds":
            return self._within(self.refunded, "returned_on", period), lambda rows: rows.refund_amount.astype(float).sum()
        if metric == "purchase_spend":
            return self._within(self.bought, "ordered_on", period), lambda rows: (rows.quantity * rows.unit_cost).astype(float).sum()
        if metric in _STOCK:
            return self._last_day(period), _STOCK[metric]
        raise NotRead(metric)

    def _last_day(self, period: object) -> pd.DataFrame:
        """Stock as it stood on the newest day within the period that has levels."""
        within = self._within(self.stock, "day", period)
        newest = within["day"].max()
        return self._within(within, "day", {"kind": "between", "start": newest, "end": newest}) if len(within) else within

    def _within(self, frame: pd.DataFrame, day: str, period: object) -> pd.DataFrame:
        first, last = days(cast(Mapping[str, Any], period), self.as_of)
        return frame[(frame[day] >= first) & (frame[day] <= last)]

    def _local(self, stamps: Any) -> Any:
        """Business days of UTC timestamps."""
        return stamps.dt.tz_localize("UTC").dt.tz_convert(self._zone).dt.date

    @cached_property
    def goods(self) -> pd.DataFrame:
        suppliers = self.tables["suppliers"][["supplier_id", "country"]]
        wanted = ["product_id", "sku", "category", "subcategory", "family", "manufacturer", "supplier_id", "unit_cost"]
        return self.tables["products"][wanted].rename(columns={"unit_cost": "cost_today"}).merge(suppliers, on="supplier_id", how="left")

    @cached_property
    def placed(self) -> pd.DataFrame:
        people = self.tables["customers"][["customer_id", "kind", "tier", "province"]].rename(columns={"kind": "customer_kind"})
        orders = self.tables["orders"].merge(people, on="customer_id", how="left")
        return orders.assign(ordered_on=self._local(orders.ordered_at))

    @cached_property
    def sales(self) -> pd.DataFrame:
        returned = self.tables["returns"].groupby(["order_id", "line_no"])["quantity"].sum().rename("came_back").reset_index()
        lines = self.tables["order_lines"].merge(self.goods, on="product_id", how="left").merge(self.placed, on="order_id")
        return lines.merge(returned, on=["order_id", "line_no"], how="left")

    @cached_property
    def refunded(self) -> pd.DataFrame:
        back = self.tables["returns"].merge(self.goods, on="product_id", how="left").merge(self.placed, on="order_id")
        return back.assign(returned_on=self._local(back.returned_at))

    @cached_property
    def delivered(self) -> pd.DataFrame:
        sent = self.tables["shipments"].dropna(subset=["delivered_at"]).rename(columns={"promised_on": "due"})
        sent = sent.merge(self.placed, on="order_id")
        return sent.assign(delivered_on=self._local(sent.delivered_at), due=sent.due.dt.date)

    @cached_property
    def bought(self) -> pd.DataFrame:
        placed = self.tables["purchase_orders"].query("status != 'cancelled'")
        placed = placed.assign(ordered_on=self._local(placed.ordered_at))
        goods = self.goods.drop(columns=["supplier_id", "country"])
        countries = self.tables["suppliers"][["supplier_id", "country"]]
        lines = self.tables["purchase_order_lines"].merge(placed, on="po_id").merge(goods, on="product_id", how="left")
        return lines.merge(countries, on="supplier_id", how="left")

    @cached_property
    def stock(self) -> pd.DataFrame:
        levels = self.tables["stock_levels"].merge(self.goods, on="product_id", how="left")
        return levels.assign(day=levels.as_of.dt.date)


def _sum(column: str) -> Any:
    return lambda rows: rows[column].astype(float).sum()


def _gross(rows: Any) -> float:
    return float((rows.quantity * rows.unit_price).astype(float).sum())


def _cost(rows: Any) -> float:
    return float((rows.quantity * rows.unit_cost.fillna(rows.cost_today)).astype(float).sum())


def _net(rows: Any) -> float:
    return float(rows.net_amount.astype(float).sum())


def _back(rows: Any) -> float:
    return float(rows.came_back.fillna(0).astype(float).sum())


_SALES: dict[str, Any] = {
    "revenue": _net,
    "gross_sales": _gross,
    "discount_amount": lambda rows: _gross(rows) - _net(rows),
    "discount_rate": lambda rows: (_gross(rows) - _net(rows)) / _gross(rows),
    "units": _sum("quantity"),
    "orders": lambda rows: rows.order_id.nunique(),
    "average_order_value": lambda rows: _net(rows) / rows.order_id.nunique(),
    "average_selling_price": lambda rows: _net(rows) / rows.quantity.astype(float).sum(),
    "cost": _cost,
    "margin": lambda rows: _net(rows) - _cost(rows),
    "margin_rate": lambda rows: (_net(rows) - _cost(rows)) / _net(rows),
    "active_customers": lambda rows: rows.customer_id.nunique(),
    "active_products": lambda rows: rows.product_id.nunique(),
}
_RETURNED: dict[str, Any] = {"returned_units": _back, "return_rate": lambda rows: _back(rows) / rows.quantity.astype(float).sum()}
_PLACED: dict[str, Any] = {
    "placed_orders": len,
    "cancelled_orders": lambda rows: (rows.status == "cancelled").sum(),
    "cancellation_rate": lambda rows: (rows.status == "cancelled").mean(),
}
_DELIVERED: dict[str, Any] = {
    "deliveries": len,
    "late_deliveries": lambda rows: (rows.delivered_on > rows.due).sum(),
    "on_time_delivery_rate": lambda rows: (rows.delivered_on <= rows.due).mean(),
    "damage_rate": lambda rows: rows.damaged.mean(),
    "delivery_days": lambda rows: ((rows.delivered_at - rows.ordered_at).dt.total_seconds() / 86_400).mean(),
}
_STOCK: dict[str, Any] = {
    "stock_on_hand": _sum("on_hand"),
    "available_stock": lambda rows: (rows.on_hand - rows.allocated.fillna(0)).astype(float).sum(),
    "stock_value": lambda rows: (rows.on_hand * rows.cost_today).astype(float).sum(),
}


def _one_metric(arguments: Mapping[str, object]) -> str:
    metrics = _texts(arguments.get("metrics") or arguments.get("metric", ()))
    if len(metrics) != 1:
        raise NotRead(str(metrics))
    return metrics[0]


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list | tuple) else []


def _column(frame: Any, dimension: str) -> str:
    column = _COLUMNS.get(dimension)
    if column is None or column not in frame.columns:
        raise NotRead(dimension)
    return column


def _first(found: Mapping[Key, float], n: int, lowest: bool) -> dict[Key, float]:
    """The first n, those that share the last place included; what is not a number has no place."""
    ranked = sorted((value for value in found.values() if value == value), reverse=not lowest)
    edge = ranked[min(n, len(ranked)) - 1] if ranked else 0.0
    return {key: value for key, value in found.items() if (value <= edge if lowest else value >= edge)}
