"""Everything that was learnt, as one text: what votes, what weighs, and where the lines between answering and holding back are."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from agents.language.learnt.calibrator import Calibrator
from agents.language.learnt.trees import Crooked, Features, Trees, from_line, to_line
from agents.language.learnt.votes import BUCKETS, Head, Voters
from tools.facts import Frozen

FORMAT = 2
_BEFORE_TREES = 1  # weights of the features themselves: what an installation learnt earlier is served until it learns again
ARTIFACT = "planner.json"
DIGEST = "planner.sha256"
TOTAL = "trees"  # the one feature that is calibrated
BASE = Path(__file__).with_name("base")
# One letter for each whole number from -44 to 44, none of which JSON writes as two.
_LETTERS = "".join(chr(code) for code in range(35, 127) if chr(code) != "\\")[:89]
_ZERO = len(_LETTERS) // 2
_NOTHING = _LETTERS[_ZERO]
_RUN, _LENGTH = re.compile(rf"{_NOTHING}{{5,}}"), re.compile(r"!(\d{1,5})!")  # the mark of a run is no letter
_LOG = logging.getLogger("oiis.agents")


class Damaged(ValueError):
    """The text is not what was written; the message says which file and why."""


class Lines(Frozen):
    """Chances from which on a reading is answered, is answered without a warning, and is called sure."""

    answer: float
    plain: float
    sure: float


class Worded(Frozen):
    """One question worded by hand, as the voters see it: places in their table, and the labels of its plan in the order of HEADS."""

    buckets: tuple[int, ...]
    labels: tuple[str, ...]


class _Text(Frozen):
    """The artifact as it is written."""

    format: int
    scores: dict[str, float]
    lines: Lines
    bias: float
    weights: dict[str, float]
    features: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    voters: dict[str, dict[str, str]]
    worded: tuple[Worded, ...] = ()


@dataclass(frozen=True)
class Learnt:
    """What the planner learnt; `worded` is kept so that an installation can learn its own words beside them."""

    voters: Voters
    trees: Trees
    calibrator: Calibrator  # of what the trees say, fitted on people none of the trees learnt from
    lines: Lines
    worded: tuple[Worded, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)

    def chances(self, rows: Sequence[Features]) -> list[float]:
        """How likely each reading is right, by its features."""
        if not self.trees.trees:
            return [self.calibrator.probability(row) for row in rows]
        return [self.calibrator.probability({TOTAL: total}) for total in self.trees.totals(rows)]


def to_text(learnt: Learnt) -> str:
    """The text of what was learnt: the same for the same weights."""
    body = _Text(
        format=FORMAT if learnt.trees.trees else _BEFORE_TREES,
        scores=dict(sorted(learnt.scores.items())),
        lines=learnt.lines,
        bias=learnt.calibrator.bias,
        weights=dict(sorted(learnt.calibrator.weights.items())),
        features=learnt.trees.names,
        trees=tuple(to_line(tree) for tree in learnt.trees.trees),
        voters={name: _columns(head) for name, head in learnt.voters.heads.items()},
        worded=learnt.worded,
    )
    return json.dumps(body.model_dump(mode="json"), ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"


def from_text(text: str, where: str = "") -> Learnt:
    """What was learnt, from its text."""
    try:
        body = _Text.model_validate_json(text)
    except ValidationError as error:
        raise Damaged(f"{where}: {error.errors()[0]['msg']}") from error
    if body.format not in (_BEFORE_TREES, FORMAT) or (body.format == FORMAT and not body.trees):
        raise Damaged(f"{where}: format {body.format}, this code reads {_BEFORE_TREES} and {FORMAT}")
    heads = {name: _head(columns, where) for name, columns in body.voters.items()}
    return Learnt(Voters(heads), _trees(body, where), Calibrator(body.bias, body.weights), body.lines, body.worded, body.scores)


def _trees(body: _Text, where: str) -> Trees:
    try:
        return Trees(body.features, tuple(from_line(line, len(body.features)) for line in body.trees))
    except Crooked as error:
        raise Damaged(f"{where}: {error}") from error


def _columns(head: Head) -> dict[str, str]:
    """Each label's weights as letters; a run of nothing, which most of a column is, as its length."""
    columns = {label: head.weights[:, place].tolist() for label, place in head.places.items()}
    return {label: _RUN.sub(_length, "".join(_LETTERS[weight + _ZERO] for weight in column)) for label, column in columns.items()}


def _length(run: re.Match[str]) -> str:
    return f"!{len(run[0])}!"


def _spread(column: str) -> str:
    """The letters with every run written out, never more of them than a column has."""
    return _LENGTH.sub(lambda found: _NOTHING * min(int(found[1]), BUCKETS + 1), column)


def _head(columns: Mapping[str, str], where: str) -> Head:
    import numpy as np

    values = np.zeros(128, np.int8)
    for place, letter in enumerate(_LETTERS):
        values[ord(letter)] = place - _ZERO
    spread = {label: _spread(column) for label, column in columns.items()}
    if any(len(column) != BUCKETS or not column.isascii() for column in spread.values()):
        raise Damaged(f"{where}: a column of votes is not {BUCKETS} letters long")
    rows = [values[np.frombuffer(column.encode("ascii"), np.uint8)] for column in spread.values()]
    return Head(tuple(columns), np.ascontiguousarray(np.stack(rows, axis=1)))


def write(learnt: Learnt, folder: Path) -> Path:
    """Write the text and its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    text = to_text(learnt).encode("utf-8")
    (folder / ARTIFACT).write_bytes(text)
    (folder / DIGEST).write_text(f"{sha256(text).hexdigest()}  {ARTIFACT}\n", encoding="utf-8")
    return folder / ARTIFACT


def read(folder: Path) -> Learnt:
    """What a folder holds, once its digest was found right."""
    try:
        text = (folder / ARTIFACT).read_bytes()
        wanted = (folder / DIGEST).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError) as error:
        raise Damaged(f"{folder.name}: {ARTIFACT} or {DIGEST} cannot be read") from error
    if sha256(text).hexdigest() != wanted:
        raise Damaged(f"{folder.name}: {ARTIFACT} does not match its digest")
    return from_text(text.decode("utf-8"), folder.name)


@lru_cache(maxsize=1)
def base() -> Learnt | None:
    """What ships with the product; None, and a word in the log, when it is missing or damaged: rules alone decide then."""
    try:
        return read(BASE)
    except Damaged as error:
        _LOG.warning("the planner answers without what it learnt: %s", error)
        return None
