"""Running totals, rolling windows, runs, silences, rhythms and cohorts against pandas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from ingestion.calendar import Grain
from tests.tools.query.conftest import Ask
from tests.tools.query.examples import H2, YOY, YTD
from tests.tools.query.oracle import column, floats
from tests.tools.query.shop import AS_OF, Shop, between
from tools.errors import BadInput, CannotDo
from tools.query.contract import AnyOf, Between, Calendar, Filter, FilterOp
from tools.query.operators.cohort import Cohort
from tools.query.operators.distribution import Percentiles
from tools.query.operators.pattern import Pattern
from tools.query.operators.running import Rolling, Running
from tools.query.operators.series import Series
from tools.query.operators.streaks import Gaps, Streaks


def daily(shop: Shop, value: str) -> pd.Series[float]:
    """Every day of the data with its sum, empty days as 0."""
    sums = shop.valid.groupby("day")[value].sum()
    return sums.reindex(pd.date_range(sums.index.min(), pd.Timestamp(AS_OF)), fill_value=0)


@pytest.mark.parametrize(("op", "values", "kept"), [("!=", (7,), range(6)), ("in", (6, 7), (5, 6)), ("between", (1, 5), range(5))])
def test_days_of_the_week_that_are_left_out_are_no_days_without_sales(
    ask: Ask, shop: Shop, op: FilterOp, values: tuple[int, ...], kept: Sequence[int]
) -> None:
    days = daily(shop, "net_amount")
    expected = days[pd.DatetimeIndex(days.index).dayofweek.isin(list(kept))]
    found = ask(Series(metrics=("revenue",), grain="day", where=(Filter(dimension="weekday", op=op, values=values),)))
    assert [str(value) for value in column(found, "day")] == [str(day.date()) for day in pd.DatetimeIndex(expected.index)]
    assert [float(str(value)) for value in column(found, "revenue")] == pytest.approx(list(expected))


def test_days_of_one_condition_or_another_are_the_only_days(ask: Ask, shop: Shop) -> None:
    month = Filter(dimension="month", values=(H2.start.isoformat(),))
    either = AnyOf(any_of=(Filter(dimension="weekday", values=(1,)), Filter(dimension="weekday", values=(2,)), month))
    days = daily(shop, "net_amount")
    stamps = pd.DatetimeIndex(days.index)
    expected = days[(stamps.dayofweek < 2) | ((stamps.year == H2.start.year) & (stamps.month == H2.start.month))]
    found = ask(Series(metrics=("revenue",), grain="day", where=(either,)))
    assert [str(value) for value in column(found, "day")] == [str(day.date()) for day in pd.DatetimeIndex(expected.index)]
    assert [float(str(value)) for value in column(found, "revenue")] == pytest.approx(list(expected))
    half = ask(Percentiles(metric="revenue", per="day", where=(either,))).records()[0]["p50"]
    assert float(str(half)) == pytest.approx(float(expected.median()))


def test_days_that_may_meet_another_condition_stay(ask: Ask) -> None:
    either = AnyOf(any_of=(Filter(dimension="weekday", values=(1,)), Filter(dimension="channel", values=("web",))))
    found = ask(Series(metrics=("revenue",), grain="day", period=H2, where=(either,)))
    assert len(found.rows) == (H2.end - H2.start).days + 1


@pytest.mark.parametrize("grain", ["month", "day"])
def test_a_month_that_is_left_out_is_no_month_without_sales(ask: Ask, grain: Grain) -> None:
    left = date(H2.start.year, H2.start.month + 1, 1)
    kept = (Filter(dimension="month", op="!=", values=(left.isoformat(),)),)
    starts = [pd.Timestamp(str(day)) for day in column(ask(Series(metrics=("revenue",), grain=grain, period=H2, where=kept)), grain)]
    assert not [start for start in starts if (start.year, start.month) == (left.year, left.month)]
    assert len(starts) == (5 if grain == "month" else (H2.end - H2.start).days + 1 - pd.Timestamp(left).days_in_month)


def test_running_total_restarts_each_year(ask: Ask, shop: Shop) -> None:
    months = shop.valid.groupby("month")["net_amount"].sum()
    expected = months.groupby(pd.DatetimeIndex(months.index).year).cumsum()
    found = ask(Running(metric="revenue", grain="month", restart="year"))
    assert [float(str(value)) for value in column(found, "running_total")] == pytest.approx(list(expected))


def test_running_total_of_groups(ask: Ask, shop: Shop) -> None:
    rows = between(shop.valid, H2.start, H2.end)
    found = ask(Running(metric="revenue", grain="week", by=("channel",), period=H2)).records()
    for channel, total in rows.groupby("channel")["net_amount"].sum().items():
        assert float(str([r["running_total"] for r in found if r["channel"] == channel][-1])) == pytest.approx(total)


def test_rolling_mean_reaches_back_before_the_period(ask: Ask, shop: Shop) -> None:
    expected = daily(shop, "quantity").rolling(28).mean().loc["2026-01-01":]
    found = ask(Rolling(metric="units", grain="day", n=28, period=YTD))
    assert column(found, "rolling_mean") == pytest.approx(list(expected))


def test_rolling_is_empty_until_the_window_is_full(ask: Ask) -> None:
    found = column(ask(Rolling(metric="units", grain="month", n=3, how="sum")), "rolling_sum")
    assert found[:2] == [None, None] and None not in found[2:]


def test_orders_have_a_running_total_because_each_has_one_day(ask: Ask, shop: Shop) -> None:
    orders = shop.valid.drop_duplicates("order_id").groupby("month").size().cumsum()
    assert column(ask(Running(metric="orders", grain="month")), "running_total") == list(orders)


def test_series_against_the_year_before(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    found = ask(Series(metrics=("revenue",), grain="month", period=YTD, compare=YOY)).records()
    before = between(valid, date(2025, 1, 1), date(2025, 3, 20)).groupby("month")["net_amount"].sum()
    assert [record["month"] for record in found] == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert [float(str(record["revenue_before"])) for record in found] == pytest.approx(list(before))
    assert [float(str(record["revenue"])) for record in found] == pytest.approx(
        list(between(valid, date(2026, 1, 1), AS_OF).groupby("month")["net_amount"].sum())
    )


def test_distinct_counts_have_no_running_total(ask: Ask) -> None:
    with pytest.raises(BadInput, match="do not add up"):
        ask(Running(metric="active_customers"))
    with pytest.raises(BadInput, match="does not add up over time"):
        ask(Rolling(metric="stock_on_hand", how="sum"))


def runs_of(values: list[float], falling: bool) -> list[tuple[int, int]]:
    """(index of the last, length) of each run of falls or rises, the slow and plain way."""
    found, length = [], 0
    for i in range(1, len(values) + 1):
        if i < len(values) and (values[i] < values[i - 1] if falling else values[i] > values[i - 1]):
            length += 1
        elif length:
            found.append((i - 1, length))
            length = 0
    return found


@pytest.mark.parametrize("run", ["falling", "rising"])
def test_runs_by_product(ask: Ask, shop: Shop, run: str) -> None:
    valid = shop.valid
    months = list(pd.date_range("2025-01-01", "2026-02-01", freq="MS"))
    table = valid.pivot_table(index="product_id", columns="month", values="net_amount", aggfunc="sum").reindex(columns=months).fillna(0)
    whole = Between(start=date(2025, 1, 1), end=AS_OF)
    result = ask(Streaks(metric="revenue", by=("product",), run=run, at_least=2, period=whole))  # type: ignore[arg-type]
    found = {(r["product_id"], r["ends"], r["length"]) for r in result.records()}
    expected = {
        (product, months[end].date(), length)
        for product, values in table.iterrows()
        for end, length in runs_of(list(values), run == "falling")
        if length >= 2
    }
    assert found == expected and len(expected) > 3


def test_a_level_week_breaks_a_fall(ask: Ask, shop: Shop) -> None:
    whole = Between(start=date(2025, 1, 6), end=date(2026, 3, 15))
    weeks = list(pd.date_range(whole.start, whole.end, freq="7D"))
    rows = between(shop.valid, whole.start, whole.end)
    table = rows.pivot_table(index="product_id", columns="week", values="quantity", aggfunc="sum").reindex(columns=weeks).fillna(0)
    result = ask(Streaks(metric="units", by=("product",), grain="week", at_least=1, period=whole))
    found = {(r["product_id"], r["ends"], r["length"]) for r in result.records()}
    assert found == {(product, weeks[end].date(), n) for product, values in table.iterrows() for end, n in runs_of(list(values), True)}


def test_current_runs_only(ask: Ask, shop: Shop) -> None:
    every = ask(Streaks(metric="units", by=("product",), grain="month", run="falling", at_least=1)).records()
    current = ask(Streaks(metric="units", by=("product",), grain="month", run="falling", at_least=1, current=True)).records()
    assert {r["product_id"] for r in current} == {r["product_id"] for r in every if r["ends"] == date(2026, 2, 1)}


def test_runs_need_a_full_bucket(ask: Ask) -> None:
    with pytest.raises(CannotDo, match="no full year"):
        ask(Streaks(metric="revenue", grain="year", period=Between(start=date(2025, 3, 1), end=date(2025, 9, 1))))


def test_longest_silence_of_each_customer(ask: Ask, shop: Shop) -> None:
    expected = {}
    for customer, rows in shop.valid.dropna(subset=["customer_id"]).groupby("customer_id"):
        days = [*sorted(set(rows["day"])), pd.Timestamp(AS_OF)]
        expected[customer] = max((b - a).days for a, b in pairwise(days))
    found = floats(ask(Gaps(entity="customer")), "customer_id", "days")
    assert found == {customer: days for customer, days in expected.items() if days >= 1}


def test_weekday_pattern_divides_by_all_such_days(ask: Ask, shop: Shop) -> None:
    days = daily(shop, "net_amount").loc["2026-01-01":]
    expected = days.groupby(pd.DatetimeIndex(days.index).dayofweek + 1).mean()
    assert floats(ask(Pattern(metric="revenue", period=YTD)), "weekday", "mean") == pytest.approx(expected.to_dict())


def test_hour_pattern_has_every_hour(ask: Ask, shop: Shop) -> None:
    found = ask(Pattern(metric="orders", of=("hour",), period=YTD))
    assert column(found, "hour") == list(range(24))
    rows = between(shop.valid, date(2026, 1, 1), AS_OF).drop_duplicates("order_id")
    assert sum(floats(found, "hour", "orders").values()) == len(rows)


def test_cohort_retention(ask: Ask, shop: Shop) -> None:
    valid = shop.valid.dropna(subset=["customer_id"])
    first = valid.groupby("customer_id")["month"].min()
    joined = valid.assign(cohort=valid["customer_id"].map(first))
    joined["offset"] = (joined["month"].dt.year - joined["cohort"].dt.year) * 12 + joined["month"].dt.month - joined["cohort"].dt.month
    counts = joined.groupby(["cohort", "offset"])["customer_id"].nunique()
    result = ask(Cohort(period=Calendar(year=2025, quarter=1), offsets=6)).records()
    assert len(result) == 3 * 7
    for record in result:
        cohort = pd.Timestamp(str(record["cohort"]))
        assert record["size"] == (first == cohort).sum()
        assert record["active"] == counts.get((cohort, record["offset_buckets"]), 0)


def test_cohorts_have_no_rows_for_the_future(ask: Ask) -> None:
    result = ask(Cohort(offsets=24)).records()
    assert all(pd.Timestamp(str(r["cohort"])) + pd.DateOffset(months=int(str(r["offset_buckets"]))) <= pd.Timestamp(AS_OF) for r in result)


@pytest.mark.parametrize("grain", ["week", "quarter", "year"])
def test_the_cohort_of_a_broken_first_bucket_counts(ask: Ask, shop: Shop, grain: Grain) -> None:
    """The first order ever rarely falls on the first day of a week or a year; its buyers are a cohort all the same."""
    firsts = shop.valid.dropna(subset=["customer_id"]).groupby("customer_id")[grain].min()
    sizes = {record["cohort"]: record["size"] for record in ask(Cohort(grain=grain, offsets=0)).records()}
    assert sizes == {day.date(): int((firsts == day).sum()) for day in firsts.unique()}
