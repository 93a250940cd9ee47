"""Questions over HTTP: recorded, answered, waited for, stopped, decided about; the same key asks once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.stage import JSON, RANKING, REVENUE, Live, ask, asked_stream, heard, open_thread, problem


def run_of(client: httpx.Client, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/runs/{run_id}").json()
    return found


def until(client: httpx.Client, run_id: str, *statuses: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while (run := run_of(client, run_id))["status"] not in statuses:
        assert time.monotonic() < deadline, run
        time.sleep(0.01)
    return run


def test_an_answer_carries_the_number_of_its_query(client: httpx.Client) -> None:
    run = ask(client, REVENUE)
    answer = run["answer"]
    assert (run["status"], answer["status"], answer["engine"]) == ("done", "answered", "embedded")
    direct = client.post(
        "/api/v1/tools/metric_value", json={"metrics": ["revenue"], "period": {"kind": "named", "name": "last_month"}}
    ).json()
    assert answer["facts"][0]["value"] == direct["facts"][0]["value"]
    assert f"{direct['facts'][0]['value']:,}" in answer["text"]
    assert run_of(client, run["id"]) == run
    assert client.get(f"/api/v1/answers/{answer['answer_id']}").json() == answer


def test_who_does_not_wait_is_told_where_to_look(client: httpx.Client) -> None:
    thread = open_thread(client)
    reply = client.post(f"/api/v1/threads/{thread}/runs", json={"message": "nap 0.3"}, params={"wait": 0})
    run = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (202, f"/api/v1/runs/{run['id']}")
    assert run["status"] in ("queued", "running") and run["answer"] is None
    assert until(client, run["id"], "done")["answer"]["text"] == "Slept well."


def test_the_day_asked_for_hides_what_came_later(client: httpx.Client) -> None:
    thread = open_thread(client)
    asked = {"message": "{tool: metric_value, arguments: {metrics: [orders]}}"}
    now, then = (client.post(f"/api/v1/threads/{thread}/runs", json=asked | more).json() for more in ({}, {"as_of": "2026-06-30"}))
    assert then["answer"]["data_as_of"] == then["as_of"] == "2026-06-30"
    assert then["answer"]["facts"][0]["value"] < now["answer"]["facts"][0]["value"]


def test_a_key_asks_once_whoever_sends_it_again(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    before = len(stage.brain.planned)
    with ThreadPoolExecutor(12) as pool:
        runs = list(pool.map(lambda _: ask(client, RANKING, thread, headers={"Idempotency-Key": "c0ffee"}), range(12)))
    assert len({run["id"] for run in runs}) == 1
    assert len({run["answer"]["text"] for run in runs}) == 1
    assert len(stage.brain.planned) == before + 1
    assert len(client.get(f"/api/v1/threads/{thread}").json()["messages"]) == 2
    path = f"/api/v1/threads/{thread}/runs"
    problem(client.post(path, json={"message": REVENUE}, headers={"Idempotency-Key": "c0ffee"}), 422, "key_reused")
    other_day = {"message": RANKING, "as_of": "2026-06-30"}
    problem(client.post(path, json=other_day, headers={"Idempotency-Key": "c0ffee"}), 422, "key_reused")


@pytest.mark.parametrize("key", ["", "x" * 151, "a b", "\xe9"])
def test_keys_nobody_could_repeat_are_refused(client: httpx.Client, key: str) -> None:
    reply = client.post(
        f"/api/v1/threads/{open_thread(client)}/runs", json={"message": "x"}, headers={b"Idempotency-Key": key.encode("latin-1")}
    )
    problem(reply, 422, "bad_input")


def test_a_run_that_is_stopped_stays_stopped(client: httpx.Client) -> None:
    run = ask(client, "nap 30", params={"wait": 0})
    until(client, run["id"], "running")
    started = time.monotonic()
    reply = client.post(f"/api/v1/runs/{run['id']}/cancel")
    assert (reply.status_code, reply.json()["status"]) == (202, "cancelled")
    assert time.monotonic() - started < 2
    assert client.post(f"/api/v1/runs/{run['id']}/cancel").json()["status"] == "cancelled"
    assert run_of(client, run["id"])["answer"] is None
    done = ask(client, REVENUE, run["thread_id"])
    assert done["status"] == "done"  # the thread goes on
    assert client.post(f"/api/v1/runs/{done['id']}/cancel").json()["status"] == "done"


def test_a_question_that_waits_its_turn_can_be_stopped(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    first = ask(client, "nap 0.5", thread, params={"wait": 0})
    second = ask(client, "nap 0.01 ", thread, params={"wait": 0})
    assert client.post(f"/api/v1/runs/{second['id']}/cancel").json()["status"] == "cancelled"
    assert until(client, first["id"], "done")["answer"]["text"] == "Slept well."
    assert run_of(client, second["id"])["status"] == "cancelled"


def test_what_breaks_is_told_in_words(client: httpx.Client) -> None:
    run = ask(client, "break")
    assert (run["status"], run["answer"]["status"]) == ("failed", "failed")
    assert "secret" not in str(run) and "unexpected fault" in run["answer"]["text"]


def test_questions_of_a_thread_are_answered_in_their_order(client: httpx.Client) -> None:
    thread = open_thread(client)
    runs = [ask(client, message, thread, params={"wait": 0}) for message in ("nap 0.2", REVENUE, "nap 0", RANKING)]
    ended = [until(client, run["id"], "done") for run in runs]
    said = client.get(f"/api/v1/threads/{thread}").json()["messages"]
    assert [each["run_id"] for each in said if each["role"] == "assistant"] == [run["id"] for run in ended]


class TestDecisions:
    """A proposal waits; a verdict counts once and for its digest only."""

    def waiting(self, client: httpx.Client) -> tuple[dict[str, Any], dict[str, Any]]:
        run = ask(client, "order 5")
        assert (run["status"], run["answer"]["status"]) == ("awaiting_approval", "awaiting_approval")
        (proposal,) = client.get(f"/api/v1/threads/{run['thread_id']}").json()["waiting"]
        assert (proposal["run_id"], proposal["tool"], proposal["arguments"]) == (run["id"], "look_up", {"units": 5})
        return run, {"proposal_id": proposal["proposal_id"], "digest": proposal["digest"], "approved": True}

    def decide(self, client: httpx.Client, run: dict[str, Any], *verdicts: object) -> httpx.Response:
        return client.post(f"/api/v1/runs/{run['id']}/resume", json={"verdicts": verdicts})

    def test_approved_is_done_once(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(lambda _: self.decide(client, run, verdict), range(6)))
        decided = [reply for reply in replies if reply.status_code == 200]
        assert len(decided) == 1
        for reply in replies:
            if reply is not decided[0]:
                assert reply.status_code == 409
        after = decided[0].json()
        assert (after["status"], after["answer"]["status"]) == ("done", "answered")
        assert after["answer"]["text"].startswith(run["answer"]["text"]) and "Approved by local" in after["answer"]["text"]
        assert after["answer"]["answer_id"] != run["answer"]["answer_id"]
        assert client.get(f"/api/v1/answers/{run['answer']['answer_id']}").json() == run["answer"]  # an answer never changes
        assert client.get(f"/api/v1/threads/{run['thread_id']}").json()["waiting"] == []

    def test_rejected_is_not_done(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        assert "Rejected" in self.decide(client, run, verdict | {"approved": False}).json()["answer"]["text"]

    def test_another_digest_or_proposal_decides_nothing(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        assert problem(self.decide(client, run, verdict | {"digest": "0" * 64}), 422, "bad_input")["field"] == "digest"
        assert problem(self.decide(client, run, verdict | {"proposal_id": "0"}), 422, "bad_input")["field"] == "proposal_id"
        problem(self.decide(client, run), 422, "bad_input")
        problem(self.decide(client, run, verdict | {"approver": "boss"}), 422, "bad_input")
        assert run_of(client, run["id"])["status"] == "awaiting_approval"
        assert self.decide(client, run, verdict).status_code == 200

    def test_a_run_that_waits_for_nobody_takes_no_verdict(self, client: httpx.Client) -> None:
        done = ask(client, REVENUE)
        problem(self.decide(client, done, {"proposal_id": "x", "digest": "y", "approved": True}), 409, "conflict")

    def test_another_question_lets_the_proposal_lapse(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        assert ask(client, REVENUE, run["thread_id"])["status"] == "done"
        assert run_of(client, run["id"])["status"] == "cancelled"
        problem(self.decide(client, run, verdict), 409, "conflict")

    def test_a_stopped_proposal_cannot_be_approved(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        client.post(f"/api/v1/runs/{run['id']}/cancel")
        problem(self.decide(client, run, verdict), 409, "conflict")
        assert client.get(f"/api/v1/threads/{run['thread_id']}").json()["waiting"] == []

    def test_the_stream_goes_on_where_it_stopped(self, client: httpx.Client) -> None:
        run, verdict = self.waiting(client)
        path, headers = f"/api/v1/runs/{run['id']}/resume", {"Accept": "text/event-stream"}
        with client.stream("POST", path, json={"verdicts": [verdict]}, headers=headers) as response:
            events = list(heard(response))
        assert events[0].number == run["last_event"] + 1
        assert [events[0].kind, events[-1].kind] == ["run_started", "done"]
        with client.stream("GET", f"/api/v1/runs/{run['id']}/events") as response:
            whole = list(heard(response))
        assert [event.number for event in whole] == list(range(1, len(whole) + 1))
        assert [event.kind for event in whole].count("done") == 2
        proposals = next(event for event in whole if event.kind == "approval_required").data["what"]["proposals"]
        assert proposals[0]["digest"] == verdict["digest"]


def test_as_many_as_may_wait_wait_and_one_more_is_refused(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    runs = [ask(client, "nap 20", thread, params={"wait": 0}) for _ in range(50)]
    reply = client.post(f"/api/v1/threads/{thread}/runs", json={"message": REVENUE}, params={"wait": 0})
    problem(reply, 429, "crowded")
    assert int(reply.headers["retry-after"]) > 0
    for run in reversed(runs):
        client.post(f"/api/v1/runs/{run['id']}/cancel")
    assert ask(client, REVENUE, thread)["status"] == "done"


def test_twenty_chats_at_once_lose_nothing(client: httpx.Client) -> None:
    barrier = threading.Barrier(20)

    def chat(number: int) -> None:
        barrier.wait()
        thread = open_thread(client)
        for _ in range(2):
            events = asked_stream(client, RANKING, thread)
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            assert events[-1].data["what"]["answer"]["status"] == "answered"

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(chat, range(20)))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "{}",
        '{"message": null}',
        '{"message": 5}',
        '{"message": "x", "tenant": "other"}',
        '{"message": "x", "as_of": "tomorrow"}',
        "\xff",
    ],
)
def test_bodies_that_ask_nothing_are_refused(client: httpx.Client, body: str) -> None:
    thread = open_thread(client)
    reply = client.post(f"/api/v1/threads/{thread}/runs", content=body.encode("latin-1"), headers=JSON)
    assert reply.status_code in (400, 422)
    problem(reply, reply.status_code, "bad_input" if reply.status_code == 422 else "bad_request")
    assert client.get(f"/api/v1/threads/{thread}").json()["messages"] == []
