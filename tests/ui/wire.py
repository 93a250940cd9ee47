"""An ASGI application read while it writes, as over a wire; httpx's own transport would wait for the whole reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.types import ASGIApp, Message


class StreamingTransport(httpx.AsyncBaseTransport):
    """Replies as they are written."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        queue: asyncio.Queue[Message | None] = asyncio.Queue()
        waiting: list[Message] = [{"type": "http.request", "body": await request.aread(), "more_body": False}]

        async def receive() -> Message:
            if not waiting:
                await asyncio.sleep(3600)
            return waiting.pop()

        async def send(message: Message) -> None:
            queue.put_nowait(message)

        async def run() -> None:
            try:
                await self._app(_scope(request), receive, send)
            finally:
                queue.put_nowait(None)

        task = asyncio.create_task(run())
        start = await queue.get()
        if start is None:
            await task
            raise AssertionError("the application said nothing")
        return httpx.Response(start["status"], headers=start["headers"], stream=_Body(queue, task))


class _Body(httpx.AsyncByteStream):
    def __init__(self, queue: asyncio.Queue[Message | None], task: asyncio.Task[None]) -> None:
        self._queue, self._task = queue, task

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._queue.get()) is not None:
            yield message.get("body", b"")
            if not message.get("more_body"):
                return

    async def aclose(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def _scope(request: httpx.Request) -> dict[str, object]:
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": url.path,
        "root_path": "",
        "raw_path": url.raw_path,
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": ("x", 80),
        "client": ("127.0.0.1", 1),
    }
