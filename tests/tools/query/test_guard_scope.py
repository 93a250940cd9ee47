"""Row scope: every table shows just its rows in scope, counted again with pandas, and the rules agree with the query algebra's."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from ingestion.metrics import load_definitions
from ingestion.schema import TABLE_NAMES
from tests.tools.query.test_guard_warehouse import build_warehouse
from tools.query import guard_scope
from tools.query.guard import RowScope, SqlRefused, guard
from tools.query.guard_scope import OPEN, RULES, Own, Via, undecided

Frames = dict[str, pd.DataFrame]
SCOPES = [
    RowScope(locations=("L1",)),
    RowScope(locations=("L1", "L3")),
    RowScope(provinces=("Hà Nội",)),
    RowScope(provinces=("Đà Nẵng", "Cần Thơ")),
    RowScope(("L2",), ("Đà Nẵng",)),
    RowScope(("L9",), ()),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = build_warehouse(tmp_path_factory.mktemp("scope") / "warehouse.duckdb")
    connection = duckdb.connect(str(path), read_only=True, config={"threads": "1"})
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def frames(warehouse: duckdb.DuckDBPyConnection) -> Frames:
    return {name: warehouse.execute(f"SELECT * FROM {name}").df() for name in TABLE_NAMES}


def visible_rows(table: str, scope: RowScope, frames: Frames) -> int:
    """Rows in scope, by pandas, one table after the other."""
    customers, orders, places = frames["customers"], frames["orders"], frames["locations"]
    if scope.provinces:
        customers = customers[customers.province.isin(scope.provinces)]
        orders = orders[orders.customer_id.isin(customers.customer_id)]
        places = places[places.province.isin(scope.provinces)]
    if scope.locations:
        orders = orders[orders.location_id.isin(scope.locations)]
        places = places[places.location_id.isin(scope.locations)]
        served = frames["orders"][frames["orders"].location_id.isin(scope.locations)]
        customers = customers[customers.customer_id.isin(served.customer_id)]
    bought = frames["purchase_orders"][frames["purchase_orders"].location_id.isin(places.location_id)]
    rows = frames[table]
    if table in ("reviews", "web_events"):
        kept = pd.Series(True, index=rows.index)
        if scope.locations:
            kept &= rows.order_id.isin(frames["orders"][frames["orders"].location_id.isin(scope.locations)].order_id)
        if scope.provinces:
            kept &= rows.customer_id.isin(frames["customers"][frames["customers"].province.isin(scope.provinces)].customer_id)
        return int(kept.sum())
    named = {"customers": customers, "orders": orders, "locations": places, "purchase_orders": bought}
    if table in named:
        return len(named[table])
    if table == "purchase_order_lines":
        return int(rows.po_id.isin(bought.po_id).sum())
    if table in ("order_lines", "returns", "shipments"):
        return int(rows.order_id.isin(orders.order_id).sum())
    return int(rows.location_id.isin(places.location_id).sum()) if table in ("stock_levels", "stock_movements") else len(rows)


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_table_shows_just_its_rows_in_scope(warehouse: duckdb.DuckDBPyConnection, frames: Frames, scope: RowScope) -> None:
    for table in TABLE_NAMES:
        found = warehouse.execute(guard(f"SELECT count(*) AS n FROM {table}", scope).sql).fetchone()
        assert found == (visible_rows(table, scope, frames),), table


def test_scope_narrows_something_and_not_everything(frames: Frames) -> None:
    narrowed = [table for table in TABLE_NAMES if 0 < visible_rows(table, SCOPES[2], frames) < len(frames[table])]
    assert len(narrowed) >= 10


def test_rows_add_up_over_all_provinces(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Each customer is in one province: what each may see adds up to what there is."""
    provinces = [row[0] for row in warehouse.execute("SELECT DISTINCT province FROM customers").fetchall()]
    question = "SELECT sum(l.net_amount) AS revenue FROM order_lines l JOIN orders o USING (order_id)"
    parts = [warehouse.execute(guard(question, RowScope(provinces=(name,))).sql).fetchall()[0][0] for name in provinces]
    whole = warehouse.execute(f"{question} WHERE o.customer_id IS NOT NULL").fetchall()[0][0]
    assert sum(parts) == whole


def test_every_table_of_the_contract_is_decided_about() -> None:
    assert undecided() == []
    assert not OPEN & {table for rules in RULES.values() for table in rules}


def test_rules_agree_with_those_of_the_query_algebra() -> None:
    """The same person sees the same rows whether they ask in words or in SQL."""
    for name, rule in load_definitions().tables.items():
        assert rule.shared == (name in OPEN), name
        for word, mine in (("location", RULES["locations"].get(name)), ("province", RULES["provinces"].get(name))):
            told = f"{mine.table}.{mine.column}" if isinstance(mine, Via) else mine.column if isinstance(mine, Own) else None
            assert rule.scope.get(word) == told, (name, word)


def test_a_table_nobody_decided_about_is_refused_under_a_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {axis: {table: rule for table, rule in of.items() if table != "web_events"} for axis, of in RULES.items()}
    monkeypatch.setattr(guard_scope, "RULES", rules)
    with pytest.raises(SqlRefused, match="cannot be narrowed to your locations") as refused:
        guard("SELECT count(*) AS n FROM orders o JOIN web_events w ON w.order_id = o.order_id", RowScope(locations=("L1",)))
    assert (refused.value.code, refused.value.value) == ("scope", "web_events")
    assert "web_events" not in refused.value.allowed
    assert guard("SELECT count(*) AS n FROM web_events").tables == ("web_events",)


def test_scope_values_are_values(warehouse: duckdb.DuckDBPyConnection) -> None:
    for name in ("O'Brien", "') OR 1=1 --", 'x"y', "a\\' OR 'a'='a", "Hà Nội'; DROP TABLE orders"):
        guarded = guard("SELECT count(*) AS n FROM orders", RowScope(provinces=(name,)))
        assert warehouse.execute(guarded.sql).fetchone() == (0,)


def test_screened_tables_hand_on_only_what_is_used() -> None:
    guarded = guard("SELECT name FROM customers", RowScope(provinces=("Hà Nội",)))
    assert guarded.sql == (
        "SELECT customers.name AS name FROM (SELECT customers.name FROM customers WHERE customers.province IN ('Hà Nội')"
        " LIMIT 9223372036854775807) AS customers LIMIT 10001"
    )
    assert guarded.tables == ("customers",)
    assert guarded.columns == ("customers.name",)
    assert guarded.notes == ("LIMIT 10000 added", "only the rows you may see are read")


def test_the_barrier_stays_between_the_scope_and_the_condition(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The engine's plan tries the caller's condition only on rows that passed the scope."""
    guarded = guard("SELECT count(*) AS n FROM order_lines WHERE sqrt(quantity) > 2", RowScope(locations=("L1",)))
    plan = warehouse.execute(f"EXPLAIN {guarded.sql}").fetchall()[0][1]
    assert plan.index("sqrt") < plan.rindex("LIMIT") < plan.index("L1")


def test_tables_that_are_the_same_for_all_are_read_as_they_are() -> None:
    assert guard("SELECT name FROM products", RowScope(("L1",), ("Hà Nội",))).sql == (
        "SELECT products.name AS name FROM products AS products LIMIT 10001"
    )
