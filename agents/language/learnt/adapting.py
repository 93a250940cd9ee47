"""The planner taught an installation's own metrics, words and names; how sure it is stays as it was measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from agents.language.learnt.labels import HEADS
from agents.language.learnt.learning import ROUNDS, examples_of, worded_examples
from agents.language.learnt.learnt import Learnt
from agents.language.learnt.pairs import Material, Pair, pairs
from agents.language.learnt.perceptron import Example, train
from agents.language.learnt.votes import Voters

_HELD_BACK = 20  # one pair in so many is read, not learnt from
_MAY_LOSE = 0.01


class Worse(ValueError):
    """What was learnt reads pairs it did not see worse than what is there; it is not kept."""


@dataclass(frozen=True)
class Adapted:
    """What was learnt, with the share of labels read right on pairs held back, before and after."""

    learnt: Learnt
    pairs: int
    before: float
    after: float


def adapt(material: Material, as_of: date, base: Learnt, count: int) -> Adapted:
    """Voters that know this installation, or Worse."""
    drawn = list(pairs(material, count))
    examples = examples_of(drawn, as_of)
    back = [_is_back(pair) for pair in drawn]
    unseen = [example for example, held in zip(examples, back, strict=True) if held]
    seen = [example for example, held in zip(examples, back, strict=True) if not held]
    if not unseen or not seen:
        raise Worse(f"of {len(drawn)} pairs {len(unseen)} were held back: there is nothing to compare, and so nothing is kept")
    voters = train([*seen, *worded_examples(base.worded)], ROUNDS)
    before, after = read_right(base.voters, unseen), read_right(voters, unseen)
    if after < before - _MAY_LOSE:
        raise Worse(f"read {after:.3f} of the labels of unseen pairs right, the one there {before:.3f}; it is not kept")
    scores = {**base.scores, "own pairs before": round(before, 4), "own pairs after": round(after, 4)}
    return Adapted(replace(base, voters=voters, scores=scores), len(drawn), before, after)


def _is_back(pair: Pair) -> bool:
    return sha256(pair.question.encode()).digest()[0] % _HELD_BACK == 0


def read_right(voters: Voters, examples: Sequence[Example]) -> float:
    """The share of labels that get the most votes."""
    hits = 0
    for buckets, labels in examples:
        for name in HEADS:
            head = voters.heads[name]
            scores = head.scores(buckets)
            hits += head.labels[scores.index(max(scores))] == labels[name]
    return hits / max(len(examples) * len(HEADS), 1)


def fingerprint(material: Material) -> str:
    """The same for the same metrics, words and names: then there is nothing new to learn."""
    said = {
        "metrics": sorted((word.name, sorted(word.also)) for word in material.metrics),
        "dimensions": sorted((word.name, sorted(word.also)) for word in material.dimensions),
        "members": {name: list(names) for name, names in sorted(material.members.items())},
    }
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
