"""Effects need a person: a proposal is bound to its exact arguments, decided once, and what is approved leaves through the outbox."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from api.store.database import Database
from api.store.errors import Conflict, NotFound
from api.store.events import run_to_write
from api.store.jobs import NewJob, add_job
from api.store.limits import bounded_count, bounded_json, bounded_page, bounded_text, known_shape, new_id
from api.store.outbox import DELIVERY, Outgoing
from api.store.tables import approvals, outbox, runs, threads

ApprovalStatus = Literal["proposed", "approved", "rejected"]
_STOPPED = ("failed", "cancelled")


@dataclass(frozen=True)
class Approval:
    """An effect somebody proposed, with its exact arguments."""

    id: str
    run_id: str
    key: str
    action: str
    arguments: str
    arguments_sha256: str
    status: ApprovalStatus
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Approvals:
    """Propose, show and decide. Who may decide is checked by the caller: a person's scope, never the agent's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, run_id: str, step: str, action: str, arguments: str, expires_in: timedelta) -> Approval:
        """Record a proposal; the same step of the same run with the same arguments is the same proposal."""
        limits = self._database.limits
        bounded_text("step", step, limits.name_characters, least=1)
        bounded_text("action", action, limits.name_characters, least=1)
        bounded_json("arguments", arguments, limits.job_bytes)
        key = sha256(json.dumps([run_id, step, action, arguments]))
        with self._database.write() as connection:
            run = run_to_write(connection, run_id)
            there = connection.execute(select(approvals).where(approvals.c.key == key)).one_or_none()
            if there is not None:
                return Approval(**there._asdict())
            _refuse_stopped(run)
            count = connection.execute(select(func.count()).select_from(approvals).where(approvals.c.run_id == run_id)).scalar_one()
            bounded_count("proposals", count, limits.proposals_per_run, "decide these first")
            now = self._database.now()
            expires_at = now + expires_in
            made = Approval(new_id(), run_id, key, action, arguments, sha256(arguments), "proposed", now, expires_at, None, None)
            connection.execute(insert(approvals).values(vars(made)))
        return made

    def get(self, approval_id: str, owner: str) -> Approval:
        """The proposal, or NotFound when its run is not this owner's."""
        joined = select(approvals).join(runs, runs.c.id == approvals.c.run_id).join(threads, threads.c.id == runs.c.thread_id)
        with self._database.read() as connection:
            mine = joined.where(approvals.c.id == known_shape("approval", approval_id), threads.c.owner == owner)
            found = connection.execute(mine).one_or_none()
        if found is None:
            raise NotFound("approval", approval_id)
        return Approval(**found._asdict())

    def waiting(self, limit: int = 50) -> tuple[Approval, ...]:
        """Everyone's proposals that can still be decided, the oldest first: for those who may approve."""
        bounded_page(limit, 0, self._database.limits)
        open_now = (approvals.c.status == "proposed", approvals.c.expires_at > self._database.now(), runs.c.status.not_in(_STOPPED))
        chosen = select(approvals).join(runs, runs.c.id == approvals.c.run_id).where(*open_now)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(approvals.c.proposed_at, approvals.c.id).limit(limit))
            return tuple(Approval(**row._asdict()) for row in rows)

    def approve(self, approval_id: str, arguments_sha256: str, by: str) -> Outgoing:
        """Decide for exactly these arguments, once; the effect and the job that delivers it are queued in the same transaction."""
        bounded_text("approver", by, self._database.limits.name_characters, least=1)
        with self._database.write() as connection:
            now = self._database.now()
            proposal = _open_proposal(connection, approval_id, now)
            if not proposal.arguments_sha256 == sha256(proposal.arguments) == arguments_sha256:
                raise Conflict("The arguments are not the ones that were shown. Look at the proposal again and approve what it says now.")
            _decide(connection, proposal.id, "approved", by, now)
            item = Outgoing(
                new_id(), proposal.id, proposal.key, proposal.action, proposal.arguments, proposal.arguments_sha256, by, now, None, None
            )
            connection.execute(insert(outbox).values(vars(item)))
            add_job(connection, NewJob(DELIVERY, item.key, json.dumps({"outbox_id": item.id})), now, self._database.limits)
        return item

    def reject(self, approval_id: str, by: str) -> Approval:
        """Decide against it, once."""
        bounded_text("approver", by, self._database.limits.name_characters, least=1)
        with self._database.write() as connection:
            now = self._database.now()
            proposal = _open_proposal(connection, approval_id, now)
            return _decide(connection, proposal.id, "rejected", by, now)


def sha256(text: str) -> str:
    """The hash a proposal is bound by."""
    return hashlib.sha256(text.encode()).hexdigest()


def _open_proposal(connection: Connection, approval_id: str, now: datetime) -> Approval:
    """The proposal, held by this transaction, when it can still be decided."""
    this = select(approvals).where(approvals.c.id == known_shape("approval", approval_id))
    found = connection.execute(this).one_or_none()
    if found is None:
        raise NotFound("approval", approval_id)
    _refuse_stopped(run_to_write(connection, found.run_id))
    proposal = Approval(**connection.execute(this.with_for_update()).one()._asdict())
    if proposal.status != "proposed":
        raise Conflict(f"The proposal was {proposal.status} by {proposal.decided_by} already; a decision is made once.")
    if proposal.expires_at <= now:
        raise Conflict(f"The proposal ran out at {proposal.expires_at.isoformat(timespec='seconds')}. Ask for it again.")
    return proposal


def _refuse_stopped(run: Row[Any]) -> None:
    if run.status in _STOPPED:
        raise Conflict(f"The run of this proposal was {run.status}; nothing of it will be done.")


def _decide(connection: Connection, approval_id: str, status: ApprovalStatus, by: str, now: datetime) -> Approval:
    decision = update(approvals).where(approvals.c.id == approval_id).values(status=status, decided_by=by, decided_at=now)
    return Approval(**connection.execute(decision.returning(approvals)).one()._asdict())
