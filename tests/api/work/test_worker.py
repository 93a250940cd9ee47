"""The worker process and its children: what they report, and that killing either leaves nothing half done and nobody behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from api.store.open import Store
from api.work.catalog import FOUND_DEMO, KINDS, LOAD_FILES, SYNC_DATABASE, kind_named, read_arguments
from api.work.child import Task, reporter
from api.work.contract import AnyKind, Arguments, Order, Report, Workplace
from api.work.dispatch import Dispatcher
from api.work.errors import BadArguments, UnknownKind
from api.work.founding import FoundDemo, found_demo
from api.work.loading import LoadFiles, load_files
from api.work.queue import Queue, open_queue
from api.work.worker import run_in_child
from ingestion.progress import silent
from ingestion.warehouse import Card, Warehouse, open_draft, write_card
from tests.api.work.conftest import QUICK, alive, at_work, children, environment, running, until

TEMPO = replace(QUICK, silent_seconds=4.0)


def task(kind: AnyKind, arguments: Arguments, home: Path) -> Task:
    order = Order(job_id="j", lease="l", kind=kind.name, arguments=arguments.model_dump_json())
    return Task(order=order, place=Workplace(home=home))


def done(kind: AnyKind, arguments: Arguments, home: Path) -> tuple[Report, list[Report]]:
    reports: list[Report] = []
    return run_in_child(kind, task(kind, arguments, home), reports.append), reports


def sales(folder: Path) -> LoadFiles:
    """Two orders in a file, to be loaded."""
    folder.mkdir(exist_ok=True)
    path = folder / "sales.csv"
    path.write_text("order_id,order_date,product,quantity,unit_price\n1,2026-01-02,Tea,2,3.50\n2,2026-01-03,Rice,1,9\n", encoding="utf-8")
    return LoadFiles(sources=(path,))


def test_every_kind_says_what_it_does_and_types_what_it_takes() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert kind.says
        assert kind.run.__doc__
        assert kind.arguments.model_config["extra"] == "forbid"
        assert kind_named(kind.name) is kind
    with pytest.raises(UnknownKind, match="found_demo"):
        kind_named("train_everything")


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (FOUND_DEMO, '{"size": "huge"}', "size"),
        (FOUND_DEMO, '{"colour": 1}', "colour"),
        (FOUND_DEMO, "nothing", "JSON"),
        (LOAD_FILES, '{"sources": []}', "sources"),
        (SYNC_DATABASE, '{"url": "postgresql://ann:secret@host/shop"}', "PGPASSWORD"),
        (SYNC_DATABASE, '{"url": "postgresql://host/shop?password=secret"}', "PGPASSWORD"),
    ],
)
def test_arguments_are_refused_by_name(kind: AnyKind, text: str, said: str) -> None:
    with pytest.raises(BadArguments, match=said):
        read_arguments(kind, text)


def test_a_database_url_without_password_is_taken() -> None:
    read_arguments(SYNC_DATABASE, '{"url": "postgresql://ann@host:5432/shop"}')


def test_the_demo_company_is_built_once_with_progress_that_only_rises(own_home: Path) -> None:
    outcome, reports = done(FOUND_DEMO, FoundDemo(size="tiny"), own_home)
    assert outcome.state == "done"
    assert "Sao Viet Trading is ready" in outcome.message
    again, _ = done(FOUND_DEMO, FoundDemo(size="tiny", seed=8), own_home)
    assert (again.state, again.message) == ("done", "nothing to build: v000001 already holds data")
    assert [snapshot.name for snapshot in Warehouse(own_home).snapshots()] == ["v000001"]
    parts = [report.progress for report in reports]
    assert parts == sorted(parts)
    assert reports[0].message == FOUND_DEMO.says
    assert all(report.message.startswith(FOUND_DEMO.says) and time.time() - report.at < 60 for report in reports)


def test_the_demo_company_waits_for_who_loads_data_and_then_is_not_needed(own_home: Path) -> None:
    stages: list[str] = []

    def progress(stage: str, done: float | None) -> None:
        stages.append(stage)

    with ThreadPoolExecutor(1) as pool:
        with Warehouse(own_home).versions.building() as draft:
            founding = pool.submit(found_demo, FoundDemo(size="tiny"), Workplace(home=own_home), progress)
            until(lambda: stages, 30)
            with open_draft(draft):
                write_card(draft, Card())
            draft.keep()
        assert founding.result(30) == "nothing to build: v000001 already holds data"
    assert set(stages) == {"waiting for another writer"}


def test_files_are_loaded_once_however_often_it_is_asked(own_home: Path, tmp_path: Path) -> None:
    wanted = sales(tmp_path)
    first, _ = done(LOAD_FILES, wanted, own_home)
    assert first.state == "done", first.message
    assert load_files(wanted, Workplace(home=own_home), silent).startswith("unchanged")
    assert Warehouse(own_home).snapshot().card.rows["orders"] == 2
    assert [snapshot.name for snapshot in Warehouse(own_home).snapshots()] == ["v000001"]


def test_a_file_that_is_not_there_is_a_failure_in_words(own_home: Path) -> None:
    outcome, _ = done(LOAD_FILES, LoadFiles(sources=(own_home / "nowhere.csv",)), own_home)
    assert outcome.state == "failed"
    assert "there is no such file" in outcome.message


def test_work_that_takes_too_long_is_stopped(own_home: Path) -> None:
    outcome, _ = done(replace(FOUND_DEMO, limit_seconds=0.8), FoundDemo(size="large"), own_home)
    assert outcome.state == "failed"
    assert "took longer than" in outcome.message
    until(lambda: not at_work(os.getpid()), 5)


def test_a_child_that_is_killed_is_a_failure_with_its_reason(own_home: Path) -> None:
    def kill(report: Report) -> None:
        for child in at_work(os.getpid()):
            os.kill(child, signal.SIGKILL)

    outcome = run_in_child(FOUND_DEMO, task(FOUND_DEMO, FoundDemo(size="large"), own_home), kill)
    assert outcome.state == "failed"
    assert "SIGKILL (out of memory?)" in outcome.message
    assert Warehouse(own_home).find() is None


def test_a_fault_of_ours_is_one_line(own_home: Path) -> None:
    """A home that is a file: no kind of work expects that."""
    own_home.parent.mkdir(parents=True, exist_ok=True)
    own_home.write_text("", encoding="utf-8")
    outcome, _ = done(FOUND_DEMO, FoundDemo(size="tiny"), own_home)
    assert outcome.state == "failed"
    assert "\n" not in outcome.message
    assert "Traceback" not in outcome.message


def test_no_key_reaches_the_child(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OIIS_MODEL_KEY", "OIIS_ACCESS_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "x" * 40)
    seen: set[str] = set()

    def look(report: Report) -> None:
        for child in at_work(os.getpid()):
            text = Path(f"/proc/{child}/environ").read_bytes().decode()
            seen.update(line.partition("=")[0] for line in text.split("\0"))

    run_in_child(FOUND_DEMO, task(FOUND_DEMO, FoundDemo(size="demo"), own_home), Killing(look))
    assert "PATH" in seen
    assert not seen & {"OIIS_MODEL_KEY", "OIIS_ACCESS_KEY", "OPENAI_API_KEY"}


class Killing:
    """Looks three times, then ends the work: enough was seen."""

    def __init__(self, look: object) -> None:
        self.look, self.times = look, 0

    def __call__(self, report: Report) -> None:
        self.times += 1
        assert callable(self.look)
        self.look(report)
        if self.times == 3:
            for child in at_work(os.getpid()):
                os.kill(child, signal.SIGKILL)


def test_progress_is_told_seldom_and_never_falls(tmp_path: Path) -> None:
    path = tmp_path / "reports"
    with path.open("w", encoding="utf-8") as out:
        report = reporter(out)
        for number in range(10_000):
            report("counting", number / 10_000)
        report("publishing", None)
        report("odd", 0.1)
    told = [Report.model_validate(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    assert 2 <= len(told) < 100
    assert [each.progress for each in told] == sorted(each.progress for each in told)
    assert told[-1].message == "publishing"


@contextmanager
def worker_process(home: Path, queue_url: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "api.work"], env=environment(home, queue_url), stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def load_job(store: Store, home: Path) -> str:
    return store.jobs.enqueue("load_files", sales(home / "in").model_dump_json(), "k").id


def test_a_worker_killed_in_the_middle_leaves_nobody_and_the_job_is_done_by_the_next(
    store: Store, queue: Queue, queue_url: str | None, own_home: Path
) -> None:
    job = load_job(store, own_home)
    with running(Dispatcher(store.jobs, queue, "here", tempo=TEMPO)):
        with worker_process(own_home, queue_url) as first:
            until(lambda: children(first.pid), 10)
            child = children(first.pid)[0]
            first.kill()
            until(lambda: not alive(child), 8)
        assert Warehouse(own_home).find() is None
        with worker_process(own_home, queue_url):
            until(lambda: store.jobs.get(job).status == "done", 20)
    assert store.jobs.get(job).tries == 2
    assert [snapshot.name for snapshot in Warehouse(own_home).snapshots()] == ["v000001"]


def test_a_worker_told_to_stop_ends_at_once_and_the_job_keeps_its_tries(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = load_job(store, own_home)
    with running(Dispatcher(store.jobs, file_queue, "here", tempo=TEMPO)):
        with worker_process(own_home) as first:
            until(lambda: children(first.pid), 10)
            child = children(first.pid)[0]
            first.terminate()
            assert first.wait(10) == 0
            until(lambda: not alive(child), 8)
            assert first.stderr is not None
            assert first.stderr.read() == b""
        with worker_process(own_home):
            until(lambda: store.jobs.get(job).status == "done", 20)
    assert store.jobs.get(job).tries == 1


def test_a_child_that_is_killed_has_the_job_done_again_by_the_same_worker(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = load_job(store, own_home)
    with running(Dispatcher(store.jobs, file_queue, "here", tempo=TEMPO)), worker_process(own_home) as worker:
        until(lambda: children(worker.pid), 10)
        os.kill(children(worker.pid)[0], signal.SIGKILL)
        until(lambda: store.jobs.get(job).status == "done", 20)
    assert store.jobs.get(job).tries == 2


@pytest.mark.parametrize(("name", "value", "code"), [("OIIS_PORT", "many", 2), ("OIIS_QUEUE_URL", "ftp://x", 2), ("OIIS_HOEM", "x", 2)])
def test_a_wrong_setting_ends_the_worker_in_one_line(own_home: Path, name: str, value: str, code: int) -> None:
    done = subprocess.run([sys.executable, "-m", "api.work"], env=environment(own_home) | {name: value}, capture_output=True, text=True)
    assert done.returncode == code
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


@pytest.mark.slow
def test_fifty_kills_of_workers_and_children_lose_no_job_and_apply_none_twice(store: Store, file_queue: Queue, own_home: Path) -> None:
    """Each job loads a file of its own; whatever is killed, in the end each file's orders are there once."""
    chance = random.Random(7)
    jobs = []
    for number in range(12):
        path = own_home / f"sales{number}.csv"
        path.write_text(f"order_id,order_date,product,quantity,unit_price\n{number},2026-01-02,Tea,2,3.50\n", encoding="utf-8")
        jobs.append(store.jobs.enqueue("load_files", LoadFiles(sources=(path,)).model_dump_json(), f"k{number}").id)
    kills = 0
    with running(Dispatcher(store.jobs, file_queue, "here", tempo=replace(TEMPO, silent_seconds=1.5))):
        while any(store.jobs.get(job).status != "done" for job in jobs):
            with worker_process(own_home) as worker:
                if kills >= 50:
                    until(lambda: all(store.jobs.get(job).status in ("done", "dead") for job in jobs), 120)
                else:
                    time.sleep(chance.uniform(0.3, 2.5))
                    kills += 1
                    victims = [*children(worker.pid), worker.pid]
                    os.kill(chance.choice(victims), signal.SIGKILL)
            for job in jobs:
                if store.jobs.get(job).status == "dead":
                    store.jobs.revive(job)
    assert Warehouse(own_home).snapshot().card.rows["orders"] == 12
    assert open_queue(None, own_home).huey.storage.queue_size() <= 1
