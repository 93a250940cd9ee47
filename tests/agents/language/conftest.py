"""The planner on the tiny demo company, its names read once."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner
from tools.query.served import Served


@pytest.fixture(scope="session")
def planner(served: Served) -> Planner:
    return Planner(served)
