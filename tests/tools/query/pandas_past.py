"""A company as it would have been seen on a day in its past: later rows are missing, later events have not changed earlier rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from tests.tools.query.pandas_company import Company

SEEN_FROM = {
    "products": "launched_on", "customers": "signed_up_on", "orders": "ordered_at", "returns": "returned_at", "shipments": "shipped_at",
    "stock_levels": "as_of", "stock_movements": "moved_at", "purchase_orders": "ordered_at", "price_history": "valid_from",
    "competitor_prices": "observed_on", "reviews": "reviewed_at", "web_events": "occurred_at", "market_indicators": "observed_on",
}  # fmt: skip
FOLLOWS = {"order_lines": ("orders", "order_id"), "purchase_order_lines": ("purchase_orders", "po_id")}


def as_known_on(company: Company, day: date) -> Company:
    """The company with `day` for today."""
    frames = {name: _until(company, name, day) for name in company.frames}
    frames["products"] = _products(company, frames["products"], day)
    frames["orders"] = _orders(company, frames["orders"], day)
    frames["shipments"] = _shipments(company, frames["shipments"], day)
    frames["purchase_orders"] = _purchase_orders(company, frames["purchase_orders"], day)
    frames["purchase_order_lines"] = _purchase_order_lines(company, frames["purchase_order_lines"], day)
    return replace(company, frames=frames, as_of=day)


def _until(company: Company, name: str, day: date) -> pd.DataFrame:
    frame = company[name]
    if name in FOLLOWS:
        parent, key = FOLLOWS[name]
        return frame[frame[key].isin(_until(company, parent, day)[key])].copy()
    return frame[~_later(company, frame[SEEN_FROM[name]], day)].copy() if name in SEEN_FROM else frame


def _later(company: Company, moments: pd.Series[pd.Timestamp], day: date) -> pd.Series[bool]:
    """Which days, or UTC moments on the business's calendar, lie after `day`; those not set do not."""
    local = company.local(moments) if str(moments.name).endswith("_at") else moments
    return local >= pd.Timestamp(day) + pd.Timedelta(days=1)


def _products(company: Company, products: pd.DataFrame, day: date) -> pd.DataFrame:
    return products.assign(discontinued_on=products["discontinued_on"].mask(_later(company, products["discontinued_on"], day)))


def _orders(company: Company, orders: pd.DataFrame, day: date) -> pd.DataFrame:
    shipments = company["shipments"]
    not_sent = orders["order_id"].isin(shipments.loc[_later(company, shipments["shipped_at"], day), "order_id"])
    not_there = orders["order_id"].isin(shipments.loc[_later(company, shipments["delivered_at"], day), "order_id"])
    not_cancelled = _later(company, orders["cancelled_at"], day)
    status = orders["status"].mask((orders["status"] == "delivered") & not_there, "shipped")
    status = status.mask(orders["status"].isin(["shipped", "delivered"]) & not_sent, "paid")
    status = status.mask((orders["status"] == "cancelled") & not_cancelled, "pending")
    return orders.assign(status=status, cancelled_at=orders["cancelled_at"].mask(not_cancelled))


def _shipments(company: Company, shipments: pd.DataFrame, day: date) -> pd.DataFrame:
    under_way = _later(company, shipments["delivered_at"], day)
    damaged = shipments["damaged"].astype(object).mask(under_way)
    return shipments.assign(delivered_at=shipments["delivered_at"].mask(under_way), damaged=damaged)


def _purchase_orders(company: Company, orders: pd.DataFrame, day: date) -> pd.DataFrame:
    lines = company["purchase_order_lines"]
    waiting = orders["po_id"].isin(lines.loc[_later(company, lines["received_at"], day), "po_id"])
    return orders.assign(status=orders["status"].mask(waiting & (orders["status"] == "received"), "open"))


def _purchase_order_lines(company: Company, lines: pd.DataFrame, day: date) -> pd.DataFrame:
    expected = _later(company, lines["received_at"], day)
    nothing = {name: lines[name].mask(expected, 0) for name in ("received_quantity", "rejected_quantity")}
    return lines.assign(received_at=lines["received_at"].mask(expected), **nothing)
