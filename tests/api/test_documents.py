"""Documents over HTTP: given, read in the background, found, deleted; what cannot be is refused with its reason."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.client
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.documents import DocumentWatch
from api.routes import documents as routes
from api.store.jobs import Job, Jobs
from api.store.open import open_store
from api.work.catalog import INDEX_DOCUMENT
from api.work.child import Task
from api.work.contract import Order, Workplace
from api.work.documents import IndexDocument, UpdateIndex, index_document, library_of, staging, update_index
from api.work.errors import Refused
from api.work.worker import run_in_child
from ingestion.progress import silent
from ingestion.versions import writer_lock
from knowledge.search_repair import BeingIndexed
from tests.api.stage import Live, live, problem, stage_settings
from tests.knowledge.hostile import flate_bomb, page_tree_loop
from tools.contract import LOCAL, Caller

CONTRACT = b"""# Supply agreement Highland Coffee

Effective from: 2025-03-01

## Penalties

Late by more than 7 days costs 2 % a week.
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with a home of its own, for documents are written to it."""
    with live(stage_settings(tmp_path_factory.mktemp("papers"), tmp_path_factory.mktemp("state"))) as opened:
        yield opened


def give(client: httpx.Client, content: bytes, name: str, **form: str) -> httpx.Response:
    return client.post("/api/v1/documents", files={"file": (name, content, "application/octet-stream")}, data=form)


def worked(stage: Live) -> list[str]:
    """Every waiting upload done as the worker does it, in a child; how each ended."""
    jobs, place = stage.installation.store.jobs, Workplace(home=stage.installation.settings.home)
    ended = []
    while job := jobs.claim("worker", (INDEX_DOCUMENT.name,)):
        task = Task(order=Order(job_id=job.id, lease=job.lease or "", kind=job.kind, arguments=job.payload), place=place)
        report = run_in_child(INDEX_DOCUMENT, task, lambda _: None)
        if report.state == "done":
            jobs.complete(job)
        else:
            jobs.fail(job, report.message, final=report.final)
        ended.append(report.message)
    return ended


def uploaded(stage: Live, client: httpx.Client, content: bytes, name: str, **form: str) -> dict[str, Any]:
    reply = give(client, content, name, **form)
    assert reply.status_code == 202, reply.text
    assert reply.headers["location"] == f"/api/v1/documents/uploads/{reply.json()['id']}"
    assert reply.json()["state"] == "queued"
    worked(stage)
    told: dict[str, Any] = client.get(reply.headers["location"]).json()
    return told


def test_a_document_is_given_read_listed_and_deleted(stage: Live, client: httpx.Client) -> None:
    told = uploaded(stage, client, CONTRACT, "highland.md", kind="contract")
    assert told["state"] == "done"
    card = told["document"]
    shown = (card["title"], card["kind"], card["effective_from"], card["version"])
    assert shown == ("Supply agreement Highland Coffee", "contract", "2025-03-01", 1)
    page = client.get("/api/v1/documents").json()
    assert page["total"] == 1 and page["documents"] == [card]
    detail = client.get(f"/api/v1/documents/{card['doc_id']}").json()
    assert detail["sections"] == ["Penalties"] and detail["versions"] == [1] and detail["chunks"] == 1
    original = client.get(f"/api/v1/documents/{card['doc_id']}/original")
    assert original.content == CONTRACT
    assert original.headers["content-type"] == "application/octet-stream" and original.headers["content-disposition"].startswith(
        "attachment;"
    )
    assert client.delete(f"/api/v1/documents/{card['doc_id']}").status_code == 204
    assert client.get("/api/v1/documents").json()["total"] == 0
    for path in ("", "/original"):
        problem(client.get(f"/api/v1/documents/{card['doc_id']}{path}"), 404, "not_found")
    problem(client.delete(f"/api/v1/documents/{card['doc_id']}"), 404, "not_found")
    assert not list(staging(stage.installation.settings.home).iterdir()), "an upload was left behind"


def test_giving_and_deleting_are_in_the_audit(stage: Live, client: httpx.Client) -> None:
    audit = stage.installation.store.audit
    before = audit.verify_chain().rows
    doc_id = uploaded(stage, client, CONTRACT, "noted.md")["document"]["doc_id"]
    client.delete(f"/api/v1/documents/{doc_id}")
    assert [(act.tool, act.outcome, act.caller) for act in audit.after(before)] == [
        ("documents.add", "done", "local"),
        ("documents.delete", "done", "local"),
    ]
    assert audit.verify_chain().whole


def test_versions_and_the_day_asked_for(stage: Live, client: httpx.Client) -> None:
    first = uploaded(stage, client, CONTRACT, "terms.md")["document"]
    second = uploaded(stage, client, CONTRACT.replace(b"2025-03", b"2026-01").replace(b"7 days", b"5 days"), "terms.md")["document"]
    assert (second["doc_id"], second["version"]) == (first["doc_id"], 2)
    then = client.get("/api/v1/documents", params={"as_of": "2025-06-01"}).json()["documents"]
    assert [each["version"] for each in then] == [1]
    assert client.get("/api/v1/documents", params={"as_of": "2024-06-01"}).json()["total"] == 0
    assert client.get("/api/v1/documents", params={"kind": "market"}).json()["total"] == 0
    assert client.get(f"/api/v1/documents/{first['doc_id']}", params={"version": 1}).json()["versions"] == [1, 2]
    named = uploaded(stage, client, b"# Addendum\n\nother words", "addendum.md", doc_id=first["doc_id"])["document"]
    assert (named["doc_id"], named["version"]) == (first["doc_id"], 3)
    client.delete(f"/api/v1/documents/{first['doc_id']}", params={"version": 3})
    assert client.get(f"/api/v1/documents/{first['doc_id']}").json()["version"] == 2
    client.delete(f"/api/v1/documents/{first['doc_id']}")


def test_what_was_uploaded_is_found_and_what_was_deleted_is_not(stage: Live, client: httpx.Client) -> None:
    doc_id = uploaded(stage, client, CONTRACT, "highland.md")["document"]["doc_id"]
    update_index(UpdateIndex(), Workplace(home=stage.installation.settings.home), silent)
    found = client.get("/api/v1/documents/search", params={"query": "penalty for late delivery"}).json()["passages"]
    assert found[0]["doc_id"] == doc_id and "Late by more than 7 days" in found[0]["text"] and found[0]["text"] in found[0]["around"]
    client.delete(f"/api/v1/documents/{doc_id}")
    assert client.get("/api/v1/documents/search", params={"query": "penalty for late delivery"}).json()["passages"] == []
    update_index(UpdateIndex(), Workplace(home=stage.installation.settings.home), silent)
    left = b"".join(path.read_bytes() for path in stage.installation.settings.home.rglob("*") if path.is_file())
    assert b"Late by more than 7 days" not in left, "the text of a deleted document is still on the disk"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.pdf", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 90, "photo.pdf", "PNG picture"),
        (b"PK\x03\x04" + b"x" * 90, "cut.docx", "damaged"),
        (b"words", "...", "no usable name"),
    ],
)
def test_what_is_no_document_is_refused_at_the_door(stage: Live, client: httpx.Client, content: bytes, name: str, said: str) -> None:
    assert said in problem(give(client, content, name), 422, "bad_document")["detail"]
    assert not worked(stage) and not list(staging(stage.installation.settings.home).glob("*"))


@pytest.mark.parametrize("made", [flate_bomb, page_tree_loop])
def test_a_hostile_document_fails_once_with_its_reason_and_the_app_lives(stage: Live, client: httpx.Client, made: Any) -> None:
    told = uploaded(stage, client, made(), "hostile.pdf")
    assert told["state"] == "failed" and told["document"] is None
    assert "hostile.pdf" in told["message"] and "Next: " in told["message"]
    assert worked(stage) == [], "it was tried again"
    assert client.get("/healthz").json() == {"status": "ok"}
    assert not list(staging(stage.installation.settings.home).iterdir())


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "poem"}, "kind"),
        ({"effective_from": "yesterday"}, "effective_from"),
        ({"title": "x" * 400}, "title"),
        ({"doc_id": "x" * 60}, "doc_id"),
    ],
)
def test_what_is_said_about_a_document_has_to_fit(client: httpx.Client, form: dict[str, str], field: str) -> None:
    assert field in problem(give(client, CONTRACT, "a.md", **form), 422, "bad_input")["detail"]


def test_a_document_id_or_period_that_cannot_be_is_told_at_once(client: httpx.Client) -> None:
    assert "../x" in problem(give(client, CONTRACT, "a.md", doc_id="../x"), 422, "bad_document")["detail"]
    form = {"effective_from": "2025-02-01", "effective_until": "2025-01-01"}
    assert "2025-02-01 to 2025-01-01" in problem(give(client, CONTRACT, "a.md", **form), 422, "bad_document")["detail"]


def test_a_request_without_a_file_is_refused(client: httpx.Client) -> None:
    assert "file" in problem(client.post("/api/v1/documents", data={"title": "x"}), 422, "bad_input")["detail"]
    problem(client.post("/api/v1/documents", json={}), 422, "bad_input")
    problem(client.post("/api/v1/documents", files={"file": ("", b"x")}), 422, "bad_input")


def sent(address: str, headers: dict[str, str], pieces: Iterator[bytes]) -> tuple[int, bytes]:
    """A request whose body the client is free to lie about."""
    host = address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.putrequest("POST", "/api/v1/documents")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    with contextlib.suppress(OSError):  # the server need not read to the end what it refuses
        for piece in pieces:
            connection.send(piece)
    try:
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


MULTIPART = "multipart/form-data; boundary=b"
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


def test_a_body_over_the_limit_is_refused_before_and_while_it_comes(stage: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = sent(stage.address, {"Content-Type": MULTIPART, "Content-Length": "300000000"}, iter([HEAD]))
    assert status == 413 and b"too_large" in body and b"51,000,000" in body

    def chunks() -> Iterator[bytes]:
        for piece in (HEAD, *[b"x" * 1_000_000] * 60):
            yield b"%x\r\n%s\r\n" % (len(piece), piece)

    status, body = sent(stage.address, {"Content-Type": MULTIPART, "Transfer-Encoding": "chunked"}, chunks())
    assert status == 413 and b"too_large" in body
    assert not list(staging(stage.installation.settings.home).glob("*"))


def test_many_parts_and_lies_about_lengths_are_refused(stage: Live, client: httpx.Client) -> None:
    parts = b"".join(b'--b\r\nContent-Disposition: form-data; name="x%d"\r\n\r\n1\r\n' % number for number in range(5_000)) + b"--b--\r\n"
    started = time.monotonic()
    problem(client.post("/api/v1/documents", content=parts, headers={"Content-Type": MULTIPART}), 400, "bad_request")
    endless = HEAD.replace(b'; filename="a.txt"', b"") + b"x" * 5_000_000
    assert client.post("/api/v1/documents", content=endless, headers={"Content-Type": MULTIPART}).status_code in (400, 413, 422)
    assert time.monotonic() - started < 5
    status, _ = sent(stage.address, {"Content-Type": MULTIPART, "Content-Length": "-5"}, iter([]))
    assert status == 400
    assert client.get("/healthz").status_code == 200


def test_the_limit_of_other_bodies_is_as_it_was(client: httpx.Client) -> None:
    problem(client.post("/api/v1/threads", content=b"x" * 1_100_000), 413, "too_large")
    problem(client.post("/api/v1/documents/", content=b"x" * 1_100_000), 413, "too_large")


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x.md", "..\\x.md", "/abs.md", "a\u202emd.exe.md", "x" * 300 + ".md", "%2e%2e%2fx.md"]
)
def test_names_never_become_paths(stage: Live, client: httpx.Client, name: str) -> None:
    home = stage.installation.settings.home
    before = set(home.parent.iterdir())
    card = uploaded(stage, client, CONTRACT + name.encode(), name)["document"]
    assert "/" not in card["source"] and "\\" not in card["source"]
    assert set(home.parent.iterdir()) == before
    assert client.get(f"/api/v1/documents/{card['doc_id']}/original").status_code == 200
    client.delete(f"/api/v1/documents/{card['doc_id']}")


def test_a_document_of_another_scope_is_as_good_as_not_there(stage: Live, client: httpx.Client) -> None:
    from knowledge.library import Filing

    library = library_of(stage.installation.settings.home)
    hidden = library.add(CONTRACT, Filing(name="secret.md", scope="documents:board")).document
    assert "documents:board" not in LOCAL.scopes
    foreign = problem(client.get(f"/api/v1/documents/{hidden.doc_id}"), 404, "not_found")
    missing = problem(client.get("/api/v1/documents/nothing-here"), 404, "not_found")
    assert foreign["detail"].replace(hidden.doc_id, "X") == missing["detail"].replace("nothing-here", "X")
    problem(client.get(f"/api/v1/documents/{hidden.doc_id}/original"), 404, "not_found")
    problem(client.delete(f"/api/v1/documents/{hidden.doc_id}"), 404, "not_found")
    assert client.get("/api/v1/documents").json()["total"] == 0
    library.remove(hidden.doc_id)


def test_adding_and_deleting_need_a_scope_that_reading_does_not_give(
    stage: Live, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc_id = uploaded(stage, client, CONTRACT, "kept.md")["document"]["doc_id"]
    monkeypatch.setattr("api.identity.LOCAL", Caller(scopes=LOCAL.scopes - {"documents:write"}))
    for refused in (give(client, CONTRACT, "new.md"), client.delete(f"/api/v1/documents/{doc_id}")):
        assert "documents:write" in problem(refused, 403, "forbidden")["detail"]
    assert client.get(f"/api/v1/documents/{doc_id}").status_code == 200
    assert not worked(stage) and not list(staging(stage.installation.settings.home).iterdir())
    monkeypatch.setattr("api.identity.LOCAL", Caller(scopes=LOCAL.scopes - {"documents:read"}))
    problem(client.get(f"/api/v1/documents/{doc_id}"), 404, "not_found")
    monkeypatch.undo()
    assert client.delete(f"/api/v1/documents/{doc_id}").status_code == 204


def test_who_gives_a_document_says_who_may_see_it(stage: Live, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = uploaded(stage, client, CONTRACT, "budget.md", scope="documents:finance")
    assert told["state"] == "done" and told["document"] is None, "the local user does not hold that scope"
    assert client.get("/api/v1/documents").json()["total"] == 0
    monkeypatch.setattr("api.identity.LOCAL", Caller(scopes=LOCAL.scopes | {"documents:finance"}))  # type: ignore[arg-type]
    (card,) = client.get("/api/v1/documents").json()["documents"]
    assert card["scope"] == "documents:finance"
    assert client.delete(f"/api/v1/documents/{card['doc_id']}").status_code == 204


@pytest.mark.parametrize("scope", ["data:read", "x", "documents:", "documents:write"])
def test_a_scope_that_opens_something_else_is_refused(client: httpx.Client, scope: str) -> None:
    assert "scope" in problem(give(client, CONTRACT, "a.md", scope=scope), 422, "bad_document")["detail"]


def test_a_question_while_the_index_is_made_again_is_told_to_come_back(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(searcher: object) -> None:
        raise BeingIndexed("the documents are being indexed again", remedy="ask again in a minute")

    monkeypatch.setattr("knowledge.search.Searcher._enter", busy)
    reply = client.get("/api/v1/documents/search", params={"query": "penalty"})
    assert "being indexed again" in problem(reply, 503, "busy")["detail"] and reply.headers["retry-after"]


@pytest.mark.parametrize("upload_id", ["nothing", "0" * 32, "../x"])
def test_an_upload_that_is_none_is_not_found(client: httpx.Client, upload_id: str) -> None:
    assert client.get(f"/api/v1/documents/uploads/{upload_id}").status_code in (404, 422)


def test_a_writer_at_work_is_told_and_nothing_hangs(stage: Live, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    card = uploaded(stage, client, CONTRACT, "busy.md")["document"]
    library = library_of(stage.installation.settings.home)
    monkeypatch.setattr(library, "_wait_seconds", 0.1)
    monkeypatch.setattr(type(stage.installation.documents), "library", library)
    with writer_lock(library.folder / ".lock", 0):
        reply = client.delete(f"/api/v1/documents/{card['doc_id']}")
    assert problem(reply, 503, "busy") and reply.headers["retry-after"]
    assert client.delete(f"/api/v1/documents/{card['doc_id']}").status_code == 204


def test_an_upload_cut_off_after_its_work_was_done_is_done(tmp_path: Path) -> None:
    place, staged = Workplace(home=tmp_path), "a" * 32
    staging(tmp_path).mkdir()
    (staging(tmp_path) / staged).write_bytes(CONTRACT)
    wanted = IndexDocument(staged=staged, name="a.md", sha256=hashlib.sha256(CONTRACT).hexdigest())
    assert "taken in" in index_document(wanted, place, silent)
    assert "is there" in index_document(wanted, place, silent)
    with pytest.raises(Refused, match="not there any more"):
        index_document(wanted.model_copy(update={"sha256": "0" * 64}), place, silent)


def test_the_same_bytes_for_other_readers_are_no_proof_that_an_upload_was_taken(tmp_path: Path) -> None:
    from knowledge.library import Filing

    library_of(tmp_path).add(CONTRACT, Filing(name="a.md", scope="documents:board"))
    wanted = IndexDocument(staged="a" * 32, name="a.md", sha256=hashlib.sha256(CONTRACT).hexdigest())
    with pytest.raises(Refused, match="not there any more"):
        index_document(wanted, Workplace(home=tmp_path), silent)
    assert "is there" in index_document(wanted.model_copy(update={"scope": "documents:board"}), Workplace(home=tmp_path), silent)
    with pytest.raises(Refused, match="not there any more"):
        index_document(wanted.model_copy(update={"scope": "documents:board", "doc_id": "other"}), Workplace(home=tmp_path), silent)


class Told:
    """Stands in for the dispatcher: what was asked of it."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}
        self.times = 0

    async def ask(self, kind: Any, arguments: Any, key: str) -> Job:
        self.times += 1
        assert self.asked.setdefault(key, arguments) == arguments, "the same key for other work"
        return Job("j", kind.name, key, "{}", "queued", 0, 3, None, None, datetime.now(UTC), "", None, datetime.now(UTC), None)


