"""The calendar of the data contract, wording by wording, and its properties."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.calendar import (
    GRAINS,
    Grain,
    Span,
    add_months,
    buckets,
    current,
    end_of,
    fixed_offset,
    full,
    previous,
    rolling,
    shift,
    start_of,
    unit,
    utc_bounds,
    year_before,
)

AS_OF = date(2026, 11, 20)  # a Friday
DAYS = st.dates(date(1990, 1, 1), date(2089, 12, 31))
GRAIN = st.sampled_from(GRAINS)


def test_this_period_runs_up_to_as_of() -> None:
    assert current("week", AS_OF) == Span(date(2026, 11, 16), AS_OF, "week")
    assert current("month", AS_OF) == Span(date(2026, 11, 1), AS_OF, "month")
    assert current("quarter", AS_OF) == Span(date(2026, 10, 1), AS_OF, "quarter")
    assert current("year", AS_OF) == Span(date(2026, 1, 1), AS_OF, "year")


def test_last_period_is_the_previous_full_one() -> None:
    assert full(1, "week", AS_OF) == Span(date(2026, 11, 9), date(2026, 11, 15), "week")
    assert full(1, "quarter", AS_OF) == Span(date(2026, 7, 1), date(2026, 9, 30), "quarter")
    assert full(1, "month", date(2026, 3, 31)) == Span(date(2026, 2, 1), date(2026, 2, 28), "month")


def test_the_month_before_last() -> None:
    assert full(1, "month", AS_OF, skip=1) == Span(date(2026, 9, 1), date(2026, 9, 30), "month")


def test_rolling_windows_end_on_as_of() -> None:
    assert rolling(7, "day", AS_OF) == Span(date(2026, 11, 14), AS_OF)
    assert rolling(3, "month", AS_OF) == Span(date(2026, 8, 21), AS_OF)
    assert rolling(2, "week", AS_OF).days == 14


def test_partial_month_compares_with_as_many_days_of_the_previous_one() -> None:
    assert previous(current("month", AS_OF)) == Span(date(2026, 10, 1), date(2026, 10, 20), "month")
    assert previous(current("month", date(2026, 3, 31))) == Span(date(2026, 2, 1), date(2026, 2, 28), "month")
    assert previous(current("month", date(2026, 3, 30))) == Span(date(2026, 2, 1), date(2026, 2, 28), "month")


def test_full_month_compares_with_the_whole_month_before() -> None:
    october = Span(date(2026, 10, 1), date(2026, 10, 31), "month")
    assert previous(october) == Span(date(2026, 9, 1), date(2026, 9, 30), "month")
    assert previous(Span(date(2026, 10, 1), date(2026, 10, 31))) == previous(october)


def test_other_spans_compare_with_the_equal_length_just_before() -> None:
    assert previous(Span(date(2026, 11, 11), date(2026, 11, 20))) == Span(date(2026, 11, 1), date(2026, 11, 10))


def test_several_full_months_compare_with_as_many_before() -> None:
    assert previous(full(3, "month", AS_OF)) == Span(date(2026, 5, 1), date(2026, 7, 31), "month", 3)


def test_year_before_of_a_leap_day() -> None:
    assert year_before(Span(date(2024, 2, 29), date(2024, 2, 29))) == Span(date(2023, 2, 28), date(2023, 2, 28))


def test_fiscal_year_may_start_in_april() -> None:
    assert start_of(date(2026, 3, 31), "year", 4) == date(2025, 4, 1)
    assert start_of(date(2026, 5, 31), "quarter", 4) == date(2026, 4, 1)
    assert end_of(date(2026, 3, 31), "year", 4) == date(2026, 3, 31)


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Span(AS_OF, AS_OF - timedelta(days=1))


def test_utc_bounds_follow_the_clock_changes() -> None:
    assert utc_bounds(Span(date(2026, 3, 29), date(2026, 3, 29)), "Europe/Berlin") == (datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22))
    assert utc_bounds(Span(AS_OF, AS_OF), "Asia/Ho_Chi_Minh") == (datetime(2026, 11, 19, 17), datetime(2026, 11, 20, 17))


def test_offset_is_fixed_only_where_the_clock_never_changed() -> None:
    assert fixed_offset("Asia/Ho_Chi_Minh", date(1990, 1, 1), date(2030, 1, 1)) == timedelta(hours=7)
    assert fixed_offset("Europe/Berlin", date(2026, 1, 1), date(2026, 2, 1)) == timedelta(hours=1)
    assert fixed_offset("Europe/Berlin", date(2026, 1, 1), date(2026, 12, 1)) is None


@given(DAYS, GRAIN, st.integers(1, 12))
def test_a_unit_holds_its_day_and_units_tile_time(day: date, grain: Grain, fiscal_start: int) -> None:
    whole = unit(day, grain, fiscal_start)
    assert day in whole
    assert start_of(whole.last + timedelta(days=1), grain, fiscal_start) == whole.last + timedelta(days=1)


@given(DAYS, GRAIN)
def test_previous_ends_before_and_never_overlaps(day: date, grain: Grain) -> None:
    for span in (current(grain, day), full(1, grain, day), rolling(5, grain, day)):
        before = previous(span)
        assert before.last < span.first
        assert before.days <= max(span.days, 366)


@given(DAYS, st.integers(-400, 400))
def test_adding_months_keeps_the_month_arithmetic(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


@given(DAYS, st.integers(1, 200), GRAIN)
def test_buckets_cover_the_span_once(day: date, days: int, grain: Grain) -> None:
    span = Span(day, day + timedelta(days=days))
    starts = list(buckets(span, grain))
    assert starts[0] <= span.first and starts[-1] <= span.last < shift(starts[-1], 1, grain)
    assert all(shift(a, 1, grain) == b for a, b in pairwise(starts))
