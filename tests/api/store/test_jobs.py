"""Jobs: claimed by one, leased again after silence, dead after three tries, done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.store.errors import Conflict, KeyReused, LeaseLost, NotFound, OutOfBounds
from api.store.jobs import Job
from api.store.limits import Limits
from api.store.open import Store, open_store
from tests.api.store.conftest import Clock


def claimed(store: Store, worker: str = "w1") -> Job:
    job = store.jobs.claim(worker)
    assert job is not None
    return job


def test_a_job_is_queued_once(store: Store) -> None:
    job = store.jobs.enqueue("train", '{"model": "reorder"}', "k1")
    assert store.jobs.enqueue("train", '{"model": "reorder"}', "k1") == job
    with pytest.raises(KeyReused):
        store.jobs.enqueue("train", '{"model": "other"}', "k1")
    assert store.jobs.enqueue("index", '{"model": "other"}', "k1").id != job.id
    store.jobs.complete(claimed(store))
    store.jobs.complete(claimed(store))
    assert store.jobs.enqueue("train", '{"model": "reorder"}', "k1").status == "done"


def test_fifty_at_once_queue_one(store: Store) -> None:
    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda _: store.jobs.enqueue("train", "{}", "same"), range(50)))
    assert len({job.id for job in made}) == 1
    assert len(store.jobs.with_status("queued")) == 1


def test_two_workers_never_get_the_same_job(store: Store) -> None:
    for number in range(40):
        store.jobs.enqueue("train", "{}", f"k{number}")
    with ThreadPoolExecutor(8) as pool:
        got = [job.id for job in pool.map(lambda n: store.jobs.claim(f"w{n}"), range(60)) if job]
    # On PostgreSQL a claim may pass over a row another one holds; what is left over is claimed next.
    while job := store.jobs.claim("last"):
        got.append(job.id)
    assert len(got) == len(set(got)) == 40


def test_jobs_are_claimed_in_order_and_by_kind(store: Store, clock: Clock) -> None:
    for kind in ("train", "index", "train"):
        store.jobs.enqueue(kind, "{}", f"{kind} {clock()}")
        clock.move(seconds=1)
    indexing = store.jobs.claim("w", kinds=["index"])
    assert indexing is not None and (indexing.kind, indexing.status, indexing.tries, indexing.worker) == ("index", "leased", 1, "w")
    assert store.jobs.claim("w", kinds=["index", "send"]) is None
    first, second = claimed(store), claimed(store)
    assert first.created_at < second.created_at
    assert store.jobs.claim("w") is None


def test_a_silent_worker_loses_its_job_after_the_lease(store: Store, clock: Clock) -> None:
    store.jobs.enqueue("train", "{}", "k")
    first = claimed(store)
    clock.move(seconds=59)
    assert store.jobs.claim("w2") is None
    beating = store.jobs.heartbeat(first, "half")
    assert beating.progress == "half"
    clock.move(seconds=59)
    assert store.jobs.claim("w2") is None, "the heartbeat prolonged the lease"
    assert store.jobs.heartbeat(first).progress == "half"
    clock.move(seconds=60)
    second = claimed(store, "w2")
    assert (second.id, second.tries, second.worker) == (first.id, 2, "w2")
    for act in (store.jobs.heartbeat, store.jobs.complete):
        with pytest.raises(LeaseLost):
            act(first)
    with pytest.raises(LeaseLost):
        store.jobs.fail(first, "late")
    assert store.jobs.complete(second).status == "done"
    with pytest.raises(LeaseLost):
        store.jobs.complete(second)


def test_three_silent_tries_and_it_is_dead(store: Store, clock: Clock) -> None:
    store.jobs.enqueue("train", "{}", "k")
    for _ in range(3):
        claimed(store)
        clock.move(seconds=61)
    assert store.jobs.claim("w") is None
    (dead,) = store.jobs.with_status("dead")
    assert (dead.tries, dead.error) == (3, "the worker fell silent on the last try")


def test_three_failures_and_it_is_dead_with_the_last_reason(store: Store, clock: Clock) -> None:
    store.jobs.enqueue("train", "{}", "k")
    for number in range(3):
        job = store.jobs.fail(claimed(store), f"no rows ({number})", retry_seconds=5)
        assert (job.status, job.error) == ("dead" if number == 2 else "queued", f"no rows ({number})")
        assert store.jobs.claim("w") is None, "a retry waits"
        clock.move(seconds=5)
    assert store.jobs.claim("w") is None
    assert store.jobs.get(job.id) == job
    back = store.jobs.revive(job.id)
    assert (back.status, back.tries, back.error) == ("queued", 0, "no rows (2)")
    with pytest.raises(Conflict, match="not dead"):
        store.jobs.revive(job.id)
    assert store.jobs.complete(claimed(store)).error is None


def test_done_jobs_are_pruned_and_dead_ones_kept(store: Store, clock: Clock) -> None:
    store.jobs.enqueue("train", "{}", "k1")
    done = store.jobs.complete(claimed(store))
    store.jobs.enqueue("train", "{}", "k2")
    for _ in range(3):
        store.jobs.fail(claimed(store), "no", retry_seconds=0)
    clock.move(days=1)
    assert store.jobs.prune(clock()) == 1
    with pytest.raises(NotFound):
        store.jobs.get(done.id)
    assert len(store.jobs.with_status("dead", kind="train")) == 1
    assert store.jobs.with_status("dead", kind="index") == ()


def test_jobs_are_bounded(address: str) -> None:
    with open_store(address, limits=Limits(job_bytes=10, queued_jobs=2)) as store:
        for kind, payload, key in [("", "{}", "k"), ("t", "{", "k"), ("t", '"12345678901"', "k"), ("t", "{}", ""), ("t", "{}", "k" * 201)]:
            with pytest.raises(OutOfBounds):
                store.jobs.enqueue(kind, payload, key)
        for key in "ab":
            store.jobs.enqueue("t", "{}", key)
        with pytest.raises(OutOfBounds, match="queued jobs"):
            store.jobs.enqueue("t", "{}", "c")
        assert store.jobs.enqueue("t", "{}", "a").status == "queued"
