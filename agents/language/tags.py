"""Every piece of a message that means something, as tags on runs of tokens, and the best way to cover the message with them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.language.spans import TimeSpan, ValueSpan
from agents.language.tokens import Token
from agents.language.words import Keyed, Lexicon
from agents.plan import Language

TagKind = Literal["metric", "verb", "dimension", "cue", "comparator", "number", "percent", "money", "ordinal", "value", "time", "skip"]
_WEIGHT: dict[TagKind, float] = {
    "value": 1.0,
    "time": 1.15,
    "metric": 1.0,
    "dimension": 0.9,
    "number": 1.0,
    "percent": 1.0,
    "money": 1.0,
    "ordinal": 0.8,
    "cue": 0.85,
    "comparator": 0.95,
    "verb": 0.7,
    "skip": 0.2,
}


_ASIDE = 0.5  # "in one go" is no number


@dataclass(frozen=True)
class Tag:
    """Tokens `start` to `end` (not included) and what they mean."""

    start: int
    end: int
    kind: TagKind
    name: str = ""
    number: float = 0.0
    time: TimeSpan | None = None
    value: ValueSpan | None = None
    formed: bool = False  # found by a form with other words between its parts

    @property
    def weight(self) -> float:
        """Longer runs explain more; a doubtful match explains less."""
        length = self.end - self.start
        return (
            (_ASIDE if self.name == "aside" and self.kind == "skip" else _WEIGHT[self.kind])
            * math.pow(length, 1.5)
            * (self.value.score if self.value else 1.0)
        )


@dataclass(frozen=True)
class Group:
    """All that one run of tokens may mean, the likeliest first."""

    start: int
    end: int
    tags: tuple[Tag, ...]

    def of(self, *kinds: TagKind) -> tuple[Tag, ...]:
        return tuple(tag for tag in self.tags if tag.kind in kinds)

    def first(self, *kinds: TagKind) -> Tag | None:
        return next(iter(self.of(*kinds)), None)

    def cues(self) -> frozenset[str]:
        return frozenset(tag.name for tag in self.tags if tag.kind == "cue")

    @property
    def is_empty_word(self) -> bool:
        """Whether leaving it out changes nothing."""
        return any(tag.kind == "skip" for tag in self.tags)


def tag_all(
    tokens: Sequence[Token], lexicon: Lexicon, times: Iterable[TimeSpan], values: Iterable[ValueSpan], language: Language
) -> list[Tag]:
    """Every reading of every run."""
    tags = [Tag(span.start, span.end, "time", time=span) for span in times]
    tags += [Tag(span.start, span.end, "value", span.dimension, value=span) for span in values]
    keyed = lexicon.keyed(tokens, language)
    for place in range(len(tokens)):
        tags += _words(keyed, place, lexicon)
        tags += _recurring(tokens[place], place)
    return [*tags, *_numbers(keyed, lexicon)]


_UNREAD = 0.6  # a word left unread costs something, so that readings which leave none win
_ANY_DAY = 0.6  # a date that holds the word explains it better
_DAYS = {
    "mondays": "1",
    "tuesdays": "2",
    "wednesdays": "3",
    "thursdays": "4",
    "fridays": "5",
    "saturdays": "6",
    "sundays": "7",
    "weekends": "6+7",
}


def _recurring(token: Token, place: int) -> Iterator[Tag]:
    """Mondays are a day of every week; a Monday is one too where no date is meant by it."""
    for name, score in ((token.folded, 1.0), (f"{token.folded}s", _ANY_DAY)):
        if name in _DAYS:
            day = ValueSpan(place, place + 1, "weekday", _DAYS[name], token.text, "exact", score)
            yield Tag(place, place + 1, "value", "weekday", value=day)


def _words(keyed: Keyed, place: int, lexicon: Lexicon) -> Iterator[Tag]:
    for end, meaning in lexicon.at(keyed, place):
        kind = meaning.kind
        if kind == "scale" or kind == "number":
            continue
        yield Tag(place, end, kind, meaning.name, meaning.number)


def _numbers(keyed: Keyed, lexicon: Lexicon) -> Iterator[Tag]:
    """Numbers with the scale and the sign written beside them: 20k, 2.5 million, 50 %, $300, third."""
    tokens = keyed.tokens
    for place, token in enumerate(tokens):
        read = _amount(token) or _spelt(keyed, place, lexicon)
        if read is None:
            continue
        number, glued = read
        end, first = place + 1, place
        if _is_minus(tokens, place):
            number, first = -number, place - 1
        scale = _meaning(keyed, end, lexicon, "scale")
        if not glued and scale is not None:
            number, end = number * scale, end + 1
        if end < len(tokens) and any(meaning.kind == "percent" for _, meaning in lexicon.at(keyed, end)):
            stop = max(stop for stop, meaning in lexicon.at(keyed, end) if meaning.kind == "percent")
            yield Tag(first, stop, "percent", number=number / 100)
        elif glued in ("st", "nd", "rd", "th"):
            yield Tag(first, end, "ordinal", number=number)
        else:
            yield Tag(first, end, "number", number=number)


def _is_minus(tokens: Sequence[Token], place: int) -> bool:
    """A sign glued to the number and to nothing before it, or the word after what has an amount."""
    if not place:
        return False
    sign, before = tokens[place - 1], tokens[place - 2] if place > 1 else None
    if sign.text in ("-", "\u2212"):
        return sign.end == tokens[place].start and (before is None or (before.end < sign.start and not before.is_number))
    return sign.folded in ("minus", "negative") and before is not None and before.folded in _HAVING


_HAVING = frozenset({"have", "of", "is", "was", "be", "has", "got", "than", "at", "by", "below", "above", "with", "spend", "am"})
_GLUED = {
    "": 1,
    "k": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "tr": 1e6,
    "triệu": 1e6,
    "trieu": 1e6,
    "ty": 1e9,
    "tỷ": 1e9,
    "tỉ": 1e9,
    "st": 1,
    "nd": 1,
    "rd": 1,
    "th": 1,
    "x": 1,
    "đ": 1,
    "d": 1,
    "vnd": 1,
    "pcs": 1,
    "pc": 1,
    "units": 1,
    "kg": 1,
    "km": 1,
}


def _amount(token: Token) -> tuple[float, str] | None:
    """The number a token is, and what is glued to it."""
    if not token.is_number:
        return None
    digits = token.lower.rstrip("abcdefghijklmnopqrstuvwxyzđệỷỉ")
    glued = token.lower[len(digits) :]
    if glued not in _GLUED or any(letter not in "0123456789.," for letter in digits):
        return None
    return (value * _GLUED[glued], glued) if (value := _plain(digits)) is not None else None


def _plain(digits: str) -> float | None:
    """1,000.5 and 1.000,5 and 1.000.000; a single separator before three digits separates thousands."""
    marks = [letter for letter in digits if letter in ".,"]
    if len(set(marks)) == 2:
        point = digits[max(digits.rfind("."), digits.rfind(","))]
        digits = digits.replace("," if point == "." else ".", "").replace(point, ".")
    elif len(marks) > 1 or (len(marks) == 1 and len(digits.split(marks[0])[1]) == 3 and not digits.startswith("0")):
        digits = digits.replace(",", "").replace(".", "")
    else:
        digits = digits.replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None


def _spelt(keyed: Keyed, place: int, lexicon: Lexicon) -> tuple[float, str] | None:
    if keyed.tokens[place].folded == "ones":
        return None
    number = _meaning(keyed, place, lexicon, "number")
    return None if number is None else (number, "")


def _meaning(keyed: Keyed, place: int, lexicon: Lexicon, kind: str) -> float | None:
    if place >= len(keyed.tokens):
        return None
    return next((meaning.number for end, meaning in lexicon.at(keyed, place) if meaning.kind == kind and end == place + 1), None)


def cover(tokens: Sequence[Token], tags: Iterable[Tag]) -> tuple[Group, ...]:
    """The non-overlapping groups that explain most of the message; tokens nothing explains stay outside."""
    groups = _grouped(tags)
    best: list[tuple[float, tuple[Group, ...]]] = [(0.0, ())] * (len(tokens) + 1)
    for end in range(1, len(tokens) + 1):
        unread = _UNREAD if tokens[end - 1].text[0].isalnum() else 0.0
        best[end] = (best[end - 1][0] - unread, best[end - 1][1])
        for group in groups.get(end, ()):
            before, chosen = best[group.start]
            score = before + max(tag.weight for tag in group.tags)
            if score > best[end][0]:
                best[end] = (score, (*chosen, group))
    return best[-1][1]


def _grouped(tags: Iterable[Tag]) -> dict[int, list[Group]]:
    runs: dict[tuple[int, int], list[Tag]] = defaultdict(list)
    for tag in tags:
        runs[tag.start, tag.end].append(tag)
    groups: dict[int, list[Group]] = defaultdict(list)
    for (start, end), found in sorted(runs.items()):
        ordered = sorted(dict.fromkeys(found), key=lambda tag: -tag.weight)
        groups[end].append(Group(start, end, tuple(ordered)))
    return groups
