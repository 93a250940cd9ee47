"""Names for the columns of a raw table: the headers as they stand, made unique."""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.errors import BadFile
from ingestion.readers.contract import FAULT, ROW, Limits

HEADER_CHARACTERS = 500


class ColumnNames:
    """Gives each header a name that no other column has, also for engines that ignore case."""

    def __init__(self, where: str, limits: Limits) -> None:
        self._where, self._limits = where, limits
        self._taken = {ROW, FAULT}
        self._count = 0

    def add(self, header: str) -> str:
        """The header itself, `column_3` when empty, with ` (2)` when taken."""
        self._count += 1
        self._check(header)
        wanted = header.replace("\0", "").encode("utf-8", "replace").decode().strip() or f"column_{self._count}"
        name, copy = wanted, 1
        while name.casefold() in self._taken:
            copy += 1
            name = f"{wanted} ({copy})"
        self._taken.add(name.casefold())
        return name

    def _check(self, header: str) -> None:
        if self._count > self._limits.columns:
            raise BadFile(
                f"more than {self._limits.columns:,} columns",
                where=self._where,
                expected="a table with one row per record",
                remedy="check the delimiter, or export only the columns that are needed",
            )
        if len(header) > HEADER_CHARACTERS:
            raise BadFile(
                f"the name of column {self._count} has {len(header):,} characters",
                where=self._where,
                expected=f"a header row with names of at most {HEADER_CHARACTERS} characters",
                remedy="check that the first row names the columns",
            )


def name_columns(headers: Iterable[str], where: str, limits: Limits) -> tuple[str, ...]:
    """A unique name for every header, in order."""
    names = ColumnNames(where, limits)
    return tuple(names.add(header) for header in headers)
