"""A calendar of its own: plain date arithmetic, sharing nothing with the grammar or the query layer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Days = tuple[date, date]
Expected = tuple[object, ...]
Meant = Callable[[date], list[Expected]]

DAY = timedelta(days=1)


def month_days(year: int, month: int) -> Days:
    """Any month, counted on past December or before January."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return first, after - DAY


def quarter_days(year: int, quarter: int) -> Days:
    return month_days(year, 3 * quarter - 2)[0], month_days(year, 3 * quarter)[1]


def half_days(year: int, half: int) -> Days:
    return quarter_days(year, 2 * half - 1)[0], quarter_days(year, 2 * half)[1]


def year_days(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


def week_days(day: date) -> Days:
    monday = day - day.weekday() * DAY
    return monday, monday + 6 * DAY


def iso_week(year: int, week: int) -> Days:
    fourth = date(year, 1, 4)  # always in week 1
    return week_days(fourth + 7 * (week - 1) * DAY)


def has_week(year: int, week: int) -> bool:
    return iso_week(year, week)[0] < iso_week(year + 1, 1)[0]


def whole(day: date, unit: str, steps: int) -> Days:
    """The calendar unit `steps` from the one that holds the day."""
    if unit == "day":
        return day + steps * DAY, day + steps * DAY
    if unit == "week":
        return week_days(day + 7 * steps * DAY)
    if unit == "month":
        return month_days(day.year, day.month + steps)
    if unit == "quarter":
        index = day.year * 4 + (day.month - 1) // 3 + steps
        return quarter_days(index // 4, index % 4 + 1)
    return year_days(day.year + steps)


def back(day: date, count: int, unit: str) -> date:
    """The day `count` units earlier; short months stop at their end."""
    if unit in ("day", "week"):
        return day - count * (7 if unit == "week" else 1) * DAY
    first, last = month_days(day.year, day.month - count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return min(first + (day.day - 1) * DAY, last)


def on(days: Days) -> list[Expected]:
    return [("period", *days)]


def this(unit: str) -> Meant:
    return lambda day: on((whole(day, unit, 0)[0], day))


def unit(name: str, steps: int) -> Meant:
    return lambda day: on(whole(day, name, steps))


def rolling(count: int, name: str) -> Meant:
    return lambda day: on((back(day, count, name) + DAY, day))


def full(count: int, name: str) -> Meant:
    return lambda day: on((whole(day, name, -count)[0], whole(day, name, -1)[1]))


def ahead(count: int, name: str) -> Meant:
    return lambda day: on((day + DAY, back(day, -count, name)))


def newest(day: date, of: Callable[[int], Days | None]) -> Days:
    """The newest year's days that have begun."""
    for year in range(day.year + 1, day.year - 12, -1):
        days = of(year)
        if days and days[0] <= day:
            return days
    raise AssertionError(day)


def newest_month(day: date, month: int) -> Days:
    return newest(day, lambda year: month_days(year, month))


def newest_quarter(day: date, quarter: int) -> Days:
    return newest(day, lambda year: quarter_days(year, quarter))


def newest_half(day: date, half: int) -> Days:
    return newest(day, lambda year: half_days(year, half))


def newest_week(day: date, week: int) -> Days:
    return newest(day, lambda year: iso_week(year, week) if has_week(year, week) else None)


def newest_day(day: date, month: int, number: int) -> Days:
    def of(year: int) -> Days | None:
        first, last = month_days(year, month)
        found = first + (number - 1) * DAY
        return (found, found) if found <= last else None

    return newest(day, of)


def over_before(day: date, of: Callable[[int], Days]) -> Days:
    """The newest year's days that are over."""
    return next(of(year) for year in range(day.year, day.year - 3, -1) if of(year)[1] < day)


def weekday(day: date, number: int, strictly: bool) -> Days:
    """The newest weekday (Monday 1) up to a day, or before it."""
    found = day - DAY if strictly else day
    while found.isoweekday() != number:
        found -= DAY
    return found, found


def capped(day: date, start: date) -> Days:
    return start, day


def since_month(month: int) -> Meant:
    return lambda day: on((newest_month(day, month)[0], day))


def until(end: Callable[[date], date]) -> Meant:
    return lambda day: [("as_of", end(day))]


def fixed(first: str, last: str | None = None) -> Meant:
    return lambda day: on((date.fromisoformat(first), date.fromisoformat(last or first)))


def lately(meant: Meant) -> Meant:
    """Asked only near our days: two figures are a year only when that year is near."""
    return lambda day: meant(day) if day.year >= 2024 else []


def cut(name: str) -> Meant:
    return lambda day: [("cut", name)]


def length(count: float, name: str) -> Meant:
    return lambda day: [("length", count, name)]


def against(kind: str) -> Meant:
    return lambda day: [("against", kind)]


def both(*parts: Meant) -> Meant:
    return lambda day: [row for part in parts for row in part(day)]


def versus(part: Meant) -> Meant:
    """The days of another reading as the far side of a comparison."""
    return lambda day: [("against", *row[1:]) for row in part(day)]


def sooner(a: Meant, b: Meant) -> Meant:
    """From the first day of one reading to the last of another."""
    return lambda day: on((a(day)[0][1], b(day)[0][2]))  # type: ignore[arg-type]
