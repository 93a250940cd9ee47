"""A library in memory and an embedder without a model, for tests of the search."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from knowledge.contract import Chunk, Document, DocumentKind, Entity
from knowledge.embed import DIMENSIONS, Matrix
from knowledge.keyword_words import terms
from knowledge.parse_errors import NoDocument


class WordEmbedder:
    """Texts that share words are alike: each word is a fixed random direction."""

    name = "words"

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([self._one(text) for text in texts], np.float32).reshape(len(texts), DIMENSIONS)

    def _one(self, text: str) -> Matrix:
        total = np.zeros(DIMENSIONS, np.float32)
        for word in terms(text):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
            total += np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
        length = float(np.linalg.norm(total))
        return total / length if length else total


@dataclass
class MemoryShelf:
    """What the index and the searcher need of a library."""

    kept: list[tuple[Document, Chunk]] = field(default_factory=list)
    changes: int = 0

    def put(
        self,
        doc_id: str,
        text: str,
        title: str = "",
        version: int = 1,
        kind: DocumentKind = "policy",
        scope: str = "documents:read",
        since: date | None = None,
        entities: tuple[Entity, ...] = (),
    ) -> None:
        document = Document(
            doc_id=doc_id,
            version=version,
            title=title or doc_id,
            source=f"{doc_id}.md",
            media_type="text/markdown",
            kind=kind,
            scope=scope,
            effective_from=since,
            entities=entities,
        )
        name = f"{doc_id}.{version}.0"
        chunk = Chunk(chunk_id=name, doc_id=doc_id, version=version, ordinal=0, text=text, prefix=document.title, parent=text)
        self.kept.append((document, chunk))
        self.changes += 1

    def drop(self, doc_id: str) -> None:
        self.kept = [each for each in self.kept if each[0].doc_id != doc_id]
        self.changes += 1

    def chunks(self, as_of: date | None = None) -> Iterator[tuple[Document, Chunk]]:
        return iter(list(self.kept))

    def chunks_of(self, document: Document) -> tuple[Chunk, ...]:
        return tuple(chunk for kept, chunk in self.kept if kept == document)

    def chunk(self, chunk_id: str) -> Chunk:
        for _, chunk in self.kept:
            if chunk.chunk_id == chunk_id:
                return chunk
        raise NoDocument(f"there is no chunk {chunk_id}")

    def versions(self) -> tuple[Document, ...]:
        return tuple(document for document, _ in self.kept)

    def state(self) -> str:
        return f"{id(self)}-{self.changes}"
