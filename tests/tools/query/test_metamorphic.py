"""What must hold whatever the data: parts sum, periods add up, narrowing lowers, short lists begin long ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.metrics import load_definitions
from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import number
from tests.tools.query.shop import AS_OF, FIRST
from tools.query.contract import Between, Filter
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.ranking import Top
from tools.query.operators.value import Value
from tools.query.reach import reachable

DAYS = st.dates(FIRST + timedelta(days=2), AS_OF)


@pytest.mark.parametrize(
    "metric",
    [
        "revenue",
        "units",
        "margin",
        "returned_units",
        "refunds",
        "shipping_cost",
        "stockouts",
        "shrinkage_units",
        "purchase_spend",
        "reviews",
    ],
)
def test_parts_sum_to_the_total(ask: Ask, metric: str) -> None:
    definitions = load_definitions()
    total = number(ask, Value(metrics=(metric,)))
    for dimension in reachable(definitions, definitions.metrics[metric]):
        key = definitions.dimensions[dimension]
        assert key.name
        parts = ask(Breakdown(metrics=(metric,), by=(dimension,))).records()
        assert sum(float(str(record[metric])) for record in parts) == pytest.approx(total), dimension


@settings(max_examples=25, deadline=None)
@given(DAYS, st.integers(0, 100), st.integers(1, 100), st.sampled_from(["revenue", "units", "orders", "returned_units", "shipping_cost"]))
def test_adjacent_periods_add_up(ask: Ask, start: date, days: int, more: int, metric: str) -> None:
    first = Between(start=start, end=start + timedelta(days=days))
    second = Between(start=first.end + timedelta(days=1), end=first.end + timedelta(days=more))
    if second.end > AS_OF:
        return
    whole = Between(start=first.start, end=second.end)
    parts = [number(ask, Value(metrics=(metric,), period=period)) for period in (first, second, whole)]
    assert parts[0] + parts[1] == pytest.approx(parts[2])


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["Desks", "Chairs", "Lamps"]), st.sampled_from(["web", "app"]), DAYS, st.sampled_from(["revenue", "units", "orders"])
)
def test_narrowing_never_raises_a_total(ask: Ask, category: str, channel: str, start: date, metric: str) -> None:
    wide = (Filter(dimension="category", values=(category,)),)
    narrow = (*wide, Filter(dimension="channel", values=(channel,)))
    period = Between(start=start, end=AS_OF)
    queries = [Value(metrics=(metric,), where=where, period=period) for where in (narrow, wide, ())]
    few, more, everything = (number(ask, query) for query in queries)
    assert few <= more <= everything


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(["revenue", "units", "margin_rate", "return_rate"]),
    st.sampled_from(["product", "customer", "month"]),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_a_shorter_top_is_a_prefix_of_a_longer_one(ask: Ask, metric: str, by: str, n: int, more: int) -> None:
    short, longer = (ask(Top(metric=metric, by=by, n=size)).rows for size in (n, n + more))
    assert longer[: len(short)] == short
