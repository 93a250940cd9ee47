"""Which reading explains most of the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.language.denial import OF_ABSENCE, denials
from agents.language.sketch import Sketch
from agents.language.tags import Group
from agents.language.taker import Candidate

# Cues that only hold a sentence together.
LOOSE = frozenset(
    {
        "which",
        "how_many",
        "how_much",
        "group",
        "within",
        "having",
        "combine",
        "total",
        "show_all",
        "performance",
        "versus",
        "higher",
        "lower",
        "others",
        "only",
        "nth",
        "zero",
        "attribute",
        "both",
        "union",
        "exclude",
        "how_did",
        "different",
        "per_unit",
        "where_is",
        "few",
        "half",
    }
)
TELLING = 0.5  # what weighs less may stay unexplained
_UNUSED = 1.2
_FEWEST = 2
_LISTED = 2.0  # what is listed counts, also where only "who" says it


@dataclass(frozen=True)
class Ranked:
    """A candidate with its score and what it leaves unexplained."""

    candidate: Candidate
    score: float
    unexplained: tuple[int, ...]


def ranked(sketch: Sketch, candidates: Sequence[Candidate]) -> list[Ranked]:
    """Candidates, the best first."""
    weights = [0.0 if place in sketch.dropped else weight_of(group) for place, group in enumerate(sketch.groups)]
    for slot in sketch.dimensions:
        if slot.role in ("head", "counted"):
            weights[slot.at] = max(weights[slot.at], _LISTED)
    for at in _contrasted(sketch):
        weights[at] = max(weights[at], _LISTED)
    for metric in sketch.metrics:
        if metric.left_out:
            weights[metric.at] = max(weights[metric.at], _LISTED)  # "without returns" is no small word
    denied = denials(sketch)
    scored = [_scored(candidate, weights, _unturned(candidate, denied)) for candidate in candidates]
    return sorted(scored, key=lambda each: -each.score)


_MUCH = frozenset({"often", "heavily", "frequently", "plenty", "lots", "much", "many"})
_LITTLE = frozenset({"little", "seldom", "rarely", "hardly", "barely", "poorly", "few"})
_YET = frozenset({"but", "yet", "though", "although", "however"})


def _contrasted(sketch: Sketch) -> list[int]:
    """Viewed often but sold little: the words that hold one figure against another, which no tool does."""
    words = [token.folded for token in sketch.tokens]
    turns = [place for place, word in enumerate(words) if word in _YET]
    if len(sketch.metrics) < _FEWEST or not turns:
        return []
    much = [place for place, word in enumerate(words) if word in _MUCH and place < turns[0]]
    little = [place for place, word in enumerate(words) if word in _LITTLE and place > turns[0]]
    if not (much and little):
        return []
    return [at for at, group in enumerate(sketch.groups) if group.start in (much[-1], little[0])]


def _unturned(candidate: Candidate, denied: Mapping[int, int]) -> frozenset[int]:
    """Words that deny what the candidate takes as if it were said."""
    if candidate.tool in OF_ABSENCE:
        return frozenset()
    return frozenset(at for at, target in denied.items() if target in candidate.used and at not in candidate.turned)


def _scored(candidate: Candidate, weights: Sequence[float], unturned: frozenset[int]) -> Ranked:
    used = sum(weights[place] for place in candidate.used)
    left = {place for place, weight in enumerate(weights) if weight >= TELLING and place not in candidate.used}
    unexplained = tuple(sorted(left | unturned))
    missing = sum(max(weights[place], _LISTED) if place in unturned else weights[place] for place in unexplained)
    return Ranked(candidate, used - _UNUSED * missing + candidate.bonus, unexplained)


def weight_of(group: Group) -> float:
    """How much of the question hangs on a group."""
    if group.of("time", "value"):
        return 3.0
    if group.of("metric"):
        return 0.4 if group.is_empty_word and not group.of("dimension") else 2.5
    if group.of("dimension"):
        return 2.0
    if group.of("number", "percent"):
        return 2.0
    if group.of("ordinal"):
        return 0.4
    if group.of("verb"):
        return 0.3 if group.is_empty_word else 0.6
    cues = group.cues()
    if cues:
        return 0.3 if group.is_empty_word or cues <= LOOSE else 1.5
    return 0.0
