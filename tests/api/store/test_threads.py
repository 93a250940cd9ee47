"""Threads: one owner each, bounded, gone when deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from api.store.errors import NotFound, OutOfBounds
from api.store.limits import Limits
from api.store.open import Store, open_store
from api.store.runs import Run
from api.store.tables import metadata
from api.store.threads import Thread
from tests.api.store.conftest import Answering, Clock

FORGED = ["", "0" * 32, "../etc", "a' OR '1'='1", "x" * 10_000, "nul\0", "\ud800", "ab c"]


def test_ids_are_made_by_the_server_and_hold_128_bits(store: Store) -> None:
    made = {store.threads.create("ann").id for _ in range(50)}
    assert len(made) == 50
    assert all(len(bytes.fromhex(name)) == 16 for name in made)


def test_a_thread_is_there_for_its_owner_only(store: Store, thread: Thread) -> None:
    assert store.threads.get(thread.id, "ann") == thread
    told = set()
    for name, owner in [(thread.id, "bob"), ("f" * 32, "bob")]:
        for act in (
            lambda: store.threads.get(name, owner),  # noqa: B023
            lambda: store.threads.change(name, owner, title="mine"),  # noqa: B023
            lambda: store.threads.delete(name, owner),  # noqa: B023
            lambda: store.threads.messages(name, owner),  # noqa: B023
            lambda: store.runs.accept_message(name, owner, "hi", "k"),  # noqa: B023
            lambda: store.runs.of_thread(name, owner),  # noqa: B023
        ):
            with pytest.raises(NotFound) as refused:
                act()
            told.add(str(refused.value).replace(name, "ID"))
    assert told == {"There is no thread 'ID'."}


def test_forged_ids_are_not_found(store: Store) -> None:
    for name in FORGED:
        for read in (store.threads.get, store.runs.get, store.answers.get, store.approvals.get):
            with pytest.raises(NotFound):
                read(name, "ann")
        for find in (store.jobs.get, store.outbox.get, store.runs.start):
            with pytest.raises(NotFound):
                find(name)


def test_threads_come_last_used_first_and_archived_apart(store: Store, clock: Clock) -> None:
    first, second, third = (store.threads.create("ann", title) for title in "abc")
    store.threads.create("bob")
    unused = [each.title for each in sorted((second, third), key=lambda each: each.id)]
    clock.move(seconds=1)
    store.runs.accept_message(first.id, "ann", "hello", "k")
    assert [each.title for each in store.threads.of_owner("ann")] == ["a", *unused]
    assert [each.title for each in store.threads.of_owner("ann", limit=1, offset=1)] == unused[:1]
    changed = store.threads.change(second.id, "ann", title="B", archived=True)
    assert (changed.title, changed.archived) == ("B", True)
    assert store.threads.of_owner("ann", archived=True) == (changed,)
    assert third in store.threads.of_owner("ann")
    assert store.threads.change(second.id, "ann", archived=False).title == "B"


def test_the_first_message_names_a_thread_without_a_title(store: Store, thread: Thread) -> None:
    store.runs.accept_message(thread.id, "ann", "  What is\nlate? " + "x" * 200, "k1")
    store.runs.accept_message(thread.id, "ann", "And now?", "k2")
    title = store.threads.get(thread.id, "ann").title
    assert title.startswith("What is late? xxx") and len(title) == 80


def test_titles_are_bounded(store: Store, thread: Thread) -> None:
    for title in ("x" * 201, "nul\0", "\udfff"):
        with pytest.raises(OutOfBounds, match="title"):
            store.threads.create("ann", title)
        with pytest.raises(OutOfBounds, match="title"):
            store.threads.change(thread.id, "ann", title=title)


def test_pages_are_bounded(store: Store) -> None:
    for limit, offset in [(0, 0), (501, 0), (10, -1), (10, 10**9)]:
        with pytest.raises(OutOfBounds):
            store.threads.of_owner("ann", limit=limit, offset=offset)


def test_owners_cannot_fill_the_store(address: str) -> None:
    with open_store(address, limits=Limits(threads_per_owner=2, messages_per_thread=2)) as store:
        mine = [store.threads.create("ann") for _ in range(2)]
        with pytest.raises(OutOfBounds, match="threads"):
            store.threads.create("ann")
        store.threads.create("bob")
        for key in "ab":
            store.runs.accept_message(mine[0].id, "ann", "hi", key)
        with pytest.raises(OutOfBounds, match="messages"):
            store.runs.accept_message(mine[0].id, "ann", "hi", "c")


def everything(store: Store) -> dict[str, int]:
    with store._database.read() as connection:
        return {name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in metadata.tables.items()}


def test_deleting_a_thread_takes_all_of_it_and_nothing_else(store: Store, thread: Thread, run: Run, answering: Answering) -> None:
    other = store.threads.create("ann")
    store.runs.accept_message(other.id, "ann", "hello", "k1")
    kept = everything(store)
    store.runs.conclude(run.id, answering())
    store.feedback.give("a1", "ann", "up")
    store.threads.delete(thread.id, "ann")
    left = everything(store)
    assert left == kept | {"threads": 1, "messages": 1, "runs": 1, "run_events": 0, "answers": 0, "feedback": 0}
    with pytest.raises(NotFound):
        store.runs.start(run.id)


def test_a_person_can_be_forgotten(store: Store, run: Run, answering: Answering) -> None:
    bobs = store.threads.create("bob")
    store.runs.conclude(run.id, answering())
    store.feedback.give("a1", "ann", "down")
    store.preferences.set("ann", "language", "vi")
    store.preferences.set("bob", "language", "en")
    store.forget("ann")
    left = everything(store)
    assert {name: count for name, count in left.items() if count} == {"threads": 1, "preferences": 1, "audit_head": 1}
    assert store.threads.get(bobs.id, "bob") == bobs


def test_old_threads_are_pruned(store: Store, thread: Thread, clock: Clock) -> None:
    clock.move(days=10)
    fresh = store.threads.create("ann")
    assert store.threads.prune(clock()) == 1
    assert store.threads.prune(clock()) == 0
    assert store.threads.of_owner("ann") == (fresh,)


def test_a_page_begins_where_the_one_before_ended_whatever_is_added(store: Store, clock: Clock) -> None:
    made = []
    for number in range(6):
        clock.move(seconds=number % 2)  # pairs of the same second
        made.append(store.threads.create("ann", str(number)))
    whole = store.threads.of_owner("ann")
    seen: list[str] = []
    page = store.threads.of_owner("ann", limit=2)
    while page:
        seen += [thread.id for thread in page]
        clock.move(seconds=1)
        store.threads.create("ann", "later")
        page = store.threads.of_owner("ann", limit=2, before=(page[-1].updated_at, page[-1].id))
    assert seen == [thread.id for thread in whole]
