"""A made-up library of any size: English words drawn as often as they are used, questions of the same words, drawn vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from knowledge.contract import Chunk, Document
from knowledge.embed import DIMENSIONS, Matrix, MiniLM, packaged

_A_DOCUMENT, _CENTRES, _SLAB = 20, 400, 1_000
_SENTENCES, _WORDS, _RAREST_FIRST = 10, 16, 200


class MadeShelf:
    """A library of so many made-up chunks of 200 tokens, twenty to a document; drawn when asked for, so that it takes no memory."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._documents = tuple(_document(number) for number in range(-(-count // _A_DOCUMENT)))

    def chunks(self, as_of: date | None = None) -> Iterator[tuple[Document, Chunk]]:
        """Every chunk with its document."""
        for start in range(0, self._count, _SLAB):
            for place, text in enumerate(made_texts(min(_SLAB, self._count - start), seed=start), start):
                yield self._documents[place // _A_DOCUMENT], _chunk(place, text)

    def chunk(self, chunk_id: str) -> Chunk:
        """One chunk; not with the text it was indexed with, which nobody looks at here."""
        document, _, ordinal = chunk_id.removeprefix("made-").partition(".1.")
        return _chunk(int(document) * _A_DOCUMENT + int(ordinal), "A text.")

    def chunks_of(self, document: Document) -> tuple[Chunk, ...]:
        """Those of one document."""
        return tuple(chunk for of, chunk in self.chunks() if of == document)

    def versions(self) -> tuple[Document, ...]:
        """Every document."""
        return self._documents

    def state(self) -> str:
        """It never changes."""
        return "drawn"


class DrawnVectors:
    """Stands in for the model where only the time of searching is measured: texts get vectors drawn around a few hundred directions."""

    name = "drawn"

    def __init__(self) -> None:
        self._draw = np.random.default_rng(7)
        self._centres = self._draw.standard_normal((_CENTRES, DIMENSIONS)).astype(np.float32)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Vectors of length one; the same text does not get the same one again."""
        drawn = self._centres[self._draw.integers(_CENTRES, size=len(texts))]
        drawn = drawn + self._draw.standard_normal(drawn.shape).astype(np.float32)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


class AskedByModel(DrawnVectors):
    """Drawn vectors for the library, while each question is embedded by the model, as it would be."""

    def __init__(self) -> None:
        super().__init__()
        self._model = MiniLM(threads=1)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """The model is asked for its time, the drawn vectors are what is searched with."""
        self._model.embed(texts)
        return super().embed(texts)


def made_texts(count: int, seed: int = 7) -> list[str]:
    """Texts of about 200 word pieces; a word of rank r is drawn in proportion to 1 / r, as in any language."""
    draw, words = np.random.default_rng(seed), _words()
    likely = 1 / np.arange(1, len(words) + 1)
    drawn = draw.choice(len(words), size=(count, _SENTENCES, _WORDS), p=likely / likely.sum())
    return [" ".join(" ".join(words[place] for place in sentence).capitalize() + "." for sentence in text) for text in drawn]


def made_questions(count: int, seed: int = 8) -> list[str]:
    """Questions of eight words, three of them rare."""
    draw, words = np.random.default_rng(seed), _words()
    common, rare = draw.integers(_RAREST_FIRST, size=(count, 5)), draw.integers(_RAREST_FIRST, len(words), size=(count, 3))
    return [" ".join(words[place] for place in places) + "?" for places in np.concatenate([common, rare], axis=1)]


@lru_cache(maxsize=1)
def _words() -> list[str]:
    """English words, the most used first: those of the model's vocabulary, which is ordered by use."""
    listed = (packaged() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return [word for word in listed if word.isalpha() and word.isascii() and len(word) > 1]


def _chunk(number: int, text: str) -> Chunk:
    doc_id, ordinal = f"made-{number // _A_DOCUMENT}", number % _A_DOCUMENT
    title = f"Report {number // _A_DOCUMENT}"
    return Chunk(
        chunk_id=f"{doc_id}.1.{ordinal}",
        doc_id=doc_id,
        version=1,
        ordinal=ordinal,
        text=text,
        prefix=f"{title} > Section {ordinal}",
        parent=text,
        section=f"Section {ordinal}",
    )


def _document(number: int) -> Document:
    name = f"made-{number}"
    return Document(doc_id=name, version=1, title=f"Report {number}", source=f"{name}.md", media_type="text/markdown")
