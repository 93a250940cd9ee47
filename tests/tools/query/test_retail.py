"""UCI Online Retail, half a million real lines in a zone with clock changes, against pandas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from ingestion.warehouse import Snapshot
from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import column, floats
from tools.errors import CannotDo
from tools.query.contract import Calendar, Comparison, Filter, Having, Query, QueryContext, Result
from tools.query.operators.basket import Basket
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.cohort import Cohort
from tools.query.operators.contribution import Decomposition
from tools.query.operators.distribution import Percentiles
from tools.query.operators.events import NthEvent
from tools.query.operators.pareto import Pareto
from tools.query.operators.pattern import Pattern
from tools.query.operators.running import Rolling
from tools.query.operators.series import Series
from tools.query.operators.sets import NoActivity
from tools.query.operators.value import Value
from tools.query.run import open_database, run_query
from tools.query.source import Source

ZONE = "Europe/London"
NOVEMBER = Calendar(year=2011, month=11)

pytestmark = pytest.mark.slow  # test_oracle_retail.py asks every operator; here are the same questions as a person would check them


@pytest.fixture(scope="module")
def ask(retail_snapshot: Snapshot) -> Iterator[Ask]:
    engine = open_database(retail_snapshot.database)
    source, context = Source(engine, retail_snapshot.name), QueryContext(as_of=date(2011, 12, 9), timezone=ZONE, max_rows=1_000_000)

    def answer(query: Query) -> Result:
        return run_query(query, context, source)

    yield answer
    engine.dispose()


@pytest.fixture(scope="module")
def lines(retail_snapshot: Snapshot) -> pd.DataFrame:
    """Valid lines with their local day, money as exact cents."""
    with duckdb.connect(str(retail_snapshot.database), read_only=True, config={"threads": 2}) as connection:
        frame = connection.execute("SELECT * FROM order_lines JOIN orders USING (order_id) WHERE status <> 'cancelled'").df()
    local = frame["ordered_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
    cents = (frame["net_amount"].astype(float) * 100).round().astype("int64")
    return frame.assign(local=local, day=local.dt.normalize(), month=local.dt.to_period("M").dt.start_time, cents=cents)


def november(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["month"] == "2011-11-01"]


def test_months_are_cut_in_london(ask: Ask, lines: pd.DataFrame) -> None:
    result = ask(Series(metrics=("revenue", "orders", "active_customers"), grain="month"))
    assert "AT TIME ZONE" in result.sql
    groups = lines.groupby("month")
    assert [round(float(str(value)) * 100) for value in column(result, "revenue")] == list(groups["cents"].sum())
    assert column(result, "orders") == list(groups["order_id"].nunique())
    assert column(result, "active_customers") == list(groups["customer_id"].nunique())


def test_hours_follow_the_clock(ask: Ask, lines: pd.DataFrame) -> None:
    expected = lines.drop_duplicates("order_id")["local"].dt.hour.value_counts().to_dict()
    found = floats(ask(Pattern(metric="orders", of=("hour",))), "hour", "orders")
    assert {hour: count for hour, count in found.items() if count} == expected


def test_customers_with_more_than_thirty_orders(ask: Ask, lines: pd.DataFrame) -> None:
    orders = lines.groupby("customer_id")["order_id"].nunique()
    result = ask(Breakdown(metrics=("orders",), by=("customer",), having=(Having(metric="orders", op=">", value=30),)))
    assert {k: v for k, v in floats(result, "customer_id", "orders").items() if k} == orders[orders > 30].to_dict()


def test_one_product_by_name(ask: Ask, lines: pd.DataFrame) -> None:
    where = (Filter(dimension="product", values=("jumbo bag red retrospot",)),)
    found = ask(Value(metrics=("units", "revenue"), where=where)).records()[0]
    mine = lines[lines["product_id"] == "85099B"]
    assert float(str(found["units"])) == mine["quantity"].sum()
    assert round(float(str(found["revenue"])) * 100) == mine["cents"].sum()


def test_november_against_october(ask: Ask, lines: pd.DataFrame) -> None:
    record = ask(Value(metrics=("revenue",), period=NOVEMBER, compare=Comparison())).records()[0]
    assert round(float(str(record["revenue"])) * 100) == november(lines)["cents"].sum()
    assert round(float(str(record["revenue_before"])) * 100) == lines[lines["month"] == "2011-10-01"]["cents"].sum()
    effects = floats(ask(Decomposition(period=NOVEMBER)), "effect", "amount")
    assert sum(amount for name, amount in effects.items() if name != "total") == pytest.approx(effects["total"])
    assert effects["total"] == pytest.approx(float(str(record["revenue_change"])))


def test_order_value_percentiles(ask: Ask, lines: pd.DataFrame) -> None:
    values = lines.groupby("order_id")["cents"].sum() / 100
    record = ask(Percentiles(metric="revenue", per="order", percentiles=(0.5, 0.9, 0.99))).records()[0]
    assert [record["p50"], record["p90"], record["p99"]] == pytest.approx(list(values.quantile([0.5, 0.9, 0.99])))


def test_products_that_make_eighty_percent(ask: Ask, lines: pd.DataFrame) -> None:
    revenue = lines.groupby("product_id")["cents"].sum().sort_values(ascending=False)
    assert ask(Pareto(metric="revenue", by="product")).row_count == int((revenue.cumsum() / revenue.sum() < 0.8).sum()) + 1


def test_rolling_mean_of_units(ask: Ask, lines: pd.DataFrame) -> None:
    daily = lines.groupby("day")["quantity"].sum()
    expected = daily.reindex(pd.date_range(daily.index.min(), "2011-12-09"), fill_value=0).rolling(28).mean().loc["2011-11-01":"2011-11-30"]
    assert column(ask(Rolling(metric="units", period=NOVEMBER)), "rolling_mean") == pytest.approx(list(expected))


def test_retention_of_the_first_cohort(ask: Ask, lines: pd.DataFrame) -> None:
    known = lines.dropna(subset=["customer_id"])
    first = known.groupby("customer_id")["month"].min()
    mine = known[known["customer_id"].isin(first[first == "2010-12-01"].index)]
    expected = list(mine.groupby("month")["customer_id"].nunique())
    assert column(ask(Cohort(period=Calendar(year=2010, month=12), offsets=12)), "active") == expected


def test_second_order_within_thirty_days(ask: Ask, lines: pd.DataFrame) -> None:
    orders = lines.dropna(subset=["customer_id"]).drop_duplicates("order_id").sort_values(["ordered_at", "order_id"])
    gaps = orders.groupby("customer_id")["ordered_at"].apply(
        lambda t: (t.iloc[1] - t.iloc[0]).total_seconds() / 86400 if len(t) > 1 else None
    )
    record = ask(NthEvent(n=2, within_days=30)).records()[0]
    assert (record["entities"], record["reached"]) == (len(gaps), (gaps <= 30).sum())


def test_customers_silent_for_ninety_days(ask: Ask, lines: pd.DataFrame) -> None:
    last = lines.groupby("customer_id")["day"].max()
    silent = (pd.Timestamp("2011-12-09") - last).dt.days >= 90
    assert ask(NoActivity(entity="customer", days=90, never_too=False)).row_count == silent.sum()


def test_most_frequent_pair(ask: Ask, lines: pd.DataFrame) -> None:
    baskets, products = pd.factorize(november(lines)["order_id"])[0], pd.factorize(november(lines)["product_id"])
    bought = np.zeros((baskets.max() + 1, len(products[1])), dtype="float32")
    bought[baskets, products[0]] = 1
    together = bought.T @ bought
    np.fill_diagonal(together, 0)
    result = ask(Basket(period=NOVEMBER, n=1, at_least=20)).records()
    best = np.argwhere(np.triu(together) == together.max())
    assert {frozenset((r["item"], r["other"])) for r in result} == {frozenset((products[1][a], products[1][b])) for a, b in best}
    assert {r["both_orders"] for r in result} == {int(together.max())}


def test_what_the_file_does_not_hold_is_said(ask: Ask) -> None:
    with pytest.raises(CannotDo, match="cost of more than 1 %"):
        ask(Value(metrics=("margin",)))
    with pytest.raises(CannotDo, match="load stock_levels"):
        ask(Value(metrics=("stock_on_hand",)))
