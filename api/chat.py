"""The chat at `/ui`, opened beside the API: questions are answered over HTTP before the interface is loaded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.blocking import beside
from api.pages import page
from api.problems import refusal_response
from api.refusal import Refusal

_LOG = logging.getLogger("oiis.api")
PATH = "/ui"
# It is found by its name: nothing in this house knows what is in there.
_MODULE = "ui.app"
_OPENING = '<meta http-equiv="refresh" content="1"><main class="narrow"><h1>OIIS</h1><p>The chat is being opened …</p></main>'


class Chat:
    """Opens the chat; until it is open, and when this checkout has none, says so."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._app: ASGIApp | None = None
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[None]:
        """The chat is opened beside the block and closed after it."""
        task = asyncio.create_task(self._open())
        task.add_done_callback(_tell_fault)
        try:
            yield
        finally:
            self._closing.set()
            if self._app is None:
                task.cancel()
            await asyncio.wait({task})

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request for the chat."""
        app = self._app or _not_open(scope)
        await app(scope, receive, send)

    async def _open(self) -> None:
        if find_spec(_MODULE) is None:
            return
        holder = await beside(self._built)
        async with holder.router.lifespan_context(holder):
            self._app = holder
            await self._closing.wait()

    def _built(self) -> FastAPI:
        """Seconds of imports, so not on the event loop."""
        holder = FastAPI(openapi_url=None)
        import_module(_MODULE).mount(holder, self._base_url)
        return holder


class WithChat:
    """An ASGI application that hands what is asked under `/ui` to the chat."""

    def __init__(self, app: ASGIApp, chat: Chat) -> None:
        self._app, self._chat = app, chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == PATH or scope["path"].startswith(PATH + "/")):
            await self._chat.answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _not_open(scope: Scope) -> Response:
    if "text/html" in HTTPConnection(scope).headers.get("accept", ""):
        return HTMLResponse(page("Opening", _OPENING), 503, {"Retry-After": "1"})
    return refusal_response(
        scope["path"], Refusal("starting", "The chat is not open yet; the API answers already. Next: ask again in a moment.")
    )


def _tell_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _LOG.error("the chat could not be opened; the API goes on", exc_info=error)
