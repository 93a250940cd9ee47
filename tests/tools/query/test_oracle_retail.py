"""Every operator, in each of its modes, against pandas on UCI Online Retail; what the file does not hold is refused by the table's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ingestion.warehouse import Snapshot
from tests.tools.query.checks import Check, hold
from tests.tools.query.conftest import Ask
from tests.tools.query.oracles import checks_of
from tests.tools.query.pandas_company import Company, read_company
from tools.query.catalog import OPERATORS
from tools.query.contract import Query, Result
from tools.query.run import run_query
from tools.query.served import serve_snapshot

FIRST = 2  # modes asked in every run: half a million lines take pandas a while, and the demo company is asked in all of them


@pytest.fixture(scope="module")
def company(retail_snapshot: Snapshot) -> Company:
    card = retail_snapshot.card
    assert card.as_of is not None
    return read_company(retail_snapshot.database, card.company.timezone, card.as_of, "province")


@pytest.fixture(scope="module")
def ask(retail_snapshot: Snapshot) -> Iterator[Ask]:
    served = serve_snapshot(retail_snapshot)
    context = replace(served.context, max_rows=1_000_000)

    def answer(query: Query) -> Result:
        return run_query(query, context, served.source)

    yield answer
    served.source.engine.dispose()


@pytest.fixture(scope="module")
def checks(company: Company) -> dict[str, list[Check]]:
    return checks_of(company)


@pytest.mark.parametrize("modes", ["first modes", pytest.param("other modes", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", [operator.kind for operator in OPERATORS])
def test_operator(company: Company, checks: dict[str, list[Check]], ask: Ask, kind: str, modes: str, subtests: pytest.Subtests) -> None:
    assert kind in checks, f"{kind} has no pandas oracle on UCI Online Retail"
    for check in checks[kind][:FIRST] if modes == "first modes" else checks[kind][FIRST:]:
        with subtests.test(check.says):
            hold(check, company, ask)
