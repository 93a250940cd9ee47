"""A stage for the server: a brain that does what the message says, a tool that proposes, a server in a thread, events off the wire."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agents.brain import Understood, World
from agents.brain_typed import TypedBrain
from agents.plan import Part, Plan, PlannedCall
from api.app import build_app
from api.installation import Installation, Plugged
from api.serve import Server, configured
from settings import Settings
from tools.catalog import TOOLS
from tools.contract import AnyTool, Tool, ToolContext
from tools.facts import Fact, FactTable, Findings, Frozen, RuleEvidence, TableColumn

RANKING = "{tool: ranking, arguments: {metric: revenue, by: category, n: 3}}"
REVENUE = "{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month}}}"
JSON = {"Content-Type": "application/json"}


class Order(Frozen):
    """What the proposing tool takes."""

    units: int = 1


def _propose(context: ToolContext, query: Order) -> Findings:
    evidence = RuleEvidence(id=f"{context.call_id}.e", rule="the stage says so")
    fact = Fact(id=f"{context.call_id}.0.n", name="units", value=query.units, unit="count", evidence_id=evidence.id)
    table = FactTable(title="Order", shape="kpi", columns=(TableColumn(name="units", unit="count"),), rows=((query.units,),))
    return Findings(facts=(fact,), evidence=(evidence,), tables=(table,), notes=(f"Order {query.units} units.",))


# Under the name of a tool that the operations agent may call.
PROPOSING: AnyTool = Tool("look_up", "Proposes an order.", Order, _propose, "propose")
STAGE_TOOLS = (*(each for each in TOOLS if each.name != PROPOSING.name), PROPOSING)


class StageBrain(TypedBrain):
    """Typed queries as they are; `nap SECONDS`, `break`, `order UNITS` do what they say."""

    def __init__(self) -> None:
        self.planned: list[str] = []

    async def plan(self, understood: Understood, world: World) -> Plan:
        self.planned.append(understood.message)
        word, _, rest = understood.message.partition(" ")
        if word == "nap":
            await asyncio.sleep(float(rest))
            return Plan(standalone_question=understood.message, outcome="talk", reply="Slept well.")
        if word == "break":
            raise RuntimeError("secret detail")
        if word == "order":
            call = PlannedCall(id="c1", tool="look_up", arguments={"units": int(rest)})
            part = Part(agent="operations", question=understood.message, calls=(call,))
            return Plan(standalone_question=understood.message, parts=(part,))
        return await super().plan(understood, world)


@dataclass
class Live:
    """A server that answers at `address`."""

    address: str
    installation: Installation
    brain: StageBrain
    server: Server

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=20, **options)


def stage_settings(home: Path, state: Path | str, **more: Any) -> Settings:
    """Settings for the data in `home`, with the state in a folder of its own or on a server."""
    return Settings(home=home, state_url=f"sqlite:///{state / 'state.db'}" if isinstance(state, Path) else state, demo="none", **more)


@contextmanager
def live(settings: Settings, plugged: Plugged | None = None) -> Iterator[Live]:
    """A server in a thread of its own, open for as long as the block lasts."""
    brain = StageBrain()
    installation = Installation(settings, plugged or Plugged(brain=brain, tools=STAGE_TOOLS, background=False))
    door = socket.socket(proto=socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    server = Server(configured(build_app(installation)), installation)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.01)
    assert server.started, "the server did not start"
    try:
        yield Live(f"http://127.0.0.1:{door.getsockname()[1]}", installation, brain, server)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"


@dataclass(frozen=True)
class Heard:
    """An event as a client gets it."""

    number: int
    kind: str
    data: dict[str, Any]


def heard(response: httpx.Response) -> Iterator[Heard]:
    """The events of an open stream."""
    assert response.headers["content-type"].startswith("text/event-stream")
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Heard(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}


def open_thread(client: httpx.Client) -> str:
    reply = client.post("/api/v1/threads", json={})
    assert reply.status_code == 201
    return str(reply.json()["id"])


def ask(client: httpx.Client, message: str, thread: str | None = None, **options: Any) -> dict[str, Any]:
    """The run of a question, with its answer."""
    reply = client.post(f"/api/v1/threads/{thread or open_thread(client)}/runs", json={"message": message}, **options)
    assert reply.status_code in (200, 202), reply.text
    run: dict[str, Any] = reply.json()
    return run


def asked_stream(client: httpx.Client, message: str, thread: str | None = None) -> list[Heard]:
    """Every event of a question."""
    path = f"/api/v1/threads/{thread or open_thread(client)}/runs"
    with client.stream("POST", path, json={"message": message}, headers={"Accept": "text/event-stream"}) as response:
        return list(heard(response))


def problem(reply: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The problem document of a reply, checked for the form all of them have."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = reply.json()
    assert body["type"] == f"/docs#problem-{kind}", body
    assert body["status"] == status and body["title"] and body["detail"] and body["instance"]
    for secret in ("Traceback", "secret detail", ".py", "sqlalchemy", "sqlite3"):
        assert secret not in reply.text
    return body
