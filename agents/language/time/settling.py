"""What neighbouring readings settle for each other: the year said once, and what a comparison compares with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.language.spans import Bucket, Duration
from agents.language.time.stretch import Against, Note, Stretch, days_between, moved_to_year, unit_stretch
from agents.language.tokens import Token
from tools.query.contract import AllTime, AsOf, Calendar, Comparison, Grain, Named, NamedPeriod, Period

_NEAR_TOKENS = 2
_CYCLE_END = {"month": 12, "quarter": 4, "half": 2}
_LAST: dict[str, Grain] = {
    "yesterday": "day",
    "last_week": "week",
    "last_month": "month",
    "last_quarter": "quarter",
    "last_year": "year",
}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Settled:
    """A reading in its place; comparisons become typed here."""

    start: int
    end: int
    meaning: Stretch | Against | Bucket | Duration | Comparison
    notes: tuple[Note, ...] = ()

    def typed(self) -> Period | Comparison | Bucket | Duration:
        """The meaning as the planner takes it."""
        if isinstance(self.meaning, Stretch):
            return self.meaning.period
        if isinstance(self.meaning, Against):
            raise TypeError("a comparison is typed only once it is settled")
        return self.meaning

    @property
    def stretch(self) -> Stretch | None:
        if isinstance(self.meaning, Stretch):
            return self.meaning
        return self.meaning.stretch if isinstance(self.meaning, Against) else None

    def with_stretch(self, stretch: Stretch) -> Settled:
        if isinstance(self.meaning, Against):
            return replace(self, meaning=replace(self.meaning, stretch=stretch))
        return replace(self, meaning=stretch)


def settle(found: Sequence[Settled], tokens: tuple[Token, ...], as_of: date) -> list[Settled]:
    """All readings with their years and bases."""
    rows = _share_years(list(found), tokens, as_of)
    base = next((row.meaning for row in rows if isinstance(row.meaning, Stretch)), None)
    return [_finished(row, _base_of(rows, place) or base, as_of) for place, row in enumerate(rows)]


def _share_years(rows: list[Settled], tokens: tuple[Token, ...], as_of: date) -> list[Settled]:
    """A year said for one of several units side by side holds for the others: leftwards first, then rightwards."""
    for place in range(len(rows) - 1, 0, -1):
        rows[place - 1] = _given_year(rows[place - 1], rows[place], tokens, as_of, leftwards=True)
    for place in range(1, len(rows)):
        rows[place] = _given_year(rows[place], rows[place - 1], tokens, as_of, leftwards=False)
    return rows


def _given_year(row: Settled, giver: Settled, tokens: tuple[Token, ...], as_of: date, leftwards: bool) -> Settled:
    mine, other = row.stretch, giver.stretch
    if mine is None or other is None or mine.unit is None or other.unit is None or mine.unit.kind != other.unit.kind:
        return row
    if mine.year_said or not other.year_said or other.unit.year is None or not _side_by_side(row, giver, tokens):
        return row
    year = other.unit.year
    last = _CYCLE_END.get(mine.unit.kind)
    if leftwards and mine.unit.n == last and other.unit.n == 1:
        year -= 1
    if not leftwards and mine.unit.n == 1 and other.unit.n == last:
        year += 1
    moved = moved_to_year(mine, year, as_of)
    return row.with_stretch(replace(moved, year_said=True))


def _side_by_side(one: Settled, other: Settled, tokens: tuple[Token, ...]) -> bool:
    first, second = sorted((one, other), key=lambda row: row.start)
    return second.start - first.end <= _NEAR_TOKENS


def _base_of(rows: Sequence[Settled], place: int) -> Stretch | None:
    """The period nearest before a comparison."""
    return next((row.meaning for row in reversed(rows[:place]) if isinstance(row.meaning, Stretch)), None)


def _finished(row: Settled, base: Stretch | None, as_of: date) -> Settled:
    if isinstance(row.meaning, Stretch):
        return replace(row, notes=row.meaning.notes)
    if not isinstance(row.meaning, Against):
        return row
    comparison, notes = _comparison(row.meaning, base, as_of)
    return replace(row, meaning=comparison, notes=notes)


def _comparison(against: Against, base: Stretch | None, as_of: date) -> tuple[Comparison, tuple[Note, ...]]:
    match against.what:
        case "year_on_year":
            return Comparison(to="year_on_year"), ()
        case "previous":
            to_year = against.grain == "year" and _is_unfinished_or_shorter(base, as_of)
            return Comparison(to="year_on_year" if to_year else "previous"), ()
        case "same_period":
            return _same_period(against.grain, base, as_of)
    if against.stretch is None:
        return Comparison(to="previous"), ()
    return _with_stretch(against.stretch, base, as_of)


def _with_stretch(other: Stretch, base: Stretch | None, as_of: date) -> tuple[Comparison, tuple[Note, ...]]:
    """This month against last month is "the period before", fair to a month not over; a shorter one against last year is year on year."""
    unit = _last_unit(other.period)
    if unit is not None and _is_unit_after(base, unit, other):
        partial = base is None or base.last == as_of
        return Comparison(to="previous"), (Note("same_days", (unit,)),) if partial else ()
    if unit == "year" and _is_unfinished_or_shorter(base, as_of):
        return Comparison(to="year_on_year"), ()
    if base is not None and isinstance(other.period, Calendar) and _is_year(other) and _is_part_of_year(base):
        return _same_unit_in_year(other, base, as_of)
    return Comparison(to="period", period=other.period), other.notes


def _is_unfinished_or_shorter(base: Stretch | None, as_of: date) -> bool:
    """Whether a year before means the same dates: for all but a year that is over."""
    return base is None or not _is_year(base) or base.last >= as_of


def _is_unit_after(base: Stretch | None, unit: Grain, other: Stretch) -> bool:
    """Whether the base is the unit that follows `other`, or `other` itself (October against last month, said in November)."""
    if base is None:
        return unit != "year"
    if base.first == other.first and base.last == other.last:
        return True
    return (base.first - other.last).days == 1 and _grain_of(base) == unit and unit != "year"


def _same_unit_in_year(other: Stretch, base: Stretch, as_of: date) -> tuple[Comparison, tuple[Note, ...]]:
    """October 2025 against 2024: October 2024."""
    year = other.first.year
    if year == base.first.year - 1:
        return Comparison(to="year_on_year"), ()
    moved = unit_stretch(base.unit, year, as_of) if base.unit else None
    if moved is None or moved.unit is None:
        return Comparison(to="period", period=other.period), other.notes
    return Comparison(to="period", period=moved.period), (Note("taken", (moved.unit,)),)


def _same_period(grain: Grain | None, base: Stretch | None, as_of: date) -> tuple[Comparison, tuple[Note, ...]]:
    """The same days of the week, month or quarter before."""
    if base is None or grain is None or _grain_of(base) == grain:
        return Comparison(to="previous"), ()
    if grain in _DAYS and not isinstance(base.period, AllTime | AsOf):
        moved = days_between(base.first - timedelta(days=_DAYS[grain]), base.last - timedelta(days=_DAYS[grain]), as_of)
        if moved is not None:
            return Comparison(to="period", period=moved.period), ()
    return Comparison(to="previous"), ()


def _last_unit(period: Period) -> Grain | None:
    return _LAST.get(period.name) if isinstance(period, Named) else None


def _grain_of(stretch: Stretch) -> Grain | None:
    """The calendar unit a stretch stands for."""
    grains: tuple[Grain, ...] = ("week", "month", "quarter", "year")
    if isinstance(stretch.period, Named):
        name: NamedPeriod = stretch.period.name
        to_date: dict[str, Grain] = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year", "today": "day", "yesterday": "day"}
        return to_date.get(name) or next((grain for grain in grains if grain in name), None)
    if stretch.unit is not None and stretch.unit.kind != "half":
        return stretch.unit.kind
    return None


def _is_year(stretch: Stretch) -> bool:
    return _grain_of(stretch) == "year"


def _is_part_of_year(stretch: Stretch) -> bool:
    return stretch.unit is not None and stretch.unit.kind != "year"
