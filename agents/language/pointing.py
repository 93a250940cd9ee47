"""Words that point: at a row that was shown, at a thing just spoken of, at the period before the last one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from agents.language.sketch import Sketch
from agents.language.words import LANGUAGES, read_table
from agents.memory import Handle
from agents.plan import Language
from tools.facts import Frozen
from tools.query.contract import AllTime, AsOf, Between, Calendar, Comparison, Last, Named, QueryContext
from tools.query.periods import compared_span, resolve


class Pointers(Frozen):
    """The pointing words of one language."""

    places: Mapping[str, int]
    rows: tuple[str, ...]
    things: tuple[str, ...]
    owners: tuple[str, ...]
    before: tuple[str, ...]
    whole: tuple[str, ...]
    swap: tuple[str, ...]
    rates: Mapping[str, str]
    values: Mapping[str, str]
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
_ROWS = frozenset({"one", "row", "entry", "place", "line", "result"})


@lru_cache(maxsize=2)
def _row(language: Language) -> re.Pattern[str]:
    """ "the second one", "number 2" and "of the third" at the end; in Vietnamese the place stands behind."""
    words = pointers(language)
    if language == "vi":
        return re.compile(rf"\b(?:{_any(words.rows)}) (?P<place>{_any(list(words.places))})\b", re.IGNORECASE)
    ordinals = _any([place for place in words.places if place not in _RANKS])
    ranks = _any([place for place in words.places if place in _RANKS])
    return re.compile(
        rf"\b(?:the |that )?(?:(?P<place>{ordinals}) (?:{_any(words.rows)})\b|(?P<rank>{ranks}) (?:{_any(sorted(_ROWS))})\b"
        rf"|(?:number|no\.?|#) ?(?P<number>\d\d?)\b|(?<=the )(?P<end>{ordinals})(?=\W*$))(?! (?:by|in terms))",
        re.IGNORECASE,
    )


def _place(found: re.Match[str], language: Language) -> int:
    parts = found.groupdict()
    if parts.get("number"):
        return int(parts["number"])
    word = parts.get("place") or parts.get("rank") or parts.get("end") or ""
    return pointers(language).places[word.lower()]


@lru_cache(maxsize=2)
def _thing(language: Language) -> re.Pattern[str]:
    words = pointers(language)
    return re.compile(rf"\b(?P<owner>{_any(words.owners)})\b|\b(?:of |in |at |for )?(?:{_any(words.things)})\b", re.IGNORECASE)


def named(message: str, old: Sketch, handles: Sequence[Handle]) -> str:
    """The message with names in the place of the words that point at them; as it is when it points at nothing known."""
    for language in LANGUAGES:
        found = _row(language).search(message)
        if found and (handle := _handle(_place(found, language), handles)):
            return _instead(message, found, _said(handle))
    for language in LANGUAGES:
        found = _thing(language).search(message)
        if found and (name := _spoken_of(old, handles)):
            return f"{message[: found.start()]}{message[found.end() :].rstrip(' ?.!')} for {name}".replace("  ", " ")
    return message


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


def dated(message: str, old: Sketch, as_of: date) -> str:
    """The message with days in the place of "the month before"."""
    for language in LANGUAGES:
        words = pointers(language)
        if found := re.search(rf"\b(?:{_any(words.before)})\b", message, re.IGNORECASE):
            days = _earlier(old, as_of)
            return _instead(message, found, days) if days else message
        if found := re.search(rf"\b(?:{_any(words.whole)})\b", message, re.IGNORECASE):
            return _instead(message, found, "this year" if language == "en" else "năm nay")
    return message


def _earlier(old: Sketch, as_of: date) -> str:
    """The period before that of the last question, as days."""
    if not old.periods:
        return ""
    meaning = old.periods[0].span.meaning
    if not isinstance(meaning, AllTime | AsOf | Between | Calendar | Last | Named):
        return ""
    context = QueryContext(as_of=as_of)
    span = compared_span(Comparison(), resolve(meaning, context), context)
    return f"from {span.first.isoformat()} to {span.last.isoformat()}" if span else ""


def swapped(message: str) -> bool:
    """Whether the two names of the last question change places."""
    return any(re.search(rf"\b(?:{_any(pointers(language).swap)})\b", message, re.IGNORECASE) for language in LANGUAGES)


def as_rate(metric: str, language: Language) -> str:
    """The rate that belongs to a count, in words."""
    return pointers(language).rates.get(metric, "")


def as_value(metric: str, message: str, language: Language) -> str:
    """What a quantity is worth, in words, when the message asks for that."""
    words = pointers(language)
    return words.values.get(metric, "") if re.search(rf"\b(?:{_any(words.worth)})\b", message, re.IGNORECASE) else ""
