"""The API over HTTP: typed, resumed where it broke off, with every refusal as words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.schemas import Event, NewFeedback, Preferences
from tests.ui.scripted_api import ScriptedApi
from ui.client import Client, Interruption, connect
from ui.labels import labels
from ui.troubles import Lost, NotUnderstood, Refused, Unreachable

pytestmark = pytest.mark.asyncio
WHO = {"cookie": "oiis_session=x"}


@asynccontextmanager
async def client_of(api: ScriptedApi) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app()), base_url="http://127.0.0.1/api/v1") as http:
        yield Client(http, pause_seconds=0)


def answering(*replies: httpx.Response | Exception) -> Client:
    """A client to which these replies come, one after the other."""
    left = list(replies)

    def next_reply(request: httpx.Request) -> httpx.Response:
        reply = left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Client(httpx.AsyncClient(transport=httpx.MockTransport(next_reply), base_url="http://x/api/v1"), pause_seconds=0)


async def test_a_question_is_handed_in_and_followed_to_its_answer() -> None:
    async with client_of(api := ScriptedApi()) as client:
        thread = await client.open_thread(WHO)
        run = await client.ask(thread.id, "at once", WHO)
        heard = [each async for each in client.follow(run.id, WHO)]
    assert [each.number for each in heard if isinstance(each, Event)] == list(range(1, 11))
    assert all(headers == WHO or headers == WHO | {"last-event-id": "0"} for _, _, headers in api.requests)


@pytest.mark.parametrize("drops", [1, 3])
async def test_a_lost_connection_goes_on_where_it_was(drops: int) -> None:
    async with client_of(api := ScriptedApi(drops=drops)) as client:
        run = await client.ask((await client.open_thread(WHO)).id, "at once", WHO)
        heard = [each async for each in client.follow(run.id, WHO)]
    assert [each.number for each in heard if isinstance(each, Event)] == list(range(1, 11))
    assert len([each for each in heard if isinstance(each, Interruption)]) == drops
    asked_after = [headers["last-event-id"] for _, path, headers in api.requests if path.endswith("/events")]
    assert asked_after == [str(2 * number) for number in range(drops + 1)]


async def test_a_run_that_stays_silent_is_given_up() -> None:
    client = answering(*[httpx.ConnectError("no")] * 50)
    with pytest.raises(Lost):
        async for each in client.follow("r1", WHO):
            assert isinstance(each, Interruption)


async def test_a_lost_reply_is_asked_for_again_under_the_same_key() -> None:
    api, lost = ScriptedApi(), [True]
    inner = httpx.ASGITransport(api.app())

    class LosesTheFirst(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            reply = await inner.handle_async_request(request)
            if request.url.path.endswith("/runs") and lost.pop() if lost else False:
                raise httpx.ReadError("cut")
            return reply

    async with httpx.AsyncClient(transport=LosesTheFirst(), base_url="http://x/api/v1") as http:
        await Client(http, pause_seconds=0).ask("t1", "at once", WHO)
    assert len(api.runs) == 1 and len([1 for _, path, _ in api.requests if path == "/threads/t1/runs"]) == 2


async def test_preferences_and_opinions_come_and_go() -> None:
    async with client_of(api := ScriptedApi()) as client:
        kept = await client.prefer(Preferences(language="vi", location=None), WHO)
        assert kept.language == "vi" and api.wishes == {"language": "vi", "location": None}
        await client.forget("language", WHO)
        assert (await client.preferences(WHO)).language is None
        assert await client.opinion("a1", WHO) is None
        await client.rate("a1", NewFeedback(verdict="down", reasons=("slow",), comment=""), WHO)
        opinion = await client.opinion("a1", WHO)
    assert opinion is not None and opinion.reasons == ("slow",)


async def test_a_refusal_says_what_and_what_next() -> None:
    async with client_of(ScriptedApi(refuse={"/runs"})) as client:
        with pytest.raises(Refused) as caught:
            await client.ask("t1", "x", WHO)
    assert caught.value.words(labels("en")) == "message: it cannot be read Possible: a, b Next: write it anew"


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (httpx.ConnectError("no"), Unreachable, "unreachable"),
        (httpx.ReadTimeout("slow"), Unreachable, "unreachable"),
        (httpx.Response(503, text="starting"), Unreachable, "unreachable"),
        (httpx.Response(200, text="<html>"), NotUnderstood, "unexpected"),
        (httpx.Response(500, text="oops"), NotUnderstood, "unexpected"),
        (httpx.Response(200, json={"data": None, "brain": "x", "version": "1", "unknown": 1}), NotUnderstood, "unexpected"),
    ],
)
async def test_every_trouble_has_words(reply: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        await answering(reply).status(WHO)
    assert caught.value.words(labels("en")) == labels("en")(words)  # type: ignore[attr-defined]


async def test_who_is_not_signed_in_is_told_to() -> None:
    body = {"type": "x", "title": "No access", "status": 401, "detail": "key", "instance": "/"}
    with pytest.raises(Refused) as caught:
        await answering(httpx.Response(401, json=body)).status(WHO)
    assert caught.value.words(labels("vi")) == labels("vi")("sign_in")


@pytest.mark.parametrize("id", ["..", "../preferences", "a/b", "?x=1", "", "a%2Fb", "x" * 5000, "ß 💥", "\x00\n"])
async def test_an_id_stays_one_part_of_the_path(id: str) -> None:
    paths: list[bytes] = []

    def seen(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(500)

    client = Client(httpx.AsyncClient(transport=httpx.MockTransport(seen), base_url="http://x/api/v1"), pause_seconds=0)
    with pytest.raises(NotUnderstood):
        await client.thread(id, WHO)
    assert paths[0].startswith(b"/api/v1/threads/") and paths[0].count(b"/") == 4 and b"?" not in paths[0] and b".." not in paths[0]


async def test_the_connection_ignores_proxies_and_knows_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:1")
    async with connect("http://127.0.0.1:8000/") as http:
        assert str(http.base_url) == "http://127.0.0.1:8000/api/v1/"
        assert not http._mounts
