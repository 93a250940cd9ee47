"""Whether one result table says what another does: columns by their values, rows in any order, more columns than asked are fine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

Atom = str | float | bool | None
REL = 1e-9
# Columns that follow from others or only number the rows: an answer may leave them out.
_FOLLOWS = ("_change", "_change_rate", "_share_of_change")
_OPTIONAL = {"position", "position_before", "total", "cumulative_share", "of_all", "of_previous", "support", "lift", "confidence"}
_ALONE = {"percentiles": {"count", "mean", "min", "max", "least", "greatest"}, "moments": {"days_since"}}


class _Column(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str | None: ...


class Table(Protocol):
    """What is compared: FactTable is one."""

    @property
    def columns(self) -> Sequence[_Column]: ...
    @property
    def rows(self) -> Sequence[Sequence[object]]: ...


def says(given: Table, gold: Table, *, ordered: bool = False) -> bool:
    """Whether every needed column of `gold` is in `given`, row by row; rows that measure nothing may be shown or left out."""
    whole, found = _Grid.of(gold, needed=True), _Grid.of(given)
    wanted = _Grid(whole.alive(), whole.measured)
    if not wanted.rows or not found.rows:
        return not wanted.rows and not found.rows
    fits = [[place for place in range(len(found.rows[0])) if wanted.fits(mine, found, place)] for mine in range(len(wanted.rows[0]))]
    return _assign(fits, wanted, found, ordered)


@dataclass(frozen=True)
class _Grid:
    """Rows of plain values, and which columns measure something."""

    rows: list[tuple[Atom, ...]]
    measured: tuple[int, ...]

    @staticmethod
    def of(table: Table, needed: bool = False) -> _Grid:
        """A table as plain values; of what is right only the columns that an answer must have."""
        names = [column.name for column in table.columns]
        keep = [place for place, name in enumerate(names) if not (needed and _may_lack(name, names))] or list(range(len(names)))
        measured = tuple(at for at, place in enumerate(keep) if table.columns[place].unit is not None)
        return _Grid([tuple(plain(row[place]) for place in keep) for row in table.rows], measured)

    def fits(self, mine: int, other: _Grid, theirs: int) -> bool:
        """Whether a column of the other could be this one: the same measures, or at least all its names."""
        left, right = _column(self.rows, mine), _column(other.rows, theirs)
        if not self.measured:
            return len(left) == len(right) and _same_column(left, right)
        if mine in self.measured:
            left, right = list(filter(None, left)), list(filter(None, right))
            return len(left) == len(right) and _same_column(left, right)
        return set(left) <= set(right)

    def alive(self) -> list[tuple[Atom, ...]]:
        """The rows that measure something; all of them where none does."""
        kept = [row for row in self.rows if any(row[place] for place in self.measured)] if self.measured else self.rows
        return kept or self.rows


def is_empty(table: Table) -> bool:
    """Whether a table says nothing a wrong answer could not say as well: no rows, or only zeros and gaps beside its names."""
    measured = [place for place, column in enumerate(table.columns) if column.unit is not None]
    return not table.rows or (bool(measured) and all(not row[place] for row in table.rows for place in measured))


def _may_lack(name: str, names: Sequence[str]) -> bool:
    if name in _OPTIONAL or name.endswith(_FOLLOWS):
        return True
    if name.endswith("_id") and name.removesuffix("_id") in names:
        return True
    return name in _ALONE["percentiles"] and any(other.startswith("p") and other[1:].isdigit() for other in names)


def plain(value: object) -> Atom:
    """A value as a number, a folded text, a truth value or nothing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).casefold()


def same(left: Atom, right: Atom) -> bool:
    """Equal, numbers to nine digits."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=REL, abs_tol=1e-9)
    return left == right


def _column(rows: list[tuple[Atom, ...]], place: int) -> list[Atom]:
    return [row[place] for row in rows]


def _same_column(left: list[Atom], right: list[Atom]) -> bool:
    return all(map(same, sorted(left, key=_rank), sorted(right, key=_rank)))


def _rank(value: Atom) -> tuple[int, float, str]:
    if isinstance(value, float):
        return (1, value, "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _assign(fits: list[list[int]], wanted: _Grid, found: _Grid, ordered: bool) -> bool:
    """Whether some choice of distinct columns makes the rows the same."""

    def choose(taken: tuple[int, ...]) -> bool:
        if len(taken) == len(fits):
            chosen = _Grid([tuple(row[place] for place in taken) for row in found.rows], wanted.measured)
            return _same_rows(wanted.rows, chosen.alive(), ordered)
        return any(choose((*taken, place)) for place in fits[len(taken)] if place not in taken)

    return choose(())


def _same_rows(wanted: list[tuple[Atom, ...]], found: list[tuple[Atom, ...]], ordered: bool) -> bool:
    if len(wanted) != len(found):
        return False
    left, right = (wanted, found) if ordered else (sorted(wanted, key=_row_rank), sorted(found, key=_row_rank))
    return all(same(a, b) for one, other in zip(left, right, strict=True) for a, b in zip(one, other, strict=True))


def _row_rank(row: tuple[Atom, ...]) -> tuple[tuple[int, str], ...]:
    """Texts first, numbers at six digits, so that values a rounding apart are sorted alike."""
    return tuple((1, f"{value:+.5e}") if isinstance(value, float) else (0, str(value)) for value in row)
