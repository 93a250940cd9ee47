"""What time words come to mean while they are read: stretches of days, comparisons not yet bound to their base, assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from agents.language.time.units import Unit, days_of, latest_year, period_of
from tools.query.contract import AllTime, AsOf, Between, Grain, Period, QueryContext
from tools.query.periods import resolve

AgainstWhat = Literal["stretch", "previous", "year_on_year", "same_period"]


@dataclass(frozen=True)
class Note:
    """An assumption: the key of its sentence and the days or units that fill it."""

    key: str
    slots: tuple[date | Unit | str, ...] = ()


def days_note(first: date, last: date) -> Note:
    """The days that were taken."""
    return Note("days", (first, last)) if first < last else Note("taken", (Unit("day", first.month, first.day, first.year),))


@dataclass(frozen=True)
class Stretch:
    """A typed period with its days; `open_unit` is set when the year was not said, so that a neighbour may still give it."""

    period: Period
    first: date
    last: date
    notes: tuple[Note, ...] = ()
    unit: Unit | None = None
    year_said: bool = True

    def noting(self, *notes: Note) -> Stretch:
        return replace(self, notes=(*self.notes, *notes))


@dataclass(frozen=True)
class Against:
    """The far side of a comparison; `grain` is the unit it was named by, if any."""

    what: AgainstWhat
    stretch: Stretch | None = None
    grain: Grain | None = None
    strict: bool = False


@dataclass(frozen=True)
class Nothing:
    """Words that look like time and are none; they keep the shorter readings within them away."""


def stretch_of(period: Period, as_of: date, *notes: Note) -> Stretch:
    """A typed period as the days it has at `as_of`."""
    if isinstance(period, AsOf):
        return Stretch(period, period.day, period.day, notes)
    span = resolve(period, QueryContext(as_of=as_of))
    if span is None:
        return Stretch(AllTime(), date.min, as_of, notes)
    ahead = (Note("ahead", (as_of,)),) if span.first > as_of else ()
    return Stretch(period, span.first, span.last, (*notes, *ahead))


def days_between(first: date, last: date, as_of: date, *notes: Note) -> Stretch | None:
    """The days from `first` to `last`; nothing when they run backwards."""
    return stretch_of(Between(start=first, end=last), as_of, *notes) if first <= last else None


def unit_stretch(unit: Unit, year: int | None, as_of: date, *notes: Note, year_said: bool = True) -> Stretch | None:
    """A calendar unit in a year, as a stretch that remembers its unit."""
    if year is None or not unit.is_possible:
        return None
    period, days = period_of(unit, year), days_of(unit, year)
    if period is None or days is None:
        return None
    ahead = (Note("ahead", (as_of,)),) if days[0] > as_of else ()
    return Stretch(period, *days, (*notes, *ahead), replace(unit, year=year), year_said)


def latest_stretch(unit: Unit, as_of: date) -> Stretch | None:
    """A unit named without its year: the newest that has begun by `as_of`, and said so."""
    year = latest_year(unit, as_of)
    if year is None:
        return None
    return unit_stretch(unit, year, as_of, Note("taken", (replace(unit, year=year),)), year_said=False)


def moved_to_year(stretch: Stretch, year: int, as_of: date) -> Stretch:
    """A stretch whose year was not said, in the year its neighbour said; itself when that year has no such unit."""
    if stretch.unit is None or stretch.year_said:
        return stretch
    return unit_stretch(stretch.unit, year, as_of) or stretch
