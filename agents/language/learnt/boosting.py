"""Growing the trees: many small ones, each mending what the ones before get wrong. Only teaching comes here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agents.language.learnt.calibrator import Example
from agents.language.learnt.trees import Node, Tree, Trees

if TYPE_CHECKING:
    import lightgbm

ROUNDS = 350
_DIGITS = 6
_LEAST, _PART = 30, 100  # readings in a leaf; of few readings a hundredth
# Few leaves and strong damping: a thousand questions are little. One thread and rows in order: the same trees every time.
_GROWN: Mapping[str, object] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 4,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "boost_from_average": True,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
}


def grow(examples: Sequence[Example], rounds: int = ROUNDS) -> Trees:
    """Trees that tell right readings from wrong ones."""
    names = tuple(sorted({name for example in examples for name in example.features}))
    return trees_of(booster_of(examples, names, rounds), names)


def booster_of(examples: Sequence[Example], names: Sequence[str], rounds: int = ROUNDS) -> lightgbm.Booster:
    """LightGBM's own model."""
    import lightgbm
    import numpy as np

    table = np.array([[example.features.get(name, 0.0) for name in names] for example in examples])
    right = np.array([float(example.right) for example in examples])
    weight = np.array([example.weight for example in examples])
    least = min(_LEAST, max(len(examples) // _PART, 1))
    return lightgbm.train({**_GROWN, "min_data_in_leaf": least}, lightgbm.Dataset(table, right, weight=weight), rounds)


def trees_of(booster: lightgbm.Booster, names: Sequence[str]) -> Trees:
    """The same trees as plain nodes; features none of them asks for are left out."""
    grown = [_tree(each["tree_structure"]) for each in booster.dump_model()["tree_info"]]
    used = sorted({node.feature for tree in grown for node in tree.nodes})
    places = {feature: place for place, feature in enumerate(used)}
    trees = tuple(
        Tree(tuple(Node(places[node.feature], node.line, node.left, node.right) for node in tree.nodes), tree.leaves) for tree in grown
    )
    return Trees(tuple(names[feature] for feature in used), trees)


def _tree(root: Mapping[str, Any]) -> Tree:
    """LightGBM's nested nodes in a row, parents first."""
    inner = [node for node in _walk(root) if "split_index" in node]
    leaves = [node for node in _walk(root) if "split_index" not in node]
    places = {id(node): place for place, node in enumerate(inner)} | {id(node): -1 - place for place, node in enumerate(leaves)}
    nodes = tuple(
        Node(int(node["split_feature"]), float(node["threshold"]), places[id(node["left_child"])], places[id(node["right_child"])])
        for node in inner
    )
    return Tree(nodes, tuple(round(float(leaf["leaf_value"]), _DIGITS) for leaf in leaves))


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    if "split_index" in node:
        yield from _walk(node["left_child"])
        yield from _walk(node["right_child"])
