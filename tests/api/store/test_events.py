"""Events: numbered without a gap, resumed without a loss, gone only when said so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store.errors import Conflict, Gone, NotFound, OutOfBounds
from api.store.events import NewEvent
from api.store.limits import Limits
from api.store.open import Store, open_store
from api.store.runs import Run
from tests.api.store.conftest import Answering, Clock

# A batch to append, or a client that reads at most so many from where it is, or one that forgets its last read.
Step = st.one_of(
    st.lists(st.text(max_size=5), min_size=0, max_size=4).map(lambda texts: ("append", texts)),
    st.integers(1, 5).map(lambda limit: ("read", limit)),
    st.integers(0, 3).map(lambda back: ("drop", back)),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(Step, max_size=12))
def test_a_client_that_resumes_sees_every_event_once_and_in_order(store: Store, steps: list[tuple[str, object]]) -> None:
    run = store.runs.accept_message(store.threads.create("ann").id, "ann", "hi", "k")
    written: list[str] = []
    seen: list[tuple[int, str]] = []
    for act, detail in steps:
        if act == "append":
            assert isinstance(detail, list)
            texts = [text.encode("utf-8", "ignore").decode() for text in detail]
            payloads = [f'{{"n": {len(written) + place}, "length": {len(text)}}}' for place, text in enumerate(texts)]
            added = store.events.append(run.id, *(NewEvent("text_delta", payload) for payload in payloads))
            assert [event.number for event in added] == list(range(len(written) + 1, len(written) + len(payloads) + 1))
            written += payloads
        elif act == "read":
            assert isinstance(detail, int)
            seen += [(event.number, event.payload) for event in store.events.after(run.id, "ann", len(seen), detail)]
        else:
            assert isinstance(detail, int)
            seen = seen[: max(0, len(seen) - detail)]
    while fresh := store.events.after(run.id, "ann", len(seen), 3):
        seen += [(event.number, event.payload) for event in fresh]
    assert seen == list(enumerate(written, 1))
    store.runs.cancel(run.id, "ann")


def test_two_writers_leave_no_gap_and_no_double(store: Store, run: Run) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.events.append(run.id, NewEvent("tool", f"[{n}, 0]"), NewEvent("tool", f"[{n}, 1]")), range(40)))
    events = store.events.after(run.id, "ann")
    assert [event.number for event in events] == list(range(1, 81))
    assert len({event.payload for event in events}) == 80
    assert store.runs.get(run.id, "ann").last_event == 80


def test_nothing_is_added_to_a_run_that_ended(store: Store, run: Run) -> None:
    store.runs.cancel(run.id, "ann")
    with pytest.raises(Conflict, match="has ended"):
        store.events.append(run.id, NewEvent("tool"))
    with pytest.raises(NotFound):
        store.events.after(run.id, "bob")


@pytest.mark.parametrize("number", [-1, 1, 10**12])
def test_a_last_event_id_that_never_was_is_refused(store: Store, run: Run, number: int) -> None:
    with pytest.raises(OutOfBounds, match="last event id"):
        store.events.after(run.id, "ann", number)


def test_events_are_bounded_and_a_full_run_still_ends(address: str) -> None:
    with open_store(address, limits=Limits(events_per_run=3, event_bytes=10)) as store:
        run = store.runs.accept_message(store.threads.create("ann").id, "ann", "hi", "k")
        for bad in (NewEvent("tool", '"' + "x" * 10 + '"'), NewEvent("tool", "{"), NewEvent("", "{}"), NewEvent("k" * 41)):
            with pytest.raises(OutOfBounds):
                store.events.append(run.id, bad)
        store.events.append(run.id, NewEvent("tool"), NewEvent("tool"))
        with pytest.raises(OutOfBounds, match="events"):
            store.events.append(run.id, NewEvent("tool"), NewEvent("tool"))
        store.events.append(run.id, NewEvent("tool"))
        store.runs.cancel(run.id, "ann")
        assert [event.kind for event in store.events.after(run.id, "ann")] == ["tool"] * 3 + ["cancelled"]


def test_pruned_events_are_told_apart_from_none(store: Store, run: Run, clock: Clock, answering: Answering) -> None:
    store.events.append(run.id, NewEvent("run_started"))
    running = store.runs.accept_message(run.thread_id, "ann", "another", "k2")
    store.events.append(running.id, NewEvent("run_started"))
    ended = store.runs.conclude(run.id, answering())
    assert store.events.prune(clock()) == 0, "what ended just now is kept"
    clock.move(days=8)
    assert store.events.prune(clock()) == 2
    assert store.events.prune(clock()) == 0
    for number in (0, 1):
        with pytest.raises(Gone, match="no longer kept"):
            store.events.after(run.id, "ann", number)
    assert store.events.after(run.id, "ann", ended.last_event) == ()
    assert len(store.events.after(running.id, "ann")) == 1
