"""Processes made to be killed: each does what the app does and tells what it acknowledged."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TextIO

from agents.answer import Answer
from api.store.events import NewEvent
from api.store.limits import Limits
from api.store.open import Store, open_store
from api.store.runs import Run

ROOMY = Limits(messages_per_thread=1_000_000)
LEASE_SECONDS = 0.5


def tell(told: TextIO, *words: object) -> None:
    told.write(" ".join(map(str, words)) + "\n")
    told.flush()


def converse(address: str, thread_id: str, told_in: Path) -> None:
    """Take up what a predecessor left, then accept and answer messages until killed."""
    done = told_in.read_text(encoding="utf-8") if told_in.exists() else ""
    number = done.count("accepted")
    with open_store(address, limits=ROOMY) as store, told_in.open("a", encoding="utf-8") as told:
        tell(told, "\nopen")
        for waiting in store.runs.unfinished():
            answer(store, waiting.run)
        while True:
            # The first message may be one that was recorded but not acknowledged: a client sends it again.
            run = store.runs.accept_message(thread_id, "ann", f"question {number}", f"key {number}")
            tell(told, "accepted", number, run.id)
            number += 1
            answer(store, run)
            tell(told, "done", run.id)


def answer(store: Store, run: Run) -> None:
    if run.status == "done":
        return
    store.runs.start(run.id)
    store.events.append(run.id, NewEvent("run_started"), NewEvent("tool"))
    said = Answer(answer_id=f"answer-{run.id}", thread_id=run.thread_id, question="", status="answered", text=f"to {run.id}")
    store.runs.conclude(run.id, said)


def work(address: str, name: str, effects_in: Path) -> None:
    """Do jobs until none is left; some of them kill whoever touches them."""
    with open_store(address) as store, effects_in.open("a", encoding="utf-8") as effects:
        while store.jobs.with_status("queued", limit=1) or store.jobs.with_status("leased", limit=1):
            job = store.jobs.claim(name, lease_seconds=LEASE_SECONDS)
            if job is None:
                time.sleep(0.02)
                continue
            if "poison" in job.payload:
                os.kill(os.getpid(), signal.SIGKILL)
            tell(effects, job.id)
            store.jobs.complete(job)
