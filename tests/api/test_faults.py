"""When the disk is full, the database away, or something of ours breaks: a defined reply, and a run that ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import journal
from api.problems import KINDS, kind_of
from api.store import errors
from api.store.errors import OutOfBounds, StorageFull, Unreachable
from tests.api.stage import RANKING, REVENUE, Live, ask, asked_stream, open_thread, problem

PAGE = (Path(__file__).parents[2] / "docs" / "state.md").read_text(encoding="utf-8").split("| error |")[1]
MADE: dict[str, tuple[object, ...]] = {
    "NotFound": ("run", "x"),
    "KeyReused": ("k",),
    "LeaseLost": ("j",),
    "OutOfBounds": ("field", "5", "4"),
    "Crowded": ("field", "5", "4"),
    "Gone": ("r", 1, 5),
}


@pytest.mark.parametrize("name", [name for name, kind in vars(errors).items() if isinstance(kind, type) and name != "StoreError"])
def test_every_error_of_the_store_has_the_status_its_page_names(name: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line)
    status = row.split("|")[-2].strip()
    error = getattr(errors, name)(*MADE.get(name, ("what happened",)))
    assert KINDS[kind_of(error)][0] == (int(status) if status.isdigit() else 503)


@pytest.mark.parametrize(
    ("error", "status", "kind"), [(StorageFull("no room"), 507, "storage_full"), (Unreachable("away"), 503, "unreachable")]
)
def test_a_store_that_cannot_write_is_told(
    client: httpx.Client, stage: Live, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, kind: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    thread = open_thread(client)
    monkeypatch.setattr(stage.installation.store.runs, "accept_message", refuse)
    problem(client.post(f"/api/v1/threads/{thread}/runs", json={"message": REVENUE}), status, kind)
    assert client.get(f"/api/v1/threads/{thread}").status_code == 200  # reading goes on
    monkeypatch.undo()
    assert ask(client, REVENUE, thread)["status"] == "done"


@pytest.mark.parametrize("where", ["events.append", "runs.conclude", "audit.record", "runs.start"])
def test_a_run_waits_for_a_full_disk_and_is_written_once(
    client: httpx.Client, stage: Live, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    part, _, method = where.partition(".")
    owner = getattr(stage.installation.store, part)
    works, refusals = getattr(owner, method), iter(range(2))

    def full_at_first(*arguments: Any, **options: Any) -> Any:
        if next(refusals, None) is not None:
            raise StorageFull("no room")
        return works(*arguments, **options)

    monkeypatch.setattr(journal, "_FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("api.conductor._RETRY_SECONDS", 0.01)
    monkeypatch.setattr(owner, method, full_at_first)
    events = asked_stream(client, RANKING)
    assert next(refusals, None) is None, "nothing was refused"
    kinds = [event.kind for event in events]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert kinds.count("run_started") == kinds.count("done") == kinds.count("tool_finished") == 1
    assert stage.installation.store.audit.verify_chain().whole


def test_an_answer_that_cannot_be_kept_ends_its_run_and_no_other(
    client: httpx.Client, stage: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(stage.installation.store.runs, "conclude", broken)
    run = ask(client, REVENUE)
    assert run["status"] == "failed" and "could not be kept (ZeroDivisionError)" in run["error"] and "secret" not in str(run)
    monkeypatch.undo()
    events = asked_stream(client, REVENUE, run["thread_id"])
    assert events[-1].kind == "done"


def test_an_event_too_large_for_the_store_is_left_out_and_the_answer_has_it(
    client: httpx.Client, stage: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = stage.installation.store.events.append

    def bounded(run_id: str, *events: Any) -> Any:
        if any(event.kind == "block" for event in events):
            raise OutOfBounds("event payload", "a document of 2,000,000 bytes", "at most 1,000,000 bytes")
        return works(run_id, *events)

    monkeypatch.setattr(stage.installation.store.events, "append", bounded)
    events = asked_stream(client, RANKING)
    kinds = [event.kind for event in events]
    assert "block" not in kinds and kinds[-1] == "done" and "text_delta" in kinds
    assert events[-1].data["what"]["answer"]["blocks"]


def test_a_run_that_cannot_begin_says_why(client: httpx.Client, stage: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(stage.installation.assistant, "start", broken)
    run = ask(client, REVENUE)
    assert (run["status"], run["error"]) == ("failed", "an unexpected fault (ZeroDivisionError)")
    with client.stream("GET", f"/api/v1/runs/{run['id']}/events") as response:
        text = response.read().decode()
    assert re.search(r"event: failed\ndata: .*unexpected fault \(ZeroDivisionError\)", text)
    monkeypatch.undo()
    assert ask(client, REVENUE, run["thread_id"])["status"] == "done"
