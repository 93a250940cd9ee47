"""What people think of answers: one thumb a person and answer, the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select

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
    reason: Reason | None
    comment: str
    at: datetime


class Feedback:
    """Take and show opinions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, answer_id: str, owner: str, thumb: Thumb, reason: Reason | None = None, comment: str = "") -> Opinion:
        """Record an opinion about one's own answer; an earlier one is replaced and keeps its id."""
        bounded_text("comment", comment, self._database.limits.comment_characters)
        if thumb not in THUMBS:
            raise OutOfBounds("thumb", repr(thumb), ", ".join(THUMBS))
        if reason is not None and reason not in REASONS:
            raise OutOfBounds("reason", repr(reason), ", ".join(REASONS))
        given = Opinion(new_id(), answer_id, owner, thumb, reason, comment, self._database.now())
        with self._database.write() as connection:
            owned_answer(connection, answer_id, owner)
            put(connection, feedback, ("answer_id", "owner"), vars(given), keep=("id",))
            this = select(feedback).where(feedback.c.answer_id == answer_id, feedback.c.owner == owner)
            return Opinion(**connection.execute(this).one()._asdict())

    def of_answer(self, answer_id: str, owner: str) -> Opinion | None:
        """What this person thought of the answer, if anything."""
        with self._database.read() as connection:
            owned_answer(connection, answer_id, owner)
            row = connection.execute(select(feedback).where(feedback.c.answer_id == answer_id, feedback.c.owner == owner)).one_or_none()
            return Opinion(**row._asdict()) if row else None

    def recent(self, since: datetime, limit: int = 200) -> tuple[Opinion, ...]:
        """Everyone's opinions since then, the oldest first: for those who improve the assistant."""
        bounded_page(limit, 0, self._database.limits)
        chosen = select(feedback).where(feedback.c.at >= since).order_by(feedback.c.at, feedback.c.id).limit(limit)
        with self._database.read() as connection:
            return tuple(Opinion(**row._asdict()) for row in connection.execute(chosen))
