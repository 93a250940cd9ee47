"""`opening_closing`, `ageing`, `price_in_force` and `overdue` in pandas: states on a day."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, within
from tools.query.contract import Filter, Last, Named
from tools.query.operators.overdue import Overdue
from tools.query.operators.prices import PriceInForce
from tools.query.operators.stock import Ageing, OpeningClosing

LAST_MONTH = Named(name="last_month")
Level = Literal["stock_on_hand", "stock_value", "available_stock", "stock_on_order"]
LEVELS: dict[Level, str] = {
    "stock_on_hand": "on_hand",
    "stock_value": "value",
    "available_stock": "available",
    "stock_on_order": "on_order",
}
MOVED = ("stock_levels", "stock_movements")


def checks(c: Company) -> list[Check]:
    """All four levels, whole and cut; ages on two days, whole and cut; prices today, earlier and of one group; what is late."""
    earlier = c.today - pd.Timedelta(days=75)
    few = (Filter(dimension="category", values=(c.groups[0],)),) if c.group == "category" else ()
    late = Overdue(period=Last(n=60), at_least_days=3, limit=4)
    return [
        *(
            Check(f"{level}", OpeningClosing(metric=level, period=LAST_MONTH), partial(_levels, c, level, []), (), _STOCK)
            for level in LEVELS
        ),
        Check(
            "stock by category",
            OpeningClosing(metric="stock_value", by=("category",), period=LAST_MONTH),
            lambda: _levels(c, "stock_value", ["category"]),
            ("-closing",),
            _STOCK,
        ),
        Check("ages", Ageing(), lambda: _ages(c, [], c.today, (30, 60, 90, 180)), ("from_days",), MOVED),
        Check(
            "ages by place on a day",
            Ageing(by=("location",), day=earlier.date(), edges=(10, 45)),
            lambda: c.named(_ages(c, ["location_id"], earlier, (10, 45)), "location"),
            ("location_id", "from_days"),
            MOVED,
        ),
        Check(
            "ages by product",
            Ageing(by=("product",), edges=(20,)),
            lambda: c.named(_ages(c, ["product_id"], c.today, (20,)), "product"),
            ("product_id", "from_days"),
            MOVED,
        ),
        Check(
            "ages of some products in some places",
            Ageing(where=(*few, Filter(dimension="location_kind", values=("warehouse",)))),
            lambda: _ages(c, [], c.today, (30, 60, 90, 180), c.groups[0]),
            ("from_days",),
            MOVED,
        ),
        Check("prices today", PriceInForce(), lambda: _prices(c, c.today), ("product_id",), ("price_history",)),
        Check(
            "prices of a group on a day",
            PriceInForce(day=earlier.date(), where=few),
            lambda: _prices(c, earlier, c.groups[0] if few else None),
            ("product_id",),
            ("price_history",),
        ),
        Check("purchase orders", Overdue(), lambda: _purchases(c), ("-days_overdue",), ("purchase_orders",)),
        Check("purchase orders of a while", late, lambda: _purchases(c, 3, 60).head(4), ("-days_overdue",), ("purchase_orders",)),
        Check("shipments", Overdue(of="shipments"), lambda: _shipments(c), ("-days_overdue",), ("shipments",), may_be_empty=True),
    ]


_STOCK = ("stock_levels",)


def _levels(c: Company, level: Level, by: list[str]) -> pd.DataFrame:
    """The last day with levels before the month, and the last one in it."""
    first, last = c.month(1)
    stock = c.stock.assign(available=c.stock["on_hand"] - c.stock["allocated"].fillna(0), everything=1)
    sides = []
    for days in (stock["day"] < first, (stock["day"] >= first) & (stock["day"] <= last)):
        rows = stock[stock["day"] == stock.loc[days, "day"].max()]
        sides.append(rows.groupby(by or ["everything"])[LEVELS[level]].sum())
    frame = pd.DataFrame({"opening": sides[0], "closing": sides[1]}).reset_index().assign(change=lambda f: f["closing"] - f["opening"])
    return frame[[*by, "opening", "closing", "change"]]


def _ages(c: Company, by: list[str], day: pd.Timestamp, edges: tuple[int, ...], category: str | None = None) -> pd.DataFrame:
    """Each pile taken from its newest receipts backwards; what no receipt explains has no age."""
    stock = c.stock[c.stock["day"] == c.stock.loc[c.stock["day"] <= day, "day"].max()]
    if category:
        warehouses = c["locations"].loc[c["locations"]["kind"] == "warehouse", "location_id"]
        stock = stock[(stock["category"] == category) & stock["location_id"].isin(warehouses)]
    moves = c.timed(c["stock_movements"], "moved_at")
    moves = moves[moves["kind"].isin(["receipt", "transfer_in", "return"]) & (moves["quantity"] > 0) & (moves["day"] <= day)]
    came: dict[tuple[str, str], list[tuple[pd.Timestamp, float]]] = {}
    newest_first = moves.sort_values("day", ascending=False)
    for place, product, received, units in zip(
        *(newest_first[name] for name in ("location_id", "product_id", "day", "quantity")), strict=True
    ):
        came.setdefault((place, product), []).append((received, units))
    piles: list[tuple[str, str, int | None, float]] = []
    held = stock[stock["on_hand"] > 0]
    for place, product, left in zip(held["location_id"], held["product_id"], held["on_hand"], strict=True):
        for received, units in came.get((place, product), []):
            taken = min(left, units)
            if taken > 0:
                piles.append((place, product, (day - received).days, taken))
            left -= taken
        if left > 0:
            piles.append((place, product, None, left))
    frame = pd.DataFrame(piles, columns=["location_id", "product_id", "age", "units"])
    starts = (0, *(edge + 1 for edge in edges))
    frame["from_days"] = frame["age"].map(lambda age: None if pd.isna(age) else max(start for start in starts if age >= start))
    sums = frame.groupby([*by, "from_days"], dropna=False)["units"].sum().reset_index()
    return sums.assign(share=sums["units"] / sums["units"].sum())


def _prices(c: Company, day: pd.Timestamp, category: str | None = None) -> pd.DataFrame:
    rows = c["price_history"].sort_values(["product_id", "valid_from"])
    rows = rows.assign(next_from=rows.groupby("product_id")["valid_from"].shift(-1))
    rows = rows[rows["valid_from"] <= day].groupby("product_id").tail(1)
    products = c["products"]
    kept = products[products["category"] == category] if category else products
    return c.named(rows[rows["product_id"].isin(kept["product_id"])], "product")


def _purchases(c: Company, at_least: int = 1, last_days: int | None = None) -> pd.DataFrame:
    rows = c.timed(c["purchase_orders"], "ordered_at")
    rows = within(rows, (c.today - pd.Timedelta(days=last_days - 1), c.today)) if last_days else rows
    rows = rows[rows["status"].isin(["open", "partial"])].assign(days_overdue=lambda f: (c.today - f["expected_on"]).dt.days)
    rows = rows[rows["days_overdue"] >= at_least].sort_values(["days_overdue", "po_id"], ascending=[False, True])
    return c.named(rows[["po_id", "supplier_id", "expected_on", "days_overdue"]], "supplier")


def _shipments(c: Company) -> pd.DataFrame:
    rows = c["shipments"][c["shipments"]["delivered_at"].isna()]
    rows = rows.assign(days_overdue=(c.today - rows["promised_on"]).dt.days)
    return rows.loc[rows["days_overdue"] >= 1, ["shipment_id", "order_id", "promised_on", "days_overdue"]]
