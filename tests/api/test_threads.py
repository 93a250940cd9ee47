"""Conversations over HTTP: opened, listed in pages, read, deleted with everything; nobody's id opens anything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.api.stage import JSON, REVENUE, Live, ask, live, open_thread, problem, stage_settings


def test_a_thread_is_opened_read_and_deleted(client: httpx.Client, stage: Live) -> None:
    reply = client.post("/api/v1/threads", json={"title": "May"})
    made = reply.json()
    assert (reply.status_code, made["title"]) == (201, "May")
    assert reply.headers["location"] == f"/api/v1/threads/{made['id']}"
    run = ask(client, REVENUE, made["id"])
    found = client.get(f"/api/v1/threads/{made['id']}").json()
    assert [(said["role"], said["run_id"]) for said in found["messages"]] == [("user", run["id"]), ("assistant", run["id"])]
    assert found["messages"][0]["text"] == REVENUE
    assert found["messages"][1]["answer_id"] == run["answer"]["answer_id"]
    assert found["messages"][1]["text"] == run["answer"]["text"]
    assert found["waiting"] == []
    assert client.delete(f"/api/v1/threads/{made['id']}").status_code == 204
    for path in (f"threads/{made['id']}", f"runs/{run['id']}", f"answers/{run['answer']['answer_id']}", f"runs/{run['id']}/events"):
        problem(client.get(f"/api/v1/{path}"), 404, "not_found")
    problem(client.delete(f"/api/v1/threads/{made['id']}"), 404, "not_found")


def test_a_deleted_thread_leaves_nothing_in_the_memory_of_the_assistant(client: httpx.Client, stage: Live) -> None:
    thread = open_thread(client)
    ask(client, REVENUE, thread)
    path = str(stage.installation.settings.state).removeprefix("sqlite:///").replace("state.db", "state.threads.db")
    with sqlite3.connect(path) as connection:
        count = "SELECT count(*) FROM checkpoints WHERE thread_id LIKE ?"
        assert connection.execute(count, (f"%{thread}",)).fetchone()[0] > 0
        client.delete(f"/api/v1/threads/{thread}")
        assert connection.execute(count, (f"%{thread}",)).fetchone()[0] == 0
    connection.close()


def test_deleting_a_thread_stops_what_runs_in_it(client: httpx.Client) -> None:
    thread = open_thread(client)
    run = ask(client, "nap 30", thread, params={"wait": 0})
    assert run["status"] in ("queued", "running")
    while client.get(f"/api/v1/runs/{run['id']}").json()["status"] == "queued":
        pass
    assert client.delete(f"/api/v1/threads/{thread}").status_code == 204
    problem(client.get(f"/api/v1/runs/{run['id']}"), 404, "not_found")


def test_threads_come_in_pages_the_last_used_first(company: Path, tmp_path: Path) -> None:
    with live(stage_settings(company, tmp_path)) as opened, opened.client() as client:
        made = [open_thread(client) for _ in range(5)]
        ask(client, "", made[0])
        seen: list[str] = []
        before = None
        while True:
            page = client.get("/api/v1/threads", params={"limit": 2} | ({"before": before} if before else {})).json()
            seen += [thread["id"] for thread in page["threads"]]
            if (before := page["next"]) is None:
                break
            assert len(page["threads"]) == 2
        assert seen == [made[0], *reversed(made[1:])]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": "§"}, {"before": "bm9uc2Vuc2U="}])
def test_pages_nobody_can_read_are_refused(client: httpx.Client, query: dict[str, str]) -> None:
    found = problem(client.get("/api/v1/threads", params=query), 422, "bad_input")
    assert found["field"] == next(iter(query))


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", '{"title": 1}', '{"title": "a\\nb"}', '{"owner": "eve"}', f'{{"title": "{"x" * 201}"}}']
)
def test_only_a_thread_that_can_be_is_opened(client: httpx.Client, body: str) -> None:
    problem(client.post("/api/v1/threads", content=body, headers=JSON), 422, "bad_input")


@pytest.mark.parametrize("forged", ["x", "0" * 32, "a" * 64, "..%2f..", "%00", "' OR 1=1 --", "local%2Fx", "😀", "a" * 3_000])
def test_forged_ids_are_simply_not_there(client: httpx.Client, forged: str) -> None:
    replies = [
        client.get(f"/api/v1/threads/{forged}"),
        client.delete(f"/api/v1/threads/{forged}"),
        client.post(f"/api/v1/threads/{forged}/runs", json={"message": REVENUE}),
        client.get(f"/api/v1/runs/{forged}"),
        client.get(f"/api/v1/runs/{forged}/events"),
        client.post(f"/api/v1/runs/{forged}/cancel"),
        client.get(f"/api/v1/answers/{forged}"),
        client.get(f"/api/v1/answers/{forged}/evidence"),
        client.get(f"/api/v1/answers/{forged}/export", params={"format": "csv"}),
        client.post(f"/api/v1/answers/{forged}/feedback", json={"verdict": "up"}),
    ]
    for reply in replies:
        assert reply.status_code in (404, 405), reply.text
        problem(reply, reply.status_code, "not_found" if reply.status_code == 404 else "method_not_allowed")


def test_a_foreign_thread_is_told_like_an_unknown_one(client: httpx.Client, stage: Live) -> None:
    foreign = stage.installation.store.threads.create("somebody else", "Secret plans")
    run = stage.installation.store.runs.accept_message(foreign.id, "somebody else", "hello", "k")
    told = []
    for name in (foreign.id, "0" * 32):
        body = problem(client.get(f"/api/v1/threads/{name}"), 404, "not_found")
        told.append(body["detail"].replace(name, "ID"))
        problem(client.post(f"/api/v1/threads/{name}/runs", json={"message": REVENUE}), 404, "not_found")
        problem(client.delete(f"/api/v1/threads/{name}"), 404, "not_found")
    assert told[0] == told[1]
    for path in (f"runs/{run.id}", f"runs/{run.id}/events"):
        problem(client.get(f"/api/v1/{path}"), 404, "not_found")
    problem(client.post(f"/api/v1/runs/{run.id}/cancel"), 404, "not_found")
    listed = client.get("/api/v1/threads", params={"limit": 200}).json()["threads"]
    assert foreign.id not in {thread["id"] for thread in listed}
    stage.installation.store.threads.delete(foreign.id, "somebody else")
