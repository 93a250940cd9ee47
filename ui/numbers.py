"""Values as people read them, with the separators a person prefers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from api.schemas import FactValue

Language = Literal["en", "vi"]
NumberFormat = Literal["1,234.5", "1.234,5"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHOLE = {"VND", "JPY", "KRW", "IDR", "CLP"}
_SIGNS = {"VND": "₫"}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"units": "units", "days": "days", "yes": "yes", "no": "no"},
    "vi": {"units": "đơn vị", "days": "ngày", "yes": "có", "no": "không"},
}
NOTHING = "–"
# Room for any number a computer holds.
_WIDE = Context(prec=400)


@dataclass(frozen=True)
class Locale:
    """How one person reads: language, separators, and the currency of the data."""

    language: Language = "en"
    number_format: NumberFormat | None = None
    currency: str = ""

    @property
    def comma_decimals(self) -> bool:
        return (self.number_format or ("1,234.5" if self.language == "en" else "1.234,5")) == "1.234,5"


def is_number(value: FactValue) -> bool:
    """Whether a value is counted or measured; yes and no are not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def show(value: FactValue, unit: str | None, locale: Locale) -> str:
    """A value with its unit."""
    text = show_bare(value, unit, locale)
    return _with_unit(text, unit, locale) if is_number(value) else text


def show_bare(value: FactValue, unit: str | None, locale: Locale, grain: str = "day") -> str:
    """A value for a column whose head says the unit; a percent sign stays with its number. `grain` is how long a day's stretch is."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return _WORDS[locale.language]["yes" if value else "no"]
    if isinstance(value, datetime):
        return f"{show_day(value.date(), locale.language)} {value:%H:%M}"
    if isinstance(value, date):
        return show_bucket(value, grain, locale.language)
    if isinstance(value, str):
        return show_bucket(date.fromisoformat(value), grain, locale.language) if _is_day(value) else value
    return _digits(Decimal(str(value)), unit, locale) + ("%" if unit == "%" else "")


def unit_label(unit: str | None, locale: Locale) -> str:
    """The unit as a column head says it; nothing for plain numbers and for percent, which the cells carry."""
    if unit == "money":
        return locale.currency
    return {**_WORDS[locale.language], "1..5": "1–5"}.get(unit or "", "") if unit in ("units", "days", "1..5") else ""


def show_day(day: date, language: Language = "en") -> str:
    """4 Sep 2026, or 4/9/2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.day}/{day.month}/{day.year}"


def show_bucket(day: date, grain: str, language: Language = "en") -> str:
    """The stretch of time that begins on a day, by its name: a month, a quarter, a year; of others the day."""
    if grain == "month":
        return f"{_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.month}/{day.year}"
    if grain == "quarter":
        quarter = (day.month + 2) // 3
        return f"Q{quarter} {day.year}" if language == "en" else f"quý {quarter}/{day.year}"
    return str(day.year) if grain == "year" else show_day(day, language)


def show_seconds(seconds: float) -> str:
    """12 ms, or 1.4 s."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def _digits(number: Decimal, unit: str | None, locale: Locale) -> str:
    scaled = number * 100 if unit == "%" else number
    rounded = scaled.quantize(_step(scaled, unit, locale.currency), ROUND_HALF_EVEN, _WIDE)
    text = f"{abs(rounded) if rounded == 0 else rounded:,f}"  # nothing is neither more nor less than nothing
    return text.translate(str.maketrans(",.", ".,")) if locale.comma_decimals else text


def _step(number: Decimal, unit: str | None, currency: str) -> Decimal:
    """The step of the last digit shown; the same precision as in the answer's words."""
    if unit == "money":
        return Decimal(1) if currency in _WHOLE else Decimal("0.01")
    if number == number.to_integral_value():
        return Decimal(1)
    if unit in ("ratio", "1..5"):
        return Decimal("0.01")
    if unit in (None, "number"):
        return _significant(number, 4)
    if unit == "days" and abs(number) < 1:
        return Decimal("0.01")
    return Decimal("0.1") if abs(number) >= 1 else _significant(number, 2)


def _significant(number: Decimal, digits: int) -> Decimal:
    step = Decimal(1).scaleb(min(0, number.adjusted() - digits + 1))
    # 0.996 rounds up into one digit more.
    return Decimal(1).scaleb(min(0, number.quantize(step, context=_WIDE).adjusted() - digits + 1))


def _with_unit(text: str, unit: str | None, locale: Locale) -> str:
    if unit == "money":
        sign = _SIGNS.get(locale.currency, locale.currency) if locale.language == "vi" else locale.currency
        return f"{text} {sign}".strip()
    if unit in ("units", "days"):
        return f"{text} {_WORDS[locale.language][unit]}"
    return f"{text}/5" if unit == "1..5" else text


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