class Asking:
    """A dispatcher without a worker: what is asked for lies in the app state."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    async def ask(self, kind: Any, arguments: Any, key: str) -> Job:
        return self.jobs.enqueue(kind.name, arguments.model_dump_json(), key)

    def claimed(self, kind: str) -> list[Job]:
        return list(iter(lambda: self.jobs.claim("worker", (kind,)), None))


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    yield Asking(store.jobs)
    store.close()


def look(watch: DocumentWatch, times: int = 1) -> None:
    for _ in range(times):
        asyncio.run(watch.look())


def test_an_index_update_that_died_is_asked_for_again_after_a_pause(
    tmp_path: Path, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge.library import Filing

    place, late = Workplace(home=tmp_path), [0.0]
    true_time = time.time
    monkeypatch.setattr("api.documents.time.time", lambda: true_time() + late[0])
    library_of(tmp_path).add(CONTRACT, Filing(name="a.md"))
    watch = DocumentWatch(stage_settings(tmp_path, tmp_path), asking)  # type: ignore[arg-type]
    for restarted in (False, True):
        look(watch, 3)
        (job,) = asking.claimed("update_index")
        asking.jobs.fail(job, "the disk is full", final=True)
        look(watch, 3)
        assert not asking.claimed("update_index"), "it was asked for again at once"
        late[0] += 400
        watch = DocumentWatch(stage_settings(tmp_path, tmp_path), asking) if restarted else watch  # type: ignore[arg-type]
    look(watch, 3)
    (job,) = asking.claimed("update_index")
    update_index(UpdateIndex(), place, silent)
    asking.jobs.complete(job)
    late[0] += 4_000
    look(watch, 3)
    assert not asking.claimed("update_index"), "the index holds what the library holds"
    library_of(tmp_path).add(CONTRACT + b"more", Filing(name="b.md"))
    look(watch, 3)
    assert len(asking.claimed("update_index")) == 1


def test_an_index_that_is_gone_or_of_another_form_is_made_again_without_a_question(
    tmp_path: Path, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge.library import Filing

    library_of(tmp_path).add(CONTRACT, Filing(name="a.md"))
    update_index(UpdateIndex(), Workplace(home=tmp_path), silent)
    watch = DocumentWatch(stage_settings(tmp_path, tmp_path), asking)  # type: ignore[arg-type]
    look(watch)
    assert not asking.claimed("update_index")
    monkeypatch.setattr("knowledge.index_state.FORMAT", 99)
    look(watch)
    assert len(asking.claimed("update_index")) == 1


def test_writing_about_a_snapshot_that_died_is_asked_for_again(tmp_path: Path, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    late, true_time = [0.0], time.time
    monkeypatch.setattr("api.documents.time.time", lambda: true_time() + late[0])
    watch = DocumentWatch(stage_settings(tmp_path, tmp_path), asking)  # type: ignore[arg-type]
    monkeypatch.setattr(watch, "_snapshot", lambda: "v000001-2026")
    look(watch, 2)
    (job,) = asking.claimed("keep_library")
    asking.jobs.fail(job, "no memory", final=True)
    late[0] += 400
    look(watch, 3)
    (job,) = asking.claimed("keep_library")
    asking.jobs.complete(job)
    late[0] += 4_000
    look(watch, 3)
    assert not asking.claimed("keep_library")


def test_the_watch_gives_each_file_once_and_follows_the_library(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "contracts").mkdir(parents=True)
    (inbox / "contracts" / "a.md").write_bytes(CONTRACT)
    (inbox / ".hidden").write_bytes(CONTRACT)
    (inbox / "link.md").symlink_to(inbox / "contracts" / "a.md")
    (inbox / "growing.md").write_bytes(b"# Half")
    old = time.time() - 60
    os.utime(inbox / "contracts" / "a.md", (old, old))
    settings = stage_settings(tmp_path, tmp_path, documents_inbox=inbox, documents_feeds="https://news.example/rss")
    told = Told()
    watch = DocumentWatch(settings, told)  # type: ignore[arg-type]
    asyncio.run(watch.look())
    asyncio.run(watch.look())
    given = [each for each in told.asked.values() if isinstance(each, IndexDocument)]
    assert [(each.name, each.folder) for each in given] == [("a.md", "contracts")]
    assert [key.split("-")[0] for key in told.asked] == ["inbox", "feed"]
    index_document(given[0], Workplace(home=tmp_path), silent)
    asyncio.run(watch.look())
    assert [key for key in told.asked if key.startswith("index-")]
    os.utime(inbox / "growing.md", (old, old))
    asyncio.run(watch.look())
    assert len([each for each in told.asked.values() if isinstance(each, IndexDocument)]) == 2
    assert library_of(tmp_path).list()[0].kind == "contract"


def test_what_was_asked_for_is_not_asked_for_every_other_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, hour = Told(), [1_000_000 * 3600.0]
    monkeypatch.setattr(time, "time", lambda: hour[0])
    settings = stage_settings(tmp_path, tmp_path, documents_feeds="https://one.example/rss https://two.example/rss")
    watch = DocumentWatch(settings, told)  # type: ignore[arg-type]
    for _ in range(3):
        asyncio.run(watch.look())
    assert told.times == 2 and len(told.asked) == 2
    hour[0] += 3600
    asyncio.run(watch.look())
    assert told.times == 4 and len(told.asked) == 4


def test_what_goes_wrong_in_one_part_is_told_once_and_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from knowledge.library import Filing

    library_of(tmp_path).add(CONTRACT, Filing(name="a.md"))
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "CURRENT").write_text("v000009")
    told = Told()
    watch = DocumentWatch(stage_settings(tmp_path, tmp_path, documents_inbox=tmp_path / "gone"), told)  # type: ignore[arg-type]
    for _ in range(2):
        asyncio.run(watch.look())
    assert [key.split("-")[0] for key in told.asked] == ["index"], "the index did not follow the library"
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2 and "v000009" in said[1]
    assert "OIIS_DOCUMENTS_INBOX is not there" in said[0] and "Next: " in said[0]
    (tmp_path / "gone").mkdir()
    asyncio.run(watch.look())
    (tmp_path / "gone").rmdir()
    asyncio.run(watch.look())
    assert len(caplog.records) == 3, "a fault that came back was not told again"


def test_uploads_at_once_are_all_taken(stage: Live, client: httpx.Client) -> None:
    replies: list[int] = []

    def one(number: int) -> None:
        with stage.client() as own:
            replies.append(give(own, f"# Paper {number}\n\nwords {number}".encode(), f"{number}.md").status_code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [202] * 8 and len(worked(stage)) == 8
    listed = client.get("/api/v1/documents", params={"limit": 3, "offset": 6}).json()
    assert listed["total"] == 8 and len(listed["documents"]) == 2
    for each in client.get("/api/v1/documents").json()["documents"]:
        client.delete(f"/api/v1/documents/{each['doc_id']}")


def test_the_uploads_path_is_the_one_the_door_lets_stream() -> None:
    from api.door import UPLOAD
    from api.routes.catalog import PREFIX

    assert ("POST", PREFIX + routes.router.prefix) == UPLOAD
