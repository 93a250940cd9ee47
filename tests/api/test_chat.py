"""The chat beside the API: the API answers before it, without it, and when it cannot be opened."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from api.chat import Chat, WithChat
from tests.api.stage import problem

HTML = {"Accept": "text/html"}


async def elsewhere(scope: object, receive: object, send: object) -> None:
    await PlainTextResponse("api")(scope, receive, send)  # type: ignore[arg-type]


def module(monkeypatch: pytest.MonkeyPatch, mount: object) -> None:
    """A chat in the place of the real one."""
    made = ModuleType("tests.api.made_up_chat")
    made.mount = mount  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, made.__name__, made)
    monkeypatch.setattr("api.chat._MODULE", made.__name__)
    monkeypatch.setattr("api.chat.find_spec", lambda name: made)


def client(opened: Chat) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(WithChat(elsewhere, opened)), base_url="http://127.0.0.1")


async def until_open(asking: httpx.AsyncClient) -> httpx.Response:
    async with asyncio.timeout(5):
        while (reply := await asking.get("/ui/page")).status_code != 200:
            await asyncio.sleep(0.01)
    return reply


def test_the_chat_opens_beside_the_api_and_closes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def mount(app: FastAPI, base_url: str) -> None:
        time.sleep(0.2)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            told.append("opened")
            yield
            told.append("closed")

        app.router.lifespan_context = lifespan
        app.get("/ui/page")(lambda: base_url)

    module(monkeypatch, mount)

    async def scene() -> None:
        opened = Chat("http://here")
        async with opened.opening(), client(opened) as asking:
            assert (await asking.get("/api")).text == "api"
            early = await asking.get("/ui", headers=HTML)
            assert early.status_code == 503 and 'http-equiv="refresh"' in early.text
            problem(await asking.get("/ui"), 503, "starting")
            assert (await until_open(asking)).json() == "http://here"
            assert (await asking.get("/uis")).text == "api"
        assert told == ["opened", "closed"]

    asyncio.run(scene())


def test_a_chat_that_breaks_leaves_the_api_alone(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def mount(app: FastAPI, base_url: str) -> None:
        raise ValueError("secret detail")

    module(monkeypatch, mount)

    async def scene() -> None:
        opened = Chat("http://here")
        async with opened.opening(), client(opened) as asking:
            await asyncio.sleep(0.1)
            problem(await asking.get("/ui/"), 503, "starting")
            assert (await asking.get("/api")).text == "api"

    asyncio.run(scene())
    assert "the chat could not be opened" in caplog.text


def test_a_checkout_without_a_chat_serves_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.chat.find_spec", lambda name: None)

    async def scene() -> None:
        opened = Chat("http://here")
        async with opened.opening(), client(opened) as asking:
            problem(await asking.get("/ui/"), 503, "starting")
            assert (await asking.get("/api")).text == "api"

    asyncio.run(scene())
