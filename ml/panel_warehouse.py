"""The panel of a warehouse snapshot: valid orders by local day, days without stock, prices, promotions and holidays as they were known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from ingestion.schema import quote
from ingestion.warehouse import Snapshot, open_readonly
from ml.calendar import vietnamese_holidays
from ml.contract import Panel
from ml.errors import BadPanel
from ml.features.build import MAX_HORIZON
from ml.panel import SEPARATOR, Grain, day_number, panel_of_frame

_SALES = """
SELECT l.product_id, o.location_id, CAST((o.ordered_at AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE) AS ds, sum(l.quantity) AS y
FROM orders AS o JOIN order_lines AS l USING (order_id)
WHERE CAST((o.ordered_at AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE) <= $as_of
  AND (o.status <> 'cancelled' OR CAST((o.cancelled_at AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE) > $as_of)
GROUP BY ALL
"""
_STOCK = "SELECT product_id, location_id, as_of AS ds, on_hand FROM stock_levels WHERE as_of <= $as_of AND on_hand <= 0"
_PLACES = "SELECT product_id, count(DISTINCT location_id) AS places FROM stock_levels WHERE as_of <= $as_of GROUP BY product_id"
_PRODUCTS = (
    "SELECT product_id, category, launched_on, CASE WHEN discontinued_on <= $as_of THEN discontinued_on END AS ends_on FROM products"
)
_PRICES = "SELECT product_id, valid_from, list_price FROM price_history WHERE valid_from <= $as_of ORDER BY valid_from"
_PROMOTIONS = "SELECT product_id, category, starts_on, ends_on, discount_rate FROM promotions WHERE starts_on <= $as_of"


def panel_of_snapshot(snapshot: Snapshot, as_of: date | None = None, grain: Grain = "product") -> Panel:
    """Demand by product, or by product and location, up to `as_of`; what came after it is not read."""
    day = as_of or snapshot.card.as_of
    if day is None:
        raise BadPanel("the warehouse holds no order yet, so there is nothing to learn from; load orders first")
    found = _read(snapshot, day)
    sales, products = _keyed(found["sales"], grain), found["products"]
    if sales.empty:
        raise BadPanel(f"nothing was sold on or before {day}; choose a later day")
    frame = _with_beginnings(sales, products)
    series = _series(frame, products)
    dense = panel_of_frame(frame[["unique_id", "ds", "y"]], day, series)
    days = dense.days.merge(dense.series[["unique_id", "product_id", "location_id", "category"]], on="unique_id", how="left")
    days["censored"] = _censored(days, found["stock"], found["places"], grain)
    days["price"] = _prices(days, found["prices"])
    days = _promoted(days, found["promotions"], day)
    ahead = _ahead(dense.series, found["promotions"], day)
    known = days.drop(columns=["product_id", "location_id", "category"]).assign(holiday=_holidays(days["ds"]))
    return panel_of_frame(known, day, series, ahead)


def _read(snapshot: Snapshot, day: date) -> dict[str, pd.DataFrame]:
    zone = quote(snapshot.card.company.timezone)
    texts = {"sales": _SALES.format(zone=zone), "stock": _STOCK, "places": _PLACES, "products": _PRODUCTS, "prices": _PRICES,
             "promotions": _PROMOTIONS}  # fmt: skip
    with open_readonly(snapshot.database) as connection:
        found = {name: connection.execute(text, {"as_of": day}).df() for name, text in texts.items()}
    for name, column in (
        ("sales", "ds"),
        ("stock", "ds"),
        ("prices", "valid_from"),
        ("promotions", "starts_on"),
        ("promotions", "ends_on"),
    ):
        found[name][column] = pd.to_datetime(found[name][column]).astype("datetime64[ns]")
    return found


def _keyed(frame: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Units by series and day."""
    keyed = frame.assign(y=frame["y"].astype("float64"))
    if grain == "product":
        keyed["location_id"], keyed["unique_id"] = "", keyed["product_id"]
    else:
        keyed["location_id"] = keyed["location_id"].fillna("")
        keyed["unique_id"] = keyed["product_id"] + SEPARATOR + keyed["location_id"]
    return keyed.groupby(["unique_id", "product_id", "location_id", "ds"])["y"].sum().reset_index()


def _with_beginnings(sales: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """A zero on the day a product was launched, or on the first day of all where that lies before it: it could be bought from then on."""
    start = sales["ds"].min()
    launched = pd.to_datetime(products.set_index("product_id")["launched_on"])
    first = sales.groupby("unique_id", as_index=False).agg(
        ds=("ds", "min"), product_id=("product_id", "first"), location_id=("location_id", "first")
    )
    begun = first["product_id"].map(launched).astype("datetime64[ns]").clip(lower=start)
    early = first.assign(ds=begun.where(begun < first["ds"]), y=0.0).dropna(subset="ds")
    return pd.concat([sales, early], ignore_index=True)


def _series(frame: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    series = frame[["unique_id", "product_id", "location_id"]].drop_duplicates("unique_id")
    told = products[["product_id", "category", "ends_on"]].assign(category=products["category"].fillna(""))
    return series.merge(told, on="product_id", how="left")


def _censored(days: pd.DataFrame, stock: pd.DataFrame, places: pd.DataFrame, grain: Grain) -> pd.Series:
    """Days that ended without stock: at the location, or at every location that holds the product."""
    if grain == "product_location":
        empty = stock[["product_id", "location_id", "ds"]].drop_duplicates().assign(empty=True)
        return days.merge(empty, on=["product_id", "location_id", "ds"], how="left")["empty"].notna().set_axis(days.index)
    empty_places = stock.groupby(["product_id", "ds"])["location_id"].nunique().rename("empty").reset_index()
    found = days.merge(empty_places, on=["product_id", "ds"], how="left").merge(places, on="product_id", how="left")
    return (found["empty"] >= found["places"]).fillna(False).set_axis(days.index)


def _prices(days: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    """The list price in force on each day."""
    if prices.empty:
        return pd.Series(np.nan, index=days.index)
    left = days[["product_id", "ds"]].reset_index().sort_values("ds")
    right = prices.assign(price=prices["list_price"].astype("float64")).sort_values("valid_from")
    found = pd.merge_asof(left, right, left_on="ds", right_on="valid_from", by="product_id")
    return found.set_index("index")["price"].reindex(days.index)


def _promoted(days: pd.DataFrame, promotions: pd.DataFrame, last: date) -> pd.DataFrame:
    """The best discount running on each day and the day number it began on."""
    running = _running(days[["product_id", "category"]].drop_duplicates(), promotions, pd.Timestamp(last))
    return days.drop(columns=["promotion", "promotion_since"], errors="ignore").merge(running, on=["product_id", "ds"], how="left")


def _running(products: pd.DataFrame, promotions: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """A row for each product and day of a promotion that had begun by then."""
    by_product = promotions.dropna(subset="product_id").drop(columns="category")
    by_category = promotions[promotions["product_id"].isna()].drop(columns="product_id").merge(products, on="category")
    both = pd.concat([by_product, by_category[by_product.columns]], ignore_index=True)
    lengths = ((both["ends_on"].where(both["ends_on"] < last, last) - both["starts_on"]).dt.days + 1).clip(lower=0).to_numpy(np.int64)
    both = both.loc[both.index.repeat(lengths)]
    both["ds"] = both["starts_on"] + pd.to_timedelta(both.groupby(level=0).cumcount(), unit="D")
    both = both.sort_values("discount_rate").drop_duplicates(["product_id", "ds"], keep="last")
    both["promotion_since"] = day_number(both["starts_on"])
    return both.rename(columns={"discount_rate": "promotion"})[["product_id", "ds", "promotion", "promotion_since"]]


def _ahead(series: pd.DataFrame, promotions: pd.DataFrame, day: date) -> pd.DataFrame:
    """Holidays of the days to come, and promotions that are running already; nothing else is truly known."""
    last = day + timedelta(days=MAX_HORIZON + 14)
    dates = pd.DataFrame({"ds": pd.date_range(day, last, freq="D")[1:].astype("datetime64[ns]")})
    dates["holiday"] = _holidays(dates["ds"])
    grid = series[["unique_id", "product_id"]].merge(dates, how="cross")
    running = _running(series[["product_id", "category"]].drop_duplicates(), promotions, pd.Timestamp(last))
    found = grid.merge(running, on=["product_id", "ds"], how="left").drop(columns="product_id")
    found["promotion"] = found["promotion"].astype("float64").fillna(0.0)
    found["promotion_since"] = found["promotion_since"].fillna(-1).astype("int64")
    return found


def _holidays(days: pd.Series) -> pd.Series:
    named = vietnamese_holidays(days.min().date(), days.max().date())
    by_day = {pd.Timestamp(day): name for day, name in named.items()}
    return days.map(by_day).fillna("")
