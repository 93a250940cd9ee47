"""Trees as text: they say what the library that grew them says, and a crooked one is never walked."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

from agents.language.learnt.boosting import booster_of, grow, trees_of
from agents.language.learnt.calibrator import Example
from agents.language.learnt.learnt import base
from agents.language.learnt.trees import Crooked, Node, Tree, Trees, from_line, to_line

NAMES = ("a", "b", "c", "d")
ROUNDS = 60
_HAND = Trees(("a", "b"), (Tree((Node(0, 0.5, -1, 1), Node(1, -2.0, -2, -3)), (1.0, 10.0, 100.0)), Tree((), (0.25,))))


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    chance = random.Random(5)
    rows = [{name: chance.choice((0.0, 0.0, 1.0, chance.gauss(0, 3))) for name in NAMES} for _ in range(900)]
    return [Example(row, row["a"] * row["b"] + row["c"] + chance.gauss(0, 0.5) > 0, chance.choice((0.5, 1.0))) for row in rows]


def test_totals_are_those_of_lightgbm(examples: list[Example]) -> None:
    booster = booster_of(examples, NAMES, ROUNDS)
    trees = trees_of(booster, NAMES)
    chance = random.Random(6)
    # Figures just on a line are the hard ones; what is smaller than any feature the library takes for nothing.
    lines = [node.line for tree in trees.trees for node in tree.nodes if abs(node.line) > 1e-30]
    unseen = [{name: chance.choice((0.0, chance.gauss(0, 4), chance.choice(lines))) for name in NAMES} for _ in range(400)]
    rows = [*(example.features for example in examples), *unseen]
    theirs = booster.predict(np.array([[row[name] for name in NAMES] for row in rows]), raw_score=True)
    assert np.allclose(trees.totals(rows), theirs, atol=1e-4)
    assert np.std(theirs) > 0.5


def test_the_same_examples_grow_the_same_text(examples: list[Example]) -> None:
    one, again = (grow(examples, 20) for _ in range(2))
    assert [to_line(tree) for tree in one.trees] == [to_line(tree) for tree in again.trees]


def test_totals_by_hand() -> None:
    rows = [{"a": 0.5, "b": 9.0}, {"a": 0.6, "b": -2.0}, {"a": 0.6}, {}]
    assert _HAND.totals(rows) == [1.25, 10.25, 100.25, 1.25]
    assert _HAND.totals([]) == []


def test_a_tree_is_the_same_after_its_text(examples: list[Example]) -> None:
    for tree in (*_HAND.trees, *grow(examples, 15).trees):
        assert from_line(to_line(tree), len(NAMES)) == tree


@pytest.mark.parametrize(
    "line",
    ["", "0 0.5 -1|1.0 2.0", "0 x -1 -2|1.0 2.0", "4 0.5 -1 -2|1.0 2.0", "0 0.5 0 -2|1.0 2.0", "0 0.5 -1 -3|1.0 2.0", "0 0.5 -1 -2|1.0"],
    ids=["nothing", "a piece missing", "no number", "no such feature", "its own child", "no such leaf", "a leaf missing"],
)
def test_a_tree_that_cannot_be_walked_is_refused(line: str) -> None:
    with pytest.raises(Crooked):
        from_line(line, len(NAMES))


def test_what_ships_has_trees_and_serving_them_loads_no_library_that_grows_them() -> None:
    shipped = base()
    assert shipped is not None
    assert len(shipped.trees.trees) > 100
    code = (
        "import sys; from agents.language.learnt.learnt import base; "
        "found = base(); print(round(found.chances([{}])[0], 6), 'lightgbm' in sys.modules, 'sklearn' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[1:] == ["False", "False"]
    assert float(said[0]) == pytest.approx(shipped.chances([{}])[0], abs=1e-6)
