"""Questions on their way: ask, follow, stop, decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from agents.answer import Answer
from agents.approve_verdicts import Verdict
from api import schemas, streams
from api.blocking import beside
from api.conductor import SETTLED
from api.identity import Identity
from api.reach import House
from api.store.runs import Told
from tools.errors import BadInput

router = APIRouter(tags=["runs"])
_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 60.0, 120.0
_KEY = r"^[\x21-\x7e]+$"
Wait = Annotated[float, Query(ge=0, le=_LONGEST_WAIT_SECONDS, description="Seconds to wait for the answer; 0 does not wait")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=150, pattern=_KEY)]
_RUN_OR_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"model": schemas.Run, "content": {streams.MEDIA_TYPE: {}}, "description": "It has ended or waits for a decision; or its events"},
    202: {"model": schemas.Run, "description": "It goes on; `Location` is where to look"},
}


@router.post("/threads/{thread_id}/runs", response_model=schemas.Run, responses=_RUN_OR_STREAM)
async def ask(
    house: House, caller: Identity, request: Request, thread_id: str, asked: schemas.NewRun, wait: Wait = _WAIT_SECONDS, key: Key = None
) -> Response:
    """Ask a question. It is recorded before it is answered: once this replies, no stop of the server loses it.

    With `Accept: text/event-stream` the reply is the run's events. The same `Idempotency-Key` with the same body gives the same run.
    """
    run = await house.conductor.accept(thread_id, caller, asked.message, asked.as_of, key)
    return await _reply(house, caller, request, run.id, 0, wait)


@router.get("/runs/{run_id}")
def read_run(house: House, caller: Identity, run_id: str) -> schemas.Run:
    """How a run stands, with its answer when there is one."""
    return as_body(house.store.runs.told(run_id, caller.name))


@router.get("/runs/{run_id}/events", response_class=Response, responses={200: {"content": {streams.MEDIA_TYPE: {}}}})
async def follow(
    house: House,
    caller: Identity,
    run_id: str,
    after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """The events of a run, from the first one or from where `Last-Event-ID` (or `after`) says; ends when the run does."""
    return await streams.open_stream(house.store, house.conductor, run_id, caller, _place(last_event_id, after))


@router.post("/runs/{run_id}/cancel", status_code=202)
async def cancel(house: House, caller: Identity, run_id: str) -> schemas.Run:
    """Stop a run for good. One that has ended stays as it is."""
    return as_body(await house.conductor.cancel(run_id, caller))


@router.post("/runs/{run_id}/resume", response_model=schemas.Run, responses=_RUN_OR_STREAM)
async def resume(
    house: House, caller: Identity, request: Request, run_id: str, decided: schemas.Verdicts, wait: Wait = _WAIT_SECONDS
) -> Response:
    """Decide about what a run proposes, once; the run goes on with it. A verdict counts for exactly the digest it names."""
    before = await beside(house.store.runs.get, run_id, caller.name)
    verdicts = [Verdict(proposal_id=each.proposal_id, digest=each.digest, approved=each.approved) for each in decided.verdicts]
    await house.conductor.resume(run_id, caller, verdicts)
    return await _reply(house, caller, request, run_id, before.last_event, wait)


def as_body(told: Told) -> schemas.Run:
    """A run of the store as it is sent."""
    run = told.run
    return schemas.Run(
        id=run.id,
        thread_id=run.thread_id,
        status=run.status,
        question=told.question,
        as_of=run.as_of,
        answer=None if told.answer is None else Answer.model_validate_json(told.answer),
        error=run.error,
        last_event=run.last_event,
        accepted_at=run.accepted_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


async def _reply(house: House, caller: Identity, request: Request, run_id: str, after: int, wait: float) -> Response:
    if streams.MEDIA_TYPE in request.headers.get("accept", ""):
        return await streams.open_stream(house.store, house.conductor, run_id, caller, after)
    told = await house.conductor.settled(run_id, caller, wait)
    body = as_body(told).model_dump_json()
    status = 200 if told.run.status in SETTLED else 202
    return Response(body, status, {"Location": f"/api/v1/runs/{run_id}"}, "application/json")


def _place(last_event_id: str | None, after: int) -> int:
    """What a browser sends by itself counts before what the address says."""
    if last_event_id is None or last_event_id == "":
        return after
    if not (last_event_id.isascii() and last_event_id.isdecimal()) or len(last_event_id) > 7:
        raise BadInput("Last-Event-ID", last_event_id, "the number of the last event that was seen")
    return int(last_event_id)
