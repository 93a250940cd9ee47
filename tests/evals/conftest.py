"""The tiny demo company as a suite is asked about it, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.companies import open_demo
from evals.company import Company
from evals.gold import Runner


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("companies")


@pytest.fixture(scope="session")
def company(home: Path) -> Company:
    return open_demo("tiny", 7, home)


@pytest.fixture(scope="session")
def runner(company: Company) -> Runner:
    return Runner(company)
