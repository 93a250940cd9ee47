"""Every operator gives the same rows on DuckDB and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.tools.query.examples import EXAMPLES, named
from tests.tools.query.oracle import canonical
from tools.query.catalog import OPERATORS
from tools.query.contract import Query, QueryContext
from tools.query.run import run_query
from tools.query.source import Source


def test_every_operator_has_an_example() -> None:
    assert {type(query) for query in EXAMPLES} == {operator.query for operator in OPERATORS}


@pytest.mark.parametrize("query", EXAMPLES, ids=named)
def test_engines_agree(query: Query, source: Source, published: Source, context: QueryContext) -> None:
    ours, theirs = (run_query(query, context, engine) for engine in (source, published))
    assert ours.columns == theirs.columns and ours.notes == theirs.notes and ours.period == theirs.period
    assert canonical(ours) == canonical(theirs)


@pytest.mark.parametrize("query", EXAMPLES[:30:5], ids=named)
def test_engines_agree_for_a_limited_user_in_the_past(query: Query, source: Source, published: Source, context: QueryContext) -> None:
    limited = replace(context, as_of=date(2026, 2, 10), locations=("L1",), timezone="Europe/Berlin")
    assert canonical(run_query(query, limited, source)) == canonical(run_query(query, limited, published))


def test_publishing_again_replaces_the_snapshot(published: Source) -> None:
    schemas = published.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'oiis%%'")
    assert schemas == [("oiis",)]
