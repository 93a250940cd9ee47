"""kill -9 at random moments: what was acknowledged is there, nothing is there twice, no job is lost."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from api.store.open import Store, open_store
from api.store.threads import Message
from tests.api.store import victims

# Forked from a process that has the imports behind it: a victim starts in milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.api.store.victims"])


def killed(victim: BaseProcess) -> None:
    victim.kill()
    victim.join()
    victim.close()


def lines(path: Path) -> list[list[str]]:
    """What was told in full; a killed process may leave half a line."""
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [line.split() for line in whole.splitlines() if line]


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_a_killed_writer_loses_and_doubles_nothing(address: str, tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    told = tmp_path / "told"
    with open_store(address) as store:
        thread = store.threads.create("ann")
    told.touch()
    for _ in range(kills):
        enough = len(lines(told)) + chance.randint(1, 10)
        victim = PROCESSES.Process(target=victims.converse, args=(address, thread.id, told))
        victim.start()
        # Some after it opened, some in the middle of a turn; counted in turns, so that a slow machine proves as much.
        while len(lines(told)) < enough:
            assert victim.is_alive(), "the store did not open again after a kill"
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        killed(victim)
    with open_store(address, limits=victims.ROOMY) as store:
        left = [waiting.run for waiting in store.runs.unfinished()]
        assert len(left) <= 1, "each process first finished what its predecessor left"
        for run in left:
            victims.answer(store, run)
        assert sum(line[0] == "accepted" for line in lines(told)) > kills, "too little happened to prove anything"
        check(store, thread.id, lines(told))


def check(store: Store, thread_id: str, told: list[list[str]]) -> None:
    accepted = {line[1]: line[2] for line in told if line[0] == "accepted"}
    said = pages(store, thread_id)
    assert [message.number for message in said] == list(range(1, len(said) + 1))
    asked = [message.text for message in said if message.role == "user"]
    assert sorted(asked) == sorted(set(asked)), "a message is there twice"
    assert {f"question {number}" for number in accepted} <= set(asked), "an acknowledged message is lost"
    assert len(asked) - len(accepted) <= 1
    answers = Counter(message.text for message in said if message.role == "assistant")
    for number, run_id in accepted.items():
        run = store.runs.get(run_id, "ann")
        assert (run.status, run.idempotency_key) == ("done", f"key {number}")
        assert answers[f"to {run_id}"] == len(store.answers.of_run(run_id, "ann")) == 1
        events = store.events.after(run_id, "ann")
        assert [event.number for event in events] == list(range(1, run.last_event + 1))
        assert [event.kind for event in events].count("done") == 1 and events[-1].kind == "done"


def pages(store: Store, thread_id: str) -> list[Message]:
    found: list[Message] = []
    while more := store.threads.messages(thread_id, "ann", after=len(found), limit=500):
        found += more
    return found


@pytest.mark.parametrize(("count", "poisoned"), [(100, 3), pytest.param(1_000, 30, marks=pytest.mark.slow)])
def test_no_job_is_lost_when_workers_are_killed(address: str, tmp_path: Path, count: int, poisoned: int) -> None:
    with open_store(address) as store:
        for number in range(count):
            poison = number % (count // poisoned) == 1 and number // (count // poisoned) < poisoned
            store.jobs.enqueue("train", '"poison"' if poison else '"work"', f"key {number}")
    effects = tmp_path / "effects"
    kill_until_done(address, effects, workers=1 if "://" not in address else 2)
    done_by = Counter(line[0] for line in lines(effects))
    with open_store(address) as store:
        assert not store.jobs.with_status("queued") and not store.jobs.with_status("leased")
        done, dead = store.jobs.with_status("done", limit=500), store.jobs.with_status("dead", limit=500)
        with store._database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE status IN ('done', 'dead')").scalar_one() == count
    assert sum(job.payload == '"poison"' for job in dead) == poisoned
    assert all(job.tries == 3 and job.error == "the worker fell silent on the last try" for job in dead)
    assert all(1 <= done_by[job.id] <= job.tries for job in done)


def kill_until_done(address: str, effects: Path, workers: int) -> None:
    """Keep workers running and kill one after some jobs, until one of them finds nothing left to do."""
    chance = random.Random(workers)
    effects.touch()
    running: list[BaseProcess] = []
    started, strike = 0, 5
    while not any(victim.exitcode == 0 for victim in running):
        running = [victim for victim in running if victim.exitcode is None]
        while len(running) < workers:
            started += 1
            running.append(PROCESSES.Process(target=victims.work, args=(address, f"worker {started}", effects)))
            running[-1].start()
        if effects.read_text(encoding="utf-8").count("\n") >= strike:
            chance.choice(running).kill()
            strike += chance.randint(5, 25)
        time.sleep(0.005)
    for victim in running:
        victim.join()
