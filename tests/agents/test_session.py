"""The assistant over time: many at once, stopped, dropped, killed, opened again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import ormsgpack
import pytest

from agents.answer import Answer
from agents.limits import Limits
from agents.plan import AGENTS
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Assistant, Busy, Ports
from agents.session_ground import Ground
from ingestion.warehouse import Warehouse
from tests.agents.graph_child import ONE, ORDER, PROPOSE
from tests.agents.graph_stage import DEFINITIONS, SHARED, Prop, Stage, check, followed, go, kinds, write
from tests.conftest import ROOT
from tests.tools.query.postgres import binaries, running_server
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext
from tools.errors import BadInput
from tools.query.served import Served

TOP = {"metric": "revenue", "by": "category", "n": 3}
RANKING = scripted_plan("top", ("bi", "ranking", TOP))
SLOW = scripted_plan("slow", ("bi", SHARED, {"n": 1}))


def test_the_same_message_twice_gives_the_same_answer(served: Served, tmp_path: Path) -> None:
    first, second = Stage(served, tmp_path, ScriptedBrain(by_message={"top": RANKING})).ask("top", "top")
    told = {"answer_id", "timings"}
    assert first.model_dump(exclude=told) == second.model_dump(exclude=told)


@pytest.mark.usefixtures("uncollected")
def test_twenty_chats_at_once_lose_no_event_and_mix_nothing_up(served: Served, tmp_path: Path) -> None:
    by = ("category", "province", "channel", "product", "customer", "month", "weekday", "tier")
    plans = {f"by {name}": scripted_plan(name, ("bi", "breakdown", {"metrics": ["revenue"], "by": [name]})) for name in by}
    alone = {
        message: call(ToolCall("breakdown", plan.calls()[0].arguments), ToolContext(served), TOOLS).facts for message, plan in plans.items()
    }

    async def chat(assistant: Assistant, number: int) -> None:
        for turn in range(3):
            message = list(plans)[(number + turn) % len(plans)]
            run = assistant.start(message, f"thread{number}")
            events = await followed(run)
            answer = await run.result()
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            assert kinds(events)[-1] == "done"
            assert answer.facts == alone[message]

    async def scene() -> float:
        async with Stage(served, tmp_path, ScriptedBrain(by_message=plans)).assistant() as assistant:
            await chat(assistant, 0)
            started = time.process_time()
            await asyncio.gather(*(chat(assistant, number) for number in range(20)))
            return time.process_time() - started

    # Twenty at once wait for each other: a second for all of them is 50 ms of one core for each, however busy the machine is.
    assert go(scene()) / 60 < 0.05


def test_two_messages_of_one_thread_are_answered_one_after_the_other(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(by_message={"slow": SLOW})

    async def scene() -> None:
        async with Stage(served, tmp_path, brain, (Prop(seconds=0.1),)).assistant() as assistant:
            await asyncio.gather(*(assistant.ask("slow", "t") for _ in range(3)))

    go(scene())
    assert [len(dialogue.turns) for _, dialogue in brain.heard] == [0, 1, 2]


def test_a_run_that_is_stopped_says_so_and_the_thread_goes_on(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(by_message={"slow": SLOW, "top": RANKING})

    async def scene() -> None:
        async with Stage(served, tmp_path, brain, (Prop(seconds=0.3),)).assistant() as assistant:
            run = assistant.start("slow", "t")
            async for event in run.events():
                if event.what.kind == "tool_started":
                    assert run.cancel()
            answer = await run.result()
            assert answer.status == "failed" and "stopped" in answer.text
            assert kinds(await followed(run))[-1] == "cancelled"
            assert not run.cancel()
            assert (await assistant.ask("slow", "t")).status == "answered"
            assert brain.heard[-1][1].turns == ()

    go(scene())


def test_a_client_that_leaves_takes_nothing_with_it(served: Served, tmp_path: Path) -> None:
    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(SLOW), (Prop(seconds=0.2),)).assistant() as assistant:
            run = assistant.start("slow", "t")
            client = asyncio.create_task(run.result())
            reader = asyncio.create_task(followed(run))
            await asyncio.sleep(0.05)
            client.cancel()
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(client, reader)
            assert (await run.result()).status == "answered"
            events = await followed(run, after=3)
            assert events[0].number == 4 and kinds(events)[-1] == "done"

    go(scene())


def test_closing_stops_what_still_runs(served: Served, tmp_path: Path) -> None:
    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(SLOW), (Prop(seconds=0.3),)).assistant() as assistant:
            run = assistant.start("slow", "t")
            await asyncio.sleep(0.05)
        assert kinds(await followed(run))[-1] == "cancelled"

    go(scene())


def test_more_than_may_wait_is_refused_at_once(served: Served, tmp_path: Path) -> None:
    limits = Limits(running_turns=1, waiting_turns=1)

    async def scene() -> None:
        brain = ScriptedBrain(by_message={"slow": SLOW})
        async with Stage(served, tmp_path, brain, (Prop(seconds=0.1),), limits).assistant() as assistant:
            runs = [assistant.start("slow", f"t{number}") for number in range(2)]
            with pytest.raises(Busy, match="ask again"):
                assistant.start("slow", "t3")
            assert [(await run.result()).status for run in runs] == ["answered"] * 2
            assert (await assistant.ask("slow", "t3")).status == "answered"

    go(scene())


def test_a_thread_belongs_to_its_caller(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(by_message={"top": RANKING})

    async def scene() -> None:
        async with Stage(served, tmp_path, brain).assistant() as assistant:
            await assistant.ask("top", "t", Caller("alice"))
            await assistant.ask("top", "t", Caller("bob"))
            await assistant.forget("t", Caller("bob"))
            await assistant.ask("top", "t", Caller("alice"))
            await assistant.ask("top", "t", Caller("bob"))

    go(scene())
    assert [len(dialogue.turns) for _, dialogue in brain.heard] == [0, 0, 1, 0]


@pytest.mark.parametrize("thread_id", ["", "a/b", "../../etc/passwd", "x" * 101, "a\nb", "' OR 1=1 --", "\u202e"])
def test_a_forged_thread_id_is_refused(served: Served, tmp_path: Path, thread_id: str) -> None:
    with pytest.raises(BadInput, match="thread_id"):
        Stage(served, tmp_path, ScriptedBrain(RANKING)).ask("top", thread=thread_id)


def test_tools_run_as_the_caller_of_the_session(served: Served, tmp_path: Path) -> None:
    prop = Prop()

    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(SLOW), (prop,)).assistant() as assistant:
            await assistant.ask("slow", "t", Caller("alice"))

    go(scene())
    assert prop.callers == ["alice"]


def test_asked_as_of_a_past_day_nothing_later_is_seen(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(RANKING)
    day = served.context.as_of - timedelta(days=60)

    async def scene() -> None:
        async with Stage(served, tmp_path, brain).assistant() as assistant:
            answer = await assistant.ask("top", "t", as_of=day)
            assert answer.data_as_of == day
            assert all(each.data_as_of == day for each in answer.evidence if each.kind == "query")

    go(scene())
    assert (brain.heard[0][1].as_of, brain.saw[0].as_of) == (day, day)


def plain(blob: bytes) -> object:
    """What was stored, when it is JSON and nothing else."""

    def refuse(code: int, data: bytes) -> NoReturn:
        raise AssertionError(f"an object was stored: {data[:200]!r}")

    return ormsgpack.unpackb(blob, ext_hook=refuse)


def test_a_checkpoint_holds_only_plain_json_and_one_state_a_thread(served: Served, tmp_path: Path) -> None:
    stage = Stage(served, tmp_path, ScriptedBrain(ONE, ONE, ONE), (Prop(), ORDER))
    stage.ask("a", "b", "c")
    stage.brain.enqueue(PROPOSE)  # type: ignore[attr-defined]
    stage.ask("order it", thread="waiting")
    with contextlib.closing(sqlite3.connect(tmp_path / "threads.sqlite")) as file:
        states = file.execute("SELECT thread_id, type, checkpoint FROM checkpoints").fetchall()
        writes = file.execute("SELECT channel, type, value FROM writes").fetchall()
    assert sorted(name for name, _, _ in states) == ["local/t", "local/waiting"]
    for _, kind, blob in states:
        assert kind == "msgpack"
        plain(blob)
    for channel, kind, blob in writes:
        if channel != "__interrupt__" and kind != "null":
            plain(blob)
    assert max(len(blob) for _, _, blob in states) < 20_000


def test_workings_do_not_outlive_their_turn(served: Served, tmp_path: Path) -> None:
    async def scene() -> None:
        async with Stage(served, tmp_path, ScriptedBrain(ONE), (Prop(),)).assistant() as assistant:
            await assistant.ask("a", "t")
            state = (await assistant._graph.aget_state({"configurable": {"thread_id": "local/t"}})).values
            assert [name for name, value in state.items() if value] == ["message", "turns"]

    go(scene())


@pytest.mark.parametrize("seed", [*range(1, 6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 51))])
def test_killed_at_any_moment_of_a_turn(served: Served, demo: Warehouse, tmp_path: Path, seed: int) -> None:
    """What was acknowledged is remembered; the turn that was cut off is answered under its old id, as it would have been, and once."""
    told = talk_until_killed(demo, tmp_path, random.Random(seed))
    acknowledged = [int(line.split()[0]) for line in told if line.endswith("answered\n")]
    cut_off = acknowledged[-1] + 1
    brain = ScriptedBrain(ONE, ONE)
    stage = Stage(served, tmp_path, brain, (Prop(),))

    async def scene() -> tuple[Answer, Answer]:
        async with stage.assistant() as assistant:
            again = await assistant.start(f"message {cut_off}", "t", run_id=f"run{cut_off}").result()
            return again, await assistant.ask("next", "t")

    started = time.monotonic()
    again, after = go(scene())
    assert time.monotonic() - started < 10
    assert (again.answer_id, again.status) == (f"run{cut_off}", "answered")
    assert [fact.value for fact in again.facts] == [fact.value for fact in after.facts] == [1, 2]
    before, then = (tuple(turn.question for turn in dialogue.turns) for _, dialogue in brain.heard)
    # The run that is taken up again hears what came before it and never itself, though its end may have reached the file.
    assert before == tuple(f"message {number}" for number in acknowledged[-6:])
    assert then == tuple(f"message {number}" for number in [*acknowledged, cut_off][-6:])


def talk_until_killed(demo: Warehouse, folder: Path, chance: random.Random) -> list[str]:
    """The lines of a process that talked until a random moment of a turn."""
    command = [sys.executable, "-W", "error", "-m", "tests.agents.graph_child", str(demo.home), str(folder), "talk"]
    env = {**os.environ, "LANGGRAPH_STRICT_MSGPACK": "true"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(chance.randint(1, 20))]
        time.sleep(chance.random() * 0.05)
        child.send_signal(signal.SIGKILL)
        return [*told, *child.stdout.readlines()]


def test_a_run_that_is_taken_up_again_does_not_hear_itself(served: Served, tmp_path: Path) -> None:
    other = scripted_plan("others", ("bi", "ranking", {**TOP, "lowest": True}))
    brain = ScriptedBrain(by_message={"top": RANKING, "others": other})

    async def scene() -> None:
        async with Stage(served, tmp_path, brain).assistant() as assistant:
            await assistant.ask("top", "t")
            first = await assistant.start("others", "t", run_id="r2").result()
            again = await assistant.start("others", "t", run_id="r2").result()
            assert again.model_dump(exclude={"timings"}) == first.model_dump(exclude={"timings"})
            await assistant.ask("top", "t")

    go(scene())
    _, first, again, after = (dialogue for _, dialogue in brain.heard)
    assert first == again
    assert [turn.question for turn in after.turns] == ["top", "others"]
    assert after.handles and after.handles != again.handles


@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed to try against")
def test_conversations_are_kept_in_postgresql_by_url(served: Served) -> None:
    pytest.importorskip("langgraph.checkpoint.postgres", reason="the extra `postgres` is not installed")
    psycopg = pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    brain = ScriptedBrain(ONE, ONE, ONE, PROPOSE)
    ports = Ports(tools=(Prop().tool(), ORDER.tool()), write=write, check=check)

    def on_server(url: str) -> list[int]:
        tables = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
        with psycopg.connect(url) as connection:
            return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    async def scene(url: str) -> None:
        async with Assistant(brain, lambda: Ground(served, DEFINITIONS), url, ports=ports) as assistant:
            assert (await assistant.ask("a", "t")).status == "answered"
            assert (await assistant.ask("a", "other")).status == "answered"
            sizes = on_server(url)
            assert (await assistant.ask("b", "t")).status == "answered"
            assert on_server(url) == sizes  # only the newest state of each thread is kept, and only what it names
        async with Assistant(brain, lambda: Ground(served, DEFINITIONS), url, ports=ports) as assistant:
            assert (await assistant.ask("order it", "t")).status == "awaiting_approval"
            assert len(await assistant.pending("t")) == 1
            await assistant.forget("t")
            assert await assistant.pending("t") == ()

    with tempfile.TemporaryDirectory(prefix="oiis-threads-") as name:
        Path(name).chmod(0o755)
        with running_server(Path(name)) as url:
            go(scene(url))
    assert [len(dialogue.turns) for _, dialogue in brain.heard] == [0, 0, 1, 2]


def test_the_graph_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys; import agents.session, agents.bus, agents.scripted, agents.brain_typed; print('langgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.usefixtures("uncollected")
def test_graph_and_gate_add_little_to_the_tools_own_time(served: Served, tmp_path: Path) -> None:
    brain = ScriptedBrain(by_message={"all": scripted_plan("all", *((agent, SHARED, {"n": place}) for place, agent in enumerate(AGENTS)))})

    async def scene() -> list[float]:
        seconds = []
        async with Stage(served, tmp_path, brain, (Prop(),)).assistant() as assistant:
            for _ in range(65):
                started = time.process_time()
                await assistant.ask("all", "t")
                seconds.append(time.process_time() - started)
        return seconds[5:]

    # The time of the processor, and the best of three rounds, so that it holds on a busy machine too; the tools of the stage take none.
    spent = go(scene())
    assert min(statistics.quantiles(spent[start : start + 20], n=20)[-1] for start in (0, 20, 40)) < 0.04
