"""Pushed events: acknowledged means on disk; applied once, whatever is killed in between."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import applying
from ingestion.applying import apply_waiting
from ingestion.errors import BadFile
from ingestion.events import accept
from ingestion.inbox import inbox, refused, waiting
from ingestion.load import LoadRequest
from ingestion.report import LoadReport
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
        ('{"type": ["order"]}', "is not known"),
        ('{"type": "product", "product_id": "\\ud800"}', "product_id is no text"),
        ('{"type": "product", "product_id": "P\\u0000"}', "product_id is no text"),
        ('{"type": "product", "\\ud800": 1, "product_id": "P"}', "has no field"),
        ('{"type": "product", "product_id": "P", "name": "' + "x" * 200_000 + '"}', "200,000 characters"),
        ('{"type": "product", "product_id": "P", "unit_cost": NaN}', "NaN"),
        ('{"type": "product", "product_id": "P", "unit_cost": 1e999}', "larger than any number"),
        ("[" * 100_000, "not JSON"),
        ('{"type": "order_line", "order_id": "A1", "product_id": "P1", "quantity": 1}', "needs line_no"),
        ('{"type": "product", "product_id": null}', "needs product_id"),
    ],
)
def test_a_misshapen_event_refuses_the_push_and_nothing_is_acknowledged(warehouse: Warehouse, line: str, says: str) -> None:
    with pytest.raises(BadFile, match=says) as refusal:
        accept(warehouse, [json.dumps(MASTERS[0]), line])
    assert "line 2" in str(refusal.value)
    assert not inbox(warehouse).exists()


def test_killed_after_publishing_the_events_are_not_applied_again(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(warehouse, [json.dumps(event) for event in (*MASTERS, ORDER)])
    with monkeypatch.context() as patch:
        patch.setattr(applying, "_settle", _killed)
        with pytest.raises(KeyboardInterrupt):
            apply_waiting(warehouse, LoadRequest(()))
    assert len(waiting(warehouse)) == 1
    report = apply_waiting(warehouse, LoadRequest(()))
    assert report and report.verdict == "unchanged"
    assert waiting(warehouse) == []
    assert warehouse.snapshot().name == "v000001"


def _killed(path: Path, entries: list[object]) -> None:
    raise KeyboardInterrupt


STEPS: list[dict[str, object]] = [
    {"status": "pending", "channel": "web"},
    {"status": "shipped", "channel": "app", "payment_method": "cash"},
    {"status": "cancelled"},
    {"status": "delivered", "channel": "phone"},
    {"payment_method": "card"},
]


@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(range(len(STEPS))), min_size=1, max_size=6), cuts=st.sets(st.integers(0, 6)))
def test_events_of_one_order_end_as_if_applied_one_by_one(steps: list[int], cuts: set[int], tmp_path: Path) -> None:
    with TemporaryDirectory(dir=tmp_path) as home:
        warehouse = Warehouse(Path(home))
        expected: dict[str, object] = {"status": "delivered", "channel": None, "payment_method": None}
        events: list[str] = []
        for place, step in enumerate(steps):
            expected |= STEPS[step]
            if place in cuts and events:
                accept(warehouse, events)
                events = []
            events.append(json.dumps({"type": "order", "order_id": "A1", "ordered_at": "2026-01-02"} | STEPS[step]))
        accept(warehouse, events)
        apply_waiting(warehouse, LoadRequest(()))
        assert ask(warehouse, "SELECT status, channel, payment_method FROM orders") == [tuple(expected.values())]


ORPHAN = ORDER | {"order_id": "A2", "customer_id": "C9"}
CUSTOMER: dict[str, object] = {"type": "customer", "customer_id": "C9"}


def send(warehouse: Warehouse, *pushed: dict[str, object]) -> LoadReport | None:
    accept(warehouse, [json.dumps(event) for event in pushed])
    return apply_waiting(warehouse, LoadRequest(()))


def test_an_event_that_overtakes_the_one_it_refers_to_waits_for_it(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS)
    report = send(warehouse, ORPHAN)
    assert report and report.verdict == "unchanged"
    assert len(waiting(warehouse)) == 1
    send(warehouse, {"type": "product", "product_id": "P3"})
    assert len(waiting(warehouse)) == 1
    send(warehouse, CUSTOMER)
    assert waiting(warehouse) == []
    assert ask(warehouse, "SELECT order_id, customer_id FROM orders") == [("A2", "C9")]
    assert ask(warehouse, "SELECT count(*) FROM order_lines") == [(2,)]


def test_what_waited_never_undoes_what_came_later(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS)
    send(warehouse, ORPHAN | {"status": "pending"})
    send(warehouse, {"type": "order", "order_id": "A2", "ordered_at": "2026-01-02", "status": "delivered"})
    send(warehouse, CUSTOMER)
    assert ask(warehouse, "SELECT customer_id, status FROM orders") == [("C9", "delivered")]
    assert waiting(warehouse) == []
    send(warehouse, ORPHAN | {"order_id": "A3", "customer_id": "C8", "status": "pending"})
    send(warehouse, {"type": "order", "order_id": "A3", "ordered_at": "2026-01-02", "status": "paid", "customer_id": "C1"})
    assert waiting(warehouse) == []
    send(warehouse, CUSTOMER | {"customer_id": "C8"})
    assert ask(warehouse, "SELECT customer_id, status FROM orders WHERE order_id = 'A3'") == [("C1", "paid")]


def test_an_event_that_waited_too_long_is_kept_with_its_reason(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    push(warehouse, *MASTERS)
    send(warehouse, ORPHAN)
    monkeypatch.setattr(applying, "MAX_TRIES", 3)
    monkeypatch.setattr(applying, "PATIENCE_SECONDS", 0.0)
    apply_waiting(warehouse, LoadRequest(()))
    assert refused(warehouse) == []
    apply_waiting(warehouse, LoadRequest(()))
    assert waiting(warehouse) == []
    kept = [json.loads(line) for path in refused(warehouse) for line in path.read_text().splitlines()]
    assert [(each["table"], each["rule"], each["field"]) for each in kept] == [
        ("orders", "orphan", "customer_id"),
        ("order_lines", "orphan", "order_id"),
        ("order_lines", "orphan", "order_id"),
    ]
    assert kept[0]["row"]["customer_id"] == "C9"


def test_an_event_that_breaks_a_rule_is_kept_with_its_reason_and_spoils_no_other(warehouse: Warehouse) -> None:
    push(warehouse, *MASTERS, ORDER)
    update: dict[str, object] = {"type": "order", "order_id": "A1", "ordered_at": "2026-01-02"}
    report = send(warehouse, update | {"status": "cancelt"}, update | {"channel": "phone"})
    assert report and (report.verdict, report.snapshot) == ("loaded", warehouse.snapshot().name)
    assert ask(warehouse, "SELECT status, channel FROM orders") == [("paid", "phone")]
    (kept,) = [json.loads(line) for path in refused(warehouse) for line in path.read_text().splitlines()]
    assert (kept["rule"], kept["field"], kept["row"]["status"]) == ("unknown_value", "status", "cancelt")
    assert waiting(warehouse) == []


def test_a_movement_pushed_again_is_one_movement_and_twice_in_one_push_are_two(warehouse: Warehouse) -> None:
    movement: dict[str, object] = {
        "type": "stock_movement",
        "moved_at": "2026-01-02 10:00",
        "location_id": "L1",
        "product_id": "P1",
        "kind": "sale",
        "quantity": -1,
    }
    push(warehouse, *MASTERS, movement)
    send(warehouse, movement | {"reference_id": None})
    accept(warehouse, [json.dumps(movement | {"quantity": -1.0})])
    send(warehouse, movement)
    assert ask(warehouse, "SELECT count(*) FROM stock_movements") == [(1,)]
    send(warehouse, movement | {"kind": "damage"}, movement | {"kind": "damage"})
    assert ask(warehouse, "SELECT kind, count(*) FROM stock_movements GROUP BY 1 ORDER BY 1") == [("damage", 2), ("sale", 1)]


def test_times_without_a_zone_are_in_the_zone_asked_for(warehouse: Warehouse) -> None:
    accept(warehouse, [json.dumps({"type": "order", "order_id": "A1", "ordered_at": "2026-01-02 08:00"})])
    apply_waiting(warehouse, LoadRequest((), timezone="Asia/Ho_Chi_Minh", currency="VND"))
    assert ask(warehouse, "SELECT CAST(ordered_at AS VARCHAR) FROM orders") == [("2026-01-02 01:00:00",)]
    company = warehouse.snapshot().card.company
    assert (company.timezone, company.currency) == ("Asia/Ho_Chi_Minh", "VND")


def test_a_push_that_finds_no_room_leaves_nothing_behind(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ingestion.inbox.os.fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        accept(warehouse, [json.dumps(MASTERS[0])])
    assert list(inbox(warehouse).iterdir()) == []
