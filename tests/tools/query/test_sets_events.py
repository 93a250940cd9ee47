"""Who did and who did not, first and n-th events, funnels and baskets against Python sets."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pandas as pd
import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.examples import DESKS, H2, LAMPS, YTD
from tests.tools.query.oracle import column, floats
from tests.tools.query.shop import AS_OF, Shop, between
from tools.errors import BadInput
from tools.query.contract import Calendar, Filter
from tools.query.members import Condition
from tools.query.operators.basket import Basket
from tools.query.operators.events import Moments, NthEvent
from tools.query.operators.funnel import Funnel
from tools.query.operators.sets import AntiJoin, NoActivity, SetComparison


def buyers(rows: pd.DataFrame, category: str | None = None) -> set[str]:
    kept = rows[rows["category"] == category] if category else rows
    return set(kept["customer_id"].dropna())


def test_bought_desks_but_never_lamps(ask: Ask, shop: Shop) -> None:
    year = between(shop.valid, date(2026, 1, 1), AS_OF)
    query = AntiJoin(
        entity="customer", did=Condition(metric="units", where=DESKS, period=YTD), never=Condition(metric="units", where=LAMPS, period=YTD)
    )
    expected = buyers(year, "Desks") - buyers(year, "Lamps")
    assert set(column(ask(query), "customer_id")) == expected and expected


def test_both_and_only_one(ask: Ask, shop: Shop) -> None:
    year = between(shop.valid, date(2026, 1, 1), AS_OF)
    left, right = Condition(metric="units", where=DESKS, period=YTD), Condition(metric="units", where=LAMPS, period=YTD)
    a, b = buyers(year, "Desks"), buyers(year, "Lamps")
    counts = ask(SetComparison(entity="customer", left=left, right=right)).rows[0]
    assert counts == (len(a & b), len(a - b), len(b - a), len(a | b))
    for keep, expected in (("both", a & b), ("only_left", a - b), ("only_right", b - a), ("either", a | b)):
        result = ask(SetComparison(entity="customer", left=left, right=right, keep=keep))  # type: ignore[arg-type]
        assert set(column(result, "customer_id")) == expected


def test_condition_with_a_threshold(ask: Ask, shop: Shop) -> None:
    counts = between(shop.valid, date(2025, 1, 1), date(2025, 12, 31)).groupby("customer_id")["order_id"].nunique()
    often = Condition(period=Calendar(year=2025), at_least=13)
    result = ask(SetComparison(entity="customer", left=often, right=often, keep="both"))
    assert set(column(result, "customer_id")) == set(counts[counts >= 13].index)


def test_no_order_for_sixty_days(ask: Ask, shop: Shop) -> None:
    last = shop.valid.dropna(subset=["customer_id"]).groupby("customer_id")["day"].max()
    since = (pd.Timestamp(AS_OF) - last).dt.days
    found = {r["customer_id"]: r["days_since"] for r in ask(NoActivity(entity="customer", days=60)).records()}
    assert found == {**since[since >= 60].to_dict(), "C28": None, "C29": None}
    assert "C28" not in column(ask(NoActivity(entity="customer", days=60, never_too=False)), "customer_id")


def test_no_activity_among_some(ask: Ask, shop: Shop) -> None:
    where = (Filter(dimension="category", values=("Desks",)),)
    found = set(column(ask(NoActivity(entity="product", metric="units", days=20, where=where)), "product_id"))
    desks = set(shop["products"].query("category == 'Desks'")["product_id"])
    last = shop.valid.groupby("product_id")["day"].max()
    silent = {product for product in desks if product not in last or (pd.Timestamp(AS_OF) - last[product]).days >= 20}
    assert found == silent


def test_first_and_last_moments(ask: Ask, shop: Shop) -> None:
    grouped = shop.valid.dropna(subset=["customer_id"]).groupby("customer_id")["local"]
    records = ask(Moments(entity="customer")).records()
    assert {r["customer_id"]: r["first_day"] for r in records} == {c: t.date() for c, t in grouped.min().items()}
    assert [pd.Timestamp(str(r["last_at"])) for r in records] == sorted(grouped.max(), reverse=True)


def test_second_order_within_thirty_days(ask: Ask, shop: Shop) -> None:
    orders = shop.valid.dropna(subset=["customer_id"]).drop_duplicates("order_id").sort_values(["ordered_at", "order_id"])
    times = {customer: list(rows["ordered_at"]) for customer, rows in orders.groupby("customer_id")}
    first = {customer: moments[0] for customer, moments in times.items()}
    days = pd.Series(
        {customer: (moments[1] - moments[0]).total_seconds() / 86400 for customer, moments in times.items() if len(moments) > 1}
    )
    record = ask(NthEvent(n=2, within_days=30)).records()[0]
    assert (record["entities"], record["reached"]) == (len(first), (days <= 30).sum())
    assert record["median_days"] == pytest.approx(days[days <= 30].median())
    listed = floats(ask(NthEvent(n=2, within_days=30, members=True)), "customer_id", "days")
    assert listed == pytest.approx(days[days <= 30].to_dict())


def test_order_funnel(ask: Ask, shop: Shop) -> None:
    status = between(shop.orders, date(2026, 1, 1), AS_OF)["status"]
    expected = [len(status), status.isin(["paid", "shipped", "delivered"]).sum(), status.isin(["shipped", "delivered"]).sum()]
    result = ask(Funnel(period=YTD))
    assert column(result, "reached") == [*expected, (status == "delivered").sum()]
    assert column(result, "of_previous")[1:2] == pytest.approx([expected[1] / expected[0]])


def test_session_funnel(ask: Ask, shop: Shop) -> None:
    events = shop["web_events"]
    expected = [
        events["session_id"].nunique(),
        *(events[events["event"] == e]["session_id"].nunique() for e in ("view", "addtocart", "transaction")),
    ]
    assert column(ask(Funnel(of="sessions")), "reached") == expected


def baskets(shop: Shop) -> list[set[str]]:
    rows = between(shop.valid, H2.start, H2.end)
    return [set(group) for _, group in rows.groupby("order_id")["product_id"]]


def test_pairs_bought_together(ask: Ask, shop: Shop) -> None:
    sets = baskets(shop)
    counts: dict[tuple[str, str], int] = {}
    for basket in sets:
        for pair in combinations(sorted(basket), 2):
            counts[pair] = counts.get(pair, 0) + 1
    result = ask(Basket(period=H2, n=10_000, at_least=2)).records()
    assert {(r["item"], r["other"]): r["both_orders"] for r in result} == {pair: n for pair, n in counts.items() if n >= 2}
    top = result[0]
    item, other, both = str(top["item"]), str(top["other"]), int(str(top["both_orders"]))
    with_item, with_other = sum(item in basket for basket in sets), sum(other in basket for basket in sets)
    assert top["support"] == pytest.approx(both / len(sets))
    assert top["confidence"] == pytest.approx(both / with_item)
    assert top["lift"] == pytest.approx(both * len(sets) / with_item / with_other)


def test_bought_with_one_item(ask: Ask, shop: Shop) -> None:
    sets = baskets(shop)
    result = ask(Basket(item="Item 03", period=H2, n=10_000, at_least=1)).records()
    expected = {other for basket in sets if "P03" in basket for other in basket - {"P03"}}
    assert {r["other"] for r in result} == expected and {r["item"] for r in result} == {"P03"}


def test_baskets_are_of_products_or_their_groups(ask: Ask) -> None:
    with pytest.raises(BadInput, match="of: 'channel'"):
        ask(Basket(of="channel"))
