"""Ordinary analysis passes the guard with unchanged results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import duckdb
import pytest
import sqlglot

from tests.tools.query.test_guard_warehouse import build_warehouse
from tools.query.guard import GuardedSql, RowScope, SqlRefused, guard
from tools.query.guard_text import Dialect

STATEMENTS = Path(__file__).with_name("test_guard_benign.sql")


def statements() -> list[str]:
    parts = (part.strip() for part in STATEMENTS.read_text(encoding="utf-8").split("\n\n"))
    return [part for part in parts if part and not part.startswith("--")]


@lru_cache(maxsize=1)
def accepted() -> tuple[tuple[str, GuardedSql], ...]:
    kept = []
    for statement in statements():
        try:
            kept.append((statement, guard(statement)))
        except SqlRefused:
            continue
    return tuple(kept)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = build_warehouse(tmp_path_factory.mktemp("benign") / "warehouse.duckdb")
    connection = duckdb.connect(str(path), read_only=True, config={"threads": "1"})
    yield connection
    connection.close()


def test_there_are_two_hundred_and_twenty_with_dangerous_words() -> None:
    quoted = [text for statement in statements() for text in re.findall(r"['\"]([^'\"]*)['\"]", statement.lower())]
    words = re.compile(r"drop|delete|insert|update|attach|copy to|truncate|create|alter|grant|revo|pragma|install|load|export|exec|merge")
    more = re.compile(r"shutdown|select|read_csv|vacuum|checkpoint|--|/\*")
    assert len(statements()) >= 200
    assert sum(bool(words.search(text) or more.search(text)) for text in quoted) >= 20


def test_at_least_98_in_100_are_accepted() -> None:
    assert len(accepted()) / len(statements()) >= 0.98


def test_results_are_those_of_the_unguarded_run(warehouse: duckdb.DuckDBPyConnection) -> None:
    for statement, guarded in accepted():
        wanted = warehouse.execute(statement).fetchall()
        found = warehouse.execute(guarded.sql).fetchall()
        assert found == wanted, statement


def test_result_columns_keep_their_names(warehouse: duckdb.DuckDBPyConnection) -> None:
    for statement, guarded in accepted():
        wanted = [column[0] for column in warehouse.execute(statement).description or ()]
        found = [column[0] for column in warehouse.execute(guarded.sql).description or ()]
        # What the engine calls count_star() is shown as it was asked for.
        assert found == [name.replace("count_star()", "count(*)") for name in wanted], statement


def test_what_runs_is_the_text_of_the_tree() -> None:
    """Reading the regenerated text again and writing it once more changes nothing: no part of the input is pasted in."""
    for statement, guarded in accepted():
        assert sqlglot.parse_one(guarded.sql, dialect="duckdb").sql("duckdb", comments=False) == guarded.sql, statement


def test_both_parsers_name_the_same_tables(warehouse: duckdb.DuckDBPyConnection) -> None:
    compared = 0
    for statement, guarded in accepted():
        if " RANGE BETWEEN " in guarded.sql:  # the engine cannot list names where it would have to know the type of a window's edge
            continue
        assert set(guarded.tables) == warehouse.get_table_names(guarded.sql), statement
        compared += 1
    assert compared >= 200


def test_a_second_guarding_is_a_first() -> None:
    """The regenerated text is itself acceptable where nothing had to be hidden or bounded."""
    kept = [
        guarded for _, guarded in accepted() if "LIMIT" in guarded.sql and "10001" not in guarded.sql and "FROM (SELECT" not in guarded.sql
    ]
    assert len(kept) >= 8
    for guarded in kept:
        assert guard(guarded.sql, RowScope(personal=True)).sql == guarded.sql


@pytest.mark.parametrize(
    ("dialect", "statement", "same"),
    [
        ("postgres", "SELECT ordered_at::date AS d, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1", None),
        ("postgres", "SELECT to_char(ordered_at, 'YYYY-MM') AS m, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1", "2025-01"),
        ("postgres", 'SELECT "status", count(*) AS n FROM "orders" GROUP BY "status" ORDER BY 1', "cancelled"),
        ("postgres", "SELECT date_trunc('month', ordered_at) AS m, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1", None),
        ("sqlite", "SELECT strftime('%Y', ordered_at) AS y, count(*) AS n FROM orders GROUP BY 1", "2025"),
        ("sqlite", "SELECT ifnull(customer_id, 'none') AS c, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1", "C000"),
    ],
)
def test_other_dialects_are_translated(warehouse: duckdb.DuckDBPyConnection, dialect: Dialect, statement: str, same: str | None) -> None:
    rows = warehouse.execute(guard(statement, dialect=dialect).sql).fetchall()
    assert rows
    assert same is None or rows[0][0] == same
    assert sum(row[1] for row in rows) == 300
