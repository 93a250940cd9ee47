"""Words that point: at a row that was shown, at a thing just spoken of, at the period before the last one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from agents.language.figures_said import RATE_OF, VALUE_OF
from agents.language.sketch import Sketch
from agents.language.tokens import fold
from agents.language.words import LANGUAGES, read_table
from agents.memory import Handle
from agents.plan import Language
from tools.facts import Frozen
from tools.query.contract import AsOf, Between, Calendar, Comparison, Last, Named, QueryContext
from tools.query.periods import compared_span, resolve
from tools.query.vocabulary import called


class Pointers(Frozen):
    """The pointing words of one language."""

    places: Mapping[str, int]
    rows: tuple[str, ...]
    things: tuple[str, ...]
    owners: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    whole: Mapping[str, str]
    swap: tuple[str, ...]
    worth: tuple[str, ...]


@lru_cache(maxsize=2)
def pointers(language: Language) -> Pointers:
    """The words of a language."""
    return Pointers.model_validate(read_table(language, "point"))


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_RANKS = frozenset(
    {"top", "best", "leader", "last", "bottom", "final", "worst"}
)  # with a kind of thing they ask for a rank: the worst product
_JUDGED = frozenset({"best", "worst", "top", "bottom"})
_WRITTEN = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
# What may stand behind "number two" when it is a row; a noun there makes it the best of a kind ("our number one supplier").
_BEHIND = """
is was were are has have had did does do can will would in on at for from by of and or as with over during this last so then instead please
buy buys bought sell sells sold order orders ordered cost costs make makes made earn earns earned spend spends spent
"""
_ROWS = frozenset({"one", "row", "entry", "place", "line", "result"})


@lru_cache(maxsize=2)
def _row(language: Language) -> re.Pattern[str]:
    """ "the second one", "number 2" and "of the third" at the end; in Vietnamese the place stands behind."""
    words = pointers(language)
    if language == "vi":
        return re.compile(
            rf"\b(?:{_any(words.rows)}) (?P<place>{_any(list(words.places))})\b|\b(?:số|hạng|thứ|vị trí) "
            rf"(?P<number>\d\d?)\b",
            re.IGNORECASE,
        )
    ordinals = _any([place for place in words.places if place not in _RANKS])
    ranks = _any([place for place in words.places if place in _RANKS])
    return re.compile(
        rf"\b(?:the |that )?(?:(?P<place>{ordinals}) (?:{_any(words.rows)})\b|(?P<rank>{ranks}) (?:{_any(sorted(_ROWS))})\b"
        rf"|(?:number|no\.?|#) ?(?P<number>\d\d?|{_any(list(_WRITTEN))})\b(?! (?!(?:{_any(_BEHIND.split())})\b)[a-z])"
        rf"|(?<=the )(?P<end>{ordinals})(?=\W*$))(?! (?:by|in terms))",
        re.IGNORECASE,
    )


def _place(found: re.Match[str], language: Language) -> int:
    parts = found.groupdict()
    if parts.get("number"):
        return _WRITTEN.get(parts["number"].lower()) or int(parts["number"])
    word = parts.get("place") or parts.get("rank") or parts.get("end") or ""
    return pointers(language).places[word.lower()]


@lru_cache(maxsize=2)
def _thing(language: Language) -> re.Pattern[str]:
    words = pointers(language)
    return re.compile(rf"\b(?P<owner>{_any(words.owners)})\b|\b(?:of |in |at |for )?(?:{_any(words.things)})\b", re.IGNORECASE)


@lru_cache(maxsize=2)
def _rows(language: Language) -> re.Pattern[str]:
    """The second and the third: several places in one breath; a noun behind them makes them places of something else."""
    words = pointers(language)
    if language == "vi":
        one = rf"(?:{_any(words.rows)})? ?(?:{_any(list(words.places))})"
        return re.compile(rf"\b(?:{_any(words.rows)}) (?:{_any(list(words.places))})(?:,? (?:và|với|,) {one})+\b", re.IGNORECASE)
    one = rf"(?:the )?(?:{_any([place for place in words.places if place not in _RANKS])})(?: (?:{_any(sorted(_ROWS))})s?)?"
    verbs = r"ones?|do|did|does|sell|sold|compare\w*|perform\w*|in|for|by|of|last|this|each|together|only|too|as|over|per"
    behind = rf"(?=\W*$|[,?!.;]| (?:{verbs})\b)"
    return re.compile(rf"\b{one}(?:(?:,? and |, | & |,? or ){one})+{behind}(?: ones)?", re.IGNORECASE)


def _several(message: str, language: Language) -> tuple[re.Match[str], list[int]] | None:
    """The places of several rows that are pointed at."""
    found = _rows(language).search(message)
    if found is None:
        return None
    words = re.finditer(rf"\b(?:{_any(list(pointers(language).places))})\b", found[0], re.IGNORECASE)
    return found, [pointers(language).places[word[0].lower()] for word in words]


def beyond(message: str, handles: Sequence[Handle]) -> str:
    """The words that point at a row which was not shown; none when there are no such words."""
    for language in LANGUAGES:
        if several := _several(message, language):
            return several[0][0].strip() if any(_handle(place, handles) is None for place in several[1]) else ""
        found = _row(language).search(message)
        if found and not found.groupdict().get("rank") and _is_row(found, language) and not _handle(_place(found, language), handles):
            return found[0].strip()
    return ""


def _is_row(found: re.Match[str], language: Language) -> bool:
    """Whether the words can only mean a row: "the fourth one", not "product number 12" and not "the last"."""
    word = (found.groupdict().get("place") or found.groupdict().get("end") or "").casefold()
    if not word or word in _RANKS or pointers(language).places[word] <= 0:
        return False
    return language == "vi" or found[0].split()[-1].casefold() in _ONLY_ROWS | {word}  # no noun of "thứ hai" that is a row has a Monday


def points_at_nothing(message: str) -> str:
    """The words of a first message that point at a row, though nothing was shown: "how much should we order of the first one"."""
    found = _OF_ROW.search(message)
    return (found["row"] or found["vi"]) if found else ""


_OF_ROW = re.compile(
    r"\b(?:of|for|about|with|from|by) (?P<row>the (?:first|second|third|fourth|fifth|last) (?:one|row|entry|result))\W*$"
    r"|\b(?:của|cho|với|về) (?P<vi>(?:cái|dòng|mục|món) (?:đầu tiên|thứ (?:nhất|hai|ba|tư|2|3|4)))\W*$",
    re.IGNORECASE,
)


_ONLY_ROWS = frozenset({"one", "row", "entry", "place", "line", "result"})


def named(message: str, old: Sketch, handles: Sequence[Handle]) -> str:
    """The message with names in the place of the words that point at them; as it is when it points at nothing known."""
    for language in LANGUAGES:
        several = _several(message, language)
        shown = [handle for place in several[1] if (handle := _handle(place, handles))] if several else []
        if several and len(shown) == len(several[1]):
            return _instead(message, several[0], " and ".join(_said(handle) for handle in shown))
    for language in LANGUAGES:
        found = _row(language).search(message)
        if found and not _is_all(found, message) and (handle := _handle(_place(found, language), handles)):
            return _instead(message, found, _said(handle))
    for language in LANGUAGES:
        found = _thing(language).search(message)
        if found and (name := _spoken_of(old, handles)):
            if found[0].casefold().startswith("in "):
                return _instead(message, found, f"in {name}")
            return f"{message[: found.start()]}{message[found.end() :].rstrip(' ?.!')} for {name}".replace("  ", " ")
    return message


def _is_all(found: re.Match[str], message: str) -> bool:
    """The worst one? That asks which it is."""
    rest = f"{message[: found.start()]} {message[found.end() :]}"
    return (found.groupdict().get("rank") or "").casefold() in _JUDGED and len(re.findall(r"\w{2,}", rest)) <= 2


def _handle(place: int, handles: Sequence[Handle]) -> Handle | None:
    if place < 0:
        return handles[-1] if handles else None
    return next((handle for handle in handles if handle.place == place), None)


def _said(handle: Handle) -> str:
    return f"{handle.dimension.replace('_', ' ')} {handle.name}"


def _spoken_of(old: Sketch, handles: Sequence[Handle]) -> str:
    """The names the last question was about; else the only row that was shown."""
    texts = [old.text(slot.at) for slot in old.filters if not slot.negated]
    if texts:
        return " and ".join(texts)
    return _said(handles[0]) if len(handles) == 1 else ""


def _instead(message: str, found: re.Match[str], text: str) -> str:
    return f"{message[: found.start()]}{text}{message[found.end() :]}"


def dated(message: str, old: Sketch, as_of: date, ahead: tuple[date, date] | None = None) -> str:
    """The message with days in the place of "the month before"; `ahead` are the days a forecast was about."""
    for language in LANGUAGES:
        words = pointers(language)
        if found := _search(words.before, message, language):
            days = _window_before(*ahead) if ahead else _earlier(old, as_of, "year" in found[0].casefold() or "năm" in found[0].casefold())
            return _instead(message, found, days) if days else message
        if found := _search(words.after, message, language):
            days = _after(*ahead) if ahead else _later(old, as_of)
            return _instead(message, found, days) if days else message
        if found := _search(tuple(words.whole), message, language):
            return _instead(message, found, words.whole[fold(found[0])])
    found = _SAME_TIME.search(message)
    if found and len(old.periods) == 1 and not ahead:
        return _instead(message, found, old.text(old.periods[0].at))
    return message


# That month: the days of the last question, whatever they were called there.
_SAME_TIME = re.compile(
    r"\b(?:(?:in|during|for|over|within|throughout) )?(?:that|the same|that same|said) (?:month|week|quarter|year|day"
    r"|time span|time frame|stretch)\b"
    r"(?! (?:last|before|a year|one year|of))"
    r"|\b(?:trong |vào |của |ở )?(?:cùng )?(?:tháng|tuần|quý|năm|ngày|kỳ) (?:đó|ấy)\b",
    re.IGNORECASE,
)


def _search(phrases: Sequence[str], message: str, language: Language) -> re.Match[str] | None:
    """The first such phrase, with marks or without: letters keep their places."""
    plain = fold(message)
    if language == "vi" and any(letter in "ăâđêôơư" for letter in message.casefold()):
        plain = message.casefold()
        return re.search(rf"\b(?:{_any(phrases)})\b", plain) if len(plain) == len(message) else None
    return re.search(rf"\b(?:{_any([fold(phrase) for phrase in phrases])})\b", plain) if len(plain) == len(message) else None


def _days_of(old: Sketch) -> AsOf | Between | Calendar | Last | Named | None:
    """The days of the last question."""
    meaning = old.periods[0].span.meaning if old.periods else None
    return meaning if isinstance(meaning, AsOf | Between | Calendar | Last | Named) else None


def _earlier(old: Sketch, as_of: date, a_year: bool) -> str:
    """The period before that of the last question, or a year before it, as days."""
    meaning, context = _days_of(old), QueryContext(as_of=as_of)
    span = resolve(meaning, context) if meaning else None
    if span is None:
        return ""
    yearly = a_year and (span.last - span.first).days < _A_YEAR
    before = compared_span(Comparison(to="year_on_year" if yearly else "previous"), span, context)
    return f"from {before.first.isoformat()} to {before.last.isoformat()}" if before else ""


def _later(old: Sketch, as_of: date) -> str:
    """The period after that of the last question: whole months after whole months, else as many days; nothing that lies ahead."""
    meaning = _days_of(old)
    span = resolve(meaning, QueryContext(as_of=as_of)) if meaning else None
    return "" if span is None or span.last >= as_of else _after(span.first, span.last)


def _window_before(start: date, end: date) -> str:
    """As many days before."""
    first = start - (end - start) - timedelta(days=1)
    return f"from {first.isoformat()} to {(start - timedelta(days=1)).isoformat()}"


def _after(start: date, end: date) -> str:
    """As many days more, or as many whole months."""
    first = end + timedelta(days=1)
    last = first + (end - start)
    if start.day == 1 and first.day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        month = first.month - 1 + months
        last = date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return f"from {first.isoformat()} to {last.isoformat()}"


_A_YEAR = 364


def swapped(message: str) -> bool:
    """Whether the two names of the last question change places."""
    return any(re.search(rf"\b(?:{_any(pointers(language).swap)})\b", message, re.IGNORECASE) for language in LANGUAGES)


def as_rate(metric: str, language: Language) -> str:
    """The rate that belongs to a count, in words."""
    return called(RATE_OF[metric], language) if metric in RATE_OF else ""


def as_value(metric: str, message: str, language: Language) -> str:
    """What a quantity is worth, in words, when the message asks for that."""
    asked = metric in VALUE_OF and re.search(rf"\b(?:{_any(pointers(language).worth)})\b", message, re.IGNORECASE)
    return called(VALUE_OF[metric], language) if asked else ""
