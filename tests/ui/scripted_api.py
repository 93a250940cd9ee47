"""An API that does what the message says: answer at once, slowly, with hostile names; lose connections; propose; ask back; break."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.schemas import (
    Answer,
    Changes,
    Event,
    Feedback,
    Piece,
    Preferences,
    Problem,
    Reading,
    Run,
    Status,
    Thread,
    ThreadDetail,
    ThreadPage,
    Verdicts,
)
from tests.ui.answers import answer, event, hostile_answer, told

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PROPOSAL: dict[str, Any] = {"proposal_id": "p1", "digest": "d1", "tool": "draft_order", "arguments": {"units": 5}, "text": "Order 5 units."}
SECOND: dict[str, Any] = PROPOSAL | {"proposal_id": "p2", "digest": "d2", "text": "Order 9 units."}
STATUS: dict[str, Any] = {
    "data": {"snapshot": "v000001", "data_as_of": "2026-10-31", "tables": ["orders"], "currency": "VND"},
    "brain": "embedded",
    "version": "1",
    "examples": ["at once", "slow", "hostile", "ask back"],
}


@dataclass
class Asked:
    """A run with everything it will tell and how far that has come."""

    id: str
    thread_id: str
    message: str
    events: list[Event]
    released: int = 1_000_000
    cancelled: bool = False

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def over(self) -> bool:
        return len(self.events) <= self.released and self.last.ends

    def body(self) -> Run:
        final = getattr(self.last.what, "answer", None) if self.over else None
        waits = final is not None and final.status == "awaiting_approval"
        status = ("awaiting_approval" if waits else "cancelled" if self.cancelled else "done") if final else "running"
        seen = min(len(self.events), self.released)
        return Run.model_validate(
            {"id": self.id, "thread_id": self.thread_id, "status": status, "question": self.message, "answer": final}
            | {"last_event": seen, "accepted_at": NOW}
        )


@dataclass
class ScriptedApi:
    """What was asked of it stays to be looked at: `requests` are method, path, and the headers that matter."""

    status: dict[str, Any] = field(default_factory=lambda: dict(STATUS))
    runs: dict[str, Asked] = field(default_factory=dict)
    keys: dict[str, Asked] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    opinions: dict[str, Feedback] = field(default_factory=dict)
    wishes: dict[str, Any] = field(default_factory=dict)
    verdicts: list[tuple[str, str, bool]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    drops: int = 0
    seconds_between: float = 0.0
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def app(self) -> Starlette:
        def route(path: str, method: str, act: Callable[[Request], Any]) -> Route:
            async def answered(request: Request) -> Response:
                kept = {name: value for name, value in request.headers.items() if name in ("cookie", "authorization", "last-event-id")}
                self.requests.append((method, request.url.path.removeprefix("/api/v1"), kept))
                if any(request.url.path.endswith(part) for part in self.refuse):
                    return problem(422, "Bad input", "message: it cannot be read", next="write it anew", allowed=("a", "b"))
                made = await act(request)
                return made if isinstance(made, Response) else reply(made)

            return Route(f"/api/v1{path}", answered, methods=[method])

        return Starlette(
            routes=[
                route("/status", "GET", self._status),
                route("/threads", "GET", self._threads),
                route("/threads", "POST", self._open),
                route("/threads/{id}", "GET", self._thread),
                route("/threads/{id}", "DELETE", self._delete),
                route("/threads/{id}/runs", "POST", self._ask),
                route("/runs/{id}", "GET", self._run),
                route("/runs/{id}/events", "GET", self._events),
                route("/runs/{id}/cancel", "POST", self._cancel),
                route("/runs/{id}/resume", "POST", self._resume),
                route("/answers/{id}", "GET", self._answer),
                route("/answers/{id}/reading", "GET", self._reading),
                route("/answers/{id}/reading", "POST", self._change),
                route("/answers/{id}/feedback", "GET", self._opinion),
                route("/answers/{id}/feedback", "POST", self._rate),
                route("/preferences", "GET", self._preferences),
                route("/preferences", "PATCH", self._prefer),
                route("/preferences/{name}", "DELETE", self._forget),
            ]
        )

    async def _status(self, request: Request) -> Status:
        return Status.model_validate(self.status)

    async def _threads(self, request: Request) -> ThreadPage:
        made = (Thread(id=id, title=title, created_at=NOW, updated_at=NOW) for id, title in reversed(self.threads.items()))
        return ThreadPage(threads=tuple(made))

    async def _open(self, request: Request) -> Thread:
        id = f"t{next(self._ids)}"
        self.threads[id] = ""
        return Thread(id=id, title="", created_at=NOW, updated_at=NOW)

    async def _thread(self, request: Request) -> ThreadDetail | Response:
        id = request.path_params["id"]
        if id not in self.threads:
            return problem(404, "Not found", f"There is no conversation {id}, or it is not yours.")
        messages: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        for run in (run for run in self.runs.values() if run.thread_id == id):
            messages.append({"role": "user", "text": run.message, "at": NOW, "run_id": run.id})
            body = run.body()
            if body.answer is not None:
                said = {"role": "assistant", "text": body.answer.text, "at": NOW, "run_id": run.id, "answer_id": body.answer.answer_id}
                messages.append(said)
            if body.status == "awaiting_approval":
                waiting.append(PROPOSAL | {"run_id": run.id})
        fields = {"id": id, "title": self.threads[id], "created_at": NOW, "updated_at": NOW}
        return ThreadDetail.model_validate(fields | {"messages": messages, "waiting": waiting})

    async def _delete(self, request: Request) -> Response:
        self.threads.pop(request.path_params["id"], None)
        return Response(status_code=204)

    async def _ask(self, request: Request) -> Run:
        thread, body = request.path_params["id"], await request.json()
        key = request.headers["idempotency-key"]
        if key not in self.keys:
            id, message = f"r{next(self._ids)}", body["message"]
            self.threads[thread] = self.threads.get(thread) or message
            run = Asked(id, thread, message, [], released=2 if message == "slow" else 1_000_000)
            run.events = [each.model_copy(update={"run_id": id}) for each in script(message, id)]
            self.keys[key] = self.runs[id] = run
        return self.keys[key].body()

    async def _run(self, request: Request) -> Run | Response:
        run = self.runs.get(request.path_params["id"])
        return run.body() if run else problem(404, "Not found", "There is no such run, or it is not yours.")

    async def _events(self, request: Request) -> Response:
        run = self.runs[request.path_params["id"]]
        after = int(request.headers.get("last-event-id", 0))
        cut = self.drops > 0
        self.drops -= cut
        return StreamingResponse(self._stream(run, after, 2 if cut else None), media_type="text/event-stream")

    async def _stream(self, run: Asked, after: int, most: int | None) -> AsyncIterator[str]:
        yield "retry: 1000\n\n: still here\n\n"
        place = after
        while True:
            while place < min(len(run.events), run.released):
                if most is not None and place - after >= most:
                    yield "id: 99\nevent: done\ndata: {cut off in the mid"
                    return
                told_now = run.events[place]
                place += 1
                await asyncio.sleep(self.seconds_between)
                yield f"id: {told_now.number}\nevent: {told_now.what.kind}\ndata: {told_now.model_dump_json()}\n\n"
                if told_now.ends:
                    return
            await asyncio.sleep(0.01)

    async def _cancel(self, request: Request) -> Run:
        run = self.runs[request.path_params["id"]]
        run.cancelled = True
        stopped = answer(
            answer_id=run.id, status="failed", text="I could not answer this: it was stopped.", blocks=(), facts=(), evidence=()
        )
        run.events = [*run.events[: run.released], event(run.released + 1, kind="cancelled", answer=stopped)]
        run.released = len(run.events)
        return run.body()

    async def _resume(self, request: Request) -> Run | Response:
        run = self.runs[request.path_params["id"]]
        verdicts = Verdicts.model_validate(await request.json()).verdicts
        self.verdicts += [(each.proposal_id, each.digest, each.approved) for each in verdicts]
        settled = answer(answer_id=run.id, text="Ordered.")
        run.events = [*run.events, event(len(run.events) + 1, kind="done", answer=settled)]
        return run.body()

    async def _answer(self, request: Request) -> Answer:
        id = request.path_params["id"]
        return next(final for run in self.runs.values() if (final := run.body().answer) and final.answer_id == id)

    async def _reading(self, request: Request) -> Reading:
        return Reading(
            pieces=(
                Piece(places=("c1/period",), kind="period", name="period", value="last_month", choices=("last_month", "last_year")),
                Piece(places=("c1/where/0",), kind="filter", name="product =", value="<b>Ink</b>", removable=True),
            )
        )

    async def _change(self, request: Request) -> Run:
        changes = Changes.model_validate(await request.json()).changes
        self.changes += [(each.place, each.value) for each in changes]
        thread = next(
            run.thread_id for run in self.runs.values() if (final := run.body().answer) and final.answer_id == request.path_params["id"]
        )
        id, message = f"r{next(self._ids)}", '{"standalone_question": "units, last year", "parts": []}'
        self.runs[id] = Asked(id, thread, message, [each.model_copy(update={"run_id": id}) for each in script("at once", id)])
        return self.runs[id].body()

    async def _opinion(self, request: Request) -> Feedback | Response:
        return self.opinions.get(request.path_params["id"]) or problem(404, "Not found", "There is none.")

    async def _rate(self, request: Request) -> Feedback:
        id = request.path_params["id"]
        self.opinions[id] = Feedback.model_validate({**await request.json(), "answer_id": id, "at": NOW})
        return self.opinions[id]

    async def _preferences(self, request: Request) -> Preferences:
        return Preferences.model_validate(self.wishes)

    async def _prefer(self, request: Request) -> Preferences:
        self.wishes |= await request.json()
        return Preferences.model_validate(self.wishes)

    async def _forget(self, request: Request) -> Response:
        self.wishes.pop(request.path_params["name"], None)
        return Response(status_code=204)


def script(message: str, run_id: str) -> list[Event]:
    """What a run tells, by its message."""
    if message == "hostile":
        return told(hostile_answer(answer_id=run_id))
    if message == "ask back":
        asked: Any = {"question": "Which one?", "options": ["at once", "slow"]}
        return told(answer(answer_id=run_id, status="clarify", text="Which one?", clarification=asked))
    if message.startswith("propose"):
        proposals = [PROPOSAL, SECOND] if message.endswith("two") else [PROPOSAL]
        waiting = answer(answer_id=run_id, status="awaiting_approval", text="May I?")
        return [event(1, kind="approval_required", proposals=proposals), event(2, kind="done", answer=waiting)]
    return told(answer(answer_id=run_id))


def reply(body: BaseModel) -> Response:
    return Response(body.model_dump_json(), media_type="application/json")


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    body = Problem(type="about:blank", title=title, status=status, detail=detail, instance="/x", **more)
    return Response(body.model_dump_json(), status, media_type="application/problem+json")
