"""What the state lets go of, and what it keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from api.store.events import NewEvent
from api.store.open import Store, open_store
from api.work.retention import JOBS_DAYS, prune_state


def stopped(moment: datetime) -> datetime:
    return moment


def lived_through(store: Store) -> str:
    """A job that was done and a run that was cancelled; the run's id."""
    thread = store.threads.create("ann")
    run = store.runs.accept_message(thread.id, "ann", "How much?", idempotency_key=thread.id)
    store.runs.start(run.id)
    store.events.append(run.id, NewEvent("step_started"), NewEvent("step_finished"))
    store.runs.cancel(run.id, "ann")
    store.jobs.enqueue("found_demo", "{}", thread.id)
    job = store.jobs.claim("here")
    assert job is not None
    store.jobs.complete(job)
    return run.id


def numbers(store: Store) -> tuple[int, int]:
    """How many threads and done jobs there are."""
    return len(store.threads.of_owner("ann")), len(store.jobs.with_status("done"))


def test_old_steps_and_records_go_and_what_was_said_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    for days in (JOBS_DAYS + 1, JOBS_DAYS - 1, 0):
        then = datetime.now(UTC) - timedelta(days=days)
        with open_store(path, now=partial(stopped, then)) as store:
            run = lived_through(store)
    with open_store(path) as store:
        assert numbers(store) == (3, 3)
        said = prune_state(store, events_days=JOBS_DAYS - 2)
        assert numbers(store) == (3, 2)
        assert "records of old jobs" in said
        assert [event.kind for event in store.events.after(run, "ann")] == ["step_started", "step_finished", "cancelled"]
        assert prune_state(store, events_days=JOBS_DAYS - 2) == "let go of 0 steps of old runs and 0 records of old jobs"
        assert all(len(store.threads.messages(thread.id, "ann")) == 1 for thread in store.threads.of_owner("ann"))
