"""The calendar: holidays, Tet, weekdays and the seasons of goods."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ingestion.demo.seasons import SEASONS, Calendar

CALENDAR = Calendar(date(2024, 11, 1))


def index(day: date) -> int:
    return (day - CALENDAR.first_day).days


def season(name: str, day: date) -> float:
    return float(CALENDAR.seasons[SEASONS.index(name), index(day)])


def test_days_run_to_the_last_one() -> None:
    assert CALENDAR.dates[CALENDAR.days - 1] == date(2026, 10, 31)
    assert CALENDAR.days == 730


def test_weekdays_are_those_of_the_calendar() -> None:
    assert [int(day) for day in CALENDAR.weekday[:400]] == [day.weekday() for day in CALENDAR.dates[:400]]


@pytest.mark.parametrize(
    "closed", [date(2025, 1, 1), date(2025, 1, 29), date(2026, 2, 17), date(2026, 4, 30), date(2025, 9, 2), date(2025, 4, 7)]
)
def test_nobody_works_on_holidays(closed: date) -> None:
    assert not CALENDAR.working[index(closed)]


def test_next_working_day_is_open_and_not_before() -> None:
    following = CALENDAR.next_working[: CALENDAR.days]
    assert CALENDAR.working[following].all()
    assert (following >= np.arange(CALENDAR.days)).all()
    assert following[CALENDAR.working[: CALENDAR.days]].tolist() == np.flatnonzero(CALENDAR.working[: CALENDAR.days]).tolist()


def test_tet_builds_up_and_stops_everything() -> None:
    before, tet, normal = index(date(2026, 2, 6)), index(date(2026, 2, 18)), index(date(2026, 3, 20))
    for mood in (CALENDAR.business_mood, CALENDAR.consumer_mood):
        normal_week = mood[normal - 6 : normal + 1].mean()
        assert mood[before - 6 : before + 1].mean() > 1.25 * normal_week
        assert mood[tet] < 0.3 * normal_week


def test_double_days_are_busy() -> None:
    eleven = index(date(2025, 11, 11))
    assert CALENDAR.consumer_mood[eleven] > 1.5 * CALENDAR.consumer_mood[eleven - 7]


def test_goods_have_their_seasons() -> None:
    assert season("heat", date(2026, 5, 20)) > 2 * season("heat", date(2025, 12, 20))
    assert season("school", date(2026, 8, 22)) > 1.5 * season("school", date(2026, 2, 22))
    assert season("autumn", date(2026, 9, 23)) > 20 * season("autumn", date(2026, 10, 5))
    assert season("tet_only", date(2026, 2, 3)) > 20 * season("tet_only", date(2026, 6, 3))
    assert season("women", date(2026, 3, 6)) > 1.5 * season("women", date(2026, 6, 6))
    assert (CALENDAR.seasons > 0).all()
