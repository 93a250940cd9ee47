"""The calendar of demand: weekdays, months, holidays near a day, and the Vietnamese lunar new year by its astronomy."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from math import floor, pi, sin

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Floats

NEAR_DAYS = 14  # how far a holiday is felt
TET = "Tet"
_FIXED = {(1, 1): "New Year", (3, 8): "Women's Day", (4, 30): "Reunification Day", (5, 1): "Labour Day", (9, 2): "National Day",
          (10, 20): "Vietnamese Women's Day", (12, 25): "Christmas"}  # fmt: skip
_VIETNAM = 7 / 24  # hours ahead of Greenwich, as a share of a day
_MONTH = 29.530588853


def day_features(holidays: pd.Series, t: NDArray[np.int64]) -> pd.DataFrame:
    """Weekday, season and the holidays near each day; a holiday's name becomes a number that depends on the name alone."""
    days, back = np.unique(t, return_inverse=True)
    stamps = pd.to_datetime(days, unit="D", origin="unix")
    year_angle = 2 * pi * stamps.dayofyear.to_numpy() / 365.25
    frame = pd.DataFrame({"weekday": stamps.weekday, "day_of_month": stamps.day, "week_of_year": stamps.isocalendar().week.to_numpy()})
    frame["season_sin"], frame["season_cos"] = np.sin(year_angle), np.cos(year_angle)
    for column, values in _near(holidays, days).items():
        frame[column] = values
    return frame.astype(np.float32).iloc[back].reset_index(drop=True)


def _near(holidays: pd.Series, days: NDArray[np.int64]) -> dict[str, Floats]:
    marked = np.asarray(holidays.index, dtype=np.int64)
    codes = np.array([_code(str(name)) for name in holidays.to_numpy()], dtype=np.float64)
    none = np.full(len(days), -1.0)
    if not len(marked):
        return {"holiday": none, "next_holiday": none, "days_to_holiday": none + NEAR_DAYS + 2, "days_since_holiday": none + NEAR_DAYS + 2}
    after = np.searchsorted(marked, days)
    before = np.searchsorted(marked, days, side="right") - 1
    ahead = np.where(after < len(marked), marked[np.minimum(after, len(marked) - 1)] - days, NEAR_DAYS + 1)
    since = np.where(before >= 0, days - marked[np.maximum(before, 0)], NEAR_DAYS + 1)
    return {
        "holiday": np.where(ahead == 0, codes[np.minimum(after, len(marked) - 1)], -1.0),
        "next_holiday": np.where(ahead <= NEAR_DAYS, codes[np.minimum(after, len(marked) - 1)], -1.0),
        "days_to_holiday": np.minimum(ahead, NEAR_DAYS + 1).astype(np.float64),
        "days_since_holiday": np.minimum(since, NEAR_DAYS + 1).astype(np.float64),
    }


def _code(name: str) -> int:
    """A number for a name, the same in every process."""
    return sum((place + 1) * byte for place, byte in enumerate(name.encode())) % 4093


def vietnamese_holidays(first: date, last: date) -> dict[date, str]:
    """The holidays shops and buyers in Vietnam know, and the double days of online trade, from `first` through `last`."""
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= {date(year, month, day): name for (month, day), name in _FIXED.items()}
        found |= {date(year, month, month): f"Double {month}" for month in (9, 10, 11, 12)}
        found[tet(year)] = TET
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


@lru_cache
def tet(year: int) -> date:
    """The first day of the lunar year that begins in `year`: two new moons after the month of the winter solstice, three after a leap."""
    start = _eleventh_month(year - 1)
    months = round((_eleventh_month(year) - start) / _MONTH)
    leap = _leap_place(start) if months == 13 else 13
    place = 3 if leap <= 2 else 2
    return date(1970, 1, 1) + timedelta(days=_new_moon_day(_index(start) + place) - 2440588)


def _index(julian_day: int) -> int:
    return floor((julian_day + 0.5 - 2415021.076998695) / _MONTH + 0.5)


def _eleventh_month(year: int) -> int:
    """Julian day on which the lunar month begins that holds the winter solstice of `year`."""
    end = (date(year, 12, 31) - date(1970, 1, 1)).days + 2440588
    k = floor((end - 2415021) / _MONTH)
    day = _new_moon_day(k)
    return _new_moon_day(k - 1) if _sun_sector(day) >= 9 else day


def _leap_place(start: int) -> int:
    """Which month after the eleventh is leapt: the first whose days see the sun enter no new sector."""
    k = _index(start)
    sectors = [_sun_sector(_new_moon_day(k + step)) for step in range(15)]
    return next((step for step in range(1, 14) if sectors[step] == sectors[step + 1]), 13)


def _sun_sector(julian_day: int) -> int:
    """Which twelfth of its yearly way the sun is in at the start of the day in Vietnam."""
    t = (julian_day - 0.5 - _VIETNAM - 2451545.0) / 36525
    anomaly = (357.52910 + t * (35999.05030 - t * (0.0001559 + 0.00000048 * t))) * pi / 180
    centre = (1.914600 - t * (0.004817 + 0.000014 * t)) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
    longitude = 280.46645 + t * (36000.76983 + 0.0003032 * t) + centre + 0.000290 * sin(3 * anomaly)
    return int(longitude % 360 // 30)


def _new_moon_day(k: int) -> int:
    """Julian day, in Vietnam, of the new moon number `k` since 1900 (Meeus' short series)."""
    t = k / 1236.85
    rad = pi / 180
    mean = (
        2415020.75933
        + 29.53058868 * k
        + t * t * (0.0001178 - 0.000000155 * t)
        + 0.00033 * sin((166.56 + t * (132.87 - 0.009173 * t)) * rad)
    )
    sun = (359.2242 + 29.10535608 * k - t * t * (0.0000333 + 0.00000347 * t)) * rad
    moon = (306.0253 + 385.81691806 * k + t * t * (0.0107306 + 0.00001236 * t)) * rad
    node = (21.2964 + 390.67050646 * k - t * t * (0.0016528 + 0.00000239 * t)) * rad
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun) - 0.4068 * sin(moon) + 0.0161 * sin(2 * moon)
    shift += -0.0004 * sin(3 * moon) + 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    shift += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    delta = -0.000278 + 0.000265 * t + 0.000262 * t * t
    return floor(mean + shift - delta + 0.5 + _VIETNAM)
