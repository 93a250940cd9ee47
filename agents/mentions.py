"""Every number and every date a text says, in English or Vietnamese: where, which kind, which value and how precisely."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from agents.formats import MONTHS, MONTHS_SHORT, Kind
from agents.plan import Language
from tools.facts import Days

Span = tuple[int, int]


@dataclass(frozen=True)
class Mention:
    """One number as the text says it; `value` is None when its separators make no number in this language."""

    span: Span
    text: str
    kind: Kind
    value: Decimal | None
    step: Decimal
    digits: int  # significant digits shown
    currency: str = ""
    signed: bool = False
    hedged: bool = False
    worded: bool = False


@dataclass(frozen=True)
class DateMention:
    """A day or a period as the text says it."""

    span: Span
    text: str
    days: Days


_SCALE = {
    "thousand": 3, "k": 3, "million": 6, "m": 6, "mn": 6, "billion": 9, "bn": 9, "b": 9,
    "nghìn": 3, "ngàn": 3, "triệu": 6, "tr": 6, "tỷ": 9, "tỉ": 9,
}  # fmt: skip
_CURRENCY = {"₫": "VND", "đ": "VND", "đồng": "VND", "vnđ": "VND", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CODES = "VND|USD|EUR|GBP|JPY|SGD|THB|CNY|KRW|AUD"
_NUMBER = re.compile(
    r"(?P<before>[$€£¥₫]|#|(?<!\w)[≈~])?(?P<sign>(?<![\w\d])[+\-−–](?=[$€£¥₫]?\d))?(?P<mark>[$€£¥₫])?"
    r"(?P<digits>\d(?:[\d.,\u00a0\u202f]*\d)?)"
    r"(?P<scale>\s?(?:thousand|million|billion|bn|mn|nghìn|ngàn|triệu|tỷ|tỉ|tr)\b|[kKmMbB]\b)?"
    rf"(?P<unit>\s?(?:%-?p(?:ts?|oints?)?\b|pp\b|percentage points?\b|điểm\s?%|điểm phần trăm|%|percent\b|phần trăm"
    rf"|(?:{_CODES})\b|₫|vnđ\b|VNĐ\b|đồng\b|đ\b|€|\$"
    r"|/\s?5\b|×|x\b|times\b|lần\b|days?\b|ngày\b|units?\b|đơn vị\b|hours?\b|giờ\b|weeks?\b|tuần\b|(?<=\d)(?:st|nd|rd|th)\b))?"
)
_COUNTED: dict[Language, str] = {
    "en": "two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 dozen:12",
    # "năm" is also "year", so five is not read as a word.
    "vi": "hai:2 ba:3 bốn:4 sáu:6 bảy:7 tám:8 chín:9 mười:10 tá:12",
}
_TIMES: dict[Language, dict[str, str]] = {
    "en": {"half": "0.5", "halved": "0.5", "twice": "2", "double": "2", "doubled": "2", "tripled": "3"},
    "vi": {"một nửa": "0.5", "gấp đôi": "2", "gấp ba": "3"},
}
_WORDS: dict[Language, dict[str, tuple[str, Kind]]] = {
    language: {
        **{word: (count, "count") for word, count in (each.split(":") for each in said.split())},
        **{word: (factor, "ratio") for word, factor in _TIMES[language].items()},
    }
    for language, said in _COUNTED.items()
}
_WORD: dict[Language, re.Pattern[str]] = {
    language: re.compile(rf"(?<!\w)(?:{'|'.join(sorted(words, key=len, reverse=True))})(?!\w)") for language, words in _WORDS.items()
}
_SECOND_UNIT = re.compile(rf"\s?(?:%|₫|\$|€|pp\b|(?:{_CODES})\b)")
# "both" and weekdays are no counts.
_NOT_COUNTS = re.compile(r"(?:cả|thứ|hạng)\s+$", re.IGNORECASE)
_HEDGE = re.compile(r"(?:about|around|roughly|nearly|almost|approximately|over|khoảng|gần|hơn|chừng)\s+$", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?<![\w#])(?:[^\W\d_]+[-_]?\d[\w-]*|\d+[^\W\d_]+\d\w*|[0-9a-f]{8}-[0-9a-f-]{20,})")
_CITATION = re.compile(r"\[\d+\]|\[\^\d+\]")
_LIST_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)

_MONTH = "|".join((*MONTHS, *MONTHS_SHORT, "Sept"))
_DATES = re.compile(
    "|".join(
        (
            rf"(?<![#\d])(?P<a1>\d{{1,2}}) (?P<a2>{_MONTH}) (?P<a3>\d{{4}}) ?[-–] ?(?P<a4>\d{{1,2}}) (?P<a5>{_MONTH}) (?P<a6>\d{{4}})",
            rf"(?<![#\d])(?P<b1>\d{{1,2}}) (?P<b2>{_MONTH}) ?[-–] ?(?P<b3>\d{{1,2}}) (?P<b4>{_MONTH}) (?P<b5>\d{{4}})",
            rf"(?<![#\d])(?P<c1>\d{{1,2}}) ?[-–] ?(?P<c2>\d{{1,2}}) (?P<c3>{_MONTH}) (?P<c4>\d{{4}})",
            rf"(?<![#\d])(?P<d1>\d{{1,2}}) (?P<d2>{_MONTH}),? (?P<d3>\d{{4}})",
            rf"(?P<e1>{_MONTH}) (?P<e2>\d{{1,2}}),? (?P<e3>\d{{4}})",
            r"(?P<f1>\d{1,2})/(?P<f2>\d{1,2})/(?P<f3>\d{4}) ?[-–] ?(?P<f4>\d{1,2})/(?P<f5>\d{1,2})/(?P<f6>\d{4})",
            r"(?P<g1>\d{1,2}) ?[-–] ?(?P<g2>\d{1,2})/(?P<g3>\d{1,2})/(?P<g4>\d{4})",
            r"(?P<h1>\d{1,2})/(?P<h2>\d{1,2})/(?P<h3>\d{4})",
            r"(?P<i1>\d{4})-(?P<i2>\d{2})-(?P<i3>\d{2})",
            r"(?:[Tt]háng )(?P<j1>\d{1,2})(?:/| năm )(?P<j2>\d{4})",
            r"(?:Q(?P<k1>[1-4]) |[Qq]uý (?P<k2>[1-4])(?:/| năm ))(?P<k3>\d{4})",
            rf"(?P<l1>{_MONTH}) (?P<l2>\d{{4}})",
            r"(?:[Yy]ear |[Nn]ăm |(?<=\bin ))(?P<m1>(?:19|20|21)\d{2})\b(?![.,]\d)",
        )
    )
)


def find_dates(text: str) -> list[DateMention]:
    """Days and periods, in the order they stand; one that the calendar does not have is a period nobody knows."""
    return [DateMention(found.span(), found[0], _days(found)) for found in _DATES.finditer(text)]


def find_numbers(text: str, language: Language, masked: Iterable[Span] = ()) -> list[Mention]:
    """Numbers outside the masked stretches; identifiers, citations and list numbers are not numbers."""
    covered = [*masked, *(found.span() for pattern in (_CITATION, _LIST_NUMBER, _IDENTIFIER) for found in pattern.finditer(text))]
    visible = _blanked(text, covered)
    found = [_mention(each, text, language) for each in _NUMBER.finditer(visible)]
    return sorted([*found, *_worded(visible, language)], key=lambda mention: mention.span)


def parse_number(digits: str, language: Language) -> Decimal | None:
    """Digits with the separators of the language; None when they are not grouped as it groups."""
    group, point = (",", ".") if language == "en" else (".", ",")
    plain = digits.replace("\u00a0", group).replace("\u202f", group)
    whole = rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+"
    if not re.fullmatch(rf"(?:{whole})(?:{re.escape(point)}\d+)?", plain):
        return None
    try:
        return Decimal(plain.replace(group, "").replace(point, "."))
    except InvalidOperation:
        return None


def _blanked(text: str, covered: Iterable[Span]) -> str:
    letters = list(text)
    for start, end in covered:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _mention(found: re.Match[str], text: str, language: Language) -> Mention:
    digits = found["digits"]
    value = parse_number(digits, language)
    unit, scale = (found["unit"] or "").strip(), (found["scale"] or "").strip().lower()
    factor = Decimal(10) ** _SCALE.get(scale, 0)
    kind, currency = _kind(unit, found)
    point = "." if language == "en" else ","
    places = len(digits.rpartition(point)[2]) if point in digits and value is not None else 0
    hundredth = Decimal("0.01") if kind in ("%", "pp") else Decimal(1)
    negative = (found["sign"] or "") in ("-", "−", "–")
    shown = None if value is None else (-value if negative else value) * factor * hundredth
    step = Decimal(1).scaleb(-places) * factor * hundredth
    start = found.start()
    # "3.7/5 VND": a second unit makes it no number that a fact could say.
    if unit and _SECOND_UNIT.match(text[found.end() :]):
        shown = None
    return Mention(
        found.span(),
        found[0],
        kind,
        shown,
        step,
        len(re.sub(r"\D", "", digits).lstrip("0")) or 1,
        currency,
        signed=bool(found["sign"]),
        hedged=bool(_HEDGE.search(text[max(0, start - 20) : start])) or found["before"] in ("≈", "~"),
    )


def _kind(unit: str, found: re.Match[str]) -> tuple[Kind, str]:
    low = unit.lower()
    mark = found["mark"] or (found["before"] if found["before"] in _CURRENCY else "")
    if mark or low in _CURRENCY or unit in _CODES.split("|"):
        return "money", _CURRENCY.get(mark or low, unit)
    if low in ("%", "percent", "phần trăm"):
        return "%", ""
    if low.startswith(("pp", "percentage", "điểm", "%")):
        return "pp", ""
    kinds: dict[str, Kind] = {"/5": "1..5", "/ 5": "1..5", "×": "ratio", "x": "ratio", "times": "ratio", "lần": "ratio"}
    kinds |= {"day": "days", "days": "days", "ngày": "days", "unit": "units", "units": "units", "đơn vị": "units"}
    kinds |= dict.fromkeys(("st", "nd", "rd", "th"), "rank")
    if found["before"] == "#":
        return "rank", ""
    # Hours and weeks are units no fact has: a number in them binds to nothing.
    return ("count", f"?{low}") if low in ("hour", "hours", "giờ", "week", "weeks", "tuần") else (kinds.get(low, "number"), "")


def _worded(text: str, language: Language) -> list[Mention]:
    found = []
    for match in _WORD[language].finditer(text):
        value, kind = _WORDS[language][match[0]]
        if not _NOT_COUNTS.search(text[: match.start()]):
            found.append(Mention(match.span(), match[0], kind, Decimal(value), Decimal(1), 1, worded=True))
    return found


def _days(found: re.Match[str]) -> Days:
    part = {name: value for name, value in found.groupdict().items() if value is not None}
    form = next(iter(part))[0]
    try:
        return _read(form, [part[name] for name in sorted(part)])
    except ValueError:
        return Days(start=date.min, end=date.min)


def _read(form: str, said: list[str]) -> Days:
    number = [int(text) if text.isdigit() else _month(text) for text in said]
    if form in "af":
        return Days(start=date(number[2], number[1], number[0]), end=date(number[5], number[4], number[3]))
    if form == "b":
        return Days(start=date(number[4], number[1], number[0]), end=date(number[4], number[3], number[2]))
    if form in "cg":
        return Days(start=date(number[3], number[2], number[0]), end=date(number[3], number[2], number[1]))
    if form in "dhei":
        order = {"d": (2, 1, 0), "h": (2, 1, 0), "e": (2, 0, 1), "i": (0, 1, 2)}[form]
        day = date(*(number[place] for place in order))
        return Days(start=day, end=day)
    if form == "m":
        return Days(start=date(number[0], 1, 1), end=date(number[0], 12, 31))
    if form == "k":
        return _months(number[1], 3 * number[0] - 2, 3)
    return _months(number[1], number[0], 1)


def _months(year: int, month: int, count: int) -> Days:
    last = month + count - 1
    return Days(start=date(year, month, 1), end=date(year, last, monthrange(year, last)[1]))


def _month(text: str) -> int:
    return [name[:3] for name in MONTHS].index(text[:3]) + 1
