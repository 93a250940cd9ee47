"""What kind of answer a question wants, and whether a sentence holds one: a length of time, a day, a share, money, a person, a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from knowledge.clauses_quantities import COUNT, Found, amounts, durations, fold, percentages

AnswerKind = Literal["duration", "day", "share", "money", "person", "number"]
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|chu nhat|thu (?:hai|ba|tu|nam|sau|bay)"
_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_PEOPLE = (
    "manager|leader|buyer|clerk|team|officer|director|supplier|staff|technician|mr|ms|mrs|board|finance|management|security|owner|chef"
    "|supervisor|police|customer|colleague|person|driver|seller|giam doc|truong|thu kho|nhan vien|bo phan|nguoi|ke toan|quan ly|bao ve"
    "|khach|ben (?:mua|ban)|anh|chi"
)
_ASKED: Mapping[Literal["en", "vi"], Mapping[AnswerKind, re.Pattern[str]]] = {
    "en": {
        "duration": re.compile(
            r"how long|how (?:many|much) (?:\w+ ){0,2}?(?:days?|weeks?|months?|years?|hours?|minutes?|nights?|time)\b"
            r"|how (?:soon|quickly|fast|often)"
            r"|how far ahead|until when|by when|\bwithin\b|notice period|lead time|\bperiod\b|\bdays\b|\bhours\b|shelf life"
        ),
        "day": re.compile(r"\bwhen\b|what time|(?:which|what) day|on which"),
        "share": re.compile(r"percent|per cent|\bshare\b|\brate\b|discount|penalty|margin|\blimit\b|deviation|%|by how much"),
        "money": re.compile(r"how much|\bcosts?\b|price|amount|\bvalue\b|\bfees?\b|\bpay\b|spend|\brent\b|salary|revenue|\bsales\b|money"),
        "person": re.compile(r"\bwho\b|\bwhom\b|\bwhose\b"),
        "number": re.compile(
            r"how (?:many|much|tall|high|deep|big|large|heavy|far|old|wide)|maximum|minimum|\bmost\b|\bleast\b|which level"
        ),
    },
    "vi": {
        "duration": re.compile(
            r"bao lau|may (?:ngay|thang|gio|tuan|nam)|bao nhieu (?:ngay|thang|gio|tuan|nam|phut)|thoi (?:han|gian)|han (?:dung|su dung)"
        ),
        "day": re.compile(r"khi nao|luc nao|may gio|ngay nao"),
        "share": re.compile(r"phan tram|ty le|bao nhieu %|chiet khau|giam gia"),
        "money": re.compile(r"\bgia\b|\bphi\b|\btien\b|luong|toi thieu|doanh thu"),
        "person": re.compile(r"\bai\b|nguoi nao"),
        "number": re.compile(r"bao nhieu|\bmay\b"),
    },
}
_OFTEN = r"\b(?:daily|weekly|monthly|yearly|quarterly|every|once|twice|times an?|moi (?:ngay|tuan|thang))\b"
_HELD: Mapping[AnswerKind, re.Pattern[str]] = {
    "duration": re.compile(rf"\b(?:{COUNT}|half(?: an?)?|nua)[ -]?(?:(?:hour|minute|year|night)s?|gio|phut|dem|nam(?! \d))\b|{_OFTEN}"),
    "day": re.compile(rf"\d|\b(?:{_WEEKDAYS}|{_MONTHS}|may|before|after|until|when|noon|evening|morning|truoc|sau|khi)\b"),
    "share": re.compile(r"\b(?:per ?cent|phan tram|half|third|nua)\b"),
    "money": re.compile(r"\b\d{1,3}(?:[.,]\d{3})+\b|\d ?(?:million|billion|trieu|ty)\b|\bfree\b|\bmien phi\b"),
    "person": re.compile(rf"\b(?:{_PEOPLE})\b"),
    "number": re.compile(rf"\b(?:{COUNT}|half|once|twice|nua)\b|\d"),
}
_COUNTED: Mapping[AnswerKind, Callable[[str], Iterator[Found]]] = {"duration": durations, "share": percentages, "money": amounts}


def kinds_wanted(question: str, vietnamese: bool) -> frozenset[AnswerKind]:
    """The kinds of answer that would do; none when the question does not tell."""
    said = fold(question)
    return frozenset(kind for kind, cue in _ASKED["vi" if vietnamese else "en"].items() if cue.search(said))


def lacks(wanted: frozenset[AnswerKind], text: str) -> bool:
    """Whether a text holds no answer of any kind that is wanted."""
    said = fold(text)
    return bool(wanted) and not any(_holds(said, kind) for kind in wanted)


def _holds(said: str, kind: AnswerKind) -> bool:
    return bool(_HELD[kind].search(said)) or (kind in _COUNTED and any(_COUNTED[kind](said)))
