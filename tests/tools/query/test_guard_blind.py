"""What a caller may not see has no influence on any answer: two warehouses that differ only there answer alike."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from tests.tools.query.test_guard_benign import statements
from tests.tools.query.test_guard_warehouse import CANARY, build_warehouse
from tools.query.guard import RowScope, SqlRefused, guard

LISTS = json.loads(Path(__file__).with_name("test_guard_attacks.json").read_text(encoding="utf-8"))
Blind = Literal["personal", "province", "location"]
SCOPES: dict[Blind, RowScope] = {
    "personal": RowScope(),
    "province": RowScope(provinces=("Hà Nội",)),
    "location": RowScope(locations=("L1",)),
}
# Said again by hand, so that a mistake in the rules is not repeated here: the keys that are in sight.
SIGHT: dict[Blind, tuple[str, str, str]] = {
    "province": (
        "SELECT customer_id FROM customers WHERE province = 'Hà Nội'",
        "SELECT order_id FROM orders WHERE customer_id IN (SELECT customer_id FROM customers WHERE province = 'Hà Nội')",
        "SELECT location_id FROM locations WHERE province = 'Hà Nội'",
    ),
    "location": (
        "SELECT customer_id FROM orders WHERE location_id = 'L1'",
        "SELECT order_id FROM orders WHERE location_id = 'L1'",
        "SELECT 'L1' AS location_id",
    ),
}
# What is put in place of names to look for a way round.
PROBES = [
    *("email", "phone", "device_id", "rowid", "latitude", "customers", "orders", "suppliers", "c", "o", "*", "c.*"),
    *("c.email", "customers.email", "customers.phone", "o.device_id", "main.orders", "ascii(email)", "(SELECT email FROM customers)"),
    *("sqrt(-1)", "CAST(customer_id AS INT)", "CAST(order_id AS INT)", "CAST(name AS INT)"),
]

Pair = tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]


def make_twin(path: Path, blind: Blind) -> None:
    """Change everything that is out of sight: contact data gets other values, rows out of scope go."""
    connection = duckdb.connect(str(path))
    connection.execute("UPDATE customers SET email = 'x', phone = NULL, latitude = length(name), longitude = -1")
    connection.execute("UPDATE suppliers SET email = 'q' || name")
    connection.execute("UPDATE orders SET device_id = 'same'")
    if blind != "personal":
        drop_rows_out_of_sight(connection, blind)
    connection.close()


def drop_rows_out_of_sight(connection: duckdb.DuckDBPyConnection, blind: Blind) -> None:
    for name, query in zip(("customer_id", "order_id", "location_id"), SIGHT[blind], strict=True):
        connection.execute(f"CREATE TEMP TABLE seen_{name} AS {query}")
    connection.execute("CREATE TEMP TABLE seen_po_id AS SELECT po_id FROM purchase_orders WHERE location_id IN (FROM seen_location_id)")
    by_customer = ("reviews", "web_events") if blind == "province" else ()
    by_order = ("order_lines", "returns", "shipments", "orders") + (() if by_customer else ("reviews", "web_events"))
    keys = {
        "customer_id": ("customers", *by_customer),
        "order_id": by_order,
        "location_id": ("stock_levels", "stock_movements", "locations", "purchase_orders"),
        "po_id": ("purchase_order_lines",),
    }
    for key, tables in keys.items():
        for table in tables:
            connection.execute(
                f"DELETE FROM {table} WHERE {key} IS NULL OR {key} NOT IN (SELECT {key} FROM seen_{key} WHERE {key} IS NOT NULL)"
            )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_warehouse(tmp_path_factory.mktemp("blind") / "original.duckdb")


@pytest.fixture(scope="module", params=list(SCOPES))
def blind(request: pytest.FixtureRequest) -> Blind:
    chosen: Blind = request.param
    return chosen


@pytest.fixture(scope="module")
def pair(original: Path, blind: Blind) -> Iterator[Pair]:
    twin = original.with_name(f"{blind}.duckdb")
    shutil.copy(original, twin)
    make_twin(twin, blind)
    one, other = (duckdb.connect(str(path), read_only=True, config={"threads": "1"}) for path in (original, twin))
    yield one, other
    one.close()
    other.close()


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str] | str:
    try:
        return sorted(map(repr, connection.execute(sql).fetchall()))
    except duckdb.Error as error:
        return type(error).__name__


def leaks(pair: Pair, statement: str, scope: RowScope) -> bool:
    try:
        sql = guard(statement, scope).sql
    except SqlRefused:
        return False
    one, other = (answer(connection, sql) for connection in pair)
    return one != other or CANARY in str(one)


def test_the_twins_do_differ(pair: Pair, blind: Blind) -> None:
    """Unguarded, the same questions do see the difference: the comparison can fail."""
    asked = [statement for statement in LISTS["blind"][blind] if answer(pair[0], statement) != answer(pair[1], statement)]
    assert len(asked) >= 8


@pytest.mark.parametrize("share", [0.25, pytest.param(1.0, marks=pytest.mark.slow)])
def test_the_lists_see_no_difference(pair: Pair, blind: Blind, share: float) -> None:
    others = [*LISTS["blind"]["province"], *LISTS["blind"]["location"], *LISTS["blind"]["personal"], *statements()]
    asked = [*LISTS["blind"][blind], *LISTS["harmless"], *random.Random(blind).sample(others, int(len(others) * share))]
    assert [statement for statement in asked if leaks(pair, statement, SCOPES[blind])] == []


def test_attacks_that_pass_in_another_dialect_see_no_difference(pair: Pair, blind: Blind) -> None:
    attacks = [statement for family in LISTS["refused"].values() for statement in family]
    assert [statement for statement in attacks if leaks(pair, statement, SCOPES[blind])] == []


@pytest.mark.parametrize("times", [1, pytest.param(40, marks=pytest.mark.slow)])
def test_statements_with_a_name_replaced_see_no_difference(pair: Pair, blind: Blind, times: int) -> None:
    chance = random.Random(f"{blind} {times}")
    tried = [probed(statement, chance) for statement in (*statements(), *LISTS["blind"][blind]) for _ in range(times)]
    assert [statement for statement in tried if leaks(pair, statement, SCOPES[blind])] == []


def probed(statement: str, chance: random.Random) -> str:
    start, end = chance.choice([found.span() for found in re.finditer(r"[A-Za-z_][A-Za-z0-9_.]*", statement)])
    return statement[:start] + chance.choice(PROBES) + statement[end:]


@pytest.mark.parametrize("blind", ["province", "location"], indirect=True)
def test_a_condition_that_fails_on_hidden_rows_does_not_tell(pair: Pair, blind: Blind) -> None:
    """An error is an answer too: casts and roots that would fail out of sight must not be tried there."""
    hidden = pair[0].execute(f"SELECT order_id FROM orders WHERE order_id NOT IN ({SIGHT[blind][1]}) ORDER BY 1 LIMIT 5").fetchall()
    tests = ("CAST(product_id AS INTEGER)", "sqrt(-1)", "ln(-1)", "make_date(1, 13, 1)", "strptime('x', '%Y')")
    for (order_id,) in hidden:
        for failing in tests:
            probe = f"SELECT count(*) AS n FROM order_lines WHERE CASE WHEN order_id = '{order_id}' THEN {failing} END IS NOT NULL"
            assert not leaks(pair, probe, SCOPES[blind]), probe
            assert answer(pair[0], guard(probe, SCOPES[blind]).sql) == ["(0,)"]
