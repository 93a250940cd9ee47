"""Events are numbered, complete and in order for every listener, whenever it comes."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.answer import Answer
from agents.bus import Cancelled, Done, Event, EventLog, RunStarted, StepStarted, TextDelta
from tests.agents.graph_stage import go, kinds

ANSWER = Answer(answer_id="a", thread_id="t", question="q", status="answered", text="x")


def log_of(*texts: str, after: int = 0) -> EventLog:
    log = EventLog("r", after)
    for text in texts:
        log.emit(TextDelta(text=text))
    return log


async def heard(log: EventLog, after: int = 0) -> list[Event]:
    return [event async for event in log.follow(after)]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(0, 12), st.integers(1, 12))
def test_every_listener_hears_the_same_from_where_it_asks(pauses: list[int], after: int, count: int) -> None:
    async def scene() -> None:
        log = EventLog("r")

        async def late(turns: int) -> list[Event]:
            for _ in range(turns):
                await asyncio.sleep(0)
            return await heard(log, after)

        listeners = [asyncio.create_task(late(turns)) for turns in pauses]
        for number in range(count):
            log.emit(TextDelta(text=str(number)))
            if number % 3 == 0:
                await asyncio.sleep(0)
        log.emit(Done(answer=ANSWER))
        for got in await asyncio.gather(*listeners):
            assert [event.number for event in got] == list(range(after + 1, count + 2))

    go(scene())


def test_nothing_happens_after_the_end() -> None:
    log = log_of("a")
    log.emit(Cancelled(answer=ANSWER))
    log.emit(TextDelta(text="too late"))
    assert kinds(log.events) == ["text_delta", "cancelled"]
    assert log.ended


def test_numbers_go_on_where_an_earlier_run_stopped() -> None:
    log = log_of("a", "b", after=7)
    log.emit(Done(answer=ANSWER))
    assert [event.number for event in go(heard(log))] == [8, 9, 10]
    assert [event.number for event in go(heard(log, after=8))] == [9, 10]


def test_a_listener_that_leaves_holds_nobody_up() -> None:
    async def scene() -> None:
        log = log_of("a", "b")
        async for _ in log.follow():
            break
        log.emit(Done(answer=ANSWER))
        assert kinds(await heard(log)) == ["text_delta", "text_delta", "done"]

    go(scene())


def test_every_event_is_recorded_before_it_is_heard() -> None:
    recorded: list[Event] = []
    log = EventLog("r", record=recorded.append)
    log.emit(RunStarted(thread_id="t", question="q"))
    assert recorded == log.events


def test_an_event_survives_json_and_no_other_kind_is_one() -> None:
    log = log_of("a")
    log.emit(StepStarted(step="bi", agent="bi"))
    log.emit(Done(answer=ANSWER))
    for event in log.events:
        assert Event.model_validate_json(event.model_dump_json()) == event
    raw = log.events[0].model_dump(mode="json")
    with pytest.raises(ValidationError):
        Event.model_validate({**raw, "what": {"kind": "explosion"}})
