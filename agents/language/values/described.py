"""Products by what they are: names near a description in meaning, where none is written like it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
FILE = "described.npz"
ALIKE_ENOUGH = 0.6  # under it the nearest product is another thing
_LOOKED_THROUGH = 50_000


class Meaning(Protocol):
    """Turns texts into vectors of length one; `name` changes whenever the vectors would."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Matrix: ...


@dataclass(frozen=True)
class Described:
    """Names with their vectors, and what turns a question into one."""

    names: tuple[str, ...]
    vectors: npt.NDArray[np.float16]
    meaning: Meaning

    def nearest(self, text: str, n: int, known: Collection[str] | None = None) -> tuple[str, ...]:
        """The names nearest in meaning, best first; of those `known`, when it is given; none when nothing is near."""
        near = self.vectors.astype(np.float32) @ self.meaning.embed([text])[0]
        best = [int(place) for place in np.argsort(-near, kind="stable")[: 4 * n] if near[place] >= ALIKE_ENOUGH]
        found = dict.fromkeys(self.names[place] for place in best)
        return tuple(name for name in found if known is None or name in known)[:n]


class DescribedHere:
    """What is written in a folder now: a newer file is seen by the next question."""

    def __init__(self, folder: Path, meaning: Meaning) -> None:
        self._folder, self._meaning = folder, meaning
        self._stamp: tuple[int, int] | None = None
        self._read: Described | None = None

    def __call__(self) -> Described | None:
        try:
            found = (self._folder / FILE).stat()
        except OSError:
            return None
        if self._stamp != (stamp := (found.st_mtime_ns, found.st_size)):
            self._read, self._stamp = open_described(self._folder, self._meaning), stamp
        return self._read


def describe(names: Sequence[str], meaning: Meaning, folder: Path) -> int:
    """Write the vectors of the names aside and move them into place whole; names that were there already are not read again."""
    wanted = list(dict.fromkeys(names))[:_LOOKED_THROUGH]
    before = open_described(folder, meaning)
    have = dict(zip(before.names, before.vectors, strict=True)) if before else {}
    new = [name for name in wanted if name not in have]
    have |= dict(zip(new, meaning.embed(new).astype(np.float16), strict=True)) if new else {}
    if new or before is None or set(before.names) != set(wanted):
        _write(folder, wanted, np.stack([have[name] for name in wanted]) if wanted else np.zeros((0, 0), np.float16), meaning.name)
    return len(new)


def open_described(folder: Path, meaning: Meaning) -> Described | None:
    """What was written, if it was made by the same model and is whole."""
    try:
        with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            about = json.loads(bytes(kept["about"]).decode())
            vectors = kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    if about["meaning"] != meaning.name or len(about["names"]) != len(vectors) or not len(vectors):
        return None
    return Described(tuple(about["names"]), vectors, meaning)


def _write(folder: Path, names: Sequence[str], vectors: npt.NDArray[np.float16], meaning: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}-{os.getpid()}.npz"
    about = np.frombuffer(json.dumps({"meaning": meaning, "names": list(names)}).encode(), np.uint8)
    with draft.open("wb") as file:
        np.savez(file, about=about, vectors=vectors)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE)
