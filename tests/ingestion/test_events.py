"""Pushed events: acknowledged means on disk; applied once, whatever is killed in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import events
from ingestion.errors import BadFile
from ingestion.events import accept, apply_waiting, waiting
from ingestion.load import LoadRequest
from ingestion.warehouse import Warehouse, open_readonly

ORDER: dict[str, object] = {
    "type": "order",
    "order_id": "A1",
    "customer_id": "C1",
    "ordered_at": "2026-01-02T10:00:00Z",
    "status": "paid",
    "lines": [{"product_id": "P1", "quantity": 2, "unit_price": 10}, {"product_id": "P2", "quantity": 1, "unit_price": 3.5}],
}
MASTERS: list[dict[str, object]] = [
    {"type": "product", "product_id": "P1", "name": "Tea"},
    {"type": "product", "product_id": "P2", "name": "Milk"},
    {"type": "customer", "customer_id": "C1"},
    {"type": "location", "location_id": "L1", "name": "Shop"},
]


def push(warehouse: Warehouse, *pushed: dict[str, object]) -> None:
    accept(warehouse, [json.dumps(event) for event in pushed])
    assert apply_waiting(warehouse, LoadRequest(()))


def ask(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with open_readonly(warehouse.snapshot().database) as connection:
        return connection.execute(sql).fetchall()


def test_events_become_rows(warehouse: Warehouse) -> None:
    movement: dict[str, object] = {
        "type": "stock_movement",
        "moved_at": "2026-01-02T11:00:00Z",
        "location_id": "L1",
        "product_id": "P1",
        "kind": "sale",
        "quantity": -2,
    }
    view: dict[str, object] = {
        "type": "web_event",
        "occurred_at": "2026-01-02T09:00Z",
        "visitor_id": "V1",
        "event": "view",
        "product_id": "P1",
    }
    push(warehouse, *MASTERS, ORDER, movement, view)
    assert ask(warehouse, "SELECT line_no, product_id, CAST(net_amount AS DOUBLE) FROM order_lines ORDER BY 1") == [
        (1, "P1", 20.0),
        (2, "P2", 3.5),
    ]
    assert ask(warehouse, "SELECT kind, CAST(quantity AS INT) FROM stock_movements") == [("sale", -2)]
    assert ask(warehouse, "SELECT event FROM web_events") == [("view",)]
    assert waiting(warehouse) == []


def test_a_later_event_changes_only_what_it_speaks_of(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS, ORDER)
    push(warehouse, {"type": "order", "order_id": "A1", "ordered_at": "2026-01-02T10:00:00Z", "status": "delivered"})
    assert ask(warehouse, "SELECT customer_id, status FROM orders") == [("C1", "delivered")]


def test_the_same_push_twice_is_applied_once_by_key(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS, ORDER)
    push(warehouse, ORDER)
    assert ask(warehouse, "SELECT count(*) FROM order_lines") == [(2,)]


def test_an_event_that_breaks_a_rule_is_kept_with_its_reason(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS, ORDER)
    accept(
        warehouse, [json.dumps(ORDER | {"order_id": "A2", "customer_id": "C9", "lines": []}), json.dumps(MASTERS[0] | {"product_id": "P3"})]
    )
    report = apply_waiting(warehouse, LoadRequest(()))
    assert report
    assert [(reason.rule, reason.field) for source in report.sources for reason in source.reasons] == [("orphan", "customer_id")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "not JSON"),
        ("[1]", "type"),
        ('{"type": "ordr"}', "'ordr' is not known"),
        ('{"type": "order", "order_id": "A1"}', "needs ordered_at"),
        ('{"type": "order", "order_id": "A1", "orderd_at": "2026-01-01"}', "did you mean 'ordered_at'"),
        ('{"type": "order", "order_id": {"x": 1}, "ordered_at": "2026-01-01"}', "holds a dict"),
        ('{"type": "order", "order_id": "A1", "ordered_at": "2026-01-01", "lines": 5}', "not a list"),
    ],
)
def test_a_misshapen_event_refuses_the_push_and_nothing_is_acknowledged(warehouse: Warehouse, line: str, says: str) -> None:
    with pytest.raises(BadFile, match=says) as refused:
        accept(warehouse, [json.dumps(MASTERS[0]), line])
    assert "line 2" in str(refused.value)
    assert waiting(warehouse) == []


def test_killed_after_publishing_the_events_are_not_applied_again(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(warehouse, [json.dumps(event) for event in (*MASTERS, ORDER)])
    with monkeypatch.context() as patch:
        patch.setattr(events, "_forget", _killed)
        with pytest.raises(KeyboardInterrupt):
            apply_waiting(warehouse, LoadRequest(()))
    assert len(waiting(warehouse)) == 1
    report = apply_waiting(warehouse, LoadRequest(()))
    assert report and report.verdict == "unchanged"
    assert waiting(warehouse) == []
    assert warehouse.snapshot().name == "v000001"


def _killed(path: Path) -> None:
    raise KeyboardInterrupt
