"""What a conversation remembers, and what it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from agents.finding import Finding
from agents.memory import MAX_HANDLES, MAX_TURNS, Dialogue, Handle, Preferences, Turn
from agents.memory_keep import handles_of
from agents.plan import Clarify, Plan, PlannedCall
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Ports
from tests.agents.graph_stage import Stage, check, write
from tools.facts import FactTable, FactValue, Findings, TableColumn
from tools.query.served import Served

TOP = scripted_plan("top products", ("bi", "ranking", {"metric": "revenue", "by": "product", "n": 3}))
TOTAL = scripted_plan("revenue", ("bi", "metric_value", {"metrics": ["revenue"]}))
ASK_BACK = Plan(standalone_question="q", outcome="clarify", clarify=Clarify(question="Which?", options=("a", "b")))
TALK = Plan(standalone_question="hi", outcome="talk", reply="Hello.")


def found(columns: list[str], *rows: tuple[FactValue, ...], measured: str = "revenue") -> Finding:
    table = FactTable(
        title="T",
        shape="table",
        columns=tuple(TableColumn(name=name, unit="money" if name == measured else None) for name in columns),
        rows=rows,
    )
    return Finding(agent="bi", call=PlannedCall(id="c1", tool="ranking"), findings=Findings(tables=(table,)))


def test_the_second_one_is_an_entity_of_the_last_table(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(TOP, TALK, TOTAL)
    first, *_ = Stage(served, tmp_path, brain).ask("top products", "hello", "how much did the second one sell?")
    dialogue = brain.heard[2][1]
    second = dialogue.shown(2)
    assert second is not None and second.dimension == "product"
    entity = next(fact.entity for fact in first.facts if fact.id == "c1.1.revenue")
    assert entity == f"{second.value} · {second.name}"
    last, fourth = dialogue.shown(-1), dialogue.shown(4)
    assert last is not None and last.place == 3
    assert fourth is None


def test_a_plan_is_there_to_be_edited_and_talk_is_none(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(TOP, TALK, ASK_BACK, TALK)
    Stage(served, tmp_path, brain).ask("a", "b", "c", "d")
    plans = [dialogue.last_plan for _, dialogue in brain.heard]
    assert plans[0] is None
    assert plans[1] is not None and plans[1].calls()[0].arguments == TOP.calls()[0].arguments
    assert plans[2] == plans[1]
    assert plans[3] is not None and plans[3].outcome == "clarify"


def test_only_the_last_turns_are_remembered(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(*[TALK] * (MAX_TURNS + 3))
    Stage(served, tmp_path, brain).ask(*(f"message {number}" for number in range(MAX_TURNS + 3)))
    asked = [turn.question for turn in brain.heard[-1][1].turns]
    assert asked == [f"message {number}" for number in range(2, MAX_TURNS + 2)]


def test_threads_do_not_know_each_other(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(TOP, TALK)
    stage = Stage(served, tmp_path, brain)
    stage.ask("a", thread="one")
    stage.ask("b", thread="two")
    assert brain.heard[1][1].turns == ()


def test_an_assistant_that_is_opened_again_remembers(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(TOP, TALK)
    stage = Stage(served, tmp_path, brain)
    stage.ask("a")
    stage.ask("b")
    assert [turn.question for turn in brain.heard[1][1].turns] == ["a"]
    assert len(brain.heard[1][1].handles) == 3


def test_lasting_preferences_reach_the_brain(served: Served, tmp_path: Path) -> None:
    class Wishes:
        async def preferences(self, caller: str) -> Preferences:
            return Preferences(language="vi", location="WH1") if caller == "local" else Preferences()

    brain = ScriptedBrain(TALK)
    Stage(served, tmp_path, brain, ports=Ports(preferences=Wishes(), write=write, check=check)).ask("a")
    assert brain.heard[0][1].preferences == Preferences(language="vi", location="WH1")


def test_a_handle_takes_the_key_and_keeps_the_name() -> None:
    finding = found(["position", "product_id", "product", "revenue"], (1, "P1", "Tea", 5), (2, "P2", "Tea", 4), (3, None, None, 1))
    assert handles_of([finding]) == [
        {"place": 1, "dimension": "product", "value": "P1", "name": "Tea", "call_id": "c1"},
        {"place": 2, "dimension": "product", "value": "P2", "name": "Tea", "call_id": "c1"},
    ]
    assert handles_of([found(["category", "revenue"], ("Tea", 5))])[0]["value"] == "Tea"


def test_tables_that_name_nothing_leave_no_handles() -> None:
    assert handles_of([found(["month", "revenue"], (date(2026, 1, 1), 5))]) == []
    assert handles_of([found(["revenue"], (5,))]) == []
    assert handles_of([found(["category", "revenue"])]) == []
    assert handles_of([Finding(agent="bi", call=PlannedCall(id="c1", tool="ranking"), trouble="failed")]) == []


def test_handles_are_bounded() -> None:
    assert len(handles_of([found(["category", "revenue"], *((f"C{number}", number) for number in range(500)))])) == MAX_HANDLES


def test_a_dialogue_without_turns_has_nothing_to_edit_or_point_at() -> None:
    empty = Dialogue(as_of=date(2026, 1, 1))
    assert empty.last_plan is None
    assert empty.shown(1) is None and empty.shown(-1) is None
    one = empty.model_copy(update={"handles": (Handle(place=1, dimension="category", value="Tea", name="Tea", call_id="c1"),)})
    assert one.shown(-1) == one.shown(1)
    assert Turn(question="q", plan=TALK, status="answered", text="").plan.outcome == "talk"
