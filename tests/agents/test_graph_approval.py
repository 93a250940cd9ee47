"""What would change anything waits for a person, in this process or the next, and happens once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agents.approve_verdicts import Verdict, proposals_of, verdict_on
from agents.bus import Proposal
from agents.finding import Finding
from agents.plan import PlannedCall
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Assistant, Ports
from ingestion.warehouse import Warehouse
from tests.agents.graph_child import ORDER, PROPOSE
from tests.agents.graph_stage import SHARED, Prop, Stage, check, followed, go, kinds, write
from tests.conftest import ROOT
from tools.contract import Caller
from tools.errors import CannotDo
from tools.facts import Findings
from tools.query.served import Served

MIXED = scripted_plan("look and order", ("bi", SHARED, {"n": 1}), ("operations", "look_up", {"n": 5}))


class Outbox:
    """Carries out each proposal once, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[Proposal] = []
        self.done: dict[str, str] = {}

    async def __call__(self, proposal: Proposal, approver: str) -> str:
        self.asked.append(proposal)
        self.done.setdefault(proposal.proposal_id, approver)
        return f"ordered by {approver}"


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def look() -> Prop:
    return Prop()


@pytest.fixture
def stage(served: Served, tmp_path: Path, outbox: Outbox, look: Prop) -> Stage:
    ports = Ports(tools=(look.tool(), ORDER.tool()), write=write, check=check, act=outbox)
    return Stage(served, tmp_path, ScriptedBrain(MIXED), ports=ports)


async def asked(assistant: Assistant) -> tuple[Proposal, ...]:
    answer = await assistant.ask("look and order", "t")
    assert answer.status == "awaiting_approval"
    return await assistant.pending("t")


def yes(*proposals: Proposal) -> list[Verdict]:
    return [Verdict(proposal_id=each.proposal_id, digest=each.digest, approved=True) for each in proposals]


def test_a_proposal_stops_the_turn_and_shows_what_it_is(stage: Stage, outbox: Outbox) -> None:
    async def scene() -> None:
        async with stage.assistant() as assistant:
            run = assistant.start("look and order", "t")
            events = await followed(run)
            answer = await run.result()
            assert kinds(events)[-2:] == ["approval_required", "done"]
            assert answer.status == "awaiting_approval"
            (block,) = [block for block in answer.blocks if block.kind == "action"]
            (proposal,) = await assistant.pending("t")
            assert (proposal.tool, proposal.arguments) == ("look_up", {"n": 5})
            assert block.proposal_id == proposal.proposal_id
            assert [fact.value for fact in answer.facts] == [1, 5]
        assert outbox.asked == []

    go(scene())


def test_approved_it_is_done_once_and_nothing_else_runs_again(stage: Stage, outbox: Outbox, look: Prop) -> None:
    async def scene() -> None:
        async with stage.assistant() as assistant:
            (proposal,) = await asked(assistant)
            run = await assistant.resume("t", yes(proposal), after=40)
            events = await followed(run)
            answer = await run.result()
            assert events[0].number == 41 and kinds(events)[-1] == "done"
            assert answer.status == "answered"
            assert "ordered by local" in answer.text
            assert outbox.asked == [proposal]
            assert look.calls == [1], "agents do not work again"
            with pytest.raises(CannotDo, match="nothing waits"):
                await assistant.resume("t", yes(proposal))

    go(scene())


@pytest.mark.parametrize("change", [{"approved": False}, {"digest": "0" * 64}, {"proposal_id": "another"}])
def test_what_was_not_approved_as_it_stands_is_not_done(stage: Stage, outbox: Outbox, change: dict[str, object]) -> None:
    async def scene() -> None:
        async with stage.assistant() as assistant:
            (proposal,) = await asked(assistant)
            verdict = yes(proposal)[0].model_copy(update=change)
            answer = await (await assistant.resume("t", [verdict])).result()
            assert answer.status == "answered"
            assert "othing was done" in answer.text or "Not done" in answer.text

    go(scene())
    assert outbox.asked == []


def test_another_question_instead_of_a_verdict_lets_the_proposal_lapse(stage: Stage, outbox: Outbox) -> None:
    async def scene() -> None:
        async with stage.assistant() as assistant:
            (proposal,) = await asked(assistant)
            stage.brain.enqueue(scripted_plan("look", ("bi", SHARED, {"n": 2})))  # type: ignore[attr-defined]
            answer = await assistant.ask("look", "t")
            assert [fact.value for fact in answer.facts] == [2]
            assert await assistant.pending("t") == ()
            with pytest.raises(CannotDo):
                await assistant.resume("t", yes(proposal))
            assert [turn.status for turn in stage.brain.heard[1][1].turns] == ["awaiting_approval"]  # type: ignore[attr-defined]

    go(scene())
    assert outbox.asked == []


def test_somebody_else_sees_no_proposal(stage: Stage) -> None:
    async def scene() -> None:
        async with stage.assistant() as assistant:
            (proposal,) = await asked(assistant)
            assert await assistant.pending("t", Caller("mallory")) == ()
            with pytest.raises(CannotDo):
                await assistant.resume("t", yes(proposal), Caller("mallory"))

    go(scene())


def test_a_verdict_is_given_in_the_next_process(served: Served, demo: Warehouse, tmp_path: Path, outbox: Outbox) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.agents.graph_child", str(demo.home), str(tmp_path), "propose"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "LANGGRAPH_STRICT_MSGPACK": "true"})
    assert (done.returncode, done.stdout) == (9, "awaiting_approval"), done.stderr
    ports = Ports(tools=(ORDER.tool(),), write=write, check=check, act=outbox)

    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(PROPOSE), ports=ports).assistant() as assistant:
            (proposal,) = await assistant.pending("t")
            answer = await (await assistant.resume("t", yes(proposal))).result()
            assert answer.status == "answered"
            assert outbox.asked == [proposal]

    go(scene())


def test_the_same_proposal_has_the_same_id_and_another_has_not() -> None:
    def proposed(thread: str, answer: str, n: int) -> Proposal:
        finding = Finding(agent="bi", call=PlannedCall(id="c1", tool="look_up", arguments={"n": n}), findings=Findings())
        (proposal,) = proposals_of(thread, answer, [finding], (ORDER.tool(),))
        return proposal

    assert proposed("t", "a", 1) == proposed("t", "a", 1)
    others = {proposed(*given).proposal_id for given in (("t", "a", 1), ("u", "a", 1), ("t", "b", 1), ("t", "a", 2))}
    assert len(others) == 4
    assert proposed("t", "a", 1).digest == proposed("u", "b", 1).digest != proposed("t", "a", 2).digest


def test_contradicting_verdicts_are_no_approval() -> None:
    proposal = Proposal(proposal_id="p", digest="d", tool="x", arguments={}, text="")
    both = [Verdict(proposal_id="p", digest="d", approved=approved) for approved in (True, False)]
    assert verdict_on(proposal, both) == "rejected"
    assert verdict_on(proposal, both[:1]) == "approved"
    assert verdict_on(proposal, []) == "undecided"
