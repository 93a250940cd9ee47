"""The figures beside the options of a question asked back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal

import pytest

from agents import option_figures
from agents.answer import Answer
from agents.brain_embedded import EmbeddedBrain
from agents.formats import show
from agents.session import Assistant
from agents.session_ground import Ground
from ingestion.metrics import load_definitions
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import LOCAL, ToolCall, ToolContext
from tools.query.served import Served

ASKED = "how much last month in Hà Nội"  # no figure is named: which one?
FIGURES = {"revenue": "revenue", "orders": "orders", "units": "units", "margin": "margin"}
LISTS = "rate by category last month"  # each option would be a table


@dataclass(frozen=True)
class Stage:
    """An assistant with the embedded planner on the tiny demo company."""

    served: Served

    def talk(self, *messages: str) -> Answer:
        """The last answer of a conversation."""
        known = load_definitions()
        tables = tuple(name for name in known.tables if self.served.source.has_rows(name))
        ground = Ground(self.served, known, self.served.currency or "VND", tables)

        async def scene() -> Answer:
            async with Assistant(EmbeddedBrain(lambda: ground), lambda: ground, ":memory:") as assistant:
                return [await assistant.ask(message, "t", LOCAL) for message in messages][-1]

        return asyncio.run(scene())

    def value(self, metric: str) -> Decimal | int | float:
        """The figure, found on another way."""
        where = [{"dimension": "province", "values": ["Hà Nội"]}]
        wanted = {"metrics": [metric], "where": where, "period": {"kind": "named", "name": "last_month"}}
        (fact,) = call(ToolCall("metric_value", wanted), ToolContext(self.served, LOCAL), TOOLS).facts
        assert isinstance(fact.value, Decimal | int | float)
        return fact.value


@pytest.fixture(scope="module")
def stage(served: Served) -> Stage:
    return Stage(served)


def test_each_option_carries_the_figure_it_comes_to(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(option_figures, "MOST_SECONDS", 30.0)  # a busy machine is not what is tested here
    answer = stage.talk(ASKED)
    assert answer.status == "clarify" and answer.clarification is not None
    facts = {fact.id: fact for fact in answer.facts}
    evidence = {each.id for each in answer.evidence}
    assert [figure.option for figure in answer.clarification.figures] == list(answer.clarification.options)
    for figure in answer.clarification.figures:
        fact = facts[figure.fact_id]
        metric = FIGURES[figure.option.split()[0]]
        assert fact.value == stage.value(metric) and fact.evidence_id in evidence
        assert figure.text == show(fact.value, fact.unit, "en", "VND")


def test_the_figure_is_the_answer_the_option_gives(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(option_figures, "MOST_SECONDS", 30.0)
    asked = stage.talk(ASKED).clarification
    assert asked is not None
    for place, reply in ((0, "the first"), (1, "2"), (2, "option 3"), (3, "the last one"), (3, "margin")):
        assert asked.figures[place].text in stage.talk(ASKED, reply).text, reply


def test_both_runs_every_option(stage: Stage) -> None:
    assert len(stage.talk(ASKED, "all").facts) >= len(FIGURES)


def test_a_list_is_no_figure(stage: Stage) -> None:
    asked = stage.talk(LISTS).clarification
    assert asked is not None and asked.figures == ()


def test_without_time_the_question_is_asked_all_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(option_figures, "MOST_SECONDS", 0.0)
    answer = stage.talk(ASKED)
    assert answer.status == "clarify" and answer.clarification is not None
    assert answer.clarification.figures == () and answer.facts == ()
