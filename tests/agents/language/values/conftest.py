"""The index of the tiny demo company, built once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agents.language.spans import ValueSpan
from agents.language.tokens import tidy, tokens_of
from agents.language.values.index import ValueIndex
from agents.language.values.shelf import Shelf
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tools.query.served import Served, serve_snapshot

Link = Callable[[str, str], tuple[ValueSpan, ...]]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    warehouse = Warehouse(tmp_path_factory.mktemp("demo"))
    found(warehouse, "tiny", 7)
    return serve_snapshot(warehouse.snapshot())


@pytest.fixture(scope="session")
def index(served: Served) -> ValueIndex:
    return Shelf().index(served)


@pytest.fixture(scope="session")
def link(index: ValueIndex) -> Link:
    def linked(sentence: str, language: str = "en") -> tuple[ValueSpan, ...]:
        return index.link(tokens_of(tidy(sentence)), language)

    return linked
