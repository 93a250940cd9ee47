"""The guard rule by rule: what is refused, how it is said, and what is added."""

from __future__ import annotations

import threading
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.query.guard import GuardedSql, RowScope, SqlRefused, guard
from tools.query.guard_refusal import Code, nearest

REFUSALS: list[tuple[Code, str, str]] = [
    ("statement", "DROP TABLE orders", "DROP"),
    ("statement", "SELECT 1; SELECT 2", "2"),
    ("statement", "", ""),
    ("syntax", "SELECT FROM WHERE", "WHERE"),
    ("syntax", "SELECT 'a' 'b'", ""),
    ("characters", "SELECT 1\u200b", "U200B"),
    ("characters", "SELECT 1 /* sqlglot.meta x=1 */", ""),
    ("size", "SELECT '" + "x" * 5000 + "'", ""),
    ("size", "SELECT '" + "x" * 1500 + "'", ""),
    ("size", "SELECT " + "9" * 40, ""),
    ("construct", "SELECT * FROM orders TABLESAMPLE 10%", "sample"),
    ("construct", "SELECT * FROM main.orders", "schema prefix"),
    ("construct", "SELECT * FROM orders AT (VERSION => 1)", "time travel"),
    ("construct", "SELECT a.status FROM orders a ASOF JOIN orders b ON a.order_id = b.order_id", "method"),
    ("construct", "SELECT order_id FROM orders WHERE (status, channel) IN (SELECT status, channel FROM orders)", "tuple"),
    ("construct", "SELECT * FROM (VALUES (1)) v", "values"),
    ("construct", "SELECT name FROM products WHERE name LIKE description", ""),
    ("construct", "SELECT DATE '2025-01-01' + INTERVAL (1 + 1) DAY", ""),
    ("function", "SELECT repeat('x', 10)", "repeat"),
    ("function", "SELECT lpad('x', 10, 'y')", "lpad"),
    ("function", "SELECT now()", "now"),
    ("function", "SELECT current_date", "current_date"),
    ("function", "SELECT * FROM range(10)", "generateseries"),
    ("type", "SELECT CAST('a' AS BLOB)", "varbinary"),
    ("type", "SELECT CAST(1 AS DECIMAL(99, 2))", ""),
    ("name", "SELECT * FROM users", "users"),
    ("name", "WITH orders AS (SELECT 1 AS a) SELECT * FROM orders", "orders"),
    ("name", "WITH x AS (SELECT 1 AS a) SELECT * FROM products AS x", "x"),
    ("name", "SELECT * FROM products AS customers", "customers"),
    ("name", "SELECT order_id AS rowid FROM orders", "rowid"),
    ("name", "SELECT a.name, b.name FROM products a JOIN suppliers b USING (supplier_id) ORDER BY name", "name"),
    ("name", "SELECT upper(status) AS status FROM orders ORDER BY status || 'x'", "status"),
    ("column", "SELECT nope FROM orders", "nope"),
    ("column", "SELECT o FROM orders o", "o"),
    ("column", "SELECT rowid FROM orders", "rowid"),
    ("column", "SELECT name FROM products a JOIN suppliers b USING (supplier_id)", "name"),
    ("column", "SELECT (SELECT * FROM products)", ""),
    ("column", "SELECT channel FROM orders GROUP BY channel HAVING max(nope) > 1", "nope"),
    ("personal", "SELECT email FROM customers", "email"),
    ("personal", "SELECT tier FROM customers GROUP BY tier HAVING max(email) > 'm'", "email"),
    ("personal", "SELECT c.phone FROM customers c", "phone"),
    ("personal", "SELECT count(DISTINCT device_id) FROM orders", "device_id"),
    ("join", "SELECT 1 FROM orders a, orders b", "b"),
    ("join", "SELECT 1 FROM orders a JOIN orders b ON a.order_id > b.order_id", "b"),
    ("cost", "SELECT name LIKE '%a%b%c%d%e%f%g%' FROM products", ""),
    ("cost", "SELECT replace(name, 'a', description) FROM products", ""),
    ("cost", "SELECT string_agg(name, description) FROM products", ""),
    ("limit", "SELECT order_id FROM orders LIMIT 10001", "10001"),
    ("limit", "SELECT order_id FROM orders LIMIT 1 + 1", ""),
    ("limit", "SELECT order_id FROM orders OFFSET 2000000", "2000000"),
]


@pytest.mark.parametrize(("code", "statement", "value"), REFUSALS)
def test_refusals_name_the_rule_and_the_value(code: Code, statement: str, value: str) -> None:
    with pytest.raises(SqlRefused) as refused:
        guard(statement)
    assert (refused.value.code, refused.value.value) == (code, value)
    assert refused.value.what in str(refused.value)


def test_a_typing_mistake_is_told_the_nearest_name() -> None:
    for statement, wanted in (
        ("SELECT * FROM order_line", "order_lines"),
        ("SELECT net_amont FROM order_lines", "net_amount"),
        ("SELECT datediff2('day', ordered_at, ordered_at) FROM orders", "date_diff"),
    ):
        with pytest.raises(SqlRefused) as refused:
            guard(statement)
        assert wanted in refused.value.allowed, statement


