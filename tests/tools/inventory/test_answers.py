"""Every answer about stock: numbers that compute again, evidence that is there, sizes that stay small, and the day it is asked as of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from tests.tools.inventory.conftest import Asking, Copies, before, run
from tools.facts import Fact, Findings
from tools.query.served import Served

CALLS: dict[str, dict[str, object]] = {
    "reorder_advice": {},
    "stockout_risk": {},
    "safety_stock_and_eoq": {"order_cost": 200_000},
    "abc_xyz": {},
    "overstock": {},
    "supplier_options": {"product": "P0005"},
    "what_if_inventory": {"change": {"lead_time_factor": 2}},
    "budget_buying": {"budget": 20_000_000},
    "policy_replay": {"days": 56, "most_series": 10, "fill_rate": 0.9},
    "cost_of_stockouts": {},
}


def again(fact: Fact, by_id: dict[str, Fact]) -> Decimal:
    """A derived fact from its operands."""
    assert fact.derived_from is not None
    operands = [Decimal(str(by_id[each].value)) for each in fact.derived_from.fact_ids]
    match fact.derived_from.op:
        case "sum":
            return sum(operands, Decimal(0))
        case "difference":
            return operands[0] - operands[1]
        case "ratio":
            return operands[0] / operands[1]
    raise AssertionError(fact.derived_from.op)


@pytest.mark.parametrize("tool", CALLS)
def test_numbers_compute_again_and_stand_on_evidence(tool: str, asked: Asking) -> None:
    found = asked(tool, **CALLS[tool])
    by_id = {fact.id: fact for fact in found.facts}
    assert len(by_id) == len(found.facts) > 5
    for fact in found.facts:
        assert fact.evidence_id in {each.id for each in found.evidence}
        if fact.derived_from is not None:
            assert again(fact, by_id) == fact.value, fact
    shown = [fact for fact in found.facts if fact.id.split(".")[1].isdigit()]
    first = found.tables[0] if tool not in ("what_if_inventory", "abc_xyz") else found.tables[1]
    names = [column.name for column in first.columns]
    for fact in shown[:50]:
        if fact.name in names:
            assert first.rows[int(fact.id.split(".")[1])][names.index(fact.name)] == fact.value


@pytest.mark.parametrize("tool", CALLS)
def test_answers_stay_small_and_say_when_there_is_more(tool: str, asked: Asking) -> None:
    arguments = CALLS[tool] | {"limit": 3}
    found = asked(tool, **arguments)
    if tool not in ("policy_replay", "abc_xyz", "what_if_inventory"):
        assert len(found.tables[0].rows) <= 3
    assert len(found.model_dump_json()) < 60_000
    assert found.model_dump_json() == asked(tool, **arguments).model_dump_json()


SPOILT = (
    "UPDATE order_lines SET quantity = quantity * 50 "
    "WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at > TIMESTAMP '{night}')",
    "UPDATE stock_levels SET on_hand = 999, allocated = 0, on_order = 0 WHERE as_of > DATE '{day}'",
    "UPDATE purchase_order_lines SET received_at = received_at + INTERVAL 9 DAYS, received_quantity = 1, rejected_quantity = 1 "
    "WHERE received_at > TIMESTAMP '{night}'",
    "UPDATE purchase_order_lines SET quantity = 777 "
    "WHERE po_id IN (SELECT po_id FROM purchase_orders WHERE ordered_at > TIMESTAMP '{night}')",
    "UPDATE price_history SET list_price = 1 WHERE valid_from > DATE '{day}'",
    "DELETE FROM stock_movements WHERE moved_at > TIMESTAMP '{night}'",
)


@dataclass(frozen=True)
class Future:
    """The same company asked as of one day, as it was and with everything after that day changed; and both asked today."""

    plain: Served
    spoilt: Served
    plain_now: Served
    spoilt_now: Served


@pytest.fixture(scope="session")
def future(kept_copies: Copies, today: date) -> Future:
    day = before(today, 40)
    night = f"{day} 17:00:00"  # the end of the business day, in UTC
    spoilt = [statement.format(day=day, night=night) for statement in SPOILT]
    make = kept_copies.changed
    return Future(make(as_of=day), make(*spoilt, as_of=day), make(as_of=today), make(*spoilt, as_of=today))


@pytest.mark.parametrize("tool", CALLS)
def test_nothing_after_the_day_changes_the_answer(tool: str, future: Future) -> None:
    mine, theirs = run(future.plain, tool, **CALLS[tool]), run(future.spoilt, tool, **CALLS[tool])
    assert mine.facts == theirs.facts and mine.tables == theirs.tables
    if tool != "policy_replay":  # the change is one that can be seen
        assert run(future.spoilt_now, tool, **CALLS[tool]).facts != run(future.plain_now, tool, **CALLS[tool]).facts


def test_stock_is_that_of_the_last_day_with_levels(copies: Copies, today: date) -> None:
    held = copies.changed(f"DELETE FROM stock_levels WHERE as_of > DATE '{before(today, 3)}'")
    found = run(held, "reorder_advice")
    assert any(str(before(today, 3)) in note for note in found.notes)
    assert found.facts


MISSING = {
    "stock_levels": ("reorder_advice", "stockout_risk", "overstock", "cost_of_stockouts", "policy_replay", "budget_buying"),
    "purchase_orders": ("supplier_options",),
}


@pytest.mark.parametrize(("table", "tool"), [(table, tool) for table, tools in MISSING.items() for tool in tools])
def test_a_missing_table_is_named(table: str, tool: str, copies: Copies) -> None:
    from tools.errors import CannotDo

    gone = copies.changed(f"DELETE FROM {table}")
    with pytest.raises(CannotDo, match=f"{table} holds no rows. Load {table}"):
        run(gone, tool, **CALLS[tool])


def test_without_purchase_orders_contracts_and_levels_speak(copies: Copies) -> None:
    found = run(copies.changed("DELETE FROM purchase_orders", "DELETE FROM purchase_order_lines"), "reorder_advice", limit=200)
    assert any("lead times from contracts" in note for note in found.notes)
    assert any(fact.name == "on_order" and fact.value for fact in found.facts)


NO_LEADS = (
    "DELETE FROM suppliers",
    "DELETE FROM purchase_orders",
    "DELETE FROM purchase_order_lines",
    "UPDATE products SET supplier_id = NULL",
)


def test_no_supplier_and_no_lead_time_is_refused_with_what_would_help(copies: Copies) -> None:
    from tools.errors import CannotDo

    bare = copies.changed(*NO_LEADS)
    with pytest.raises(CannotDo, match=r"no supplier on file.*assumed_lead_time_days"):
        run(bare, "reorder_advice")
    given = run(bare, "reorder_advice", assumed_lead_time_days=10)
    assert given.tables[0].rows and any("given in the question" in note for note in given.notes)
    assert run(bare, "stockout_risk").facts and run(bare, "overstock").facts


def test_too_little_history_falls_back_and_says_so(copies: Copies, today: date) -> None:
    found = run(copies.changed(f"DELETE FROM orders WHERE ordered_at < TIMESTAMP '{before(today, 5)}'"), "reorder_advice", show="all")
    assert found.tables[0].rows and any("fallback" in note for note in found.notes)


@pytest.mark.parametrize(
    ("tool", "arguments", "field"),
    [
        ("reorder_advice", {"service_level": 1.5}, "service_level"),
        ("reorder_advice", {"service_level": 95}, "service_level"),
        ("reorder_advice", {"review_days": 0}, "review_days"),
        ("reorder_advice", {"limit": 100_000}, "limit"),
        ("reorder_advice", {"goal": "best"}, "goal"),
        ("stockout_risk", {"horizon_days": 10_000}, "horizon_days"),
        ("budget_buying", {}, "budget"),
        ("budget_buying", {"budget": -5}, "budget"),
        ("what_if_inventory", {"change": {"lead_time_factor": -1}}, "change.lead_time_factor"),
        ("what_if_inventory", {"change": {}}, "change"),
        ("abc_xyz", {"only": "Q"}, "only"),
        ("abc_xyz", {"a_share": 0.96, "b_share": 0.5}, "arguments"),
        ("abc_xyz", {"x_limit": 2}, "arguments"),
        ("what_if_inventory", {"change": {"lead_time_factor": 2, "lead_time_days": 9}}, "change"),
        ("what_if_inventory", {"change": {"lead_time_factor": 2, "lead_time_more_days": 9}}, "change"),
        ("what_if_inventory", {"change": {"lead_time_more_days": 2, "lead_time_days": 0}}, "change"),
        ("what_if_inventory", {"change": {"service_level": 0.99}, "goal": "cost"}, "change.service_level"),
        ("budget_buying", {"budget": -5_000_000}, "budget"),
        ("budget_buying", {"budget": 0}, "budget"),
        ("overstock", {"cover_days": 10_000}, "cover_days"),
        ("safety_stock_and_eoq", {"order_cost": -1}, "order_cost"),
        ("overstock", {"colour": "red"}, "colour"),
    ],
)
def test_bad_arguments_are_named(tool: str, arguments: dict[str, object], field: str, asked: Asking) -> None:
    from tools.errors import BadInput

    with pytest.raises(BadInput) as refused:
        asked(tool, **arguments)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "arguments",
    [{"location": "Atlantis"}, {"supplier": "Nobody & Sons"}, {"where": [{"dimension": "product", "values": ["Unobtainium"]}]}],
)
def test_unknown_names_are_refused(arguments: dict[str, object], asked: Asking) -> None:
    from tools.errors import CannotDo

    with pytest.raises(CannotDo, match="no such value"):
        asked("reorder_advice", **arguments)


def test_a_dimension_no_product_has_is_refused(asked: Asking) -> None:
    from tools.errors import CannotDo

    with pytest.raises(CannotDo, match="Filter by product, category"):
        asked("overstock", where=[{"dimension": "channel", "values": ["web"]}])


def test_only_what_one_may_see_is_planned(served: object, copies: Copies, today: date) -> None:
    from dataclasses import replace

    whole = copies.changed()
    mine = replace(whole, context=replace(whole.context, locations=("L2",)))
    rows = run(mine, "stockout_risk", at_least_chance=0, limit=200).tables[0].rows
    assert {row[2] for row in rows} == {"Kho Long Biên"}
    assert {row[2] for row in run(whole, "stockout_risk", at_least_chance=0, limit=200).tables[0].rows} > {"Kho Long Biên"}


def test_promises_are_the_lines_shown(asked: Asking, today: date) -> None:
    found: Findings = asked("reorder_advice", limit=5)
    assert len(found.promises) == 5
    names = [column.name for column in found.tables[0].columns]
    for promise, row in zip(found.promises, found.tables[0].rows, strict=True):
        assert promise.kind == "reorder" and promise.subject == row[names.index("product_id")]
        assert promise.value == float(str(row[names.index("order_quantity")])) and promise.made_as_of == today
    assert "promises" not in found.model_dump_json()
