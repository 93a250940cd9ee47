"""The API as typed calls over HTTP. A run's events are followed through lost connections."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from api.schemas import (
    Answer,
    Change,
    Changes,
    Event,
    Feedback,
    NewFeedback,
    NewRun,
    NewThread,
    Preferences,
    Problem,
    Reading,
    Run,
    Status,
    Thread,
    ThreadDetail,
    ThreadPage,
    Verdict,
    Verdicts,
)
from ui.sse import read_events
from ui.troubles import Lost, NotUnderstood, Refused, Unreachable

if TYPE_CHECKING:
    import httpx

Reply = TypeVar("Reply", bound=BaseModel)
Credentials = Mapping[str, str]  # the headers by which the API knows who asks, as the browser sent them

_SECONDS, _CONNECT_SECONDS = 20.0, 5.0
# The API sends a heartbeat every 15 s; silence beyond three of them is a dead connection.
_SILENCE_SECONDS = 50.0
_TRIES, _PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 12, 0.2, 5.0


@dataclass(frozen=True)
class Interruption:
    """The connection to a run was lost and is being taken up again."""

    attempt: int


class Client:
    """Calls to one API; `credentials` go with every call."""

    def __init__(self, http: httpx.AsyncClient, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._http, self._pause_seconds = http, pause_seconds

    async def status(self, who: Credentials) -> Status:
        return await self._get("/status", Status, who)

    async def threads(self, who: Credentials, limit: int = 50) -> ThreadPage:
        return await self._get(f"/threads?limit={limit}", ThreadPage, who)

    async def thread(self, thread_id: str, who: Credentials) -> ThreadDetail:
        return await self._get(f"/threads/{_safe(thread_id)}", ThreadDetail, who)

    async def open_thread(self, who: Credentials) -> Thread:
        return await self._send("POST", "/threads", Thread, who, NewThread())

    async def delete_thread(self, thread_id: str, who: Credentials) -> None:
        await self._call("DELETE", f"/threads/{_safe(thread_id)}", who)

    async def ask(self, thread_id: str, message: str, who: Credentials) -> Run:
        """Hand a question in. Sent twice, it is still one question: a lost reply is asked for again under the same key."""
        body, key = NewRun(message=message), {"idempotency-key": uuid.uuid4().hex}
        try:
            return await self._send("POST", f"/threads/{_safe(thread_id)}/runs?wait=0", Run, {**who, **key}, body)
        except Unreachable:
            await asyncio.sleep(self._pause_seconds)
            return await self._send("POST", f"/threads/{_safe(thread_id)}/runs?wait=0", Run, {**who, **key}, body)

    async def run(self, run_id: str, who: Credentials) -> Run:
        return await self._get(f"/runs/{_safe(run_id)}", Run, who)

    async def cancel(self, run_id: str, who: Credentials) -> None:
        await self._call("POST", f"/runs/{_safe(run_id)}/cancel", who)

    async def decide(self, run_id: str, verdicts: tuple[Verdict, ...], who: Credentials) -> Run:
        return await self._send("POST", f"/runs/{_safe(run_id)}/resume?wait=0", Run, who, Verdicts(verdicts=verdicts))

    async def answer(self, answer_id: str, who: Credentials) -> Answer:
        return await self._get(f"/answers/{_safe(answer_id)}", Answer, who)

    async def reading(self, answer_id: str, who: Credentials) -> Reading:
        return await self._get(f"/answers/{_safe(answer_id)}/reading", Reading, who)

    async def change(self, answer_id: str, changes: tuple[Change, ...], who: Credentials) -> Run:
        return await self._send("POST", f"/answers/{_safe(answer_id)}/reading", Run, who, Changes(changes=changes))

    async def opinion(self, answer_id: str, who: Credentials) -> Feedback | None:
        """What the person said about an answer before, if anything."""
        try:
            return await self._get(f"/answers/{_safe(answer_id)}/feedback", Feedback, who)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    async def rate(self, answer_id: str, opinion: NewFeedback, who: Credentials) -> Feedback:
        return await self._send("POST", f"/answers/{_safe(answer_id)}/feedback", Feedback, who, opinion)

    async def preferences(self, who: Credentials) -> Preferences:
        return await self._get("/preferences", Preferences, who)

    async def prefer(self, wishes: Preferences, who: Credentials) -> Preferences:
        return await self._send("PATCH", "/preferences", Preferences, who, wishes)

    async def forget(self, name: str, who: Credentials) -> None:
        await self._call("DELETE", f"/preferences/{_safe(name)}", who)

    async def follow(self, run_id: str, who: Credentials, after: int = 0) -> AsyncIterator[Event | Interruption]:
        """The events of a run above `after`, each once, until it ends; a lost connection goes on where it was."""
        last, attempt = after, 0
        while attempt < _TRIES:
            try:
                async for event in self._listen(run_id, who, last):
                    if event.number > last:
                        last, attempt = event.number, 0
                        yield event
                    if event.ends:
                        return
            except Unreachable:
                pass
            attempt += 1
            yield Interruption(attempt)
            await asyncio.sleep(min(self._pause_seconds * 2**attempt, _LONGEST_PAUSE_SECONDS))
        raise Lost(run_id)

    async def _listen(self, run_id: str, who: Credentials, after: int) -> AsyncIterator[Event]:
        import httpx

        headers = {**who, "accept": "text/event-stream", "last-event-id": str(after)}
        timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS, read=_SILENCE_SECONDS)
        try:
            async with self._http.stream("GET", f"/runs/{_safe(run_id)}/events", headers=headers, timeout=timeout) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise _refusal(response)
                async for sent in read_events(response.aiter_lines()):
                    yield Event.model_validate_json(sent.data)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from error
        except ValidationError as error:
            raise NotUnderstood(str(error)) from error

    async def _get(self, path: str, reply: type[Reply], who: Credentials) -> Reply:
        return _read(await self._call("GET", path, who), reply)

    async def _send(self, method: str, path: str, reply: type[Reply], who: Credentials, body: BaseModel) -> Reply:
        return _read(await self._call(method, path, who, body), reply)

    async def _call(self, method: str, path: str, who: Credentials, body: BaseModel | None = None) -> httpx.Response:
        import httpx

        content = body.model_dump_json(exclude_unset=True) if body else None
        headers = {**who, "accept": "application/json", **({"content-type": "application/json"} if body else {})}
        try:
            response = await self._http.request(method, path, content=content, headers=headers)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from error
        if response.is_success:
            return response
        raise _refusal(response)


def connect(base_url: str) -> httpx.AsyncClient:
    """A connection to the API at an address. Proxies of the environment are for the outside, not for this machine."""
    import httpx

    timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=20)
    return httpx.AsyncClient(base_url=f"{base_url.rstrip('/')}/api/v1", timeout=timeout, limits=limits, trust_env=False)


def _safe(id: str) -> str:
    """An id comes from the address of the page too, and must stay one part of a path."""
    return quote(id, safe="").replace(".", "%2E") or "-"


def _read(response: httpx.Response, reply: type[Reply]) -> Reply:
    try:
        return reply.model_validate_json(response.content)
    except ValidationError as error:
        raise NotUnderstood(str(error)) from error


def _refusal(response: httpx.Response) -> Refused | NotUnderstood | Unreachable:
    if response.status_code in (502, 503, 504) and "problem" not in response.headers.get("content-type", ""):
        return Unreachable(f"status {response.status_code}")
    try:
        return Refused(Problem.model_validate_json(response.content))
    except ValidationError:
        return NotUnderstood(f"status {response.status_code}")
