"""The Tet table against the new moons, computed here as the Vietnamese lunar calendar prescribes (H. N. Duc's method, UTC+7)."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor, pi, sin

import pytest

from agents.language.time.holidays import TET, holiday_days

_SYNODIC = 29.530588853
_EPOCH = date(2000, 1, 1)
_JULIAN_EPOCH = 2451545


def new_moon_day(index: int) -> int:
    """The local Julian day number of the `index`-th new moon after 1900-01-01."""
    t = index / 1236.85
    dr = pi / 180
    day = 2415020.75933 + 29.53058868 * index + 0.0001178 * t**2 - 0.000000155 * t**3
    day += 0.00033 * sin((166.56 + 132.87 * t - 0.009173 * t**2) * dr)
    sun = 359.2242 + 29.10535608 * index - 0.0000333 * t**2 - 0.00000347 * t**3
    moon = 306.0253 + 385.81691806 * index + 0.0107306 * t**2 + 0.00001236 * t**3
    node = 21.2964 + 390.67050646 * index - 0.0016528 * t**2 - 0.00000239 * t**3
    terms = (0.1734 - 0.000393 * t) * sin(sun * dr) + 0.0021 * sin(2 * dr * sun) - 0.4068 * sin(moon * dr) + 0.0161 * sin(2 * dr * moon)
    terms += -0.0004 * sin(3 * dr * moon) + 0.0104 * sin(2 * dr * node) - 0.0051 * sin((sun + moon) * dr) - 0.0074 * sin((sun - moon) * dr)
    terms += 0.0004 * sin((2 * node + sun) * dr) - 0.0004 * sin((2 * node - sun) * dr) - 0.0006 * sin((2 * node + moon) * dr)
    terms += 0.001 * sin((2 * node - moon) * dr) + 0.0005 * sin((2 * moon + sun) * dr)
    delta = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return floor(day + terms - delta + 0.5 + 7 / 24)


def sun_sector(julian: int) -> int:
    """The sun's longitude at local midnight in twelfths of a circle."""
    t = (julian - 2451545.5 - 7 / 24) / 36525
    dr = pi / 180
    anomaly = 357.5291 + 35999.0503 * t - 0.0001559 * t**2
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.9146 - 0.004817 * t) * sin(dr * anomaly) + 0.019993 * sin(2 * dr * anomaly) + 0.00029 * sin(3 * dr * anomaly)
    return floor((longitude * dr / (2 * pi)) % 1 * 12)


def solstice_month(year: int) -> int:
    """The new moon that opens the month of the winter solstice of a year."""
    days = (date(year, 12, 31) - date(1900, 1, 1)).days + 0.5
    index = round(days / _SYNODIC) + 1
    while (_EPOCH + timedelta(days=new_moon_day(index) - _JULIAN_EPOCH)).year > year or sun_sector(new_moon_day(index)) >= 9:
        index -= 1
    return index


def first_of_lunar_year(year: int) -> date:
    """The second new moon after the one of the solstice month; the third when a leap month lies between."""
    eleventh, following = solstice_month(year - 1), solstice_month(year)
    leap = following - eleventh == 13 and any(
        sun_sector(new_moon_day(index)) == sun_sector(new_moon_day(index + 1)) for index in (eleventh + 1, eleventh + 2)
    )
    return _EPOCH + timedelta(days=new_moon_day(eleventh + (3 if leap else 2)) - _JULIAN_EPOCH)


@pytest.mark.parametrize("year", sorted(TET))
def test_tet_falls_on_the_new_moon_of_the_vietnamese_calendar(year: int) -> None:
    assert first_of_lunar_year(year) == TET[year]


@pytest.mark.parametrize(("year", "friday"), [(2019, "2019-11-29"), (2023, "2023-11-24"), (2024, "2024-11-29"), (2025, "2025-11-28")])
def test_black_friday_follows_the_fourth_thursday(year: int, friday: str) -> None:
    assert holiday_days("black_friday", year) == (date.fromisoformat(friday),) * 2


def test_a_year_outside_the_table_has_no_tet() -> None:
    assert holiday_days("tet", 2036) is None
