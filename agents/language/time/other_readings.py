"""Readings that are no period: comparisons, cuts of time, lengths of time, numbers in words."""

from __future__ import annotations

from typing import Literal, cast

from agents.language.spans import Bucket, Duration
from agents.language.time.chart import Bound
from agents.language.time.stretch import Against, Nothing, Stretch
from tools.query.contract import AllTime, AsOf, Grain, Last

LengthUnit = Grain | Literal["hour"]


def against(bound: Bound) -> Against | None:
    """Against September, vs last month."""
    stretch = bound.get("stretch", Stretch)
    return None if isinstance(stretch.period, AllTime | AsOf) else Against("stretch", stretch)


def against_previous(bound: Bound) -> Against:
    """Against the previous period, from the month before."""
    return Against("previous", grain=_grain(bound))


def period_on_period(bound: Bound) -> Against:
    """Month on month."""
    return Against("previous", grain=cast(Grain, bound.get("on_period", str)))


def year_on_year(bound: Bound) -> Against:
    """Year on year, same period last year."""
    return Against("year_on_year", grain="year")


def last_to_date_against(bound: Bound) -> Against:
    """Against last year to date: year on year; against last month to date: the same days of the month before."""
    unit = bound.get("unit", str)
    return Against("year_on_year", grain="year") if unit == "year" else Against("previous", grain=cast(Grain, unit))


def same_unit_before(bound: Bound) -> Against:
    """The same days last month."""
    return Against("same_period", grain=_grain(bound))


def cut(bound: Bound) -> Bucket:
    """Per month, by week, each day."""
    return Bucket(cast(Grain, bound.get("unit", str)))


def each_of(bound: Bound) -> Bucket | None:
    """The "each of" before "the last six months"; the six months are a reading of their own."""
    for _, meaning in bound.chart.readings("period", bound.end):
        if isinstance(meaning, Stretch) and isinstance(meaning.period, Last):
            return Bucket(meaning.period.unit)
    return None


def length(bound: Bound) -> Duration | None:
    """90 days, 1.5 years, 24 hours."""
    unit, count = bound.get("unit", str), bound.get("count", int) if bound.has("count") else bound.get("fraction", float)
    if unit == "quarter" and bound.chart.after(bound.end) in ("of", "cua"):
        return None  # three quarters of the customers
    return Duration(float(count), cast(LengthUnit, unit)) if count > 0 else None


def one_length(bound: Bound) -> Duration:
    """A week, after words that ask for a length."""
    return Duration(1.0, cast(LengthUnit, bound.get("unit", str)))


def fortnight_length(bound: Bound) -> Duration:
    """A fortnight."""
    return Duration(14.0, "day")


def half_year_length(bound: Bound) -> Duration:
    """Half a year."""
    return Duration(6.0, "month")


def nothing(bound: Bound) -> Nothing:
    """By day of week, next day delivery: words of time that say no time."""
    return Nothing()


def split_year(bound: Bound) -> Nothing | None:
    """2024/25: a year that does not begin in January; which one, only the setting knows."""
    year, following = bound.get("year", int), bound.get("short_year", int)
    return Nothing() if following == year + 1 and following % 100 > 12 else None


def number(bound: Bound) -> int:
    """12, twelve."""
    return bound.get("n", int)


def number_of_two_words(bound: Bound) -> int | None:
    """Twenty four, hai mươi bốn."""
    tens, ones = bound.get("tens", int), bound.get("ones", int)
    return tens + ones if 0 < ones < 10 else None


def _grain(bound: Bound) -> Grain | None:
    return cast(Grain, bound.get("unit", str)) if bound.has("unit") else None
