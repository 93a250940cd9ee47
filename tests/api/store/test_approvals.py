"""Approvals: bound to their arguments, decided once, in time, by a person; one effect leaves for one approval."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.store.approvals import Approval, sha256
from api.store.errors import Conflict, NotFound, OutOfBounds
from api.store.open import Store
from api.store.outbox import DELIVERY
from api.store.runs import Run
from api.store.threads import Thread
from tests.api.store.conftest import Answering, Clock

ORDER = '{"supplier": "S1", "product": "P7", "quantity": 40}'


@pytest.fixture
def proposal(store: Store, run: Run) -> Approval:
    return store.approvals.propose(run.id, "order", "purchase_order", ORDER, timedelta(hours=1))


def test_what_is_approved_leaves_once_with_its_job(store: Store, proposal: Approval) -> None:
    assert store.approvals.waiting() == (proposal,)
    item = store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    assert (item.action, item.arguments, item.approved_by) == ("purchase_order", ORDER, "eve")
    assert store.approvals.waiting() == ()
    assert store.approvals.get(proposal.id, "ann").status == "approved"
    job = store.jobs.claim("w", kinds=[DELIVERY])
    assert job is not None and json.loads(job.payload) == {"outbox_id": item.id}
    assert store.outbox.get(item.id) == item
    assert store.outbox.unsent() == (item,)
    sent = store.outbox.mark_sent(item.id, "PO-1")
    assert store.outbox.mark_sent(item.id, "PO-2") == sent
    assert (sent.receipt, store.outbox.unsent()) == ("PO-1", ())


def test_a_replayed_step_is_the_same_proposal(store: Store, run: Run, proposal: Approval) -> None:
    again = store.approvals.propose(run.id, "order", "purchase_order", ORDER, timedelta(hours=9))
    assert again == proposal
    assert store.approvals.propose(run.id, "order", "purchase_order", ORDER.replace("40", "41"), timedelta(hours=1)).id != proposal.id
    store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    assert store.approvals.propose(run.id, "order", "purchase_order", ORDER, timedelta(hours=1)).status == "approved"


def test_a_hundred_replays_have_one_effect(store: Store, proposal: Approval) -> None:
    def approve(_: int) -> bool:
        try:
            store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(approve, range(100))) == 1
    assert len(store.outbox.unsent()) == len(store.jobs.with_status("queued")) == 1


@pytest.mark.parametrize("place", range(0, len(ORDER), 12))
def test_one_changed_byte_is_refused(store: Store, proposal: Approval, place: int) -> None:
    changed = ORDER[:place] + chr(ord(ORDER[place]) ^ 1) + ORDER[place + 1 :]
    with pytest.raises(Conflict, match="arguments"):
        store.approvals.approve(proposal.id, sha256(changed), by="eve")
    with store._database.write() as connection:
        connection.execute(text("UPDATE approvals SET arguments = :changed"), {"changed": changed})
    with pytest.raises(Conflict, match="arguments"):
        store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    assert store.outbox.unsent() == ()


def test_arguments_touched_after_approval_are_not_sent(store: Store, proposal: Approval) -> None:
    item = store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    with store._database.write() as connection:
        connection.execute(text("UPDATE outbox SET arguments = :changed"), {"changed": ORDER.replace("S1", "S2")})
    with pytest.raises(Conflict, match="changed after approval"):
        store.outbox.get(item.id)


def test_proposals_run_out(store: Store, proposal: Approval, clock: Clock) -> None:
    clock.move(hours=1)
    assert store.approvals.waiting() == ()
    with pytest.raises(Conflict, match="ran out"):
        store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")


def test_a_decision_is_made_once(store: Store, proposal: Approval) -> None:
    rejected = store.approvals.reject(proposal.id, by="eve")
    assert (rejected.status, rejected.decided_by) == ("rejected", "eve")
    with pytest.raises(Conflict, match="rejected by eve"):
        store.approvals.approve(proposal.id, proposal.arguments_sha256, by="mia")
    with pytest.raises(Conflict, match="rejected by eve"):
        store.approvals.reject(proposal.id, by="mia")
    assert store.outbox.unsent() == ()


def test_a_stopped_run_proposes_and_does_nothing(store: Store, run: Run, proposal: Approval) -> None:
    store.runs.cancel(run.id, "ann")
    assert store.approvals.waiting() == ()
    with pytest.raises(Conflict, match="cancelled"):
        store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    with pytest.raises(Conflict, match="cancelled"):
        store.approvals.propose(run.id, "mail", "mail", "{}", timedelta(hours=1))


def test_proposals_are_their_owners_and_bounded(store: Store, run: Run, proposal: Approval) -> None:
    for name, owner in [(proposal.id, "bob"), ("f" * 32, "ann")]:
        with pytest.raises(NotFound, match="no approval"):
            store.approvals.get(name, owner)
    with pytest.raises(NotFound, match="no approval"):
        store.approvals.approve("f" * 32, proposal.arguments_sha256, by="eve")
    for step, action, arguments in [("", "a", "{}"), ("s", "", "{}"), ("s", "a", "{"), ("s", "a", f'"{"x" * 64_000}"')]:
        with pytest.raises(OutOfBounds):
            store.approvals.propose(run.id, step, action, arguments, timedelta(hours=1))
    for number in range(19):
        store.approvals.propose(run.id, f"s{number}", "a", "{}", timedelta(hours=1))
    with pytest.raises(OutOfBounds, match="proposals"):
        store.approvals.propose(run.id, "one more", "a", "{}", timedelta(hours=1))


def test_what_was_approved_outlives_its_thread(store: Store, thread: Thread, run: Run, proposal: Approval, answering: Answering) -> None:
    item = store.approvals.approve(proposal.id, proposal.arguments_sha256, by="eve")
    store.runs.conclude(run.id, answering())
    store.threads.delete(thread.id, "ann")
    assert store.outbox.get(item.id) == item
    with pytest.raises(NotFound):
        store.approvals.get(proposal.id, "ann")
