"""Every row keeps the data contract: keys, references, required values, choices and bounds."""

from __future__ import annotations

import pytest

from ingestion.schema import TABLES, Table, table
from tests.ingestion.demo.building import Built

EACH_TABLE = pytest.mark.parametrize("contract", TABLES, ids=lambda contract: contract.name)


@EACH_TABLE
def test_table_has_rows(tiny: Built, contract: Table) -> None:
    assert tiny.value(f"SELECT count(*) FROM {contract.name}") > 0


@EACH_TABLE
def test_keys_are_unique(tiny: Built, contract: Table) -> None:
    key = ", ".join(contract.key)
    assert tiny.rows(f"SELECT {key} FROM {contract.name} GROUP BY ALL HAVING count(*) > 1 LIMIT 3") == []


@EACH_TABLE
def test_required_values_are_there(tiny: Built, contract: Table) -> None:
    empty = {
        column.name: tiny.value(f"SELECT count(*) FROM {contract.name} WHERE {column.name} IS NULL")
        for column in contract.columns
        if column.required
    }
    assert not any(empty.values()), empty


@EACH_TABLE
def test_every_column_is_used(tiny: Built, contract: Table) -> None:
    for column in contract.columns:
        assert tiny.value(f"SELECT count({column.name}) FROM {contract.name}") > 0, column.name


@EACH_TABLE
def test_references_resolve(tiny: Built, contract: Table) -> None:
    for column in contract.columns:
        if column.references:
            parent = table(column.references)
            orphans = f"SELECT {column.name} FROM {contract.name} WHERE {column.name} IS NOT NULL"
            assert tiny.rows(f"({orphans}) EXCEPT (SELECT {parent.key[0]} FROM {parent.name}) LIMIT 3") == [], column.name


@EACH_TABLE
def test_choices_and_bounds_hold(tiny: Built, contract: Table) -> None:
    for column in contract.columns:
        conditions = [
            f"{column.name} NOT IN ({', '.join(repr(choice) for choice in column.choices)})" if column.choices else "",
            f"{column.name} < {column.minimum}" if column.minimum is not None else "",
            f"{column.name} <= {column.above}" if column.above is not None else "",
            f"{column.name} > {column.maximum}" if column.maximum is not None else "",
        ]
        for condition in filter(None, conditions):
            assert tiny.value(f"SELECT count(*) FROM {contract.name} WHERE {condition}") == 0, condition


@EACH_TABLE
def test_money_is_whole_dong(tiny: Built, contract: Table) -> None:
    for column in contract.columns:
        if column.kind == "money":
            assert tiny.value(f"SELECT count(*) FROM {contract.name} WHERE {column.name} <> floor({column.name})") == 0, column.name


@EACH_TABLE
def test_nothing_happens_outside_the_period(tiny: Built, contract: Table) -> None:
    """Timestamps are UTC; the business day is seven hours ahead."""
    for column in contract.columns:
        if column.kind == "timestamp":
            low, high = tiny.rows(
                f"SELECT min({column.name} + INTERVAL 7 HOUR), max({column.name} + INTERVAL 7 HOUR) FROM {contract.name}"
            )[0]
            assert str(low) >= "2026-03-01" and str(high) < "2026-11-01", (column.name, low, high)
