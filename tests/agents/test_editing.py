"""Readings as pieces: what may be changed, what comes of it, what is refused."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from agents.editing import PERIODS, Change, Choices, as_message, changed, pieces_of
from agents.plan import Part, Plan, PlannedCall
from ingestion.metrics import load_definitions
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.errors import BadInput
from tools.query.contract import NamedPeriod
from tools.query.operators.value import Value
from tools.query.served import Served

TIMED = frozenset(tool.name for tool in TOOLS if "period" in tool.query.model_fields)
CHOICES = Choices(tuple(load_definitions().metrics), tuple(load_definitions().dimensions), TIMED)
LAST_MONTH = {"kind": "named", "name": "last_month"}


def plan_of(*calls: tuple[str, dict[str, object]]) -> Plan:
    planned = tuple(PlannedCall(id=f"c{place}", tool=tool, arguments=arguments) for place, (tool, arguments) in enumerate(calls, 1))
    return Plan(standalone_question="asked", parts=(Part(agent="bi", question="asked", calls=planned),))


BREAKDOWN = plan_of(
    (
        "breakdown",
        {
            "metrics": ["revenue", "units"],
            "by": ["category"],
            "period": LAST_MONTH,
            "where": [
                {"dimension": "channel", "op": "=", "values": ["web"]},
                {"dimension": "tier", "op": "in", "values": ["gold", "silver"]},
            ],
        },
    )
)


def edit(plan: Plan, *changes: tuple[str, str]) -> Plan:
    return changed(plan, [Change(place=place, value=value) for place, value in changes], CHOICES)


def arguments(plan: Plan, at: int = 0) -> dict[str, object]:
    return plan.calls()[at].arguments


def test_every_piece_says_what_it_is_and_what_it_may_become() -> None:
    pieces = {piece.places[0]: piece for piece in pieces_of(BREAKDOWN, CHOICES)}
    assert {place: (piece.kind, piece.value) for place, piece in pieces.items()} == {
        "c1/metrics/0": ("metric", "revenue"),
        "c1/metrics/1": ("metric", "units"),
        "c1/by/0": ("grouping", "category"),
        "c1/where/0": ("filter", "web"),
        "c1/where/1": ("filter", "gold, silver"),
        "c1/period": ("period", "last_month"),
    }
    assert pieces["c1/metrics/0"].choices == CHOICES.metrics and pieces["c1/period"].choices == PERIODS
    assert pieces["c1/where/0"].removable and not pieces["c1/by/0"].removable


def test_a_change_moves_its_piece_and_nothing_else() -> None:
    edited = edit(BREAKDOWN, ("c1/metrics/0", "margin"), ("c1/period", "last 28 days"))
    assert arguments(edited) == {**arguments(BREAKDOWN), "metrics": ["margin", "units"], "period": {"kind": "last", "n": 28, "unit": "day"}}
    assert arguments(BREAKDOWN)["metrics"] == ["revenue", "units"], "the plan that was given stays as it is"


def test_a_question_about_all_time_can_be_given_a_period() -> None:
    edited = edit(plan_of(("ranking", {"metric": "revenue", "by": "category"})), ("c1/period", "last_year"))
    assert arguments(edited) == {"metric": "revenue", "by": "category", "period": {"kind": "named", "name": "last_year"}}
    assert not [piece for piece in pieces_of(plan_of(("untimed", {"metric": "revenue"})), CHOICES) if piece.kind == "period"]


def test_filters_change_their_values_and_can_go_together() -> None:
    edited = edit(BREAKDOWN, ("c1/where/0", "web, app"), ("c1/where/1", "gold"))
    assert arguments(edited)["where"] == [
        {"dimension": "channel", "op": "in", "values": ["web", "app"]},
        {"dimension": "tier", "op": "=", "values": ["gold"]},
    ]
    assert arguments(edit(BREAKDOWN, ("c1/where/0", ""), ("c1/where/1", "")))["where"] == []
    assert arguments(edit(BREAKDOWN, ("c1/metrics/0", "")))["metrics"] == ["units"]


@pytest.mark.parametrize("names", [["Smith, John", "Lan"], ['Café "Mây"'], ["Tạp hóa A, B, C"], ["plain"]])
def test_a_name_with_a_comma_stays_one_name(names: list[str]) -> None:
    plan = plan_of(
        (
            "breakdown",
            {"metrics": ["revenue"], "where": [{"dimension": "customer", "op": "in" if len(names) > 1 else "=", "values": names}]},
        )
    )
    (piece,) = (piece for piece in pieces_of(plan, CHOICES) if piece.kind == "filter")
    assert arguments(edit(plan, ("c1/where/0", piece.value)))["where"] == [
        {"dimension": "customer", "op": "in" if len(names) > 1 else "=", "values": names}
    ]


def test_a_change_said_twice_is_made_once() -> None:
    edited = edit(BREAKDOWN, ("c1/where/0", ""), ("c1/where/0", ""))
    assert arguments(edited)["where"] == [{"dimension": "tier", "op": "in", "values": ["gold", "silver"]}]


def test_what_several_calls_share_is_changed_once() -> None:
    both = plan_of(
        ("metric_value", {"metrics": ["revenue"], "period": LAST_MONTH}), ("ranking", {"metric": "margin", "period": LAST_MONTH})
    )
    assert [piece.places for piece in pieces_of(both, CHOICES) if piece.kind == "period"] == [("c1/period", "c2/period")]
    edited = edit(both, ("c1/period", "2026-01-01 to 2026-03-31"))
    assert arguments(edited)["period"] == arguments(edited, 1)["period"] == {"kind": "between", "start": "2026-01-01", "end": "2026-03-31"}


@pytest.mark.parametrize("said", PERIODS)
def test_every_period_offered_is_one_a_query_takes(said: str, served: Served) -> None:
    plan = edit(plan_of(("metric_value", {"metrics": ["revenue"], "period": {"kind": "all"}})), ("c1/period", said))
    Value.model_validate(arguments(plan))
    assert [piece.value for piece in pieces_of(plan, CHOICES) if piece.kind == "period"] == [said]
    assert set(get_args(NamedPeriod)) < set(PERIODS)


def test_a_changed_plan_runs(served: Served) -> None:
    edited = edit(BREAKDOWN, ("c1/by/0", "province"), ("c1/metrics/1", ""))
    findings = call(ToolCall("breakdown", arguments(edited)), ToolContext(served), TOOLS)
    assert {fact.name for fact in findings.facts} == {"revenue"}


def test_as_a_message_it_is_the_same_plan_with_words_for_a_person() -> None:
    edited = edit(BREAKDOWN, ("c1/where/1", ""))
    sent = json.loads(as_message(edited))
    assert Plan.model_validate(sent).calls() == edited.calls()
    assert sent["standalone_question"] == "revenue and units by category for channel web last month"


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("c9/metric", "margin", "place"),
        ("c1/metrics/0", "happiness", "metric"),
        ("c1/by/0", "", "by"),
        ("c1/by/0", "moon", "grouping"),
        ("c1/period", "when pigs fly", "period"),
        ("c1/period", "2026-13-01 to 2026-12-01", "period"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name(place: str, value: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        edit(BREAKDOWN, (place, value))
    assert refused.value.field == field and refused.value.allowed


@pytest.mark.parametrize("n", ["0", "-1", "1001", "many", "1.5"])
def test_a_number_of_places_has_its_bounds(n: str) -> None:
    with pytest.raises(BadInput, match="1 to 1000"):
        edit(plan_of(("ranking", {"metric": "revenue", "by": "category", "n": 5})), ("c1/n", n))
