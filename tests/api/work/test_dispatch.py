"""The dispatcher against a worker that does what the test says: every job ends once, whoever dies on the way."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from api.store.errors import Unreachable
from api.store.jobs import Job
from api.store.open import Store
from api.work.catalog import LOAD_FILES
from api.work.contract import Order, Report
from api.work.dispatch import Dispatcher
from api.work.errors import QueueUnreachable
from api.work.founding import FoundDemo
from api.work.loading import LoadFiles
from api.work.queue import Queue, open_queue
from tests.api.work.conftest import QUICK, running, until

TINY = FoundDemo(size="tiny").model_dump_json()
Deed = Callable[[Queue, Order], None]


def succeed(queue: Queue, order: Order) -> None:
    queue.tell(order.lease, Report(state="running", progress=0.5, message="half way", at=time.time()))
    queue.tell(order.lease, Report(state="done", progress=1.0, message="all is well", at=time.time()))


def fail(queue: Queue, order: Order) -> None:
    queue.tell(order.lease, Report(state="failed", message="the file is gone", at=time.time()))


def fall_silent(queue: Queue, order: Order) -> None:
    queue.tell(order.lease, Report(state="running", progress=0.1, message="begun", at=time.time()))


def be_stopped(queue: Queue, order: Order) -> None:
    queue.tell(order.lease, Report(state="interrupted", at=time.time()))


@contextmanager
def worker(queue_url: str | None, home: Path, *deeds: Deed, present: bool = True) -> Iterator[list[Order]]:
    """A worker that does one deed for each order it takes, the last one again and again; what it took."""
    queue, taken, ended = open_queue(queue_url, home), [], threading.Event()

    def perform(order: Order) -> None:
        if queue.wants(order):
            taken.append(order)
            deeds[min(len(taken), len(deeds)) - 1](queue, order)

    def work() -> None:
        while not ended.wait(0.02):
            if present:
                queue.show_presence()
            task = queue.huey.storage.dequeue()
            if task is not None:
                queue.huey.execute(queue.huey.deserialize_task(task))

    queue.serve(perform)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield taken
    finally:
        ended.set()
        thread.join()
        queue.close()


def dispatcher(store: Store, queue: Queue, **more: object) -> Dispatcher:
    return Dispatcher(store.jobs, queue, "this machine", tempo=QUICK, **more)  # type: ignore[arg-type]


def enqueue(store: Store, key: str = "k") -> Job:
    return store.jobs.enqueue("found_demo", TINY, key)


def test_a_job_goes_to_the_worker_and_ends(store: Store, queue: Queue, queue_url: str | None, own_home: Path) -> None:
    job = enqueue(store)
    at_work = dispatcher(store, queue)
    with worker(queue_url, own_home, succeed) as taken, running(at_work):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
        until(lambda: at_work.board() and at_work.board()[0].state == "done", 20)
    assert [(order.kind, order.arguments) for order in taken] == [("found_demo", TINY)]
    assert (at_work.board()[0].id, at_work.board()[0].progress, at_work.board()[0].message) == (job.id, 1.0, "all is well")
    assert queue.report(taken[0].lease) is None, "nothing is left behind in the queue"


def test_a_job_that_fails_three_times_is_given_up_with_its_reason(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    at_work = dispatcher(store, file_queue)
    with worker(None, own_home, fail) as taken, running(at_work):
        until(lambda: store.jobs.get(job.id).status == "dead", 20)
        until(lambda: any(view.state == "failed" for view in at_work.board()), 20)
    assert len(taken) == 3
    assert len({order.lease for order in taken}) == 3
    assert store.jobs.get(job.id).error == "the file is gone"
    assert at_work.board()[0].message == "the file is gone"


def test_a_failure_that_another_try_would_repeat_is_given_up_at_once(store: Store, file_queue: Queue, own_home: Path) -> None:
    def refuse(queue: Queue, order: Order) -> None:
        queue.tell(order.lease, Report(state="failed", message="it is encrypted", final=True, at=time.time()))

    job = enqueue(store)
    at_work = dispatcher(store, file_queue)
    with worker(None, own_home, refuse) as taken, running(at_work):
        until(lambda: store.jobs.get(job.id).status == "dead", 20)
        until(lambda: any(view.state == "failed" for view in at_work.board()), 20)
    assert len(taken) == 1 and store.jobs.get(job.id).error == at_work.board()[0].message == "it is encrypted"


def test_a_worker_that_dies_has_the_job_done_again(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    with worker(None, own_home, fall_silent, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert len(taken) == 2
    assert store.jobs.get(job.id).tries == 2


def test_a_worker_that_is_stopped_costs_no_try(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    with worker(None, own_home, *[be_stopped] * 5, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert len(taken) == 6
    assert store.jobs.get(job.id).tries == 1


def test_without_a_worker_jobs_wait_and_say_so(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    at_work = dispatcher(store, file_queue)
    with running(at_work):
        until(lambda: at_work.board(), 20)
        time.sleep(0.3)
        assert [(view.state, view.message) for view in at_work.board()] == [("queued", "waits for a worker: none is running")]
        assert store.jobs.get(job.id).tries == 0
        with worker(None, own_home, succeed):
            until(lambda: store.jobs.get(job.id).status == "done", 20)


def test_an_order_nobody_takes_yet_is_no_dead_worker(store: Store, file_queue: Queue) -> None:
    job = enqueue(store)
    with running(dispatcher(store, file_queue)):
        file_queue.show_presence()
        until(lambda: store.jobs.get(job.id).status == "leased", 20)
        time.sleep(QUICK.silent_seconds * 2)
        assert store.jobs.get(job.id).status == "leased"
        assert store.jobs.get(job.id).tries == 1


def test_a_long_job_keeps_its_lease(store: Store, file_queue: Queue, own_home: Path) -> None:
    def be_slow(queue: Queue, order: Order) -> None:
        for step in range(20):
            queue.tell(order.lease, Report(state="running", progress=step / 20, message=f"step {step}", at=time.time()))
            time.sleep(0.1)
        succeed(queue, order)

    job = enqueue(store)
    tempo = replace(QUICK, lease_seconds=0.6)
    with worker(None, own_home, be_slow) as taken, running(Dispatcher(store.jobs, file_queue, "a", tempo=tempo)):
        until(lambda: store.jobs.get(job.id).progress, 20)
        until(lambda: store.jobs.get(job.id).status == "done", 10)
    assert len(taken) == 1
    assert store.jobs.get(job.id).tries == 1


def test_a_dispatcher_that_comes_back_goes_on_with_work_in_progress(store: Store, file_queue: Queue, own_home: Path) -> None:
    go_on = threading.Event()

    def wait(queue: Queue, order: Order) -> None:
        while not go_on.wait(0.05):
            queue.tell(order.lease, Report(state="running", progress=0.3, message="still here", at=time.time()))
        succeed(queue, order)

    job = enqueue(store)
    with worker(None, own_home, wait) as taken:
        with running(dispatcher(store, file_queue)):
            until(lambda: taken and file_queue.report(taken[0].lease), 20)
        second = dispatcher(store, file_queue)
        with running(second):
            until(lambda: second.board() and second.board()[0].message == "still here", 20)
            go_on.set()
            until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert len(taken) == 1
    assert store.jobs.get(job.id).tries == 1


def test_work_that_ended_while_nobody_looked_is_not_done_twice(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    claimed = store.jobs.claim("this machine")
    assert claimed is not None
    assert claimed.lease is not None
    file_queue.tell(claimed.lease, Report(state="done", progress=1.0, message="done meanwhile", at=1.0))
    with worker(None, own_home, fail) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert not taken


def test_a_lease_whose_order_was_lost_is_sent_again_at_no_cost(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    store.jobs.claim("this machine")
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert len(taken) == 1
    assert store.jobs.get(job.id).tries == 1


def test_leases_of_another_installation_are_left_alone(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = enqueue(store)
    theirs = store.jobs.claim("another machine")
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        time.sleep(0.5)
    assert not taken
    assert store.jobs.get(job.id) == theirs


def test_a_late_outcome_of_an_earlier_try_changes_nothing(store: Store, file_queue: Queue, own_home: Path) -> None:
    """The first worker was only slow: when it ends, the second try is what counts."""
    first: list[Order] = []

    def be_away(queue: Queue, order: Order) -> None:
        first.append(order)

    def fail_late(queue: Queue, order: Order) -> None:
        fail(queue, first[0])
        succeed(queue, order)

    job = enqueue(store)
    with worker(None, own_home, be_away, fail_late), running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 8)
    assert store.jobs.get(job.id).error is None


def test_arguments_that_fit_no_kind_never_reach_the_worker(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = store.jobs.enqueue("found_demo", '{"size": "gigantic"}', "k")
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "dead", 20)
    assert not taken
    assert "size" in str(store.jobs.get(job.id).error)


def test_jobs_of_other_kinds_are_left_to_whoever_does_them(store: Store, file_queue: Queue, own_home: Path) -> None:
    job = store.jobs.enqueue("deliver", "{}", "k")
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        time.sleep(0.4)
    assert store.jobs.get(job.id).status == "queued"
    assert not taken


def test_an_empty_installation_asks_for_its_first_data_once(store: Store, file_queue: Queue, own_home: Path) -> None:
    for _ in range(3):
        with running(dispatcher(store, file_queue, first=lambda: TINY)):
            until(lambda: store.jobs.with_status("queued"), 20)
    assert len(store.jobs.with_status("queued", kind="found_demo")) == 1
    with worker(None, own_home, fail), running(dispatcher(store, file_queue, first=lambda: TINY)):
        until(lambda: store.jobs.with_status("dead"), 20)
    with worker(None, own_home, succeed), running(dispatcher(store, file_queue, first=lambda: TINY)):
        until(lambda: store.jobs.with_status("done"), 20)


def test_asking_twice_does_it_once(store: Store, file_queue: Queue, own_home: Path) -> None:
    at_work = dispatcher(store, file_queue)
    wanted = LoadFiles(sources=(Path("sales.csv"),))

    async def ask() -> tuple[Job, Job]:
        return await at_work.ask(LOAD_FILES, wanted, "k"), await at_work.ask(LOAD_FILES, wanted, "k")

    first, second = asyncio.run(ask())
    assert first == second
    assert LoadFiles.model_validate_json(first.payload) == wanted


def test_chores_are_done_once_a_day_by_the_holder_of_the_state(store: Store, file_queue: Queue) -> None:
    done: list[str] = []

    def sweep() -> str:
        done.append("swept")
        return "swept"

    for _ in range(2):
        with running(dispatcher(store, file_queue, chores={"sweep": sweep})):
            until(lambda: done, 20)
            time.sleep(0.2)
    assert done == ["swept"]


def test_a_queue_that_is_away_stops_nothing(
    store: Store, file_queue: Queue, own_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = threading.Event()
    read = Queue.report

    def report(self: Queue, lease: str) -> Report | None:
        if away.is_set() and self is file_queue:
            raise QueueUnreachable("the queue is away")
        return read(self, lease)

    monkeypatch.setattr(Queue, "report", report)
    away.set()
    job = enqueue(store)
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: taken, 20)
        time.sleep(0.5)
        assert store.jobs.get(job.id).status == "leased"
        away.clear()
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert store.jobs.get(job.id).tries == 1
    assert [record.getMessage() for record in caplog.records] == ["background work waits: the queue is away"], "told once"


def test_a_store_that_is_away_stops_nothing(store: Store, file_queue: Queue, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue(store)
    complete, calls = store.jobs.complete, []

    def refuse_first(leased: Job) -> Job:
        calls.append(leased)
        if len(calls) == 1:
            raise Unreachable("the database does not answer")
        return complete(leased)

    monkeypatch.setattr(store.jobs, "complete", refuse_first)
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)):
        until(lambda: store.jobs.get(job.id).status == "done", 20)
    assert len(taken) == 1


def test_two_dispatchers_share_the_work(store: Store, file_queue: Queue, own_home: Path) -> None:
    jobs = [enqueue(store, f"k{number}") for number in range(20)]
    second = open_queue(None, own_home)
    with worker(None, own_home, succeed) as taken, running(dispatcher(store, file_queue)), running(dispatcher(store, second)):
        until(lambda: len(store.jobs.with_status("done")) == 20, 20)
    second.close()
    assert len({order.job_id for order in taken}) == 20
    assert all(store.jobs.get(job.id).tries == 1 for job in jobs)
