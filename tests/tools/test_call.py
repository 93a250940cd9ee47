"""The gate: permission, validation, run, audit, for every call; refusals are named by who must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.call import AuditEntry, call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext, tool
from tools.errors import BadInput, CannotDo, NeedsPermission, ToolError
from tools.facts import Findings
from tools.query.operators.value import Value

REVENUE = {"metrics": ["revenue"], "period": {"kind": "named", "name": "last_month"}}


def test_a_call_gives_facts_bound_to_their_query(context: ToolContext) -> None:
    found = call(ToolCall("metric_value", REVENUE, "c7"), context, TOOLS)
    (fact,) = found.facts
    (evidence,) = found.evidence
    assert fact.id == "c7.0.revenue"
    assert fact.evidence_id == evidence.id == "c7.e"
    assert (fact.unit, fact.period and fact.period.start.isoformat()) == ("money", "2026-09-01")
    assert evidence.kind == "query" and evidence.tool == "metric_value"
    served = context.served.source
    assert served.fetch(evidence.sql, evidence.parameters)[0][0] == fact.value  # the evidence can be run again


def test_every_call_is_audited_refused_ones_too(context: ToolContext) -> None:
    seen: list[AuditEntry] = []
    call(ToolCall("metric_value", REVENUE), context, TOOLS, seen.append)
    for name, arguments in (
        ("metric_value", {"metrics": ["revenu"]}),
        ("nonsense", {}),
        ("breakdown", {"metrics": ["stock_on_hand"], "by": ["customer"]}),
    ):
        with pytest.raises(ToolError):
            call(ToolCall(name, arguments), context, TOOLS, seen.append)
    with pytest.raises(NeedsPermission):
        call(ToolCall("metric_value", REVENUE), replace(context, caller=Caller("guest", frozenset())), TOOLS, seen.append)
    assert [entry.outcome for entry in seen] == ["done", "bad_input", "bad_input", "cannot_do", "forbidden"]
    assert seen[0].arguments_sha256 == seen[4].arguments_sha256 != seen[1].arguments_sha256


@pytest.mark.parametrize(
    ("name", "arguments", "field", "nearest"),
    [
        ("rankin", {}, "tool", "ranking"),
        ("metric_value", {"metrics": ["revenu"]}, "metrics", "revenue"),
        ("ranking", {"metric": "revenue", "by": "produkt"}, "by", "product"),
        ("ranking", {"metric": "revenue", "by": "product", "m": 5}, "m", None),
        ("ranking", {"metric": "revenue", "by": "product", "n": 0}, "n", None),
        ("ranking", {"metric": "revenue"}, "by", None),
        ("metric_value", {"metrics": ["revenue"], "junk": "x" * 70_000}, "arguments", None),
    ],
)
def test_bad_arguments_name_field_and_nearest(
    context: ToolContext, name: str, arguments: dict[str, object], field: str, nearest: str | None
) -> None:
    with pytest.raises(BadInput) as refused:
        call(ToolCall(name, arguments), context, TOOLS)
    assert refused.value.field == field
    assert nearest is None or nearest in refused.value.nearest


def test_what_the_data_cannot_say_is_another_refusal(context: ToolContext) -> None:
    with pytest.raises(CannotDo, match="not tied to customers"):
        call(ToolCall("breakdown", {"metrics": ["stock_on_hand"], "by": ["customer"]}), context, TOOLS)


def test_personal_data_follows_the_session_never_the_arguments(context: ToolContext) -> None:
    wanted = ToolCall("look_up", {"of": "customer", "ids": ["C00001"]})
    sly = replace(context, served=replace(context.served, context=replace(context.served.context, personal=True)))
    plain = call(wanted, sly, TOOLS)
    allowed = call(wanted, replace(context, caller=Caller("dpo", frozenset({"data:read", "pii:read"}))), TOOLS)
    shown, full = ({column.name for column in found.tables[0].columns} for found in (plain, allowed))
    assert "email" not in shown
    assert "email" in full


def test_a_call_never_takes_longer_than_its_session_or_its_agent_gives_it(context: ToolContext) -> None:
    seen: list[float] = []

    @tool()
    def look(context: ToolContext, query: Value) -> Findings:
        """Looks."""
        seen.append(context.served.context.max_seconds)
        return Findings()

    usual = context.served.context.max_seconds
    for seconds in (3.0, usual + 1):
        call(ToolCall("look", REVENUE), replace(context, seconds=seconds), (look,))
    assert seen == [3.0, usual]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_asks_nothing(context: ToolContext, number: float) -> None:
    arguments = {"metrics": ["revenue"], "by": ["category"], "having": [{"metric": "revenue", "op": ">", "value": number}]}
    with pytest.raises(BadInput, match="NaN"):
        call(ToolCall("breakdown", arguments), context, TOOLS)


APRIL = {"kind": "calendar", "year": 2026, "month": 4}
COMPARING = [
    ("metric_value", {**REVENUE, "compare": {"to": "previous"}}, ("2026-08-01", "2026-08-31")),
    ("metric_value", {**REVENUE, "compare": {"to": "period", "period": APRIL}}, ("2026-04-01", "2026-04-30")),
    ("metric_value", REVENUE, None),
    ("change_by_member", {"metric": "revenue", "by": "category", "period": REVENUE["period"]}, ("2026-08-01", "2026-08-31")),
]


@pytest.mark.parametrize(("name", "arguments", "days"), COMPARING)
def test_findings_say_which_days_they_compare_with(
    context: ToolContext, name: str, arguments: dict[str, object], days: tuple[str, str] | None
) -> None:
    compared = call(ToolCall(name, arguments), context, TOOLS).compared
    assert (compared and (compared.start.isoformat(), compared.end.isoformat())) == days


def test_of_a_chain_only_the_last_step_compares(context: ToolContext) -> None:
    changed = {"kind": "change", "metric": "revenue", "by": "category", "period": REVENUE["period"]}
    among = [{"dimension": "category", "op": "in_step", "step": "fell", "column": "category"}]
    last = {"kind": "value", "metrics": ["orders"], "period": REVENUE["period"], "where": among}
    steps = [{"name": "fell", "query": changed}, {"name": "orders", "query": last}]
    assert call(ToolCall("chain", {"steps": steps}), context, TOOLS).compared is None


def test_findings_survive_json(context: ToolContext) -> None:
    found = call(ToolCall("breakdown", {"metrics": ["revenue", "margin_rate"], "by": ["category", "month"]}), context, TOOLS)
    again = Findings.model_validate_json(found.model_dump_json())
    assert [float(fact.value) for fact in again.facts] == [float(fact.value) for fact in found.facts]  # type: ignore[arg-type]
    assert len({fact.id for fact in found.facts}) == len(found.facts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([each.name for each in TOOLS]),
    st.dictionaries(st.sampled_from(["metric", "metrics", "by", "period", "n", "where", "entity"]), JSON),
)
def test_any_arguments_end_in_findings_or_a_typed_refusal(context: ToolContext, name: str, arguments: Mapping[str, object]) -> None:
    try:
        assert isinstance(call(ToolCall(name, arguments), context, TOOLS), Findings)
    except ToolError as error:
        assert str(error)


def test_a_tool_must_be_typed_and_described() -> None:
    def silent(context: ToolContext, query: Value) -> Findings:
        return Findings()

    def crooked(query: Value) -> Findings:
        """Says much."""
        return Findings()

    with pytest.raises(TypeError, match="docstring"):
        tool()(silent)
    with pytest.raises(TypeError, match="context"):
        tool()(crooked)  # type: ignore[arg-type]
