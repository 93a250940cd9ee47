"""Events of a run as they go over the wire: Server-Sent Events, numbered, so that a client that lost its connection goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agents.answer import Answer, Confidence
from agents.bus import Cancelled, Failed
from api.blocking import beside
from api.conductor import Conductor
from api.store.errors import StoreError
from api.store.events import Event
from api.store.open import Store
from api.store.runs import Told
from tools.contract import Caller

MEDIA_TYPE = "text/event-stream"
_RECONNECT_MILLISECONDS = 1_000


class EventStream(StreamingResponse):
    """A stream that ends, generators and all, as soon as nobody listens to it."""

    media_type = MEDIA_TYPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        telling = asyncio.ensure_future(self.stream_response(send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.wait({telling, leaving})
        if not telling.cancelled():
            telling.result()


async def open_stream(store: Store, conductor: Conductor, run_id: str, caller: Caller, after: int) -> EventStream:
    """The events above `after`. What is wrong with the request is told before the stream begins."""
    await beside(store.events.after, run_id, caller.name, after, 1)
    headers = {"Location": f"/api/v1/runs/{run_id}", "X-Accel-Buffering": "no"}
    return EventStream(_lines(store, conductor, run_id, caller, after), 200, headers)


async def _lines(store: Store, conductor: Conductor, run_id: str, caller: Caller, after: int) -> AsyncGenerator[str, None]:
    yield f"retry: {_RECONNECT_MILLISECONDS}\n\n"
    try:
        async with aclosing(conductor.follow(run_id, caller, after)) as events:
            async for event in events:
                yield ": still here\n\n" if event is None else await _rendered(store, event, caller)
    except StoreError as error:  # the thread was deleted meanwhile, or the store is away: coming back tells which
        yield f": {str(error).splitlines()[0]}\n\n"


async def _rendered(store: Store, event: Event, caller: Caller) -> str:
    payload = json.loads(event.payload)
    what = event.payload if "kind" in payload else await beside(_ending, store, event, payload, caller.name)
    kind = payload.get("kind") or ("done" if event.kind == "approval_required" else event.kind)
    data = f'{{"run_id":"{event.run_id}","number":{event.number},"at":"{event.at.isoformat()}","what":{what}}}'
    return f"id: {event.number}\nevent: {kind}\ndata: {data}\n\n"


def _ending(store: Store, event: Event, payload: dict[str, str], owner: str) -> str:
    """The store tells an ending by the id of its answer, or by the reason why there is none."""
    if answer_id := payload.get("answer_id"):
        kind = "failed" if event.kind == "failed" else "done"
        return f'{{"kind":"{kind}","answer":{store.answers.get(answer_id, owner).body}}}'
    answer = unanswered(store.runs.told(event.run_id, owner), payload.get("reason", ""))
    return (Cancelled(answer=answer) if event.kind == "cancelled" else Failed(answer=answer)).model_dump_json()


def unanswered(told: Told, reason: str) -> Answer:
    """What a run without an answer came to, in the form of one."""
    why = reason or "it was stopped before it was finished"
    return Answer(
        answer_id=told.run.id,
        thread_id=told.run.thread_id,
        question=told.question,
        status="failed",
        text=f"I could not answer this: {why}.",
        confidence=Confidence(level="low", reasons=(why,)),
    )
