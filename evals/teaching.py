"""The artifact the planner ships with: learnt from the grammar over the demo company, and from questions that may be looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agents.language.learnt.adapting import read_right
from agents.language.learnt.learning import ROUNDS, Curve, examples_of, learn
from agents.language.learnt.learnt import BASE, write
from agents.language.learnt.material import material_of
from agents.language.learnt.pairs import AXES, Pair, is_held_out, pairs
from agents.language.learnt.perceptron import Example, train
from evals.cases import CASES, Case, read_folder
from evals.companies import FIRST_SEED, open_demo
from evals.company import Company
from evals.worded import hear

PAIRS = 30_000
MAY_BE_SEEN = ("dev", "dev2", "dev3", "dev4", "dev5", "dev6")  # never test: it would no longer say anything
Told = Callable[[str], None]


def teach_base(told: Told = lambda line: None, folder: Path = BASE, count: int = PAIRS) -> tuple[Path, Curve]:
    """Learn everything anew and write it; the same code and cases write the same bytes."""
    with tempfile.TemporaryDirectory(prefix="oiis-teaching-") as scratch:
        return teach(open_demo("tiny", FIRST_SEED, Path(scratch)), told, folder, count)


def teach(company: Company, told: Told, folder: Path, count: int = PAIRS) -> tuple[Path, Curve]:
    """Learn from one company."""
    drawn = list(pairs(material_of(company.ground), count))
    told(f"{len(drawn)} pairs drawn")
    grammar = examples_of(drawn, company.as_of)
    heard = list(hear(seen_cases(), company))
    told(f"{len(heard)} readings of hand-worded questions")
    learnt, curve = learn(grammar, heard, told)
    split = {f"held out by {axis}": round(score, 4) for axis, score in held_out(drawn, grammar)}
    told(", ".join(f"{name} {score:.3f}" for name, score in split.items()))
    return write(replace(learnt, scores={**learnt.scores, **split}), folder), curve


def held_out(drawn: Sequence[Pair], grammar: Sequence[Example]) -> Iterator[tuple[str, float]]:
    """The share of labels the voters read right on templates, synonyms, compositions and names they never saw."""
    for axis in AXES:
        out = [is_held_out(pair, axis) for pair in drawn]
        voters = train([each for each, held in zip(grammar, out, strict=True) if not held], ROUNDS)
        yield axis, read_right(voters, [each for each, held in zip(grammar, out, strict=True) if held])


def seen_cases() -> tuple[Case, ...]:
    """The hand-worded cases that may be learnt from."""
    return tuple(case for folder in MAY_BE_SEEN for case in read_folder(CASES / folder))
