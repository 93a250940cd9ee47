"""Quantities in folded sentences of contracts, English and Vietnamese: days, percentages, amounts of money."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

DayKind = Literal["calendar", "working"]

_EN_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_EN_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
# With their marks: without them "sáu" (six) is "sau" (after) and "năm" (five) is "nam" (south).
_VI_ONES = {"một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
_VI_ONE = "|".join(_VI_ONES)
_VI_COUNT = re.compile(rf"\b(?:(?P<tens>{_VI_ONE}) mươi(?: (?P<unit>{_VI_ONE}))?|(?P<ten>mười)(?: (?P<more>{_VI_ONE}))?|(?P<one>{_VI_ONE}))"
                       r"(?=\s*(?:\(\s*\d+\s*\)\s*)?(?:ngày|tuần|tháng|năm|giờ|phút|đêm|phần trăm)\b)")  # fmt: skip
_EN_WORD = rf"(?:(?:{'|'.join(_EN_TENS)})(?:[- ](?:{'|'.join(_EN_ONES[1:10])}))?|{'|'.join(sorted(_EN_ONES[1:], key=len, reverse=True))})"
NUMBER = r"\d+(?:[.,]\d+)*"
COUNT = rf"(?:{NUMBER}|{_EN_WORD})"
_COUNT = rf"(?:(?P<spelt>{_EN_WORD})\s*(?:\(\s*(?P<shown>\d+)\s*\))?|(?P<digits>\d+)(?:\s*\([a-z -]+\))?)"
_UNITS = {"day": 1, "ngay": 1, "week": 7, "tuan": 7, "month": 30, "thang": 30}
_DURATION = re.compile(
    rf"\b{_COUNT}\s*[- ]?(?P<working>working |business |banking )?(?:calendar |full |consecutive )?"
    r"(?P<unit>days?|weeks?|months?|ngay|tuan|thang(?! \d))\b(?P<lam> lam viec)?"  # "ngay 5 thang 3" is a day
)
_SIGN = r"(?:%|percent\b|per cent\b|phan tram\b)"
_HALF = r"(?P<half>half an?|one[- ]half|nua)\s*(?:of (?:one|a) )?"
_PERCENT = re.compile(rf"(?:(?P<number>{NUMBER})\s*|\b{_HALF}){_SIGN}")
_SCALES = {"million": 10**6, "mio": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9, "thousand": 1000, "k": 1000,
           "trieu": 10**6, "ty": 10**9, "ti": 10**9, "nghin": 1000, "ngan": 1000}  # fmt: skip
_CURRENCIES = {
    "vnd": "VND",
    "dong": "VND",
    "d": "VND",
    "usd": "USD",
    "$": "USD",
    "us$": "USD",
    "eur": "EUR",
    "€": "EUR",
    "gbp": "GBP",
    "£": "GBP",
}
_NAMES = r"us\$|\$|€|£|vnd|usd|eur|gbp"  # dong stands behind its number only: "hop dong 12" is a contract
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?:(?<![a-z])(?P<before>{_NAMES})\s*)?(?P<number>{NUMBER})\s*(?P<scale>{_SCALE})?\b\s*(?P<after>{_NAMES}|dong|d(?![a-z]))?"
)


@dataclass(frozen=True)
class Found:
    """A quantity and where in the sentence it stands."""

    value: Decimal
    start: int
    end: int
    kind: str = ""  # the currency of an amount, the kind of days of a duration


def fold(text: str) -> str:
    """Small letters without marks; white space of any kind is one blank."""
    counted = _VI_COUNT.sub(_vi_number, unicodedata.normalize("NFC", text.casefold()))
    marked = unicodedata.normalize("NFKD", counted.replace("đ", "d"))
    return re.sub(r"\s+", " ", "".join(letter for letter in marked if not unicodedata.combining(letter)))


def durations(folded: str) -> Iterator[Found]:
    """Lengths of time in days, in the order they stand."""
    for found in _DURATION.finditer(folded):
        count = _count(found["digits"] or found["shown"], found["spelt"])
        working: DayKind = "working" if found["working"] or found["lam"] else "calendar"
        unit = found["unit"].rstrip("s") if found["unit"][0] in "dwm" else found["unit"]
        yield Found(Decimal(count * _UNITS[unit]), found.start(), found.end(), working)


def percentages(folded: str) -> Iterator[Found]:
    """Percentages as fractions of 1."""
    for found in _PERCENT.finditer(folded):
        number = Decimal("0.5") if found["half"] else decimal_number(found["number"])
        yield Found(number / 100, found.start(), found.end())


def amounts(folded: str) -> Iterator[Found]:
    """Amounts with a currency; a number without one is no amount."""
    for found in _AMOUNT.finditer(folded):
        name = found["before"] or found["after"]
        if name is None:
            continue
        scale = found["scale"]
        number = decimal_number(found["number"]) if scale else amount_number(found["number"])
        amount = number * _SCALES.get(scale or "", 1)
        whole = amount.to_integral_value()
        yield Found(whole if whole == amount else amount, found.start(), found.end(), _CURRENCIES[name])


def amount_number(text: str) -> Decimal:
    """A number whose groups of three are thousands: 8,000,000 and 8.000.000 are the same."""
    if re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", text):
        return Decimal(re.sub(r"[.,]", "", text))
    mixed = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)[.,](\d{1,2})", text)
    if mixed:
        return Decimal(re.sub(r"[.,]", "", mixed[1]) + "." + mixed[2])
    return decimal_number(text)


def decimal_number(text: str) -> Decimal:
    """A small number: point and comma are both decimal marks, the last one counts."""
    *whole, last = re.split(r"[.,]", text)
    return Decimal("".join(whole) + "." + last) if whole else Decimal(last)


def _count(digits: str | None, spelt: str | None) -> int:
    if digits:
        return int(digits)
    words = re.split(r"[- ]", spelt or "")
    if words[0] in _EN_TENS:
        return _EN_TENS[words[0]] + (_EN_ONES.index(words[1]) if len(words) > 1 else 0)
    return _EN_ONES.index(words[0])


def _vi_number(found: re.Match[str]) -> str:
    """Vietnamese number words before a unit as digits."""
    if found["one"]:
        return str(_VI_ONES[found["one"]])
    tens, more = (1, found["more"]) if found["ten"] else (_VI_ONES[found["tens"]], found["unit"])
    return str(tens * 10 + (_VI_ONES[more] if more else 0))
