"""Effects on their way out: written with their approval, delivered by a job, told for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from api.store.database import Database
from api.store.errors import Conflict, NotFound
from api.store.limits import bounded_page, bounded_text, known_shape
from api.store.tables import outbox

# The kind of the job that delivers an item; its payload is {"outbox_id": ...}.
DELIVERY = "deliver"


@dataclass(frozen=True)
class Outgoing:
    """An approved effect; `key` goes with it, so that the receiver can tell a repeated delivery."""

    id: str
    approval_id: str
    key: str
    action: str
    arguments: str
    arguments_sha256: str
    approved_by: str
    created_at: datetime
    sent_at: datetime | None
    receipt: str | None


class Outbox:
    """Read what is to be sent and record that it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, outbox_id: str) -> Outgoing:
        """The item as it was approved; Conflict when its arguments were touched since."""
        with self._database.read() as connection:
            found = connection.execute(select(outbox).where(outbox.c.id == known_shape("outbox item", outbox_id))).one_or_none()
        if found is None:
            raise NotFound("outbox item", outbox_id)
        item = Outgoing(**found._asdict())
        if hashlib.sha256(item.arguments.encode()).hexdigest() != item.arguments_sha256:
            raise Conflict(f"The arguments of outbox item {outbox_id} were changed after approval; it is not sent.")
        return item

    def unsent(self, limit: int = 50) -> tuple[Outgoing, ...]:
        """What was approved and has not left, the oldest first."""
        bounded_page(limit, 0, self._database.limits)
        chosen = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.created_at, outbox.c.id).limit(limit)
        with self._database.read() as connection:
            return tuple(Outgoing(**row._asdict()) for row in connection.execute(chosen))

    def mark_sent(self, outbox_id: str, receipt: str) -> Outgoing:
        """Record the delivery; the first receipt stays."""
        bounded_text("receipt", receipt, self._database.limits.reason_characters)
        this = outbox.c.id == known_shape("outbox item", outbox_id)
        with self._database.write() as connection:
            first = update(outbox).where(this, outbox.c.sent_at.is_(None)).values(sent_at=self._database.now(), receipt=receipt)
            connection.execute(first)
            found = connection.execute(select(outbox).where(this)).one_or_none()
        if found is None:
            raise NotFound("outbox item", outbox_id)
        return Outgoing(**found._asdict())
