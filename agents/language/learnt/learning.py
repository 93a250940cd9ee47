"""Learning: voters from grammar and worded questions, trees and chances from questions of people the voters did not hear."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from agents.language.learnt.boosting import grow
from agents.language.learnt.calibrator import Example as Outcome
from agents.language.learnt.calibrator import fit
from agents.language.learnt.labels import HEADS, labels_of
from agents.language.learnt.learnt import TOTAL, Learnt, Lines, Worded
from agents.language.learnt.pairs import Pair
from agents.language.learnt.perceptron import Example, train
from agents.language.learnt.votes import Voters, buckets_of, opinions, words_of

FOLDS = 5
ROUNDS = 2
_HEARD = 6  # a question worded by hand counts as much as so many of the grammar
_LOOKED_AT = 0.3  # what a question counts that is read with every word there is: such words were added for it
_RIDGE = 0.1
_SECOND = 0.5  # what a reading that ranks lower counts
# Chosen on the curve of people held out: from `answer` on far more readings are right than wrong, below `plain` an answer says it may
# be wrong (above it 1.5 of 100 turns are), from `sure` on 97 of 100 are right.
LINES = Lines(answer=0.6, plain=0.93, sure=0.97)
Told = Callable[[str], None]


@dataclass(frozen=True)
class Heard:
    """A question worded by hand, read with one lexicon: what was said, what was meant, and what each reading would have come to."""

    group: str  # wordings of one template stay on one side of every split
    words: tuple[str, ...]
    meant: dict[str, str]
    readings: Sequence[tuple[dict[str, float], dict[str, str], bool]]  # features, labels, right
    answerable: bool
    whole: bool = True  # read with the whole lexicon
    plain: bool = True  # so read, and asked alone: fit to be voted on
    author: str = ""  # who worded it


@dataclass(frozen=True)
class Curve:
    """Chance and truth of the reading that was chosen for each question, by voters and trees that know nothing of its author."""

    chosen: tuple[tuple[float, bool, bool], ...]  # chance, right, answerable

    def at(self, line: float) -> dict[str, float]:
        """What answering from this chance on comes to."""
        answered = [each for each in self.chosen if each[0] >= line]
        wanted = sum(each[2] for each in self.chosen)
        right = sum(each[1] for each in answered)
        return {
            "coverage": sum(each[2] for each in answered) / max(wanted, 1),
            "selective": right / max(len(answered), 1),
            "execution": right / max(wanted, 1),
            "wrong": (len(answered) - right) / max(len(self.chosen), 1),
        }

    @property
    def aurc(self) -> float:
        """The mean share of wrong answers over all coverages: 0 is perfect."""
        wrong = total = 0.0
        for count, (_, right, _) in enumerate(sorted(self.chosen, key=lambda each: -each[0]), 1):
            wrong += not right
            total += wrong / count
        return total / max(len(self.chosen), 1)


def examples_of(pairs: Iterable[Pair], as_of: date) -> list[Example]:
    """Pairs as the voters see them."""
    return [(buckets_of(words_of(pair.marked, as_of, pair.language)), labels_of(pair.calls)) for pair in pairs]


def worded_examples(worded: Iterable[Worded]) -> list[Example]:
    """Kept questions as the voters see them, as often as they count."""
    return [(each.buckets, dict(zip(HEADS, each.labels, strict=True))) for each in worded for _ in range(_HEARD)]


def kept(heard: Iterable[Heard]) -> tuple[Worded, ...]:
    """What is kept of the questions worded by hand: no words, only places and labels."""
    return tuple(
        Worded(buckets=tuple(buckets_of(each.words)), labels=tuple(each.meant[head] for head in HEADS)) for each in heard if each.plain
    )


def learn(grammar: Sequence[Example], heard: Sequence[Heard], told: Told = lambda line: None) -> tuple[Learnt, Curve]:
    """Everything, and how well it does on questions of people it did not learn from."""
    sides = _sides(heard)
    outcomes: list[list[Outcome]] = [[] for _ in heard]
    for fold in sorted(set(sides)):
        seen = kept(each for each, side in zip(heard, sides, strict=True) if side != fold)
        voters = train([*grammar, *worded_examples(seen)], ROUNDS)
        for place, each in enumerate(heard):
            if sides[place] == fold:
                outcomes[place] = _outcomes(each, voters)
        told(f"part {fold + 1} of {len(set(sides))} read by voters who did not hear it")
    chosen = _crossed(sides, outcomes)
    calibrator = fit([outcome for outcome in chosen if outcome is not None], ridge=_RIDGE)
    curve = Curve(
        tuple(
            (calibrator.probability(outcome.features), outcome.right, each.answerable) if outcome else (0.0, False, each.answerable)
            for each, outcome in zip(heard, chosen, strict=True)
        )
    )
    worded = kept(heard)
    voters = train([*grammar, *worded_examples(worded)], ROUNDS)
    trees = grow([outcome for several in outcomes for outcome in several])
    scores = {name: round(value, 4) for name, value in {**curve.at(LINES.answer), "aurc": curve.aurc}.items()}
    return Learnt(voters, trees, calibrator, LINES, worded, scores), curve


def _sides(heard: Sequence[Heard]) -> list[int]:
    """What is held out together: all of one author, or of one template where there is one author only."""
    authors = sorted({each.author for each in heard})
    return [authors.index(each.author) for each in heard] if len(authors) > 1 else [_side(each.group) for each in heard]


def _side(group: str) -> int:
    return int.from_bytes(hashlib.blake2b(group.encode(), digest_size=4).digest(), "big") % FOLDS


def _outcomes(heard: Heard, voters: Voters) -> list[Outcome]:
    said = opinions(voters.hear(heard.words), [labels for _, labels, _ in heard.readings])
    return [
        Outcome({**features, **more}, right, (_SECOND if place else 1.0) * (_LOOKED_AT if heard.whole else 1.0))
        for place, ((features, _, right), more) in enumerate(zip(heard.readings, said, strict=True))
    ]


def _crossed(sides: Sequence[int], outcomes: Sequence[list[Outcome]]) -> list[Outcome | None]:
    """For each question the reading that trees choose which learnt from the other parts, with what they say of it."""
    grown = {
        fold: grow([outcome for side, several in zip(sides, outcomes, strict=True) if side != fold for outcome in several])
        for fold in sorted(set(sides))
    }
    found: list[Outcome | None] = []
    for side, several in zip(sides, outcomes, strict=True):
        totals = grown[side].totals([outcome.features for outcome in several]) if several else []
        best = max(range(len(several)), key=lambda place: (totals[place], -place), default=None)
        weight = 1.0 if best is None else several[best].weight * (1.0 if best == 0 else 1 / _SECOND)
        found.append(None if best is None else Outcome({TOTAL: totals[best]}, several[best].right, weight))
    return found
