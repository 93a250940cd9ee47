"""How a question travels: what is called, what is found, what is said when something breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agents.answer import Usage
from agents.brain import Understood, World, spend
from agents.finding import Finding
from agents.limits import Limits
from agents.memory import Dialogue
from agents.plan import AGENTS, Clarify, Engine, Plan
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Ports
from agents.writer import Draft
from tests.agents.graph_stage import SHARED, Prop, Stage, check, followed, go, kinds, write
from tools.call import AuditEntry, call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.query.contract import MAX_SECONDS, Cell
from tools.query.served import Served
from tools.query.source import Source

FOUR = scripted_plan("all of it", *((agent, SHARED, {"n": number}) for number, agent in enumerate(AGENTS, 1)))
TOP = {"metric": "revenue", "by": "category", "n": 3}


def test_facts_of_the_answer_are_those_of_the_tools(served: Served, tmp_path: Path) -> None:
    plan = scripted_plan("top categories", ("bi", "ranking", TOP), ("inventory", "metric_value", {"metrics": ["stock_on_hand"]}))
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan)).ask("top categories and stock")
    alone = [
        call(ToolCall("ranking", TOP, "c1"), ToolContext(served), TOOLS),
        call(ToolCall("metric_value", {"metrics": ["stock_on_hand"]}, "c2"), ToolContext(served), TOOLS),
    ]
    assert answer.status == "answered"
    assert answer.facts == tuple(fact for findings in alone for fact in findings.facts)
    assert answer.evidence == tuple(each for findings in alone for each in findings.evidence)
    assert answer.tools == ("ranking", "metric_value")
    assert answer.agents == ("bi", "inventory")
    assert (answer.snapshot, answer.data_as_of) == (served.source.snapshot, served.context.as_of)
    assert {"understand", "route", "bi", "inventory", "total"} <= set(answer.timings)


@pytest.mark.usefixtures("uncollected")
def test_four_agents_work_side_by_side(served: Served, tmp_path: Path) -> None:
    prop = Prop(seconds=0.3)

    async def scene() -> float:
        async with Stage(served, tmp_path, ScriptedBrain(FOUR), (prop,)).assistant() as assistant:
            started = time.perf_counter()
            answer = await assistant.ask("all of it", "t")
            assert answer.agents == AGENTS
            return time.perf_counter() - started

    assert go(scene()) < 4 * 0.3
    assert sorted(prop.calls) == [1, 2, 3, 4]
    assert max(start for start, _ in prop.spans) < min(end for _, end in prop.spans), "there is a moment at which all four work"


def test_findings_stand_in_the_order_of_the_plan_whoever_was_first(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR), (Prop(seconds=0.2, naps_on=(1, 2)),)).ask("all of it")
    assert [fact.value for fact in answer.facts] == [1, 2, 3, 4]


def test_one_broken_tool_leaves_the_rest_answered(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR), (Prop(breaks_on=(2,)),)).ask("all of it")
    assert answer.status == "answered"
    assert [fact.value for fact in answer.facts] == [1, 3, 4]
    assert "RuntimeError" in answer.text
    assert "secret" not in answer.model_dump_json(), "the text of a fault is for the log"
    assert answer.confidence.level == "medium"


def test_a_hanging_tool_is_given_up_and_its_neighbour_kept(served: Served, tmp_path: Path) -> None:
    plan = scripted_plan("two", ("bi", SHARED, {"n": 1}), ("bi", SHARED, {"n": 2}))
    stage = Stage(served, tmp_path, ScriptedBrain(plan), (Prop(seconds=0.8, naps_on=(2,)),), Limits(call_seconds=0.2))
    (answer,) = stage.ask("two")
    assert [fact.value for fact in answer.facts] == [1]
    assert "0.2 seconds" in answer.text
    assert answer.timings["total"] < 0.7


def test_a_tool_is_told_what_time_is_left_of_its_call(served: Served, tmp_path: Path) -> None:
    prop = Prop(seconds=0.3)
    plan = scripted_plan("two", ("bi", SHARED, {"n": 1}), ("bi", SHARED, {"n": 2}))
    Stage(served, tmp_path, ScriptedBrain(plan), (prop,), Limits(call_seconds=6, running_calls=1)).ask("two")
    first, second = prop.seconds_left
    assert 3 < first <= 5
    assert second <= first - 0.1  # it waited for the other one


def test_a_statement_that_runs_into_the_end_of_its_call_says_what_to_narrow(served: Served, tmp_path: Path) -> None:
    everything = scripted_plan("pairs", ("bi", "bought_together", {"n": 3}))
    slow = replace(served, source=_Slow(served))
    (answer,) = Stage(slow, tmp_path, ScriptedBrain(everything), limits=Limits(call_seconds=2)).ask("pairs")
    assert answer.status == "no_answer"
    assert "fewer dimensions" in answer.text


class _Slow(Source):
    """A source whose answers end only when they are stopped; what is asked about the data itself comes as ever."""

    def __init__(self, served: Served) -> None:
        super().__init__(served.source.engine, served.source.snapshot)

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None, seconds: float = MAX_SECONDS) -> Sequence[tuple[Cell, ...]]:
        if seconds == MAX_SECONDS:
            return super().fetch(sql, parameters, seconds)
        endless = "SELECT count(*) FROM range(1000000) AS a(x), range(1000000) AS b(y) WHERE x % 7 <> y % 5"
        return super().fetch(endless, {}, seconds)


def test_an_agent_that_runs_out_of_time_is_told_and_the_others_stand(served: Served, tmp_path: Path) -> None:
    stage = Stage(served, tmp_path, ScriptedBrain(FOUR), (Prop(seconds=0.8, naps_on=(3,)),), Limits(agent_seconds=0.3))
    (answer,) = stage.ask("all of it")
    assert [fact.value for fact in answer.facts] == [1, 2, 4]
    assert answer.status == "answered"
    assert "0.3 seconds" in answer.text


@pytest.mark.parametrize(("prop", "status"), [(Prop(breaks_on=(1, 2, 3, 4)), "failed"), (Prop(name="nothing"), "no_answer")])
def test_when_nothing_is_found_the_status_says_so(served: Served, tmp_path: Path, prop: Prop, status: str) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR), (prop,)).ask("all of it")
    assert answer.status == status
    assert not answer.facts


def test_the_same_call_twice_runs_once(served: Served, tmp_path: Path) -> None:
    prop = Prop()
    plan = scripted_plan("twice", *((agent, SHARED, {"n": number}) for agent in AGENTS for number in (1, 2)))
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan), (prop,)).ask("twice")
    assert sorted(prop.calls) == [1, 2]
    assert [fact.id for fact in answer.facts] == ["c1.0.n", "c2.0.n"]


def test_a_turn_makes_eight_calls_and_says_what_it_left_out(served: Served, tmp_path: Path) -> None:
    prop = Prop()
    calls = [(agent, SHARED, {"n": 10 * place + number}) for place, agent in enumerate(AGENTS) for number in range(5)]
    plan = scripted_plan("many", *calls)
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan), (prop,)).ask("many")
    assert len(prop.calls) == 8
    assert answer.text.count("a turn makes a limited number of tool calls") == 12


def test_an_agent_calls_only_the_tools_of_its_list(served: Served, tmp_path: Path) -> None:
    entries: list[AuditEntry] = []
    ports = Ports(audit=entries.append, write=write, check=check)
    plan = scripted_plan("reach", ("inventory", "cohort_retention", {}), ("inventory", "ranking", {**TOP, "by": "nowhere"}))
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan), ports=ports).ask("reach")
    assert answer.status == "no_answer"
    assert "cohort_retention" in answer.text and "nowhere" in answer.text
    assert [(entry.tool, entry.outcome) for entry in entries] == [("cohort_retention", "bad_input"), ("ranking", "bad_input")]


def test_a_session_without_the_scope_is_refused(served: Served, tmp_path: Path) -> None:
    locked = replace(Prop().tool(), scope="po:draft")
    ports = Ports(tools=(locked,), write=write, check=check)
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR), ports=ports).ask("all of it")
    assert answer.status == "refused"


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        (Plan(standalone_question="q", outcome="clarify", clarify=Clarify(question="Which?", options=("this one", "that one"))), "clarify"),
        (Plan(standalone_question="q", outcome="decline", reply="That is not in the data."), "no_answer"),
        (Plan(standalone_question="q", outcome="refuse", reply="That I will not do."), "refused"),
        (Plan(standalone_question="q", outcome="talk", reply="Good morning."), "answered"),
        (Plan(standalone_question="q"), "no_answer"),
        (Plan(standalone_question="q", outcome="clarify"), "no_answer"),
    ],
)
def test_other_outcomes_end_early_without_a_tool(served: Served, tmp_path: Path, plan: Plan, status: str) -> None:
    prop = Prop()
    (answer,) = Stage(served, tmp_path, ScriptedBrain(plan), (prop,)).ask("q")
    assert answer.status == status
    assert answer.text
    assert prop.calls == [] and answer.facts == () and answer.tools == ()
    if plan.clarify:
        assert answer.clarification and answer.clarification.options == plan.clarify.options


@pytest.mark.parametrize("message", ["", "  \n ", "\x00\x07", "\ud800", "a" * 5_000, "\x00" * 9_000, "é" * 1_000_000])
def test_what_nobody_can_read_reaches_no_brain(served: Served, tmp_path: Path, message: str) -> None:
    brain = ScriptedBrain()
    (answer,) = Stage(served, tmp_path, brain).ask(message)
    assert answer.status == "no_answer"
    assert answer.text and brain.heard == []


def test_a_brain_that_breaks_ends_the_turn_in_words_and_not_the_thread(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(by_message={"known": FOUR})
    broken, fine = Stage(served, tmp_path, brain, (Prop(),)).ask("unknown", "known")
    assert (broken.status, fine.status) == ("failed", "answered")
    assert "scripted" not in broken.text
    assert [turn.status for turn in brain.heard[1][1].turns] == ["failed"]


def test_a_brain_that_hangs_is_given_up(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR, seconds=5), (Prop(),), Limits(brain_seconds=0.2)).ask("all of it")
    assert answer.status == "failed"
    assert "too long" in answer.text


def test_the_steps_of_a_turn_fit_into_it() -> None:
    limits = Limits()
    assert limits.call_seconds < limits.agent_seconds
    assert 2 * limits.brain_seconds + limits.agent_seconds + limits.write_seconds < limits.turn_seconds


def test_the_whole_turn_is_bounded(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, ScriptedBrain(FOUR, seconds=5), (Prop(),), Limits(turn_seconds=0.2)).ask("all of it")
    assert answer.status == "failed"
    assert "too long" in answer.text


class Wordy(ScriptedBrain):
    """Another engine: it plans with its own head, spends money, and words slowly when told to."""

    engine: Engine = "llm"

    def __init__(self, plan: Plan, wording_seconds: float = 0.0) -> None:
        super().__init__(plan, seconds=0.0)
        self.wording_seconds = wording_seconds

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        spend(Usage(model="stub", input_tokens=10, output_tokens=2, calls=1, cost_usd=0.01))
        return (await super().understand(message, dialogue)).model_copy(update={"engine": "llm"})

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        await asyncio.sleep(self.wording_seconds)
        spend(Usage(model="stub", input_tokens=5, output_tokens=5, calls=1, cost_usd=0.02))
        return draft.model_copy(update={"text": "In other words: " + draft.text})


def test_the_answer_says_which_engine_did_it_and_what_it_cost(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, Wordy(FOUR), (Prop(),)).ask("all of it")
    assert answer.engine == "mixed"
    assert answer.usage == Usage(model="stub", input_tokens=15, output_tokens=7, calls=2, cost_usd=0.03)
    assert answer.text.startswith("In other words")
    plan = FOUR.model_copy(update={"engine": "llm"})
    (answer,) = Stage(served, tmp_path, Wordy(plan), (Prop(),)).ask("all of it")
    assert answer.engine == "llm"


def test_what_a_stopped_turn_spent_is_not_on_the_next_bill(served: Served, tmp_path: Path) -> None:
    brain = Wordy(FOUR)

    async def scene() -> None:
        async with Stage(served, tmp_path, brain, (Prop(seconds=0.3),)).assistant() as assistant:
            run = assistant.start("stopped", "t")
            async for event in run.events():
                if event.what.kind == "tool_started":
                    run.cancel()
            brain.enqueue(FOUR)
            assert (await assistant.ask("all of it", "t")).usage.calls == 2

    go(scene())


def test_slow_words_are_left_and_the_plain_ones_stand(served: Served, tmp_path: Path) -> None:
    (answer,) = Stage(served, tmp_path, Wordy(FOUR, wording_seconds=5), (Prop(),), Limits(write_seconds=0.1)).ask("all of it")
    assert answer.status == "answered"
    assert answer.text.startswith("c1: 1")
    assert any("wording" in reason for reason in answer.confidence.reasons)


def test_a_brain_sees_the_tools_the_day_and_who_may_call_what(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(scripted_plan("q", ("bi", "ranking", TOP)))
    Stage(served, tmp_path, brain).ask("q")
    (world,) = brain.saw
    assert world.tools == TOOLS
    assert world.as_of == served.context.as_of
    assert [world.agent_for(name) for name in ("ranking", "stock_ageing", "cohort_retention", "overdue", "nothing")] == [
        "bi", "inventory", "customer", "operations", None,
    ]  # fmt: skip
    assert isinstance(world, World)


def test_every_tool_belongs_to_an_agent_and_every_listed_tool_exists() -> None:
    from agents.catalog import AGENTS as CARDS

    listed = {name for card in CARDS for name in card.tools}
    assert listed == {each.name for each in TOOLS}
    assert sorted(card.name for card in CARDS) == sorted(AGENTS)


def test_events_tell_the_steps_the_calls_and_the_checked_text(served: Served, tmp_path: Path) -> None:
    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(FOUR), (Prop(breaks_on=(4,)),)).assistant() as assistant:
            run = assistant.start("all of it", "t")
            events = await followed(run)
            answer = await run.result()
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        assert kinds(events)[0] == "run_started" and kinds(events)[-1] == "done"
        started = [event.what.step for event in events if event.what.kind == "step_started"]
        assert started[:2] == ["understand", "route"]
        assert sorted(started[2:6]) == sorted(AGENTS)
        assert started[6:] == ["synthesise", "check", "keep", "approve"]
        outcomes = sorted(event.what.outcome for event in events if event.what.kind == "tool_finished")
        assert outcomes == ["done", "done", "done", "failed"]
        assert "".join(event.what.text for event in events if event.what.kind == "text_delta") == answer.text

    go(scene())


@pytest.mark.parametrize(
    "message", ["half \ud83d a smile", "🙂 <script>alert(1)</script> '; DROP TABLE orders; --", "e\u0301te\u0301", "\u202egnp"]
)
def test_odd_characters_are_one_question_like_any_other(served: Served, tmp_path: Path, message: str) -> None:
    brain = ScriptedBrain(FOUR, FOUR)
    first, second = Stage(served, tmp_path, brain, (Prop(),)).ask(message, "again")
    assert (first.status, second.status) == ("answered", "answered")
    assert first.question == brain.heard[0][0] == brain.heard[1][1].turns[0].question
    first.model_dump_json().encode()
