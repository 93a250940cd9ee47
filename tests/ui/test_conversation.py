"""Acts on the page, scene by scene, against an API that does what the message says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from api.schemas import MAX_MESSAGE_CHARACTERS, NewFeedback, Preferences
from tests.ui.scripted_api import ScriptedApi
from tests.ui.wire import StreamingTransport
from ui.client import Client
from ui.conversation import Conversation
from ui.scene import Scene
from ui.surroundings import Surroundings
from ui.turn import MOST_TURNS, Desk, said_of

pytestmark = pytest.mark.asyncio
WHO = {"cookie": "oiis_session=x"}


@dataclass
class Page:
    """An open page without a browser."""

    api: ScriptedApi
    desk: Desk
    conversation: Conversation
    surroundings: Surroundings

    async def ask(self, message: str, thread_id: str = "") -> list[Scene]:
        return [scene async for scene in self.conversation.ask(self.desk, thread_id, message, WHO)]

    async def open(self, thread_id: str) -> list[Scene]:
        return [scene async for scene in self.conversation.open_thread(self.desk, thread_id, WHO)]

    async def decide(self, proposal: str, approved: bool) -> list[Scene]:
        run = self.desk.session.turns[-1].run_id
        return [scene async for scene in self.conversation.decide(self.desk, run, proposal, approved, WHO)]


@asynccontextmanager
async def opened(given: ScriptedApi | None = None, accepted: str = "en") -> AsyncIterator[Page]:
    api = given or ScriptedApi()
    async with httpx.AsyncClient(transport=StreamingTransport(api.app()), base_url="http://x/api/v1") as http:
        client, desk = Client(http, pause_seconds=0), Desk()
        surroundings = Surroundings(client)
        page = Page(api, desk, Conversation(client, surroundings, redraw_seconds=0.001), surroundings)
        await surroundings.open_page(desk, accepted, WHO)
        yield page


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something another task does."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


async def test_a_question_is_watched_and_answered() -> None:
    async with opened(ScriptedApi(seconds_between=0.005)) as page:
        scenes = await page.ask("  at once  ")
    assert scenes[0].turns and scenes[0].question is None and "Working" in str(scenes[0].live)
    assert any("metric_value" in str(scene.live) for scene in scenes)
    answered = next(scene for scene in scenes[1:] if scene.turns)
    assert answered.live == "" and "at once" in str(scenes[-1].threads)
    turn = page.desk.session.turns[0]
    assert turn.question == "at once" and turn.answer is not None and len(turn.steps) == 3 and not page.desk.session.running


async def test_a_reading_is_changed_piece_by_piece_and_asked_again() -> None:
    async with opened() as page:
        await page.ask("at once")
        run = page.desk.session.turns[0].run_id
        shown = await page.conversation.show_pieces(page.desk, run, WHO)
        assert shown.turns and [piece.kind for piece in page.desk.session.turns[0].pieces] == ["period", "filter"]
        same = {"piece:c1/period": "last_month", "piece:c1/where/0": "<b>Ink</b>", "piece:c9/metric": "margin"}
        (refused,) = [scene async for scene in page.conversation.change(page.desk, run, json.dumps(same), WHO)]
        assert "Nothing was changed" in str(refused.notice) and not page.api.changes
        new = same | {"piece:c1/period": "last_year", "piece:c1/where/0": ""}
        scenes = [scene async for scene in page.conversation.change(page.desk, run, json.dumps(new), WHO)]
    first, second = page.desk.session.turns
    assert page.api.changes == [("c1/period", "last_year"), ("c1/where/0", "")]
    assert not first.pieces and second.answer is not None and said_of(second.question) == "units, last year" and scenes


@pytest.mark.parametrize("sent", ["", "[]", "{", "null", '{"piece:c1/period": 7}'])
async def test_a_form_that_says_nothing_sensible_changes_nothing(sent: str) -> None:
    async with opened() as page:
        await page.ask("at once")
        run = page.desk.session.turns[0].run_id
        await page.conversation.show_pieces(page.desk, run, WHO)
        (refused,) = [scene async for scene in page.conversation.change(page.desk, run, sent, WHO)]
    assert "Nothing was changed" in str(refused.notice) and not page.api.changes


async def test_a_lost_connection_is_shown_and_survived() -> None:
    async with opened(ScriptedApi(drops=2, seconds_between=0.003)) as page:
        scenes = await page.ask("at once")
    assert page.desk.session.turns[0].answer is not None
    assert any("Taking it up again" in str(scene.live) for scene in scenes)


@pytest.mark.parametrize(
    ("message", "words"), [("   ", "Type a question first."), ("x" * (MAX_MESSAGE_CHARACTERS + 1), "The question has 5,001 characters")]
)
async def test_what_is_no_question_is_not_handed_in(message: str, words: str) -> None:
    async with opened() as page:
        (scene,) = await page.ask(message)
    assert words in str(scene.notice) and scene.question == message.strip() and not page.api.runs


async def test_one_question_at_a_time_and_it_can_be_stopped() -> None:
    async with opened() as page:
        first = asyncio.create_task(page.ask("slow"))
        await until(lambda: page.desk.session.running.startswith("r"))
        (refused,) = await page.ask("at once")
        assert "still being answered" in str(refused.notice) and len(page.api.runs) == 1
        stopping = await page.conversation.cancel(page.desk, WHO)
        assert "Stopping" in str(stopping.notice)
        await asyncio.wait_for(first, 5)
    turn = page.desk.session.turns[0]
    assert turn.cancelled and turn.answer is not None and not page.desk.session.running


async def test_a_question_that_is_refused_comes_back_to_be_changed() -> None:
    async with opened(ScriptedApi(refuse={"/runs"})) as page:
        scenes = await page.ask("at once")
    assert "write it anew" in str(scenes[-1].notice) and scenes[-1].question == "at once"
    assert not page.desk.session.running and not page.desk.session.turns


async def test_another_conversation_can_be_opened_while_one_runs_and_is_found_running() -> None:
    async with opened() as page:
        first = asyncio.create_task(page.ask("slow"))
        await until(lambda: page.desk.session.running.startswith("r"))
        slow_thread, run = page.desk.session.thread_id, page.api.runs[page.desk.session.running]
        await page.conversation.new_thread(page.desk, WHO)
        await page.ask("at once")
        assert [turn.question for turn in page.desk.session.turns] == ["at once"]
        again = asyncio.create_task(page.open(slow_thread))
        await until(lambda: page.desk.session.running == run.id)
        assert [turn.question for turn in page.desk.session.turns] == ["slow"]
        run.released = 1_000_000
        scenes = await asyncio.wait_for(again, 5)
        await asyncio.wait_for(first, 5)
    assert any("Working" in str(scene.live) for scene in scenes)
    turn = page.desk.session.turns[0]
    assert turn.answer is not None and len(page.desk.session.turns) == 1 and len(page.api.runs) == 2


async def test_a_conversation_is_put_back_as_it_was() -> None:
    async with opened() as page:
        await page.ask("at once")
        await page.ask("ask back")
        thread, asked = page.desk.session.thread_id, page.desk.session.turns
        assert asked[0].answer is not None
        await page.surroundings.rate(page.desk, asked[0].answer.answer_id, NewFeedback(verdict="up", reasons=(), comment=""), WHO)
        await page.conversation.new_thread(page.desk, WHO)
        await page.open(thread)
    back = page.desk.session.turns
    assert [turn.answer for turn in back] == [turn.answer for turn in asked] and [turn.opinion for turn in back] == ["up", ""]


async def test_a_long_conversation_keeps_its_newest_questions_on_the_page() -> None:
    async with opened() as page:
        for _ in range(MOST_TURNS + 2):
            await page.ask("at once")
        assert (len(page.desk.session.turns), page.desk.session.earlier) == (MOST_TURNS, 2)
        await page.open(page.desk.session.thread_id)
    assert (len(page.desk.session.turns), page.desk.session.earlier) == (MOST_TURNS, 2)


async def test_a_server_that_forgot_the_page_is_reminded_of_its_conversation() -> None:
    async with opened() as page:
        await page.ask("at once")
        thread = page.desk.session.thread_id
        page.desk.session = Desk().session
        await page.ask("ask back", thread)
    assert page.desk.session.thread_id == thread and [turn.question for turn in page.desk.session.turns] == ["at once", "ask back"]


@pytest.mark.parametrize("thread_id", ["t999", "../../x", "<script>"])
async def test_a_conversation_that_is_not_there_is_said(thread_id: str) -> None:
    async with opened() as page:
        (scene,) = await page.open(thread_id)
    assert "This did not work" in str(scene.notice) and "<script>" not in str(scene.notice)


async def test_a_proposal_is_decided_once_under_the_digest_that_was_shown() -> None:
    async with opened() as page:
        await page.ask("propose")
        assert [each.digest for each in page.desk.session.turns[0].undecided] == ["d1"]
        await page.decide("p1", True)
        assert await page.decide("p1", False) == []
    assert page.api.verdicts == [("p1", "d1", True)]
    turn = page.desk.session.turns[0]
    assert turn.answer is not None and turn.answer.text == "Ordered." and turn.decisions == {"p1": True}


async def test_several_proposals_are_handed_in_together() -> None:
    async with opened() as page:
        await page.ask("propose two")
        (waits,) = await page.decide("p2", False)
        assert "need a decision too" in str(waits.notice) and not page.api.verdicts
        await page.decide("p1", True)
    assert page.api.verdicts == [("p1", "d1", True), ("p2", "d2", False)]


async def test_a_verdict_that_is_refused_can_be_given_again() -> None:
    async with opened(ScriptedApi(refuse={"/resume"})) as page:
        await page.ask("propose")
        scenes = await page.decide("p1", True)
        assert "write it anew" in str(scenes[-1].notice) and page.desk.session.turns[0].undecided
        page.api.refuse.clear()
        await page.decide("p1", True)
    assert page.api.verdicts == [("p1", "d1", True)]


async def test_a_waiting_proposal_is_found_again() -> None:
    async with opened() as page:
        await page.ask("propose")
        thread = page.desk.session.thread_id
        await page.conversation.new_thread(page.desk, WHO)
        await page.open(thread)
        await page.decide("p1", True)
    assert page.api.verdicts == [("p1", "d1", True)]


async def test_the_page_opens_in_the_persons_language_with_what_is_remembered() -> None:
    api = ScriptedApi(wishes={"number_format": "1,234.5"})
    async with opened(api, "vi-VN") as page:
        scene = await page.surroundings.open_page(page.desk, "vi-VN", WHO)
        assert page.desk.view.labels.language == "vi" and page.desk.view.locale.number_format == "1,234.5"
        assert "Dữ liệu đến ngày" in str(scene.status) and "Ví dụ" in str(scene.welcome) and "1,234.5" in str(scene.preferences)
        changed = await page.surroundings.prefer(page.desk, Preferences(language="en", number_format=None, location=None), WHO)
        assert changed.relabel and "Saved." in str(changed.notice) and "Data as of" in str(changed.status)
        await page.surroundings.forget(page.desk, "language", WHO)
    assert page.desk.view.labels.language == "vi" and api.wishes == {"number_format": None, "location": None}


async def test_an_api_that_is_away_leaves_a_page_with_words() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(_away), base_url="http://x/api/v1") as http:
        surroundings = Surroundings(Client(http, pause_seconds=0))
        desk = Desk()
        scene = await surroundings.open_page(desk, "en", WHO)
        (asked,) = [each async for each in Conversation(Client(http, 0), surroundings).ask(desk, "", "x", WHO)]
        assert await surroundings.look(desk, WHO) == Scene()
    assert "The server does not answer" in str(scene.notice) and scene.relabel and "Asking how things stand" in str(scene.status)
    assert "The server does not answer" in str(asked.notice) and asked.question == "x" and not desk.session.running


def _away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("away")


async def test_a_conversation_is_deleted_and_the_page_empties_when_it_was_open() -> None:
    async with opened() as page:
        await page.ask("at once")
        first = page.desk.session.thread_id
        await page.conversation.new_thread(page.desk, WHO)
        await page.ask("at once")
        scene = await page.conversation.delete_thread(page.desk, first, WHO)
        assert not scene.turns and page.desk.session.turns and first not in page.api.threads
        scene = await page.conversation.delete_thread(page.desk, page.desk.session.thread_id, WHO)
    assert scene.turns and not page.desk.session.turns and "was deleted" in str(scene.notice) and "For example" in str(scene.welcome)


async def test_an_opinion_given_while_a_question_runs_is_kept_on_the_page() -> None:
    async with opened() as page:
        await page.ask("at once")
        running = asyncio.create_task(page.ask("slow"))
        await until(lambda: page.desk.session.running.startswith("r"))
        rated = page.desk.session.turns[0].answer
        assert rated is not None
        await page.surroundings.rate(page.desk, rated.answer_id, NewFeedback(verdict="down", reasons=("unclear",), comment=""), WHO)
        page.api.runs[page.desk.session.running].released = 1_000_000
        await asyncio.wait_for(running, 5)
    assert [turn.opinion for turn in page.desk.session.turns] == ["down", ""] and page.api.opinions[rated.answer_id].reasons == ("unclear",)


async def test_the_credentials_of_the_browser_go_with_every_request() -> None:
    async with opened() as page:
        await page.ask("at once")
        await page.open(page.desk.session.thread_id)
    assert {headers.get("cookie") for _, _, headers in page.api.requests} == {"oiis_session=x"}