def test_a_value_that_is_not_a_plain_word_is_not_echoed() -> None:
    for statement in ("SELECT * FROM '/etc/passwd'", "SELECT * FROM 'https://evil.example/x'", 'SELECT * FROM "a b/c"'):
        with pytest.raises(SqlRefused) as refused:
            guard(statement)
        assert refused.value.value == ""
        assert "etc" not in str(refused.value) and "evil" not in str(refused.value)


def test_the_limit_is_added_kept_or_refused() -> None:
    added = guard("SELECT status FROM orders", limit=50)
    assert added.sql.endswith("LIMIT 51")
    assert (added.notes, added.row_limit) == (("LIMIT 50 added",), 50)
    kept = guard("SELECT product_id FROM products LIMIT 7", limit=50)
    assert kept.sql.endswith("LIMIT 7") and kept.notes == ()
    with pytest.raises(SqlRefused, match="LIMIT is too large: 51"):
        guard("SELECT product_id FROM products LIMIT 51", limit=50)
    assert guard("SELECT product_id FROM products UNION SELECT product_id FROM reviews").sql.endswith("LIMIT 10001")


def test_a_star_becomes_the_columns_that_may_be_seen() -> None:
    hidden = guard("SELECT * FROM suppliers")
    assert "email" not in hidden.sql and "suppliers.country" in hidden.columns
    assert "contact data left out of *" in hidden.notes
    shown = guard("SELECT * FROM suppliers", RowScope(personal=True))
    assert "suppliers.email" in shown.columns and shown.notes == ("LIMIT 10000 added",)


def test_contact_data_needs_its_scope() -> None:
    question = "SELECT email, phone, latitude, count(*) AS n FROM customers GROUP BY ALL HAVING max(email) > 'a' ORDER BY email"
    assert guard(question, RowScope(personal=True)).columns == ("customers.email", "customers.latitude", "customers.phone")
    with pytest.raises(SqlRefused, match="pii:read"):
        guard(question)
    assert guard("SELECT latitude FROM locations").columns == ("locations.latitude",)


def test_what_is_read_is_said() -> None:
    guarded = guard(
        "WITH t AS (SELECT l.product_id AS p FROM order_lines l) SELECT count(*) AS n FROM t JOIN products q ON q.product_id = t.p"
    )
    assert guarded.tables == ("order_lines", "products")
    assert guarded.columns == ("order_lines.product_id", "products.product_id")
    assert guarded.parameters == ()


def test_a_single_row_may_be_joined_without_equality() -> None:
    for statement in (
        "SELECT p.name, t.total FROM products p CROSS JOIN (SELECT sum(net_amount) AS total FROM order_lines) t",
        "SELECT p.name, t.total FROM products p, (SELECT sum(net_amount) AS total FROM order_lines) t",
        "SELECT p.name FROM products p JOIN (SELECT avg(list_price) AS a FROM products) t ON p.list_price > t.a",
        "WITH t AS (SELECT 1 AS one) SELECT p.name, t.one FROM t CROSS JOIN products p",
        "SELECT p.name FROM products p CROSS JOIN (SELECT name FROM suppliers ORDER BY name LIMIT 1) t",
    ):
        assert guard(statement).sql


def test_comments_and_hints_do_not_travel() -> None:
    guarded = guard("SELECT /* a */ status -- b\nFROM orders /* c */ GROUP BY status")
    assert "/*" not in guarded.sql and "--" not in guarded.sql


def test_arguments_that_make_no_sense_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no SQL dialect 'oracle'"):
        guard("SELECT 1", dialect="oracle")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a limit of 0 rows"):
        guard("SELECT 1", limit=0)


def test_results_are_values_that_do_not_change() -> None:
    guarded = guard("SELECT 1 AS x")
    assert guarded == guard("SELECT 1 AS x")
    with pytest.raises(FrozenInstanceError):
        guarded.sql = "DROP TABLE orders"  # type: ignore[misc]


def test_it_can_be_asked_from_many_threads() -> None:
    found: list[GuardedSql] = []
    threads = [threading.Thread(target=lambda: found.extend(guard("SELECT status FROM orders") for _ in range(20))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 120
    assert len(set(found)) == 1


def test_nearest_lists_all_when_few_and_nothing_when_lost() -> None:
    assert nearest("statuss", ["status", "channel"]) == ("status",)
    assert nearest("zzz", ["b", "a"]) == ("a", "b")
    assert nearest("zzz", [f"column{n}" for n in range(100)]) == ()


SALAD = """
    SELECT FROM WHERE orders customers email * ( ) , ; 'x' "y" 1 = AND GROUP BY ORDER count sum JOIN ON USING WITH AS UNION LIMIT . ::
    [ ] { } -> CASE WHEN THEN END OVER PARTITION INTERVAL DATE NULL NOT IN EXISTS LATERAL rowid -- /* */ $1 ? @ # \\ E'a' $$ :=
    DISTINCT HAVING QUALIFY
"""
WORDS = st.sampled_from(SALAD.split())


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=30))
def test_word_salad_is_refused_or_safe_and_never_crashes(words: list[str]) -> None:
    try:
        guarded = guard("SELECT " + " ".join(words))
    except SqlRefused:
        return
    assert "email" not in guarded.columns and ";" not in guarded.sql.replace("';'", "")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_refused_or_guarded(text: str) -> None:
    try:
        guard(text)
        guard(f"SELECT '{text}' AS x")
    except SqlRefused as refused:
        assert refused.code
