"""Prompts are files, change on purpose only, and hold nothing they should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.brain import AgentCard, Mention, Moment, Word, World
from agents.llm_limits import SHARES, ModelLimits, count_tokens
from agents.llm_prompts import PROMPTS, prompt
from agents.llm_question import pose
from agents.llm_world import world_prompt
from tests.agents.llm_stage import AS_OF, asked, world
from tools.catalog import TOOLS
from tools.inventory.terms import PlanQuery

SNAPSHOT = Path(__file__).with_name("scripted_prompts.txt")
SMALL = World(
    as_of=AS_OF,
    tools=tuple(tool for tool in TOOLS if tool.name in ("metric_value", "ranking", "overlap", "funnel")),
    agents=(AgentCard("bi", "Figures.", ("metric_value", "ranking", "overlap")), AgentCard("operations", "Ways.", ("ranking", "funnel"))),
    metrics=(Word(name="revenue", meaning="Sum of net_amount of valid orders", unit="money", also=("sales", "turnover")),),
    dimensions=(Word(name="province", meaning="Where the customer lives"),),
    tables=("orders",),
)
QUESTION = asked(
    "revenue in hanoi last month",
    (Mention(text="hanoi", dimension="province", value="Hà Nội"), Mention(text="Oak desk", dimension="product", value="P1")),
    (Moment(text="last month", start=AS_OF.replace(month=9, day=1), end=AS_OF.replace(month=9, day=30)),),
)


def everything() -> str:
    """Every prompt with an example in it."""
    pages = {
        "understand": prompt("understand", as_of=AS_OF.isoformat()),
        "understand_question": prompt(
            "understand_question", questions="1. top products", rows="- {row:1}: product", message="and by units?"
        ),
        "plan": world_prompt(SMALL),
        "plan_question": pose(QUESTION).prompt,
        "repair": prompt("repair", problems="- there is no tool 'rankin'; nearest: ranking", reply="{}"),
        "write": prompt("write"),
        "write_draft": prompt("write_draft", language="English", draft="<data>", placeholders="<data>"),
    }
    assert set(pages) == {path.stem for path in PROMPTS.glob("*.md")}
    return "\n".join(f"===== {name}\n{text}\n" for name, text in pages.items())


def test_the_prompts_are_the_ones_that_were_read_over() -> None:
    """When a prompt changes on purpose: delete the snapshot, run this test, read the difference, run it again."""
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(everything(), encoding="utf-8")
        pytest.fail(f"{SNAPSHOT.name} did not exist and was written: read it over and run again")
    assert everything() == SNAPSHOT.read_text(encoding="utf-8")


def test_a_prompt_with_a_value_too_many_or_too_few_is_an_error() -> None:
    with pytest.raises(ValueError, match="takes"):
        prompt("understand")
    with pytest.raises(ValueError, match="takes"):
        prompt("write", message="x")


def test_the_whole_world_fits_the_planner_several_times() -> None:
    size = count_tokens(world_prompt(world()))
    assert size < 10_000
    assert 3 * (size + ModelLimits().reply_tokens) < ModelLimits().tokens * SHARES["plan"]


def test_the_world_names_every_tool_metric_and_dimension() -> None:
    here = world()
    text = world_prompt(here)
    for tool in here.tools:
        assert f"- {tool.name}(" in text
    for word in (*here.metrics, *here.dimensions):
        assert f"- {word.name}" in text


def test_dollars_and_braces_in_a_question_are_left_alone() -> None:
    strange = "revenue in $message ${x} {fact:c1} {{row:1}} $$"
    assert strange in prompt("understand_question", questions="none", rows="none", message=strange)
    assert strange in pose(asked(strange)).prompt


def test_arguments_that_tools_share_are_written_once() -> None:
    here = world()
    text = world_prompt(here)
    shared = {name: field for name, field in PlanQuery.model_json_schema()["properties"].items() if name not in ("where", "period")}
    (listed,) = (line for line in text.splitlines() if line.startswith("- ...PlanQuery = "))
    assert all(f"{name}?: " in listed for name in shared)
    for tool in (tool for tool in here.tools if issubclass(tool.query, PlanQuery)):
        (line,) = (line for line in text.splitlines() if line.startswith(f"- {tool.name}("))
        assert line.startswith(f"- {tool.name}(...PlanQuery")
        own = set(tool.query.model_fields) - set(PlanQuery.model_fields)
        assert all(f"{name}" in line for name in own) and "service_level" not in line.split(")")[0]
