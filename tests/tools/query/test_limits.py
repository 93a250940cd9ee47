"""What docs/query.md says the algebra cannot say, tried one by one, and the ways round it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import floats, number
from tests.tools.query.shop import Shop
from tools.errors import ToolError
from tools.query.read import read_query

PAGE = Path(__file__).parents[3] / "docs" / "query.md"
DESKS: dict[str, object] = {"dimension": "category", "values": ["Desks"]}
WEB: dict[str, object] = {"dimension": "channel", "values": ["web"]}
GOLD: dict[str, object] = {"dimension": "tier", "values": ["gold"]}

# The words of the page, and the question that is refused.
REFUSED: dict[str, dict[str, object]] = {
    "list price in force at the time of each order": {"kind": "price_in_force", "period": {"kind": "named", "name": "ytd"}},
    "Targets and budgets": {"kind": "value", "metrics": ["revenue_target"]},
    "Arithmetic between metrics": {"kind": "value", "metrics": ["revenue / sessions"]},
    "metric against another metric": {
        "kind": "breakdown",
        "metrics": ["units"],
        "by": ["product"],
        "having": [{"metric": "stock_on_hand", "op": "<", "value": "units"}],
    },
    "only a one-to-many path reaches": {"kind": "breakdown", "metrics": ["shipping_cost"], "by": ["category"]},
    "Name does not contain": {
        "kind": "value",
        "metrics": ["revenue"],
        "where": [{"dimension": "product", "op": "not_contains", "values": ["a"]}],
    },
    "`funnel` and `compare` are not cut": {"kind": "funnel", "by": ["channel"]},
    "never of more than two things": {"kind": "basket", "size": 3},
    "Cohorts are": {"kind": "cohort", "metric": "sign_ups"},
    "by product or location only": {"kind": "ageing", "by": ["category"]},
    "Reviews' words": {"kind": "record", "of": "review", "ids": ["V1"]},
    "Correlations, outliers, forecasts": {"kind": "forecast", "metric": "revenue"},
}


def section() -> str:
    """The section of the page, its line breaks undone."""
    text = PAGE.read_text(encoding="utf-8").split("## What the algebra cannot say", 1)[1].split("\n## ")[0]
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("words", REFUSED)
def test_what_the_page_says_is_refused(ask: Ask, words: str) -> None:
    assert words in section(), f"docs/query.md no longer says {words!r}: does the algebra say it now?"
    with pytest.raises(ToolError):
        ask(read_query(REFUSED[words]))


def test_any_and_or_of_filters_can_be_written_as_an_and_of_ors(ask: Ask, shop: Shop) -> None:
    """(desks on the web) or (gold customers): (desks or gold) and (web or gold)."""
    where = [{"any_of": [DESKS, GOLD]}, {"any_of": [WEB, GOLD]}]
    lines = shop.valid
    expected = lines[((lines["category"] == "Desks") & (lines["channel"] == "web")) | (lines["tier"] == "gold")]
    found = number(ask, read_query({"kind": "value", "metrics": ["revenue"], "where": where}))
    assert found == pytest.approx(expected["net_amount"].sum()) and len(expected) not in (0, len(lines))


def test_does_not_contain_takes_a_step(ask: Ask, shop: Shop) -> None:
    with_one = {"kind": "breakdown", "metrics": ["product_count"], "by": ["product"]}
    steps = _steps(
        {**with_one, "where": [{"dimension": "product", "op": "contains", "values": ["1"]}]},
        {"kind": "value", "metrics": ["units"], "where": [{"dimension": "product", "op": "not_in_step", "step": "a"}]},
    )
    expected = shop.valid[~shop.valid["product"].str.contains("1")]
    assert number(ask, read_query(steps)) == expected["quantity"].sum() > 0


def test_or_between_conditions_on_metrics_takes_steps(ask: Ask, shop: Shop) -> None:
    often = {"kind": "breakdown", "metrics": ["orders"], "by": ["customer"], "having": [{"metric": "orders", "op": ">", "value": 15}]}
    much = {"kind": "breakdown", "metrics": ["revenue"], "by": ["customer"], "having": [{"metric": "revenue", "op": ">", "value": 9000}]}
    either = {"any_of": [{"dimension": "customer", "op": "in_step", "step": name} for name in ("a", "b")]}
    found = ask(read_query(_steps(often, much, {"kind": "breakdown", "metrics": ["orders"], "by": ["customer"], "where": [either]})))
    each = shop.valid.groupby("customer_id").agg(orders=("order_id", "nunique"), revenue=("net_amount", "sum"))
    expected = each[(each["orders"] > 15) | (each["revenue"] > 9000)]
    assert floats(found, "customer_id", "orders") == expected["orders"].to_dict()
    assert 0 < len(expected) < len(each)


def test_one_to_many_takes_two_steps(ask: Ask, shop: Shop) -> None:
    """Shipping cost of orders that contain a desk: each order's cost once, however many desks it holds."""
    steps = _steps(
        {"kind": "breakdown", "metrics": ["units"], "by": ["order"], "where": [DESKS]},
        {"kind": "value", "metrics": ["shipping_cost"], "where": [{"dimension": "order", "op": "in_step", "step": "a"}]},
    )
    orders = shop.valid.loc[shop.valid["category"] == "Desks", "order_id"]
    expected = shop["shipments"][shop["shipments"]["order_id"].isin(orders)]["cost"].sum()
    assert number(ask, read_query(steps)) == expected > 0


def test_two_metrics_stand_side_by_side_for_who_wants_their_quotient(ask: Ask, shop: Shop) -> None:
    found = ask(read_query({"kind": "breakdown", "metrics": ["revenue", "sessions"], "by": ["month"]})).records()
    revenue = shop.valid.groupby("month")["net_amount"].sum()
    assert {pd.Timestamp(str(r["month"])): float(str(r["revenue"])) for r in found} == pytest.approx(revenue.to_dict())
    assert any(record["sessions"] for record in found)


def _steps(*queries: Mapping[str, object]) -> dict[str, object]:
    return {"kind": "steps", "steps": [{"name": name, "query": query} for name, query in zip("abc", queries, strict=False)]}
