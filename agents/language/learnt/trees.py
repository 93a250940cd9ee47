"""Small decision trees over named features, as text: scored with numpy alone, so that nothing that grew them is needed to serve them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Features = Mapping[str, float]


class Crooked(ValueError):
    """A text that is no tree; the message says which and why."""


@dataclass(frozen=True)
class Node:
    """Which feature is held against which line; up to it the left child, else the right. A child below 0 is a leaf: -1 is the first."""

    feature: int
    line: float
    left: int
    right: int


@dataclass(frozen=True)
class Tree:
    """Nodes, the first the root, and what each leaf adds; a tree without nodes has one leaf."""

    nodes: tuple[Node, ...]
    leaves: tuple[float, ...]


@dataclass(frozen=True)
class Trees:
    """Trees over features by name; a name that is missing is 0."""

    names: tuple[str, ...]
    trees: tuple[Tree, ...]

    def totals(self, rows: Sequence[Features]) -> list[float]:
        """The sum of what the trees say of each row: the logarithm of the odds, before it was calibrated."""
        import numpy as np

        table = np.array([[row.get(name, 0.0) for name in self.names] for row in rows]).reshape(len(rows), len(self.names))
        features, lines, children, leaves = self._packed
        at = np.where(features[:, :1] < 0, -1, 0).T.repeat(len(rows), axis=0)
        every, line_of = np.arange(len(self.trees)), np.arange(len(rows))[:, None]
        while (open_ := at >= 0).any():
            place = np.maximum(at, 0)
            right = table[line_of, features[every, place]] > lines[every, place]
            at = np.where(open_, children[every, place, right.astype(np.int64)], at)
        totals: list[float] = leaves[every, -1 - at].sum(axis=1).tolist()
        return totals

    @cached_property
    def _packed(self) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats]:
        """All trees as tables of one width, so that they are walked at once."""
        import numpy as np

        count, wide = len(self.trees), max((len(tree.nodes) for tree in self.trees), default=0) or 1
        features, lines = np.full((count, wide), -1), np.zeros((count, wide))
        children, leaves = np.full((count, wide, 2), -1), np.zeros((count, wide + 1))
        for place, tree in enumerate(self.trees):
            leaves[place, : len(tree.leaves)] = tree.leaves
            for at, node in enumerate(tree.nodes):
                features[place, at], lines[place, at] = node.feature, node.line
                children[place, at] = node.left, node.right
        return features, lines, children, leaves


def to_line(tree: Tree) -> str:
    """One tree as a line: its nodes, a bar, its leaves."""
    nodes = ";".join(f"{node.feature} {node.line!r} {node.left} {node.right}" for node in tree.nodes)
    return f"{nodes}|{' '.join(repr(leaf) for leaf in tree.leaves)}"


def from_line(line: str, names: int) -> Tree:
    """The tree of a line; every child is a later node or a leaf there is, so that walking it ends."""
    try:
        written, _, leaves = line.partition("|")
        nodes = tuple(_node(each) for each in written.split(";") if each)
        tree = Tree(nodes, tuple(float(leaf) for leaf in leaves.split()))
    except ValueError as error:
        raise Crooked(f"no tree: {line[:60]!r}") from error
    if len(tree.leaves) != len(nodes) + 1 or any(problem for problem in _problems(tree, names)):
        raise Crooked(f"a tree that cannot be walked: {line[:60]!r}")
    return tree


def _node(written: str) -> Node:
    feature, line, left, right = written.split()
    return Node(int(feature), float(line), int(left), int(right))


def _problems(tree: Tree, names: int) -> Iterator[bool]:
    for place, node in enumerate(tree.nodes):
        yield not 0 <= node.feature < names
        for child in (node.left, node.right):
            yield not (place < child < len(tree.nodes) or 0 <= -1 - child < len(tree.leaves))
