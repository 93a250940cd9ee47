"""What a stop leaves: runs go on under their id in the next process, decisions are carried out once, a new snapshot is seen."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import installation as house
from api.ground import FollowedGround
from api.store.errors import InUse
from ingestion.errors import NoWarehouse
from ingestion.warehouse import Warehouse
from settings import Settings
from tests.api.stage import REVENUE, ask, asked_stream, heard, live, open_thread, problem, stage_settings


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "GRACE_SECONDS", 0.1)


def settled(client: httpx.Client, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while (run := client.get(f"/api/v1/runs/{run_id}").json())["status"] in ("queued", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    found: dict[str, Any] = run
    return found


def test_runs_that_were_cut_off_go_on_in_their_order_under_their_ids(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        thread = open_thread(client)
        day = {"message": "{tool: metric_value, arguments: {metrics: [orders]}}", "as_of": "2026-06-30"}
        cut = ask(client, "nap 1.5", thread, params={"wait": 0})
        waiting = client.post(f"/api/v1/threads/{thread}/runs", json=day, params={"wait": 0}).json()
        with client.stream("GET", f"/api/v1/runs/{cut['id']}/events") as response:
            seen = next(heard(response)).number
    with live(settings) as second, second.client() as client:
        done = settled(client, cut["id"])
        assert (done["status"], done["answer"]["text"]) == ("done", "Slept well.")
        assert done["answer"]["answer_id"] == cut["id"]
        later = settled(client, waiting["id"])
        assert later["answer"]["data_as_of"] == "2026-06-30"  # the day that was asked for is kept with the question
        said = client.get(f"/api/v1/threads/{thread}").json()["messages"]
        assert [(each["role"], each["run_id"]) for each in said] == [
            ("user", cut["id"]),
            ("user", waiting["id"]),
            ("assistant", cut["id"]),
            ("assistant", waiting["id"]),
        ]
        with client.stream("GET", f"/api/v1/runs/{cut['id']}/events", headers={"Last-Event-ID": str(seen)}) as response:
            rest = list(heard(response))
        assert [event.number for event in rest] == list(range(seen + 1, seen + 1 + len(rest)))
        assert [event.kind for event in rest].count("run_started") == 1 and rest[-1].kind == "done"


def test_a_stop_lets_go_of_those_who_follow(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        run = ask(client, "nap 30", params={"wait": 0})
        with client.stream("GET", f"/api/v1/runs/{run['id']}/events") as response:
            events = heard(response)
            next(events)
            started = time.monotonic()
            first.server.should_exit = True
            rest = list(events)
    assert time.monotonic() - started < 5
    assert all(event.kind != "cancelled" for event in rest)
    with live(settings) as second, second.client() as client:
        assert client.get(f"/api/v1/runs/{run['id']}").json()["status"] in ("queued", "running")
        assert client.post(f"/api/v1/runs/{run['id']}/cancel").json()["status"] == "cancelled"


def test_a_proposal_waits_through_a_restart(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        run = ask(client, "order 7")
    with live(settings) as second, second.client() as client:
        proposal = client.get(f"/api/v1/threads/{run['thread_id']}").json()["waiting"][0]
        verdict = {"proposal_id": proposal["proposal_id"], "digest": proposal["digest"], "approved": True}
        after = client.post(f"/api/v1/runs/{run['id']}/resume", json={"verdicts": [verdict]}).json()
        assert after["status"] == "done" and "Approved by local" in after["answer"]["text"]


def test_a_decision_that_was_cut_off_is_carried_out_after_the_restart(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        run = ask(client, "order 7")
        proposal = client.get(f"/api/v1/threads/{run['thread_id']}").json()["waiting"][0]
        verdict = f'[{{"proposal_id": "{proposal["proposal_id"]}", "digest": "{proposal["digest"]}", "approved": true}}]'
        # As a kill leaves it: the decision is recorded, and nobody went on with it.
        first.installation.store.runs.resume(run["id"], "local", verdict)
    with live(settings) as second, second.client() as client:
        after = settled(client, run["id"])
        assert after["status"] == "done" and "Approved by local" in after["answer"]["text"]


def test_a_decision_that_was_carried_out_and_not_told_is_said_to_be(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        run = ask(client, "order 7")
        first.installation.store.runs.resume(run["id"], "local", '[{"proposal_id": "x", "digest": "y", "approved": true}]')
    (tmp_path / "state.threads.db").unlink()  # nothing is pending there any more
    with live(settings) as second, second.client() as client:
        after = settled(client, run["id"])
        assert after["status"] == "failed" and "nothing waits for approval" in after["error"]


def test_a_second_process_is_refused_by_name(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        with pytest.raises(InUse, match="is held by process"):
            house_opened(settings)
        assert ask(client, REVENUE)["status"] == "done"


def house_opened(settings: Settings) -> None:
    import asyncio

    async def opened() -> None:
        async with house.Installation(settings, house.Plugged(background=False)).opened():
            pass

    asyncio.run(opened())


def test_without_data_nothing_is_recorded_and_the_reason_is_told(tmp_path: Path) -> None:
    with live(stage_settings(tmp_path, tmp_path)) as opened, opened.client() as client:
        thread = open_thread(client)
        found = problem(client.post(f"/api/v1/threads/{thread}/runs", json={"message": REVENUE}), 503, "no_data")
        assert "no warehouse yet" in found["detail"] and "data load" in found["next"]
        assert client.get(f"/api/v1/threads/{thread}").json()["messages"] == []
        ready = client.get("/readyz")
        assert problem(ready, 503, "no_data")["missing"] == ["data"] and ready.headers["retry-after"]
        assert client.get("/api/v1/status").json()["data"] is None
        assert client.get("/healthz").status_code == 200
        problem(client.post("/api/v1/tools/metric_value", json={"metrics": ["revenue"]}), 503, "no_data")


def test_a_new_snapshot_is_seen_by_the_next_question(company: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with live(stage_settings(home, tmp_path)) as opened, opened.client() as client:
        thread = open_thread(client)
        problem(client.post(f"/api/v1/threads/{thread}/runs", json={"message": REVENUE}), 503, "no_data")
        shutil.copytree(company / "warehouse", home / "warehouse")
        assert ask(client, REVENUE, thread)["answer"]["snapshot"] == "v000001"
        publish_again(Warehouse(home))
        assert client.get("/readyz").json()["snapshot"] == "v000002"
        assert ask(client, REVENUE, thread)["answer"]["snapshot"] == "v000002"
        Warehouse(home).versions.point_to("v000001")
        assert ask(client, REVENUE, thread)["answer"]["snapshot"] == "v000001"


def publish_again(warehouse: Warehouse) -> None:
    """The same snapshot under the next name."""
    before = warehouse.snapshot().version.path
    with warehouse.versions.building() as draft:
        for path in before.iterdir():
            if path.name != "MANIFEST.json":
                shutil.copy(path, draft.path / path.name)
        draft.keep()


@pytest.mark.usefixtures("uncollected")
def test_following_costs_one_stat(company: Path, tmp_path: Path) -> None:
    follow = FollowedGround(stage_settings(company, tmp_path))
    first = follow()
    assert follow() is first
    started = time.perf_counter()
    for _ in range(1_000):
        follow()
    assert time.perf_counter() - started < 0.2
    with pytest.raises(NoWarehouse):
        FollowedGround(stage_settings(tmp_path, tmp_path))()


def test_a_snapshot_that_cannot_be_opened_leaves_the_one_before_answering(company: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(company / "warehouse", home / "warehouse")
    follow = FollowedGround(stage_settings(home, tmp_path))
    before = follow()
    publish_again(Warehouse(home))
    damaged = Warehouse(home).snapshot().database
    damaged.chmod(0o600)
    damaged.write_bytes(b"x")
    assert follow() is before


def test_the_whole_conversation_streams_after_a_restart(company: Path, tmp_path: Path) -> None:
    settings = stage_settings(company, tmp_path)
    with live(settings) as first, first.client() as client:
        events = asked_stream(client, REVENUE)
    run_id = events[0].data["run_id"]
    with live(settings) as second, second.client() as client, client.stream("GET", f"/api/v1/runs/{run_id}/events") as response:
        assert list(heard(response)) == events
