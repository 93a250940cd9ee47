"""Every row keeps the data contract: keys, references, required values, choices and bounds."""

from __future__ import annotations

import pytest

from ingestion.schema import TABLES, Table, table
from tests.ingestion.demo.building import Built

EACH_TABLE = pytest.mark.parametrize("contract", TABLES, ids=lambda contract: contract.name)


@EACH_TABLE
def test_table_has_rows(company: Built, contract: Table) -> None:
    assert company.value(f"SELECT count(*) FROM {contract.name}") > 0


@EACH_TABLE
def test_keys_are_unique(company: Built, contract: Table) -> None:
    key = ", ".join(contract.key)
    assert company.rows(f"SELECT {key} FROM {contract.name} GROUP BY ALL HAVING count(*) > 1 LIMIT 3") == []


@EACH_TABLE
def test_required_values_are_there(company: Built, contract: Table) -> None:
    empty = {
        column.name: company.value(f"SELECT count(*) FROM {contract.name} WHERE {column.name} IS NULL")
        for column in contract.columns
        if column.required
    }
    assert not any(empty.values()), empty


@EACH_TABLE
def test_every_column_is_used(company: Built, contract: Table) -> None:
    for column in contract.columns:
        assert company.value(f"SELECT count({column.name}) FROM {contract.name}") > 0, column.name


@EACH_TABLE
def test_references_resolve(company: Built, contract: Table) -> None:
    for column in contract.columns:
        if column.references:
            parent = table(column.references)
            orphans = f"SELECT {column.name} FROM {contract.name} WHERE {column.name} IS NOT NULL"
            assert company.rows(f"({orphans}) EXCEPT (SELECT {parent.key[0]} FROM {parent.name}) LIMIT 3") == [], column.name


@EACH_TABLE
def test_choices_and_bounds_hold(company: Built, contract: Table) -> None:
    for column in contract.columns:
        conditions = [
            f"{column.name} NOT IN ({', '.join(repr(choice) for choice in column.choices)})" if column.choices else "",
            f"{column.name} < {column.minimum}" if column.minimum is not None else "",
            f"{column.name} <= {column.above}" if column.above is not None else "",
            f"{column.name} > {column.maximum}" if column.maximum is not None else "",
        ]
        for condition in filter(None, conditions):
            assert company.value(f"SELECT count(*) FROM {contract.name} WHERE {condition}") == 0, condition


@EACH_TABLE
def test_money_is_whole_dong(company: Built, contract: Table) -> None:
    for column in contract.columns:
        if column.kind == "money":
            assert company.value(f"SELECT count(*) FROM {contract.name} WHERE {column.name} <> floor({column.name})") == 0, column.name


@EACH_TABLE
def test_nothing_happens_outside_the_period(company: Built, contract: Table) -> None:
    """Timestamps are UTC; the business day is seven hours ahead."""
    for column in contract.columns:
        if column.kind == "timestamp":
            moment = f"{column.name} + INTERVAL 7 HOUR"
            low, high = company.rows(f"SELECT min({moment}), max({moment}) FROM {contract.name}")[0]
            first = company.value("SELECT min(as_of) FROM stock_levels")
            assert str(low) >= str(first) and str(high) < "2026-11-01", (column.name, low, high)
