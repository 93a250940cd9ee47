"""Values as people read them: money, rates, counts, days and periods, in English and Vietnamese, with the precision shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from agents.plan import Language
from tools.facts import Days, FactValue
from tools.facts import Unit as Unit

Kind = Literal["money", "%", "pp", "units", "count", "days", "ratio", "1..5", "number", "rank"]
Style = Literal["plain", "signed", "size", "short", "short_signed"]
STYLES: dict[str, Style] = {"plain": "plain", "signed": "signed", "size": "size", "short": "short", "short_signed": "short_signed"}

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
MONTHS_SHORT = tuple(name[:3] for name in MONTHS)
# Currencies whose smallest unit is the whole.
_WHOLE = {"VND", "JPY", "KRW", "IDR", "CLP"}
_SIGNS = {"VND": "₫"}
_SCALES: dict[Language, tuple[tuple[Decimal, str], ...]] = {
    "en": ((Decimal(10**9), "billion"), (Decimal(10**6), "million"), (Decimal(10**3), "thousand")),
    "vi": ((Decimal(10**9), "tỷ"), (Decimal(10**6), "triệu"), (Decimal(10**3), "nghìn")),
}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"days": "days", "units": "units", "pp": "pp", "none": "no value", "yes": "yes", "no": "no"},
    "vi": {"days": "ngày", "units": "đơn vị", "pp": "điểm %", "none": "không có số liệu", "yes": "có", "no": "không"},
}
# Inside a word an underscore is no markup.
_MARKUP = re.compile(r"[\\`*\[\]<>{}~]|(?<![^\W_])_|_(?![^\W_])")


@dataclass(frozen=True)
class Shown:
    """A number as it is shown: its text, the number that text says, and the step of its last digit (both in the fact's own scale)."""

    text: str
    value: Decimal
    step: Decimal


def show(value: FactValue, unit: Kind | None, language: Language = "en", currency: str = "VND", style: Style = "plain") -> str:
    """A value as text; text itself is escaped, so that data cannot become markup."""
    if value is None:
        return _WORDS[language]["none"]
    if isinstance(value, bool):
        return _WORDS[language]["yes" if value else "no"]
    if isinstance(value, datetime):
        return f"{show_day(value.date(), language)} {value:%H:%M}"
    if isinstance(value, date):
        return show_day(value, language)
    if isinstance(value, str):
        return escape(value)
    return shown(value, unit, language, currency, style).text


def shown(value: Decimal | int | float, unit: Kind | None, language: Language, currency: str, style: Style = "plain") -> Shown:
    """A number as text together with what the text says exactly."""
    exact = to_decimal(value)
    scaled = exact * 100 if unit in ("%", "pp") else exact
    factor, word = _scale(scaled, unit, language) if style.startswith("short") else (Decimal(1), "")
    step = _step(scaled / factor, unit, currency, factor)
    rounded = (scaled / factor).quantize(step, ROUND_HALF_EVEN)
    digits = group(abs(rounded), language)
    sign = _sign(rounded, style)
    said = abs(rounded) if style == "size" else rounded
    back = factor / 100 if unit in ("%", "pp") else factor
    text = sign + _with_unit(" ".join(part for part in (digits, word) if part), unit, language, currency)
    return Shown(text, said * back, step * back)


def to_decimal(value: Decimal | int | float) -> Decimal:
    """A number as a Decimal, floats by their shortest text."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def group(number: Decimal, language: Language) -> str:
    """Digits with the separators of the language."""
    text = f"{number:,f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def escape(text: str) -> str:
    """Text from the data that shows as it is written: no markup, one line."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def show_day(day: date, language: Language = "en") -> str:
    """4 Sep 2026, or 4/9/2026."""
    return f"{day.day} {MONTHS_SHORT[day.month - 1]} {day.year}" if language == "en" else f"{day.day}/{day.month}/{day.year}"


def show_period(days: Days, language: Language = "en") -> str:
    """A month, quarter or year by its name; other periods by their days."""
    first, last = days.start, days.end
    if first == last:
        return show_day(first, language)
    name = _calendar_name(first, last, language)
    if name:
        return name
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}-{show_day(last, language)}"
    if first.year == last.year and language == "en":
        return f"{first.day} {MONTHS_SHORT[first.month - 1]} - {show_day(last, language)}"
    return f"{show_day(first, language)} - {show_day(last, language)}"


def period_shape(days: Days) -> Literal["day", "unit", "year", "range"]:
    """How a period is spoken of: on a day, in a month or quarter, in a year, over a stretch of days."""
    if days.start == days.end:
        return "day"
    name = _calendar_name(days.start, days.end, "en")
    return "range" if not name else "year" if name.startswith("year") else "unit"


def _calendar_name(first: date, last: date, language: Language) -> str:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if not whole:
        return ""
    if months == 1:
        return f"{MONTHS[first.month - 1]} {first.year}" if language == "en" else f"tháng {first.month}/{first.year}"
    if months == 3 and first.month % 3 == 1:
        quarter = first.month // 3 + 1
        return f"Q{quarter} {first.year}" if language == "en" else f"quý {quarter}/{first.year}"
    if months == 12 and first.month == 1:
        return f"year {first.year}" if language == "en" else f"năm {first.year}"
    return ""


def _scale(number: Decimal, unit: Kind | None, language: Language) -> tuple[Decimal, str]:
    if unit not in ("money", "units", "count"):
        return Decimal(1), ""
    for factor, word in _SCALES[language]:
        # 999,600 would read "1,000 thousand" at three digits; it is said in the next scale up.
        if abs(number) >= factor * Decimal("0.9995"):
            return factor, word
    return Decimal(1), ""


def _step(number: Decimal, unit: Kind | None, currency: str, factor: Decimal) -> Decimal:
    """The step of the last digit shown."""
    if factor != 1:
        return _significant(number, 3)
    if unit == "money":
        return Decimal(1) if currency in _WHOLE else Decimal("0.01")
    if unit == "rank" or number == number.to_integral_value():
        return Decimal(1)
    if unit in ("%", "pp") and abs(number) >= 1:
        return Decimal("0.1")
    if unit in ("ratio", "1..5"):
        return Decimal("0.01")
    if unit == "number":
        return _significant(number, 4)
    if unit == "days" and abs(number) < 1:
        return Decimal("0.01")
    return Decimal("0.1") if abs(number) >= 1 else _significant(number, 2)


def _significant(number: Decimal, digits: int) -> Decimal:
    if number == 0:
        return Decimal(1)
    step = Decimal(1).scaleb(min(0, number.adjusted() - digits + 1))
    # 0.9996 rounds up into one digit more.
    return Decimal(1).scaleb(min(0, number.quantize(step).adjusted() - digits + 1))


def _sign(number: Decimal, style: Style) -> str:
    if style == "size" or number == 0:
        return ""
    if number < 0:
        return "-"
    return "+" if style.endswith("signed") else ""


def _with_unit(digits: str, unit: Kind | None, language: Language, currency: str) -> str:
    if unit == "money":
        return f"{digits} {_SIGNS.get(currency, currency) if language == 'vi' else currency}"
    if unit == "%":
        return f"{digits}%"
    if unit == "1..5":
        return f"{digits}/5"
    if unit == "rank":
        return f"#{digits}"
    if unit in ("pp", "units", "days"):
        return f"{digits} {_WORDS[language][unit]}"
    return digits
