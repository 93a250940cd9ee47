"""Follow-ups really work: read by the brain that has no model, every one is a plan that runs, with no word left over."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from agents.brain_embedded import EmbeddedBrain
from agents.memory import Dialogue
from agents.plan import Plan
from agents.session_ground import Ground
from agents.writer import write
from tests.agents.demo_answers import CURRENCY, KNOWN, MONTH, Demo, calls, demo_of, plan_of
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolContext
from tools.query.served import Served
from tools.query.source import Source


@pytest.fixture(scope="module")
def suggested(served: Served) -> list[str]:
    """Everything that is suggested after the answers on the demo company, in both languages."""
    company: Demo = demo_of(served)
    answered = [company.answer(one, language=language) for one in calls() for language in ("en", "vi")]
    return sorted({question for each in answered for question in each.draft.follow_ups})


def planned(served: Served, questions: list[str]) -> list[Plan]:
    tables = tuple(name for name in KNOWN.tables if served.source.has_rows(name))
    ground = Ground(served, KNOWN, CURRENCY, tables)
    brain = EmbeddedBrain(lambda: ground)

    async def read(question: str) -> Plan:
        understood = await brain.understand(question, Dialogue(as_of=served.context.as_of))
        return await brain.plan(understood, ground.world(TOOLS))

    async def all_of_them() -> list[Plan]:
        return [await read(question) for question in questions]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("share", [0.12, pytest.param(1.0, marks=pytest.mark.slow)])
def test_every_follow_up_is_understood_and_answered(served: Served, suggested: list[str], share: float) -> None:
    questions = random.Random(3).sample(suggested, round(share * len(suggested)))
    assert len(questions) > 20
    for question, plan in zip(questions, planned(served, questions), strict=True):
        assert (plan.outcome, plan.ignored) == ("answer", ()), (question, plan.reply)
        for each in plan.calls():
            assert call(each.to_call(), ToolContext(served), TOOLS).evidence, (question, each)


class _NoCategories(Source):
    """The same warehouse, had nobody filled in a category."""

    def has_values(self, reference: str) -> bool:
        return reference != "products.category" and super().has_values(reference)


def test_what_holds_nothing_here_is_not_suggested(served: Served) -> None:
    bare = replace(served, source=_NoCategories(served.source.engine, served.source.snapshot))
    full, poor = (Ground(each, KNOWN, CURRENCY).spoken for each in (served, bare))
    assert set(full.dimensions) - set(poor.dimensions) == {"category"}
    finding = demo_of(served).ask("metric_value", {"metrics": ["revenue"], "period": MONTH})
    by = [any(" by category " in each for each in write(plan_of((finding.call,)), (finding,), known).follow_ups) for known in (full, poor)]
    assert by == [True, False]
