"""Training of the voters: averaged perceptrons over whole numbers, so that every machine arrives at the same weights."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.language.learnt.labels import HEADS
from agents.language.learnt.votes import BUCKETS, Head, Voters

if TYPE_CHECKING:
    from agents.language.learnt.votes import Weights

Example = tuple[Sequence[int], dict[str, str]]  # buckets, labels
MOST = 44  # largest vote of one bucket
_MARGIN = 6


@dataclass
class _Learner:
    """One head while it learns: its weights, and their sum over time, which the average is made of."""

    labels: list[str]
    weights: Weights
    summed: Weights
    step: int = 0

    def see(self, buckets: Sequence[int], label: str) -> bool:
        """One example; whether anything was learnt."""
        self.step += 1
        places, right = list(buckets), self.labels.index(label)
        scores = self.weights[places].sum(axis=0)
        mine = int(scores[right])
        scores[right] -= 1_000_000
        rival = int(scores.argmax())
        if mine > int(scores[rival]) + _MARGIN:
            return False
        for place, by in ((right, 1), (rival, -1)):
            self.weights[places, place] += by
            self.summed[places, place] += by * self.step
        return True

    def head(self, most: int) -> Head:
        """The averages, as whole numbers up to `most`; the few largest are cut off, because the rest needs the room."""
        import numpy as np

        averaged = self.weights.astype(np.int64) * self.step - self.summed
        largest = max(int(abs(averaged).max()), 1)
        kept = np.clip((averaged * most * 4) // largest, -most, most)
        return Head(tuple(self.labels), kept.astype(np.int8))


def train(examples: Sequence[Example], rounds: int = 3, most: int = MOST, draw: int = 7) -> Voters:
    """Voters that learnt from these examples, in an order that is the same every time."""
    import numpy as np

    learners = {}
    for head in HEADS:
        labels = sorted({labels[head] for _, labels in examples})
        shape = (BUCKETS, len(labels))
        learners[head] = _Learner(labels, np.zeros(shape, np.int32), np.zeros(shape, np.int64))
    chance = random.Random(draw)  # noqa: S311  the same order every time is what is wanted
    for places in _orders(len(examples), rounds, chance):
        for place in places:
            buckets, meant = examples[place]
            for head, learner in learners.items():
                learner.see(buckets, meant[head])
    return Voters({head: learner.head(most) for head, learner in learners.items()})


def _orders(count: int, rounds: int, chance: random.Random) -> Iterable[list[int]]:
    for _ in range(rounds):
        places = list(range(count))
        chance.shuffle(places)
        yield places
