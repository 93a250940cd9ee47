"""What people think of answers: one thumb a person and answer, the last one counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Row, select

from api.store.answers import owned_answer
from api.store.database import Database, put
from api.store.errors import OutOfBounds
from api.store.limits import bounded_page, bounded_text, new_id
from api.store.tables import feedback

Thumb = Literal["up", "down"]
Reason = Literal["wrong_number", "misread_question", "incomplete", "unclear", "slow", "other"]
THUMBS: tuple[Thumb, ...] = get_args(Thumb)
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Opinion:
    """What one person thinks of one answer."""

    id: str
    answer_id: str
    owner: str
    thumb: Thumb
    reasons: tuple[Reason, ...]
    comment: str
    at: datetime


class Feedback:
    """Take and show opinions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, answer_id: str, owner: str, thumb: Thumb, reasons: Collection[Reason] = (), comment: str = "") -> Opinion:
        """Record an opinion about one's own answer; an earlier one is replaced and keeps its id."""
        bounded_text("comment", comment, self._database.limits.comment_characters)
        if thumb not in THUMBS:
            raise OutOfBounds("thumb", repr(thumb), ", ".join(THUMBS))
        if unknown := [reason for reason in reasons if reason not in REASONS]:
            raise OutOfBounds("reasons", repr(unknown[0]), ", ".join(REASONS))
        kept = tuple(reason for reason in REASONS if reason in reasons)
        given = Opinion(new_id(), answer_id, owner, thumb, kept, comment, self._database.now())
        with self._database.write() as connection:
            owned_answer(connection, answer_id, owner)
            put(connection, feedback, ("answer_id", "owner"), {**vars(given), "reasons": ",".join(kept)}, keep=("id",))
            this = select(feedback).where(feedback.c.answer_id == answer_id, feedback.c.owner == owner)
            return _opinion(connection.execute(this).one())

    def of_answer(self, answer_id: str, owner: str) -> Opinion | None:
        """What this person thought of the answer, if anything."""
        with self._database.read() as connection:
            owned_answer(connection, answer_id, owner)
            row = connection.execute(select(feedback).where(feedback.c.answer_id == answer_id, feedback.c.owner == owner)).one_or_none()
            return _opinion(row) if row else None

    def recent(self, since: datetime, limit: int = 200) -> tuple[Opinion, ...]:
        """Everyone's opinions since then, the oldest first: for those who improve the assistant."""
        bounded_page(limit, 0, self._database.limits)
        chosen = select(feedback).where(feedback.c.at >= since).order_by(feedback.c.at, feedback.c.id).limit(limit)
        with self._database.read() as connection:
            return tuple(map(_opinion, connection.execute(chosen)))


def _opinion(row: Row[Any]) -> Opinion:
    return Opinion(**{**row._asdict(), "reasons": tuple(row.reasons.split(",")) if row.reasons else ()})
