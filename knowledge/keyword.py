"""The keyword arm: BM25 over terms, scored for every unit at once, so that its scores can be standardised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.keyword_words import is_vietnamese, rarity, terms

Scores = npt.NDArray[np.float32]
K1, B = 2.0, 0.75
_SATURATION, _RARITY = 0.8, 0.8


@dataclass(frozen=True)
class KeywordIndex:
    """What each term is worth in each unit, column by column (bm25s' own layout)."""

    vocabulary: Mapping[str, int]
    data: Scores
    indices: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    units: int

    @classmethod
    def build(cls, texts: Iterable[str]) -> KeywordIndex:
        """Index texts by their terms; neighbours are joined where a text is Vietnamese, whose words are several syllables."""
        from bm25s import BM25  # type: ignore[import-untyped]

        vocabulary: dict[str, int] = {}
        rows = [_numbered(terms(text, is_vietnamese(text)), vocabulary) for text in texts]
        if not vocabulary:
            return cls({}, np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64), len(rows))
        columns = BM25(k1=K1, b=B, method="lucene").build_index_from_ids(list(range(len(vocabulary))), rows, show_progress=False)
        data, indices = np.asarray(columns["data"], np.float32), np.asarray(columns["indices"], np.int32)
        return cls(vocabulary, data, indices, np.asarray(columns["indptr"], np.int64), len(rows))

    def score(self, weights: Mapping[str, float]) -> Scores:
        """The sum over the terms of weight x worth, for every unit."""
        found = np.zeros(self.units, dtype=np.float32)
        for term, weight in weights.items():
            column = self.vocabulary.get(term)
            if column is not None:
                start, end = self.starts[column], self.starts[column + 1]
                found[self.indices[start:end]] += np.float32(weight) * self.data[start:end]
        return found

    def holding(self, term: str) -> npt.NDArray[np.int32]:
        """The units in which a term stands."""
        column = self.vocabulary.get(term)
        if column is None:
            return np.zeros(0, np.int32)
        return np.asarray(self.indices[self.starts[column] : self.starts[column + 1]])

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        folder.mkdir(parents=True)
        np.save(folder / "data.npy", self.data)
        np.save(folder / "indices.npy", self.indices)
        np.save(folder / "starts.npy", self.starts)
        (folder / "terms.txt").write_text("\n".join([str(self.units), *self.vocabulary]), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Open a written index; its columns stay on the disk until they are read."""
        units, *words = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
        data, indices, starts = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("data", "indices", "starts"))
        return cls({word: place for place, word in enumerate(words)}, data, indices, starts, int(units))


def question_weights(question: str, pairs: bool = False, saturation: float = _SATURATION, power: float = _RARITY) -> dict[str, float]:
    """The terms of a question: said often counts more, common in English counts less."""
    counted = Counter(terms(question, pairs))
    return {term: float(count**saturation * rarity(term) ** power) for term, count in counted.items()}


def _numbered(words: list[str], vocabulary: dict[str, int]) -> npt.NDArray[np.int32]:
    return np.array([vocabulary.setdefault(word, len(vocabulary)) for word in words], dtype=np.int32)
