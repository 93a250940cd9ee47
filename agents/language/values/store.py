"""The index as arrays: sorted hashes, postings, texts end to end. In memory, or read-only files that processes share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float32]

FORMAT = 1  # of the files; another one is built anew
HEAD = "index.json"


@dataclass(frozen=True)
class Store:
    """Members, the texts they go by (surfaces), the words of the texts, and three ways in: hash, word, letters."""

    dimensions: tuple[str, ...]
    letters: NDArray[np.uint8]  # every text, UTF-8, end to end
    member_dimension: NDArray[np.uint8]
    member_value: NDArray[np.int64]  # start and end in `letters`, two to a member
    member_name: NDArray[np.int64]
    member_weight: Floats
    surface_member: Ints
    surface_kind: NDArray[np.uint8]
    surface_text: NDArray[np.int64]
    surface_mass: Floats  # how much its words tell, summed
    hash_keys: Hashes  # sorted; beside each the surface
    hash_surface: Ints
    word_keys: Hashes  # sorted; beside each the word
    word_of_key: Ints
    word_text: NDArray[np.int64]  # words in order of length
    word_mass: Floats
    post_start: NDArray[np.int64]  # of each word, the surfaces it stands in
    post_surface: Ints
    said_start: NDArray[np.int64]  # of each surface, its words in order
    said_word: Ints
    gram_start: NDArray[np.int64]  # of each three letters, the words they stand in
    gram_word: Ints
    longest: int  # words in the longest surface

    @property
    def members(self) -> int:
        return len(self.member_dimension)

    @cached_property
    def dimension_place(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.dimensions)}

    @cached_property
    def word_lengths(self) -> NDArray[np.int64]:
        """Bytes of each word, never falling."""
        return np.asarray(self.word_text[1::2]) - np.asarray(self.word_text[0::2])

    def text(self, spans: NDArray[np.int64], place: int) -> str:
        """A text by its place among the spans of one kind."""
        start, end = int(spans[2 * place]), int(spans[2 * place + 1])
        return self.letters[start:end].tobytes().decode("utf-8", "replace")

    def find(self, keys: Hashes, beside: Ints, wanted: Sequence[int]) -> list[tuple[int, int]]:
        """(place in `wanted`, what stands beside the key) for every hash that is there, as often as it is."""
        asked = np.array(wanted, dtype=np.uint64)
        left, right = np.searchsorted(keys, asked, "left"), np.searchsorted(keys, asked, "right")
        return [(int(place), int(beside[at])) for place in np.nonzero(right > left)[0] for at in range(left[place], right[place])]

    def postings(self, word: int) -> Ints:
        """Surfaces a word stands in, sorted."""
        return self.post_surface[int(self.post_start[word]) : int(self.post_start[word + 1])]

    def count(self, word: int) -> int:
        """How many surfaces a word stands in."""
        return int(self.post_start[word + 1] - self.post_start[word])

    def said(self, surface: int) -> list[int]:
        """The words of a surface, in order."""
        found: list[int] = self.said_word[int(self.said_start[surface]) : int(self.said_start[surface + 1])].tolist()
        return found


def _array_names() -> tuple[str, ...]:
    return tuple(each.name for each in fields(Store) if each.name not in ("dimensions", "longest"))


def save_store(store: Store, folder: Path) -> None:
    """Write every array into an empty folder; the head comes last, so that a folder with one is whole."""
    for name in _array_names():
        np.save(folder / f"{name}.npy", getattr(store, name), allow_pickle=False)
    head = {"format": FORMAT, "dimensions": list(store.dimensions), "longest": store.longest}
    (folder / HEAD).write_text(json.dumps(head), encoding="utf-8")


def open_store(folder: Path) -> Store | None:
    """The arrays of a folder, mapped and not read; None when it is no whole index of this format."""
    try:
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        if head["format"] != FORMAT:
            return None
        arrays: dict[str, Any] = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _array_names()}
        return Store(dimensions=tuple(head["dimensions"]), longest=int(head["longest"]), **arrays)
    except (OSError, ValueError, KeyError, TypeError):
        return None
