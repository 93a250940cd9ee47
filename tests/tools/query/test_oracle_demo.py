"""Every operator, in each of its modes, against pandas on the tiny demo company: today, and as it was on a day in the past."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingestion.warehouse import Snapshot
from tests.tools.query import pandas_company, pandas_past
from tests.tools.query.checks import Check, hold
from tests.tools.query.conftest import Ask
from tests.tools.query.oracles import FAMILIES, checks_of
from tests.tools.query.pandas_company import Company, read_company
from tests.tools.query.pandas_past import as_known_on
from tools.query.catalog import OPERATORS
from tools.query.contract import Query, Result
from tools.query.run import run_query
from tools.query.served import serve_snapshot

PAST = date(2026, 8, 20)


@pytest.fixture(scope="module")
def today(demo_snapshot: Snapshot) -> Company:
    card = demo_snapshot.card
    assert card.as_of is not None
    return read_company(demo_snapshot.database, card.company.timezone, card.as_of, "category")


@pytest.fixture(scope="module", params=["today", "in the past"])
def company(today: Company, request: pytest.FixtureRequest) -> Company:
    return today if request.param == "today" else as_known_on(today, PAST)


@pytest.fixture(scope="module")
def ask(demo_snapshot: Snapshot, company: Company) -> Iterator[Ask]:
    served = serve_snapshot(demo_snapshot)
    context = replace(served.context, as_of=company.as_of, max_rows=100_000)

    def answer(query: Query) -> Result:
        return run_query(query, context, served.source)

    yield answer
    served.source.engine.dispose()


@pytest.fixture(scope="module")
def checks(company: Company) -> dict[str, list[Check]]:
    return checks_of(company)


@pytest.mark.parametrize("kind", [operator.kind for operator in OPERATORS])
def test_operator(company: Company, checks: dict[str, list[Check]], ask: Ask, kind: str, subtests: pytest.Subtests) -> None:
    assert kind in checks, f"{kind} has no pandas oracle on the demo company"
    assert not all(check.refused for check in checks[kind]), f"{kind} is only refused on the demo company"
    for check in checks[kind]:
        with subtests.test(check.says):
            hold(check, company, ask)


def test_the_oracles_know_nothing_of_the_sql() -> None:
    """They may name the query classes they ask with, and the frames; no builder, no bench, no runner."""
    allowed = ("tools.query.contract", "tools.query.operators.", "tools.query.members", "tests.tools.query.", "ingestion.calendar")
    for module in (*FAMILIES, pandas_company, pandas_past):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("tools", "tests", "ingestion")):
                names = {alias.name for alias in node.names}
                assert str(node.module).startswith(allowed) or names == {"TABLES"}, f"{module.__name__} imports {node.module}"
                assert not any(name.startswith(("build_", "run_")) for name in names), f"{module.__name__} imports {names}"
