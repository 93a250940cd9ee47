"""The second opinion: what the engine's own parser reads differently, or reads as something not on its list, is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.tools.query.test_guard_benign import accepted
from tools.query.guard import SqlRefused
from tools.query.guard_engine import check_engine_reading, parser
from tools.query.guard_engine_tree import check_node, check_tree
from tools.query.guard_functions import ENGINE_FUNCTIONS, FUNCTION_NAMES, NAMED

ORDERS = frozenset({"orders"})
CUSTOMERS = frozenset({"customers"})
SEEN = {"customers": frozenset({"customer_id", "name", "tier"})}

# Texts as a faulty generator might write them: each reads other tables than were checked, or reads them otherwise.
DISAGREEMENTS = [
    ("SELECT * FROM orders", frozenset({"customers"})),
    ("SELECT orders.status FROM orders", frozenset({"orders", "customers"})),
    ("SELECT o.status FROM orders AS o, customers AS c", ORDERS),
    ("SELECT o.status FROM orders AS o WHERE EXISTS(SELECT c.name FROM customers AS c)", ORDERS),
    ("WITH c AS (SELECT k.name FROM customers AS k) SELECT o.status FROM orders AS o, c", ORDERS),
    ("SELECT o.status FROM main.orders AS o", ORDERS),
    ("SELECT o.status FROM other.main.orders AS o", ORDERS),
    ("SELECT o.status FROM orders AS o; SELECT o.status FROM orders AS o", ORDERS),
    ("SELECT o.status FROM query('SELECT 1') AS o", frozenset()),
    ("SELECT o.status FROM 'orders.csv' AS o", ORDERS),
    ("WITH orders AS (SELECT 1 AS x) SELECT orders.x FROM orders", ORDERS),
    ("DELETE FROM orders", ORDERS),
    ("SELECT o.status FROM orders AS o UNION ALL SELECT c.name FROM customers AS c", ORDERS),
    ("FROM orders ORDER BY", ORDERS),
    ("COPY orders TO 'x'", ORDERS),
]

# Read over the right table, but of a form or with a function that is not on the engine's list.
FORMS = [
    "SELECT o.status FROM orders AS o TABLESAMPLE 10%",
    "SELECT o.status FROM orders AS o USING SAMPLE 10",
    "SELECT o.status FROM orders AT (VERSION => 1) AS o",
    "SELECT * FROM orders",
    "SELECT COLUMNS(*) FROM orders",
    "SELECT o.status COLLATE nocase FROM orders AS o",
    "SELECT [o.status] FROM orders AS o",
    "SELECT {'a': o.status} FROM orders AS o",
    "SELECT o.status[1] FROM orders AS o",
    "SELECT repeat(o.status, 10) FROM orders AS o",
    "SELECT getenv(o.status) FROM orders AS o",
    "SELECT current_setting(o.status) FROM orders AS o",
    "SELECT regexp_matches(o.status, 'a') FROM orders AS o",
    "SELECT random() FROM orders AS o",
    "SELECT now() FROM orders AS o",
    "SELECT CAST(o.status AS BLOB) FROM orders AS o",
    "SELECT CAST(o.status AS VARCHAR[]) FROM orders AS o",
    "SELECT CAST(o.status AS JSON) FROM orders AS o",
    "SELECT $1 FROM orders AS o",
    "SELECT o.rowid FROM orders AS o",
    "SELECT rowid FROM orders AS o",
    "SELECT o.status.x FROM orders AS o",
    "SELECT a.status FROM orders AS a POSITIONAL JOIN orders AS b",
    "SELECT a.status FROM orders AS a NATURAL JOIN orders AS b",
    "SELECT a.status FROM orders AS a JOIN orders AS b USING (order_id)",
    "SELECT a.status FROM orders AS a ASOF JOIN orders AS b ON a.order_id = b.order_id AND a.ordered_at >= b.ordered_at",
    "SELECT o.x FROM orders AS o(x)",
    "SELECT o.status FROM orders AS o UNION BY NAME SELECT o.status FROM orders AS o",
    "WITH RECURSIVE r AS (SELECT o.status FROM orders AS o UNION ALL SELECT r.status FROM r) SELECT r.status FROM r",
    "SELECT main.sum(o.shipping_fee) FROM orders AS o, (SELECT x FROM range(3) t(x)) AS r",
    "SELECT system.main.abs(o.shipping_fee) FROM orders AS o",
    "SELECT list_transform([1], x -> x) FROM orders AS o",
    "SELECT sum(o.shipping_fee) OVER (ORDER BY o.order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM orders AS o",
    "SELECT o.status FROM orders AS o, (VALUES (1)) AS v",
    "SELECT t.status FROM (SUMMARIZE orders) AS t",
    "SELECT t.status FROM (DESCRIBE orders) AS t",
    "SELECT nextval('s') FROM orders AS o",
    "SELECT o.status FROM orders AS o LIMIT 10%",
]

# Over a screened table: the columns handed on, the rows, the company it keeps.
UNSCREENED = [
    "SELECT c.name FROM customers AS c",
    "SELECT customers.email FROM customers",
    "SELECT c.email FROM (SELECT customers.name, customers.email FROM customers) AS c",
    "SELECT c.name FROM (SELECT upper(customers.name) AS name FROM customers) AS c",
    "SELECT c.name FROM (SELECT customers.name FROM customers JOIN customers AS d ON d.email = customers.email) AS c",
    "SELECT count_star() FROM customers",
    "SELECT 1 IN (SELECT customers.email FROM customers)",
    "SELECT c.name FROM (SELECT customers.name, customers FROM customers) AS c",
]


def reading(text: str, tables: frozenset[str], screened: dict[str, frozenset[str]], narrowed: frozenset[str] = frozenset()) -> str:
    with pytest.raises(SqlRefused) as refused:
        check_engine_reading(text, tables, screened, narrowed)
    assert refused.value.code == "disagreement"
    return refused.value.detail


@pytest.mark.parametrize(("text", "tables"), DISAGREEMENTS)
def test_crafted_disagreements_are_refused(text: str, tables: frozenset[str]) -> None:
    assert reading(text, tables, {})


@pytest.mark.parametrize("text", FORMS)
def test_forms_that_are_not_on_the_list_are_refused(text: str) -> None:
    assert reading(text, ORDERS, {})


@pytest.mark.parametrize("text", UNSCREENED)
def test_a_screened_table_in_the_open_is_refused(text: str) -> None:
    assert reading(text, CUSTOMERS, SEEN)


def test_a_screen_is_accepted_and_needs_its_condition_where_rows_are_hidden() -> None:
    screen = "SELECT c.name FROM (SELECT customers.name FROM customers{}) AS c"
    check_engine_reading(screen.format(""), CUSTOMERS, SEEN)
    check_engine_reading(screen.format(" WHERE customers.tier IN ('gold')"), CUSTOMERS, SEEN, CUSTOMERS)
    assert "in the open" in reading(screen.format(""), CUSTOMERS, SEEN, CUSTOMERS)


def test_an_unknown_part_of_the_engines_tree_is_refused() -> None:
    """A newer engine with a new clause does not slip through."""
    with pytest.raises(SqlRefused):
        check_node({"type": "SELECT_NODE", "brand_new_clause": {"x": 1}})
    with pytest.raises(SqlRefused):
        check_node({"class": "BRAND_NEW", "type": "BRAND_NEW"})
    with pytest.raises(SqlRefused):
        check_tree('{"error": true, "error_message": "x"}', frozenset(), {}, frozenset())
    check_node({"type": "SELECT_NODE", "brand_new_clause": None})


def test_the_parsing_engine_reaches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    for statement in (f"SELECT * FROM '{secret}'", f"SELECT * FROM read_csv('{secret}')", f"COPY (SELECT 1) TO '{tmp_path}/x.csv'"):
        with pytest.raises(duckdb.Error):
            parser().execute(statement)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def functions_of(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("function_name"):
            yield str(node["function_name"]).lower()
        for value in node.values():
            yield from functions_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from functions_of(value)


def test_the_benign_statements_use_many_functions_and_only_listed_ones() -> None:
    used: set[str] = set()
    for _, guarded in accepted():
        row = parser().execute("SELECT json_serialize_sql(?::VARCHAR)", [guarded.sql]).fetchone()
        assert row is not None
        used |= set(functions_of(json.loads(row[0])))
    assert used <= ENGINE_FUNCTIONS
    assert len(used) >= 90


def test_every_listed_function_exists_and_none_is_dangerous() -> None:
    rows = parser().execute("SELECT DISTINCT function_name, function_type, stability FROM duckdb_functions()").fetchall()
    known = {name for name, _, _ in rows}
    volatile = {name for name, _, stability in rows if stability == "VOLATILE"}
    # Written by the parser without an entry of their own, or keywords of the window clause.
    built_in = {"count_star", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "row_number", "lag", "lead", "first_value"}
    built_in |= {"last_value", "nth_value"}
    assert ENGINE_FUNCTIONS - known <= built_in
    assert not ENGINE_FUNCTIONS & volatile
    dangerous = re.compile(
        r"read|write|query|setting|env|regexp|repeat|pad|list|array|struct|json|range|series|nextval|now|random|uuid|sleep"
    )
    assert [name for name in ENGINE_FUNCTIONS if dangerous.search(name) and name != "listagg"] == []
    assert NAMED <= ENGINE_FUNCTIONS
    assert 60 <= len(FUNCTION_NAMES) <= 180
