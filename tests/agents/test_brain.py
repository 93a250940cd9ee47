"""Without a language engine: typed questions are taken as they are, everything else is declined honestly."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answer import Usage
from agents.brain import Brain, metered, spend
from agents.brain_typed import TypedBrain
from agents.memory import Dialogue
from agents.plan import Plan
from agents.scripted import ScriptedBrain, ScriptEnded, scripted_plan
from agents.session_ground import Ground
from tests.agents.graph_stage import DEFINITIONS, Stage, go
from tools.catalog import TOOLS
from tools.query.served import Served

RANKING = {"tool": "ranking", "arguments": {"metric": "revenue", "by": "category", "n": 2}}


def planned(served: Served, message: str) -> Plan:
    async def scene() -> Plan:
        brain: Brain = TypedBrain()
        understood = await brain.understand(message, Dialogue(as_of=served.context.as_of))
        return await brain.plan(understood, Ground(served, DEFINITIONS).world(TOOLS))

    return go(scene())


def calls(plan: Plan) -> list[tuple[str, str, object]]:
    return [(part.agent, call.tool, call.arguments) for part in plan.parts for call in part.calls]


@pytest.mark.parametrize(
    "message",
    [
        json.dumps(RANKING),
        "{tool: ranking, arguments: {metric: revenue, by: category, n: 2}}",
        "tool: ranking\narguments:\n  metric: revenue\n  by: category\n  n: 2",
        "{kind: top, metric: revenue, by: category, n: 2}",
        json.dumps([RANKING]),
        scripted_plan("q", ("bi", "ranking", RANKING["arguments"])).model_dump_json(),  # type: ignore[arg-type]
    ],
)
def test_a_typed_question_is_taken_as_it_is(served: Served, message: str) -> None:
    plan = planned(served, message)
    assert plan.outcome == "answer"
    assert calls(plan) == [("bi", "ranking", RANKING["arguments"])]


def test_a_list_is_several_calls_of_the_agents_they_belong_to(served: Served) -> None:
    plan = planned(served, "[{tool: ranking, arguments: {}}, {kind: overdue}, {tool: cohort_retention, arguments: {}}]")
    assert [(agent, tool) for agent, tool, _ in calls(plan)] == [
        ("bi", "ranking"), ("operations", "overdue"), ("customer", "cohort_retention"),
    ]  # fmt: skip


def test_every_kind_of_query_has_its_tool(served: Served) -> None:
    for tool in TOOLS:
        if kind := tool.query.model_fields.get("kind"):
            ((_, name, _),) = calls(planned(served, json.dumps({"kind": kind.default})))
            assert next(each for each in TOOLS if each.name == name).query.model_fields["kind"].default == kind.default


@pytest.mark.parametrize(
    "message", ["What did we sell last month?", "42", "null", "revenue: [", "Doanh thu tháng trước?", "a: &x 1\nb: *x"]
)
def test_plain_language_is_declined_with_questions_that_work(served: Served, tmp_path: Path, message: str) -> None:
    plan = planned(served, message)
    assert plan.outcome == "decline"
    assert "OIIS_MODEL" in plan.reply
    examples = [line.strip("- `") for line in plan.reply.splitlines() if line.startswith("- ")]
    answers = Stage(served, tmp_path, TypedBrain()).ask(*examples)
    assert len(examples) == 3
    assert [answer.status for answer in answers] == ["answered"] * 3


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("{metric: revenue}", "neither a tool nor the kind"),
        ("{kind: tops}", "no query of kind tops"),
        ("[]", "empty"),
        ("[1]", "entry 1"),
        ("{tool: ranking, argumens: {}}", "argumens"),
        ("{tool: ranking, arguments: 5}", "arguments"),
        ("{parts: 3}", "parts"),
    ],
)
def test_a_typed_question_with_a_mistake_is_told_what_is_wrong(served: Served, message: str, says: str) -> None:
    plan = planned(served, message)
    assert plan.outcome == "decline"
    assert says in plan.reply and "OIIS_MODEL" not in plan.reply


def test_a_few_letters_that_stand_for_gigabytes_are_not_followed(served: Served) -> None:
    lines = (f"{after}: &{after} [{','.join(['*' + before] * 9)}]" for before, after in pairwise("abcdefghijklm"))
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(lines)
    assert planned(served, bomb).outcome == "decline"
    assert planned(served, "[" * 3_000).outcome == "decline"
    assert planned(served, "{a: " * 1_300).outcome == "decline"
    assert planned(served, "{tool: ranking, arguments: {a: " + "[" * 1_900 + "]" * 1_900 + "}}").outcome == "decline"


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(served: Served, text: str) -> None:
    assert planned(served, text).outcome in ("answer", "decline")


def test_what_is_spent_is_added_up_and_only_where_it_is_measured() -> None:
    spend(Usage(calls=1))
    with metered() as outer:
        spend(Usage(model="a", input_tokens=1, output_tokens=2, calls=1, cost_usd=0.5))
        with metered() as inner:
            spend(Usage(model="b", input_tokens=10, calls=1))
        spend(Usage(input_tokens=3, calls=1))
    assert outer.usage == Usage(model="a", input_tokens=4, output_tokens=2, calls=2, cost_usd=0.5)
    assert inner.usage == Usage(model="b", input_tokens=10, calls=1)


def test_a_script_that_has_ended_says_so(served: Served) -> None:
    async def scene() -> None:
        brain: Brain = ScriptedBrain()
        understood = await brain.understand("q", Dialogue(as_of=date(2026, 1, 1)))
        with pytest.raises(ScriptEnded, match="'q'"):
            await brain.plan(understood, Ground(served, DEFINITIONS).world(TOOLS))

    go(scene())
