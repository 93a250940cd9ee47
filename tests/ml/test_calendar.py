"""The calendar of demand against published dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.calendar import TET, day_features, tet, vietnamese_holidays

# Published first days of the lunar year in Vietnam; 1985 and 2007 differ from China's.
TET_DAYS = ["1985-01-21", "2007-02-17", "2010-02-14", "2015-02-19", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22",
            "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2030-02-02", "2033-01-31", "2034-02-19"]  # fmt: skip


@pytest.mark.parametrize("day", TET_DAYS)
def test_tet_falls_on_its_published_day(day: str) -> None:
    assert tet(date.fromisoformat(day).year) == date.fromisoformat(day)


def test_a_year_holds_its_holidays() -> None:
    named = vietnamese_holidays(date(2026, 1, 1), date(2026, 12, 31))
    assert named[date(2026, 2, 17)] == TET and named[date(2026, 11, 11)] == "Double 11" and named[date(2026, 9, 2)] == "National Day"


def test_days_to_and_since_a_holiday_are_counted() -> None:
    holidays = pd.Series(["Fair"], index=[100])
    found = day_features(holidays, np.array([98, 100, 101, 150, 98]))
    assert found["days_to_holiday"].tolist() == [2, 0, 15, 15, 2]
    assert found["days_since_holiday"].tolist() == [15, 0, 1, 15, 15]
    assert (found["holiday"] >= 0).tolist() == [False, True, False, False, False]


def test_weekdays_are_iso() -> None:
    monday = int((pd.Timestamp("2026-11-16") - pd.Timestamp("1970-01-01")).days)
    assert day_features(pd.Series(dtype=object), np.array([monday, monday + 6]))["weekday"].tolist() == [0, 6]
