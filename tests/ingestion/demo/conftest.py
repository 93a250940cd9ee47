"""One tiny company for all tests of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ingestion.demo.building import Built, build


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The tiny company, built once."""
    built = build(tmp_path_factory.mktemp("demo"), "tiny")
    yield built
    built.connection.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The demo company, built once; some seconds."""
    built = build(tmp_path_factory.mktemp("demo"), "demo")
    yield built
    built.connection.close()


@pytest.fixture(params=["tiny", pytest.param("demo", marks=pytest.mark.slow)])
def company(request: pytest.FixtureRequest) -> Built:
    """Each company in turn."""
    built: Built = request.getfixturevalue(request.param)
    return built
