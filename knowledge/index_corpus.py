"""Everything that is searched, as arrays: units of text with their headings, terms and vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.embed import Embedder, Matrix
from knowledge.index_vectors import PartVectors, likenesses
from knowledge.keyword import KeywordIndex
from knowledge.keyword_headings import index_headings

_SAMPLE = 500
_WHOLE = 0.5  # what the middle of a unit counts for beside the best of its parts
Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Unit:
    """One piece that can be found, and the document it belongs to."""

    id: str
    document: str
    heading: str
    text: str
    parts: tuple[str, ...] = ()  # what is embedded of it; the text itself when nothing is named


@dataclass(frozen=True)
class Corpus:
    """Units and what each arm knows of them; the place of a unit is its number everywhere."""

    ids: Sequence[str]
    documents: Sequence[str]
    document_of: Places
    heading_of: Places
    keyword: KeywordIndex
    headings: KeywordIndex
    vectors: Matrix = field(repr=False)  # one a unit: the middle of its parts
    parts: PartVectors = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def sample(self) -> Places:
        """Units spread evenly over the corpus: against them a view's similarities are standardised."""
        step = max(1, len(self.ids) // _SAMPLE)
        return np.arange(0, len(self.ids), step, dtype=np.int32)[:_SAMPLE]

    def similar(self, vectors: Matrix, places: Places) -> Matrix:
        """How like each vector (rows) is to each of the units: to the middle of what it says and to the sentence that fits best."""
        if not len(places):
            return np.zeros((len(vectors), 0), np.float32)
        whole = likenesses(vectors, np.asarray(self.vectors[places]))
        return np.asarray(_WHOLE * whole + (1 - _WHOLE) * self.parts.best(vectors, places), np.float32)

    @classmethod
    def build(cls, units: Iterable[Unit], embedder: Embedder | None) -> Corpus:
        """The corpus of these units; without an embedder it has no vectors and is found by words only."""
        ids: list[str] = []
        texts: list[str] = []
        parts: list[str] = []
        starts = [0]
        documents: dict[str, int] = {}
        headings: dict[str, int] = {}
        document_of, heading_of = [], []
        for unit in units:
            ids.append(unit.id)
            texts.append(unit.text)
            parts.extend(unit.parts or (unit.text,))
            starts.append(len(parts))
            document_of.append(documents.setdefault(unit.document, len(documents)))
            heading_of.append(headings.setdefault(unit.heading, len(headings)))
        vectors = PartVectors.build(parts, starts, embedder)
        places = np.array(document_of, np.int32), np.array(heading_of, np.int32)
        words, named = KeywordIndex.build(texts), index_headings(list(headings))
        return cls(ids, list(documents), *places, words, named, vectors.middles(), vectors)

    def save(self, folder: Path) -> None:
        """Write the corpus into a folder that exists."""
        (folder / "units.json").write_text(json.dumps({"ids": list(self.ids), "documents": list(self.documents)}), encoding="utf-8")
        np.save(folder / "document_of.npy", self.document_of)
        np.save(folder / "heading_of.npy", self.heading_of)
        np.save(folder / "vectors.npy", self.vectors)
        self.parts.save(folder / "parts")
        self.keyword.save(folder / "keyword")
        self.headings.save(folder / "headings")

    @classmethod
    def load(cls, folder: Path) -> Corpus:
        """Open a written corpus; vectors and columns stay on the disk until they are read."""
        named = json.loads((folder / "units.json").read_text(encoding="utf-8"))
        document_of, heading_of = (np.load(folder / f"{name}.npy") for name in ("document_of", "heading_of"))
        vectors, parts = np.load(folder / "vectors.npy", mmap_mode="r"), PartVectors.load(folder / "parts")
        keyword, headings = (KeywordIndex.load(folder / name) for name in ("keyword", "headings"))
        return cls(named["ids"], named["documents"], document_of, heading_of, keyword, headings, vectors, parts)
