"""Shares, comparisons, changes, ranks and contributions against pandas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.query.conftest import Ask
from tests.tools.query.examples import CHAIRS, DESKS, YOY, YTD
from tests.tools.query.oracle import column, floats
from tests.tools.query.shop import AS_OF, Shop, between
from tools.errors import BadInput
from tools.query.contract import Between, Calendar, Comparison, Query
from tools.query.operators.change import Change, LikeForLike, RankChange
from tools.query.operators.contribution import Contribution, Decomposition
from tools.query.operators.share import Compare, Share
from tools.query.operators.value import Value

NOW, BEFORE = (date(2026, 1, 1), AS_OF), (date(2025, 1, 1), date(2025, 3, 20))


def both(shop: Shop, key: str, value: str = "net_amount") -> pd.DataFrame:
    """This year to date and the same dates a year earlier, by member."""
    valid = shop.valid
    sides = [between(valid, *days).groupby(key, dropna=False)[value].sum() for days in (NOW, BEFORE)]
    return pd.concat(sides, axis=1, keys=["now", "before"]).fillna(0)


def test_shares_of_the_total_add_up(ask: Ask, shop: Shop) -> None:
    revenue = shop.valid.groupby("customer_id", dropna=False)["net_amount"].sum()
    result = ask(Share(metric="revenue", by=("customer",), top=10))
    assert column(result, "combined_share")[0] == pytest.approx(revenue.nlargest(10).sum() / revenue.sum())
    assert sum(floats(ask(Share(metric="revenue", by=("product",))), "product_id", "share").values()) == pytest.approx(1)


def test_share_within_a_parent_uses_the_parents_own_count(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    totals = valid.groupby("province")["order_id"].nunique().to_dict()
    expected = valid.groupby(["province", "category"])["order_id"].nunique().to_dict()
    for record in ask(Share(metric="orders", by=("category",), within=("province",))).records():
        if record["province"] is not None and record["category"] is not None:
            key = (record["province"], record["category"])
            assert record["share"] == pytest.approx(expected[key] / totals[str(key[0])])


def test_one_group_against_another(ask: Ask, shop: Shop) -> None:
    record = ask(Compare(metric="average_selling_price", left=CHAIRS, right=DESKS)).records()[0]
    sums = shop.valid.groupby("category")[["net_amount", "quantity"]].sum()
    price = (sums["net_amount"] / sums["quantity"]).to_dict()
    assert record["ratio"] == pytest.approx(price["Chairs"] / price["Desks"])
    assert record["difference"] == pytest.approx(price["Chairs"] - price["Desks"])


def test_biggest_falls(ask: Ask, shop: Shop) -> None:
    pairs = both(shop, "product_id")
    falls = (pairs["now"] - pairs["before"]).nsmallest(3)
    result = ask(Change(metric="revenue", by="product", period=YTD, compare=YOY, direction="falling", n=3))
    assert column(result, "product_id") == list(falls.index)
    assert [float(str(value)) for value in column(result, "revenue_change")] == pytest.approx(list(falls))


def test_like_for_like_leaves_out_who_was_not_there_both_times(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    november, february = (date(2025, 11, 1), date(2025, 11, 14)), (date(2026, 2, 1), date(2026, 2, 14))
    sides = [between(valid, *days).groupby("product_id")["net_amount"].sum() for days in (february, november)]
    same = sides[0].index.intersection(sides[1].index)
    query = LikeForLike(
        metric="revenue",
        entity="product",
        period=Between(start=february[0], end=february[1]),
        compare=Comparison(to="period", period=Between(start=november[0], end=november[1])),
    )
    record = ask(query).records()[0]
    assert record["members"] == len(same) < len(sides[0].index.union(sides[1].index))
    assert float(str(record["revenue"])) == pytest.approx(sides[0][same].sum())
    assert float(str(record["revenue_before"])) == pytest.approx(sides[1][same].sum())


def test_who_entered_and_who_dropped_out(ask: Ask, shop: Shop) -> None:
    pairs = both(shop, "customer_id").loc[lambda frame: frame.index.notna()]
    places = pairs.where(pairs > 0).rank(ascending=False, method="min")
    result = ask(RankChange(metric="revenue", by="customer", period=YTD, compare=YOY, n=5))
    found = {record["customer_id"]: record["movement"] for record in result.records()}
    now, before = set(places.index[places["now"] <= 5]), set(places.index[places["before"] <= 5])
    assert {member for member, movement in found.items() if movement == "entered"} == now - before
    assert {member for member, movement in found.items() if movement == "dropped"} == before - now
    assert {member for member, movement in found.items() if movement == "stayed"} == now & before


@pytest.mark.parametrize(
    "metric", ["revenue", "units", "margin", "margin_rate", "return_rate", "average_selling_price", "sell_through_rate"]
)
def test_contributions_sum_to_the_change(ask: Ask, metric: str) -> None:
    period, compare = Between(start=date(2026, 1, 1), end=AS_OF), Comparison(to="period", period=Calendar(year=2025, quarter=4))
    parts = ask(Contribution(metric=metric, by="category", period=period, compare=compare))
    total = ask(Value(metrics=(metric,), period=period, compare=compare)).records()[0][f"{metric}_change"]
    assert sum(float(str(value)) for value in column(parts, "contribution")) == pytest.approx(float(str(total)))
    assert sum(float(str(value)) for value in column(parts, "share_of_change")) == pytest.approx(1)


def test_price_volume_and_mix(ask: Ask, shop: Shop) -> None:
    revenue, units = both(shop, "product_id"), both(shop, "product_id", "quantity")
    kept = (units["now"] > 0) & (units["before"] > 0)
    r, q = revenue[kept], units[kept]
    price = (r["now"] - r["before"] / q["before"] * q["now"]).sum()
    volume = (q["now"].sum() - q["before"].sum()) * r["before"].sum() / q["before"].sum()
    expected = {"price": price, "volume": volume, "mix": r["now"].sum() - r["before"].sum() - price - volume}
    expected |= {"new": revenue["now"][units["before"] == 0].sum(), "lost": -revenue["before"][units["now"] == 0].sum()}
    found = floats(ask(Decomposition(period=YTD, compare=YOY)), "effect", "amount")
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=0.02)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["product", "category", "customer", "province"]), st.dates(date(2025, 2, 1), date(2026, 3, 1)))
def test_decomposition_sums_exactly(ask: Ask, by: str, start: date) -> None:
    period = Between(start=start, end=AS_OF)
    amounts = {str(row[1]): Decimal(str(row[2])) for row in ask(Decomposition(by=by, period=period)).rows}
    change = ask(Value(metrics=("revenue",), period=period, compare=Comparison())).records()[0]["revenue_change"]
    assert sum(amounts[name] for name in ("price", "volume", "mix", "new", "lost")) == amounts["total"] == change


@pytest.mark.parametrize(
    "query",
    [
        Share(metric="margin_rate", by=("category",)),
        LikeForLike(metric="orders", entity="product", period=YTD),
        Contribution(metric="active_customers", by="category", period=YTD),
        Contribution(metric="delivery_days", by="carrier", period=YTD),
    ],
)
def test_what_does_not_add_up_is_refused(ask: Ask, query: Query) -> None:
    with pytest.raises(BadInput, match="metric"):
        ask(query)
