"""Arms made comparable and added up: standardised scores with weights that were tuned on labels, ranks where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from knowledge.keyword import Scores
from knowledge.views import QuestionKind

Arm = Literal["keyword", "heading", "vector"]
ARMS: tuple[Arm, ...] = ("keyword", "heading", "vector")
_RANK_OFFSET = 60


@dataclass(frozen=True)
class Weights:
    """What each arm counts for."""

    keyword: float
    heading: float
    vector: float

    def of(self, arm: Arm) -> float:
        """The weight of an arm by its name."""
        return {"keyword": self.keyword, "heading": self.heading, "vector": self.vector}[arm]


# Tuned on labelled questions (docs/search.md); the model reads English, so that Vietnamese is led by its words.
TUNED: Mapping[QuestionKind, Weights] = {
    "question": Weights(keyword=1.0, heading=0.3, vector=5.0),
    "scenario": Weights(keyword=1.0, heading=1.0, vector=1.0),
    "exact": Weights(keyword=1.5, heading=0.5, vector=0.8),
    "vietnamese": Weights(keyword=1.5, heading=0.7, vector=0.3),
}


@dataclass(frozen=True)
class Scale:
    """Where the scores of an arm lie, so that one arm's can be held against another's."""

    mean: float
    spread: float

    @classmethod
    def of(cls, scores: Scores) -> Scale:
        """The scale of an arm's scores over everything it could have found."""
        if not scores.size:
            return cls(0.0, 1.0)
        return cls(float(scores.mean()), float(scores.std()) or 1.0)

    def standardise(self, scores: Scores) -> Scores:
        """Scores in spreads above the mean."""
        return ((scores - self.mean) / self.spread).astype(np.float32)


def fuse(arms: Mapping[Arm, Scores], weights: Weights | None) -> Scores:
    """One score for each candidate from standardised arms, in spreads; without weights, from the ranks the arms give them."""
    if weights is None:
        ranks = reciprocal_ranks(list(arms.values()))
        return Scale.of(ranks).standardise(ranks)
    return np.asarray(sum(weights.of(arm) * scores for arm, scores in arms.items()), np.float32)


def reciprocal_ranks(arms: Sequence[Scores]) -> Scores:
    """Reciprocal rank fusion."""
    ranks = [np.argsort(np.argsort(-scores, kind="stable"), kind="stable") for scores in arms]
    return np.asarray(sum(1.0 / (_RANK_OFFSET + 1 + rank) for rank in ranks), np.float32)


def pool(windows: npt.NDArray[np.float32]) -> Scores:
    """Several passages of a question (rows) as one view: a soft maximum of their standardised scores, so that one that fits is enough."""
    if len(windows) == 1:
        return np.asarray(windows[0], np.float32)
    highest = windows.max(axis=0)
    return np.asarray(highest + np.log(np.mean(np.exp(windows - highest), axis=0)), np.float32)
