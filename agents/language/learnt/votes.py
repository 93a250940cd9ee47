"""A second reader: words and pieces of words vote for a tool, a metric, a cut and a way, knowing nothing of the first reader's rules."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from agents.language.learnt.labels import HEADS, NOTHING
from agents.language.sketch import Sketch
from agents.language.spans import Bucket, Duration, TimeSpan
from agents.language.tags import Group
from agents.language.time.reader import read_times
from agents.language.tokens import fold, tidy, tokens_of
from agents.language.words import LANGUAGES, read_table
from agents.plan import Language
from tools.query.contract import Comparison

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = NDArray[np.integer]

BUCKETS = 1 << 13
_LETTERS = 4
_SCALE = 400.0  # votes of one bucket are whole numbers up to some 40
_STRONG = -0.3
_NAMED = "vvname"  # what a mark is while times are read: one plain word
_WHOLE = 5  # shorter words are not cut into pieces


def marked_words(sketch: Sketch) -> list[str]:
    """The message with names, times and numbers as marks: what is voted on is how it is asked."""
    starts = {group.start: group for group in sketch.groups}
    words: list[str] = []
    place = 0
    while place < len(sketch.tokens):
        group = starts.get(place)
        mark = _mark(group) if group else ""
        if group and mark:
            words.append(mark)
            place = group.end
        else:
            words.append(sketch.tokens[place].folded)
            place += 1
    return [word for word in words if _says(word)]


def _says(word: str) -> bool:
    return word[:1] == "@" or word[:1].isalnum() or word in ("<", ">", "%")


def _mark(group: Group) -> str:
    if (time := group.first("time")) and time.time:
        return time_mark(time.time)
    values = group.of("value")
    if values and not group.of("metric", "dimension", "verb") and not group.cues():
        return f"@{values[0].name}"
    return "@n" if group.of("number") else ""


def time_mark(span: TimeSpan) -> str:
    """What kind of time is spoken of; not which."""
    if isinstance(span.meaning, Bucket):
        return f"@each_{span.meaning.grain}"
    if isinstance(span.meaning, Duration):
        return "@length"
    return "@against" if isinstance(span.meaning, Comparison) else "@time"


def words_of(marked: str, as_of: date, language: Language) -> list[str]:
    """The words of a sentence whose names are marks already: its times and numbers become marks too."""
    tokens = tokens_of(tidy(marked).replace("@", _NAMED))
    spans = {span.start: span for span in read_times(tokens, as_of, language)}
    words: list[str] = []
    place = 0
    while place < len(tokens):
        if span := spans.get(place):
            words.append(time_mark(span))
            place = span.end
            continue
        token = tokens[place]
        words.append("@n" if token.is_number or token.folded in _numbers() else token.folded.replace(_NAMED, "@"))
        place += 1
    return [word for word in words if _says(word)]


@lru_cache(maxsize=1)
def _numbers() -> frozenset[str]:
    """Number words of every language."""
    tables = (read_table(language, "words").get("numbers") for language in LANGUAGES)
    return frozenset(fold(str(word)) for table in tables if isinstance(table, dict) for word in table)


def buckets_of(words: Sequence[str]) -> list[int]:
    """Words, neighbours and pieces of words as places of a table; each once."""
    names = {f"w{word}" for word in words}
    names |= {f"b{one} {two}" for one, two in zip(("^", *words), (*words, "$"), strict=True)}
    names |= {f"s{one} {two}" for one, two in zip(words, words[2:], strict=False)}
    for word in words:
        if len(word) >= _WHOLE and word[0] != "@":
            padded = f"^{word}$"
            names |= {f"c{padded[at : at + _LETTERS]}" for at in range(len(padded) - _LETTERS + 1)}
    return sorted({zlib.crc32(name.encode()) % BUCKETS for name in names})


@dataclass(frozen=True)
class Head:
    """The votes for one kind of label: a row for each bucket, a column for each label."""

    labels: tuple[str, ...]
    weights: Weights

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {label: place for place, label in enumerate(self.labels)}

    def scores(self, buckets: Sequence[int]) -> list[int]:
        """The sum of the votes for each label."""
        found: list[int] = self.weights[list(buckets)].sum(axis=0, dtype="int32").tolist()
        return found


@dataclass(frozen=True)
class Tally:
    """What one head says of a message."""

    scores: Sequence[int]
    places: Mapping[str, int]
    scale: float

    def margin(self, label: str) -> float | None:
        """How far a label is ahead of the best other one, -1 to 1; None when the head has never heard of it."""
        place = self.places.get(label)
        if place is None:
            return None
        mine = self.scores[place]
        others = max((score for at, score in enumerate(self.scores) if at != place), default=mine)
        return max(min((mine - others) / self.scale, 1.0), -1.0)


Votes = Mapping[str, Tally]


@dataclass(frozen=True)
class Voters:
    """All heads."""

    heads: Mapping[str, Head]

    def hear(self, words: Sequence[str]) -> Votes:
        """The votes on one message."""
        buckets = buckets_of(words)
        scale = _SCALE * max(len(buckets), 1) ** 0.5
        return {name: Tally(head.scores(buckets), head.places, scale) for name, head in self.heads.items()}


def opinion(votes: Votes, labels: Mapping[str, str]) -> dict[str, float]:
    """What the votes say of a plan with these labels, as features."""
    found: dict[str, float] = {"vote none": votes["tool"].margin(NOTHING) or 0.0}
    agreed = 0
    for head in HEADS:
        margin = votes[head].margin(labels[head])
        if margin is None:
            found[f"vote {head} unheard"] = 1.0
            continue
        found[f"vote {head}"] = margin
        found[f"vote {head} against"] = float(margin < 0)
        found[f"vote {head} strongly against"] = float(margin < _STRONG)
        agreed += margin > 0
    found["votes agreed"] = agreed / len(HEADS)
    found["votes unanimous"] = float(agreed == len(HEADS))
    return {name: value for name, value in found.items() if value}


def opinions(votes: Votes, plans: Sequence[Mapping[str, str]]) -> list[dict[str, float]]:
    """What the votes say of each of several plans, and of each beside the others."""
    found = [opinion(votes, labels) for labels in plans]
    sums = [sum(each.get(f"vote {head}", -1.0) for head in HEADS) for each in found]
    for place, (each, mine) in enumerate(zip(found, sums, strict=True)):
        others = [other for at, other in enumerate(sums) if at != place]
        each["votes sum"], each["votes ahead"] = mine, mine - max(others, default=mine - 1)
        each["most votes"], each["most votes for the first"] = float(mine == max(sums)), float(sums[0] == max(sums))
    return [{name: value for name, value in each.items() if value} for each in found]
