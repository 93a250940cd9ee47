"""Whole turns with a scripted model behind the brain: the same numbers as without one, and an answer that says who did what."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from agents.answer import Answer
from agents.brain import Brain
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Assistant
from agents.session_ground import Ground
from ingestion.metrics import load_definitions
from tests.agents.llm_stage import scene
from tests.agents.scripted_server import Fail, Say, Step, submit, tool
from tools.query.served import Served

TOP = {"metric": "revenue", "by": "category", "n": 3}


def ask(brain: Brain, served: Served, folder: Path, *questions: str) -> list[Answer]:
    async def turns() -> list[Answer]:
        ground = Ground(served, load_definitions())
        async with Assistant(brain, lambda: ground, folder / "threads.sqlite") as assistant:
            return [await assistant.ask(question, "t") for question in questions]

    return asyncio.run(turns())


def worded(sent: str, functions: list[str]) -> Step:
    """The draft with one word more."""
    draft = json.loads(re.findall(r'<data of="draft">\n(.*?)\n</data>', sent, re.DOTALL)[0])
    return Say(f"Well: {draft}")


def test_the_model_plans_and_words_and_the_numbers_are_the_same(served: Served, tmp_path: Path) -> None:
    plan = scripted_plan("top 3 categories", ("inventory", "ranking", TOP))
    (without,) = ask(ScriptedBrain(plan), served, tmp_path / "a", "top 3 categories")
    with scene(submit(tool("ranking", **TOP)), worded) as stage:
        (answer,) = ask(stage.brain, served, tmp_path / "b", "top 3 categories")
    assert answer.facts == without.facts and answer.evidence == without.evidence
    assert answer.text == f"Well: {without.text}"
    assert (answer.engine, answer.usage.calls, answer.usage.input_tokens) == ("llm", 2, 200)


def test_a_model_that_is_down_costs_nothing_but_its_words(served: Served, tmp_path: Path) -> None:
    plan = scripted_plan("top 3 categories", ("inventory", "ranking", TOP))
    (without,) = ask(ScriptedBrain(plan), served, tmp_path / "a", "top 3 categories")
    with scene(forever=Fail(503), fallback=ScriptedBrain(plan)) as stage:
        (answer,) = ask(stage.brain, served, tmp_path / "b", "top 3 categories")
    assert (answer.status, answer.text, answer.facts) == (without.status, without.text, without.facts)
    assert "Read without the language model: its provider could not be reached." in answer.confidence.reasons
    assert answer.engine == "embedded" and answer.usage.calls > 0  # it was called, and made nothing of the answer


def test_planned_by_the_model_and_worded_without_it_is_mixed(served: Served, tmp_path: Path) -> None:
    with scene(submit(tool("ranking", **TOP)), forever=Fail(503)) as stage:
        (answer,) = ask(stage.brain, served, tmp_path, "top 3 categories")
    assert (answer.status, answer.engine) == ("answered", "mixed")


def test_a_model_that_planned_what_could_not_be_worded_did_it_alone(served: Served, tmp_path: Path) -> None:
    with scene(submit(tool("look_up", of="order", ids=["nobody"]))) as stage:
        (answer,) = ask(stage.brain, served, tmp_path, "find order nobody")
    assert (answer.status, answer.engine) == ("no_answer", "llm")


@pytest.mark.parametrize("question", ["and by units?", "và theo số lượng?"])
def test_a_conversation_goes_on_through_the_model(question: str, served: Served, tmp_path: Path) -> None:
    first, second = submit(tool("ranking", **TOP)), submit(tool("ranking", metric="units", by="category", n=3))
    again = Say(calls=(("submit_question", {"standalone_question": "top 3 categories by units", "changes_last_question": True}),))
    with scene(first, worded, again, second, worded) as stage:
        answers = ask(stage.brain, served, tmp_path, "top 3 categories", question)
    assert [answer.status for answer in answers] == ["answered", "answered"]
    assert answers[1].engine == "llm"
    assert {fact.name for fact in answers[1].facts} >= {"units"}
    assert answers[1].question == question
