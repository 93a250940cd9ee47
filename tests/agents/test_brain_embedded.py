"""The brain without a language model: one plan for a message of several questions, and answers of the whole assistant."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from agents.brain import Brain
from agents.brain_embedded import EmbeddedBrain, clauses_of
from agents.memory import Dialogue, Preferences
from agents.plan import Plan
from agents.session import Ports
from agents.writer import Draft
from tests.agents.graph_stage import Stage
from tests.agents.language.planner_stage import Planner, calls_of
from tools.query.served import Served


@pytest.fixture(scope="module")
def planner(served: Served) -> Planner:
    return Planner(served)


@pytest.mark.parametrize(
    ("message", "clauses"),
    [
        ("revenue last month", ["revenue last month"]),
        ("How many orders? What was the margin?", ["How many orders?", "What was the margin?"]),
        ("How many orders last month and which products sold best?", ["How many orders last month", "which products sold best?"]),
        ("revenue by category and province", ["revenue by category and province"]),
        ("Doanh thu tháng trước? Top 3 khách hàng?", ["Doanh thu tháng trước?", "Top 3 khách hàng?"]),
        ("orders of Prinova Technology Co. last month", ["orders of Prinova Technology Co. last month"]),
        ("revenue 1.5 million; orders", ["revenue 1.5 million;", "orders"]),
        ("one\ntwo\n\nthree", ["one", "two", "three"]),
        ("a? b? c? d? e? f?", ["a?", "b?", "c?", "d?", "e?", "f?"]),
        ("???", ["???"]),
    ],
)
def test_the_questions_of_a_message_stand_alone(message: str, clauses: list[str]) -> None:
    assert clauses_of(message) == clauses


def test_questions_that_are_too_many_are_told(planner: Planner) -> None:
    plan = planner.plan("revenue last month? orders last month? units last month? margin last month? refunds last month?")
    assert len(plan.calls()) == 4
    assert plan.ignored == ("refunds last month?",)
    assert plan.confidence == "low"


SEVERAL = [
    ("How many orders last month? What was the margin this year?", [("metric_value", "last_month"), ("metric_value", "this_year")]),
    ("How many orders last month and which products sold best this year?", [("metric_value", "last_month"), ("ranking", "this_year")]),
    ("Doanh thu tháng trước bao nhiêu? Top 3 khách hàng năm nay?", [("metric_value", "last_month"), ("ranking", "this_year")]),
    ("Revenue last month?\nStock value by location?", [("metric_value", "last_month"), ("breakdown", "")]),
]


@pytest.mark.parametrize(("message", "calls"), SEVERAL)
def test_several_questions_are_several_parts(planner: Planner, message: str, calls: list[tuple[str, str]]) -> None:
    plan = planner.plan(message)
    assert [(tool, _period(arguments)) for tool, arguments in calls_of(plan)] == calls
    assert len({call.id for call in plan.calls()}) == len(calls)
    assert [part.question for part in plan.parts] == clauses_of(message)


def _period(arguments: dict[str, object]) -> str:
    period = arguments.get("period")
    return str(period.get("name")) if isinstance(period, dict) else ""


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        ("Which products are out of stock?", "inventory"),
        ("Which customers have not ordered for 60 days?", "customer"),
        ("revenue by province last month", "bi"),
        ("which shipments are late", "operations"),
    ],
)
def test_each_part_is_its_agents(planner: Planner, message: str, agent: str) -> None:
    assert [part.agent for part in planner.plan(message).parts] == [agent]


def test_one_question_that_cannot_be_answered_stops_the_message(planner: Planner) -> None:
    for message in ("Revenue last month? What is the weather?", "Revenue last month? Revenue of Zorblax?"):
        plan = planner.plan(message)
        assert plan.outcome == "decline" and not plan.calls()


@pytest.mark.parametrize(
    "message",
    [
        "{kind: top, metric: revenue, by: category, n: 2}",
        '{"tool": "ranking", "arguments": {"metric": "revenue", "by": "category", "n": 2}}',
    ],
)
def test_a_typed_question_is_taken_as_it_is(planner: Planner, message: str) -> None:
    ((tool, arguments),) = calls_of(planner.plan(message))
    assert (tool, arguments) == ("ranking", {"metric": "revenue", "by": "category", "n": 2})


def test_it_is_a_brain_of_its_own_engine(planner: Planner) -> None:
    brain: Brain = planner.brain
    assert brain.engine == "embedded"
    assert planner.plan("revenue last month").engine == "embedded"


def test_what_was_written_stays_as_it_is(planner: Planner) -> None:
    draft = Draft(text="{fact:c1.0.revenue}", reading="revenue")
    plan = planner.plan("revenue last month")
    assert asyncio.run(planner.brain.write(plan, (), draft)) is draft


def test_the_message_is_understood_on_its_day_and_in_its_language(planner: Planner) -> None:
    async def understood(message: str, dialogue: Dialogue) -> tuple[str, date, str]:
        found = await planner.brain.understand(message, dialogue)
        return found.standalone_question, found.as_of, found.language

    day = date(2026, 9, 15)
    assert asyncio.run(understood("revenue last month", Dialogue(as_of=day))) == ("revenue last month", day, "en")
    assert asyncio.run(understood("doanh thu tháng trước", Dialogue(as_of=day)))[2] == "vi"
    wished = Dialogue(as_of=day, preferences=Preferences(language="vi"))
    assert asyncio.run(understood("revenue last month", wished))[2] == "vi"


def test_a_new_company_is_seen_without_a_new_brain(planner: Planner) -> None:
    """The ground is taken anew for every message: what is served may have changed."""
    taken: list[int] = []

    def ground() -> object:
        taken.append(1)
        return planner.ground

    brain = EmbeddedBrain(ground)  # type: ignore[arg-type]
    for _ in range(2):
        asyncio.run(brain.understand("revenue last month", Dialogue(as_of=planner.as_of)))
    assert len(taken) >= 2


def test_the_plan_is_the_same_for_brains_with_and_without_a_home(planner: Planner, tmp_path: Path) -> None:
    kept = EmbeddedBrain(lambda: planner.ground, tmp_path)

    async def plan(brain: EmbeddedBrain) -> Plan:
        from tools.catalog import TOOLS

        understood = await brain.understand("revenue of Suoi Mat last month", Dialogue(as_of=planner.as_of))
        return await brain.plan(understood, planner.ground.world(TOOLS))

    assert asyncio.run(plan(kept)) == asyncio.run(plan(planner.brain))


ASKED = [
    ("What was revenue last month by category?", "answered"),
    ("Top 5 products by margin last month", "answered"),
    ("Which customers have not ordered for 90 days?", "answered"),
    ("Doanh thu tháng trước theo tỉnh?", "answered"),
    ("Why did revenue change last month?", "answered"),
    ("orders of Mai last month", "clarify"),
    ("revenue of Zorblax last month", "no_answer"),
    ("delete all orders", "refused"),
]


def test_the_whole_assistant_answers_from_words_alone(served: Served, planner: Planner, tmp_path: Path) -> None:
    stage = Stage(served, tmp_path, planner.brain, ports=Ports())
    statuses = [answer.status for place, (message, _) in enumerate(ASKED) for answer in stage.ask(message, thread=str(place))]
    assert statuses == [status for _, status in ASKED]


def test_a_conversation_of_the_whole_assistant_keeps_its_thread(served: Served, planner: Planner, tmp_path: Path) -> None:
    stage = Stage(served, tmp_path, planner.brain, ports=Ports())
    asked = ["top 2 products by revenue last month", "who supplies the first one", "revenue by province last month", "only Hà Nội"]
    answers = stage.ask(*asked)
    assert [answer.status for answer in answers] == ["answered"] * 4
    assert "Hà Nội" in answers[-1].text
