"""Who did what: rows that are only ever added, each sealed over the one before, so that a change anywhere shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert, select, update

from api.store.database import Database
from api.store.limits import bounded_page
from api.store.tables import audit, audit_head

if TYPE_CHECKING:
    from tools.call import AuditEntry

_ROWS_AT_ONCE = 1_000
_NAME_CHARACTERS, _OUTCOME_CHARACTERS, _HASH_CHARACTERS = 200, 40, 64


@dataclass(frozen=True)
class Sealed:
    """One act, in its place in the chain."""

    number: int
    at: datetime
    caller: str
    tool: str
    scope: str
    arguments_sha256: str
    outcome: str
    seconds: float
    previous_sha256: str
    sha256: str


@dataclass(frozen=True)
class ChainCheck:
    """Whether the chain is whole; when not, the first row that does not fit and why."""

    rows: int
    broken_row: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        return self.broken_row is None


class Audit:
    """Record acts and prove that the record was not changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, *entries: AuditEntry) -> None:
        """Add acts in their order, refused ones too; this is the audit that the gate of the tools asks for."""
        with self._database.write() as connection:
            head = connection.execute(select(audit_head).with_for_update()).one()
            number, sha256 = head.number, head.sha256
            for entry in entries:
                sealed = _sealed(entry, number + 1, sha256)
                connection.execute(insert(audit).values(vars(sealed)))
                number, sha256 = sealed.number, sealed.sha256
            connection.execute(update(audit_head).values(number=number, sha256=sha256))

    def after(self, number: int = 0, limit: int = 200) -> tuple[Sealed, ...]:
        """The acts that follow row `number`."""
        bounded_page(limit, 0, self._database.limits)
        chosen = select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(limit)
        with self._database.read() as connection:
            return tuple(Sealed(**row._asdict()) for row in connection.execute(chosen))

    def verify_chain(self) -> ChainCheck:
        """Follow the chain from its first row to its head and name the first row that was changed, added or taken away."""
        with self._database.read() as connection:
            head = connection.execute(select(audit_head)).one_or_none()
            with connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(audit).order_by(audit.c.number)) as rows:
                return _followed(rows, head)


def _followed(rows: Iterable[Row[Any]], head: Row[Any] | None) -> ChainCheck:
    number, sha256 = 0, "0" * 64
    for row in rows:
        sealed = Sealed(**row._asdict())
        if sealed.number != number + 1:
            return ChainCheck(number, number + 1, "it is missing")
        if sealed.previous_sha256 != sha256 or sealed.sha256 != _seal(sealed):
            return ChainCheck(number, sealed.number, "it was changed")
        number, sha256 = sealed.number, sealed.sha256
    if head is None or head.number > number:
        return ChainCheck(number, number + 1, "the end of the chain is missing")
    if (head.number, head.sha256) != (number, sha256):
        return ChainCheck(number, head.number + 1, "the chain does not end where the record of its end says")
    return ChainCheck(number)


def _sealed(entry: AuditEntry, number: int, previous: str) -> Sealed:
    sealed = Sealed(
        number,
        entry.at.astimezone(UTC),
        _kept(entry.caller),
        _kept(entry.tool),
        _kept(entry.scope),
        _kept(entry.arguments_sha256, _HASH_CHARACTERS),
        _kept(entry.outcome, _OUTCOME_CHARACTERS),
        round(entry.seconds, 6),
        previous,
        "",
    )
    return Sealed(**{**vars(sealed), "sha256": _seal(sealed)})


def _seal(sealed: Sealed) -> str:
    """The hash over everything in the row but itself."""
    said = [str(value) if isinstance(value, datetime) else value for name, value in vars(sealed).items() if name != "sha256"]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


def _kept(text: str, most: int = _NAME_CHARACTERS) -> str:
    """As much of a name as a row holds: a hostile tool name must not stop the record of its refusal."""
    return text[:most].encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
