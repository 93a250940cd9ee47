"""Wordings from the files beside this module: which one a document uses follows from its key and the seed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from knowledge.demo.paper import draw, split_of

FOLDER = Path(__file__).parent
Values = Mapping[str, object]


@cache
def read(name: str) -> Any:  # the shape differs by file; who reads it says which one it expects
    """A file of wordings."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def pick(wordings: Sequence[str] | str, document: str, clause: str, seed: int) -> str:
    """One of the wordings; the two halves of the library share none where there are two or more."""
    if isinstance(wordings, str):
        return wordings
    half = len(wordings) // 2
    mine = wordings if half == 0 else wordings[:half] if split_of(document) == "dev" else wordings[half:]
    return mine[draw(seed, document, clause) % len(mine)]


def fill(wording: str, values: Values) -> str:
    """The wording with its figures; a placeholder nobody gave is a mistake of the file."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), wording)


def among(choices: Sequence[int], *names: object) -> int:
    """One of the choices, the same for the same names."""
    return choices[draw(*names) % len(choices)]


def texts(value: object) -> tuple[str, ...]:
    """A list of wordings, or a single one, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(cast(Sequence[str], value))
