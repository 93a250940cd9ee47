"""Learning: voters from grammar and worded questions, chances from questions worded by hand that the voters did not see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from agents.language.learnt.calibrator import Calibrator, fit
from agents.language.learnt.calibrator import Example as Outcome
from agents.language.learnt.labels import HEADS, labels_of
from agents.language.learnt.learnt import Learnt, Lines, Worded
from agents.language.learnt.pairs import Pair
from agents.language.learnt.perceptron import Example, train
from agents.language.learnt.votes import Voters, buckets_of, opinion, words_of

FOLDS = 5
ROUNDS = 2
_HEARD = 6  # a question worded by hand counts as much as so many of the grammar
_LOOKED_AT = 0.3  # what a question counts that is read with every word there is: such words were added for it
_SECOND = 0.5  # what a reading that ranks lower counts
# Answered, answered without a warning, called sure: from where on a wrong answer may cost 1.25, 5 and 12 right ones.
LINES = Lines(answer=0.55, plain=0.83, sure=0.92)
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


@dataclass(frozen=True)
class Curve:
    """Chance and truth of the reading that was chosen for each question, by cross-validation."""

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
    """Everything, and how well it does on questions of templates it did not learn from."""
    sides = [_side(each.group) for each in heard]
    outcomes: list[list[Outcome]] = [[] for _ in heard]
    for fold in range(FOLDS):
        seen = kept(each for each, side in zip(heard, sides, strict=True) if side != fold)
        voters = train([*grammar, *worded_examples(seen)], ROUNDS)
        for place, each in enumerate(heard):
            if sides[place] == fold:
                outcomes[place] = _outcomes(each, voters)
        told(f"part {fold + 1} of {FOLDS} read by voters who did not see it")
    curve = Curve(tuple(_crossed(heard, sides, outcomes)))
    worded = kept(heard)
    voters = train([*grammar, *worded_examples(worded)], ROUNDS)
    calibrator = fit([outcome for several in outcomes for outcome in several])
    scores = {name: round(value, 4) for name, value in {**curve.at(LINES.answer), "aurc": curve.aurc}.items()}
    return Learnt(voters, calibrator, LINES, worded, scores), curve


def _side(group: str) -> int:
    return int.from_bytes(hashlib.blake2b(group.encode(), digest_size=4).digest(), "big") % FOLDS


def _outcomes(heard: Heard, voters: Voters) -> list[Outcome]:
    votes = voters.hear(heard.words)
    return [
        Outcome({**features, **opinion(votes, labels)}, right, (_SECOND if place else 1.0) * (_LOOKED_AT if heard.whole else 1.0))
        for place, (features, labels, right) in enumerate(heard.readings)
    ]


def _crossed(heard: Sequence[Heard], sides: Sequence[int], outcomes: Sequence[list[Outcome]]) -> Iterable[tuple[float, bool, bool]]:
    """For each question the reading a calibrator chooses that learnt from the other parts."""
    calibrators: list[Calibrator] = [
        fit([outcome for side, several in zip(sides, outcomes, strict=True) if side != fold for outcome in several])
        for fold in range(FOLDS)
    ]
    for each, side, several in zip(heard, sides, outcomes, strict=True):
        chances = [(calibrators[side].probability(outcome.features), -place, outcome.right) for place, outcome in enumerate(several)]
        chance, _, right = max(chances, default=(0.0, 0, False))
        yield chance, right, each.answerable
