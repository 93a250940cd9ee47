"""The tiny demo company with its library, filed and indexed once; meaning is left to a toy, words to the real thing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from ingestion.warehouse import Snapshot, Warehouse
from knowledge.demo.found import found_library
from knowledge.embed import Matrix
from knowledge.index import DocumentIndex
from knowledge.library import Library
from knowledge.search import Searcher
from tools.contract import Caller, ToolContext
from tools.query.served import serve_snapshot

READER = Caller("reader", frozenset({"data:read", "documents:read"}))


class Hashed:
    """Words hashed into a vector: quick, and alike for texts that share words."""

    name = "hashed"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> Matrix:
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                found[row, crc32(word.encode()) % self.dimensions] += 1
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def indexed(library: Library) -> Searcher:
    """A searcher over a library; it makes its index at the first question."""
    return Searcher(library, DocumentIndex(library.folder.parent / "documents_index", embedder=Hashed()))


@pytest.fixture(scope="session")
def company(tiny_home: Path) -> Snapshot:
    return Warehouse(tiny_home).snapshot()


@pytest.fixture(scope="session")
def library(company: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("library") / "documents")
    found_library(library, company)
    return library


@pytest.fixture(scope="session")
def searcher(library: Library) -> Searcher:
    return indexed(library)


@pytest.fixture
def reading(company: Snapshot, searcher: Searcher) -> ToolContext:
    """Somebody who may read data and documents."""
    return ToolContext(serve_snapshot(company), READER, documents=searcher)
