"""Events over the wire: numbered, complete, taken up where a client lost them; who goes away stops nothing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agents.bus import Event
from api import conductor
from tests.api.stage import RANKING, Heard, Live, ask, asked_stream, heard, open_thread, problem


def events_of(client: httpx.Client, run_id: str, **options: object) -> list[Heard]:
    with client.stream("GET", f"/api/v1/runs/{run_id}/events", **options) as response:  # type: ignore[arg-type]
        assert response.status_code == 200
        return list(heard(response))


def test_a_stream_tells_the_whole_run_in_the_types_of_the_bus(client: httpx.Client) -> None:
    events = asked_stream(client, RANKING)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert events[0].kind == "run_started" and events[-1].kind == "done"
    typed = [Event.model_validate(event.data) for event in events]
    assert [event.what.kind for event in typed] == [event.kind for event in events]
    answer = events[-1].data["what"]["answer"]
    assert "".join(event.data["what"]["text"] for event in events if event.kind == "text_delta") == answer["text"]
    assert [event.data["what"]["block"] for event in events if event.kind == "block"] == answer["blocks"]
    assert client.get(f"/api/v1/answers/{answer['answer_id']}").json() == answer


@pytest.mark.parametrize("how", ["header", "query"])
def test_every_place_to_come_back_to_gives_exactly_the_rest(client: httpx.Client, how: str) -> None:
    whole = asked_stream(client, RANKING)
    run_id = whole[0].data["run_id"]
    for seen in range(len(whole) + 1):
        options = {"headers": {"Last-Event-ID": str(seen)}} if how == "header" else {"params": {"after": seen}}
        assert events_of(client, run_id, **options) == whole[seen:]


def test_who_loses_the_stream_comes_back_and_misses_nothing(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    seen: list[Heard] = []
    path = f"/api/v1/threads/{thread}/runs"
    with (
        stage.client() as lost,
        lost.stream("POST", path, json={"message": "nap 0.4"}, headers={"Accept": "text/event-stream"}) as response,
    ):
        location = response.headers["location"]
        for event in heard(response):
            seen.append(event)
            if len(seen) == 3:
                break  # and the connection is dropped
    while True:
        with (
            stage.client() as again,
            again.stream("GET", f"{location}/events", headers={"Last-Event-ID": str(seen[-1].number)}) as response,
        ):
            for event in heard(response):
                seen.append(event)
                if len(seen) % 4 == 0:
                    break
            else:
                break
    assert [event.number for event in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].kind == "done"
    assert seen == events_of(client, seen[0].data["run_id"])


def test_a_client_that_goes_away_does_not_stop_the_run(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    with (
        stage.client() as lost,
        lost.stream(
            "POST", f"/api/v1/threads/{thread}/runs", json={"message": "nap 0.3"}, headers={"Accept": "text/event-stream"}
        ) as response,
    ):
        run_id = response.headers["location"].rpartition("/")[2]
    assert events_of(client, run_id)[-1].data["what"]["answer"]["text"] == "Slept well."


def test_any_number_of_clients_follow_one_run(client: httpx.Client) -> None:
    run = ask(client, "nap 0.3", params={"wait": 0})
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: events_of(client, run["id"]), range(10)))
    assert all(each == told[0] for each in told) and told[0][-1].kind == "done"


def test_a_stopped_run_ends_its_stream(client: httpx.Client) -> None:
    run = ask(client, "nap 30", params={"wait": 0})
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(events_of, client, run["id"])
        time.sleep(0.2)
        client.post(f"/api/v1/runs/{run['id']}/cancel")
        events = following.result(5)
    assert events[-1].kind == "cancelled"
    assert Event.model_validate(events[-1].data).what.kind == "cancelled"
    assert events[-1].data["what"]["answer"]["status"] == "failed"
    assert events_of(client, run["id"]) == events


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "99999999", "999", "٣"])
def test_places_that_are_none_are_refused(client: httpx.Client, given: str) -> None:
    run = ask(client, "nap 0")
    reply = client.get(f"/api/v1/runs/{run['id']}/events", headers={b"Last-Event-ID": given.encode()})
    problem(reply, 422, "bad_input")


def test_silence_is_filled_with_signs_of_life(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "HEARTBEAT_SECONDS", 0.05)
    run = ask(client, "nap 0.5", params={"wait": 0})
    with client.stream("GET", f"/api/v1/runs/{run['id']}/events") as response:
        text = "".join(response.iter_text())
    assert text.startswith("retry: ") and text.count(": still here\n\n") >= 5


def test_pruned_events_are_told_as_gone(client: httpx.Client, stage: Live) -> None:
    run = ask(client, RANKING)
    while stage.installation.store.events.prune(datetime.now(UTC) + timedelta(seconds=1)):
        pass
    problem(client.get(f"/api/v1/runs/{run['id']}/events"), 410, "gone")
    assert client.get(f"/api/v1/runs/{run['id']}").json()["answer"] == run["answer"]


def test_streams_that_are_dropped_leave_nothing_behind(client: httpx.Client, stage: Live) -> None:
    """The signals of runs live as long as somebody listens to them."""
    run = ask(client, "nap 1.5", params={"wait": 0})
    path = f"/api/v1/runs/{run['id']}/events"
    for _ in range(60):
        with stage.client() as lost, lost.stream("GET", path) as response:
            next(response.iter_lines())
    assert events_of(client, run["id"])[-1].kind == "done"
    deadline = time.monotonic() + 5
    while len(stage.installation.journal._signals) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not len(stage.installation.journal._signals)
