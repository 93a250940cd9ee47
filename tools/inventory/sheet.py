"""Rows of an answer become findings: every number a fact with where it comes from, some of them computed from others of the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite

from tools.contract import ToolContext
from tools.facts import Days, Derivation, DerivedBy, Evidence, Fact, FactTable, FactValue, Findings, Shape, TableColumn, Unit

Values = Mapping[str, FactValue]


@dataclass(frozen=True)
class Col:
    """A column: its unit, which evidence tells it, how it follows from others of the row, and whether the table shows it."""

    name: str
    unit: Unit | None = None
    told_by: str = "rule"
    by: DerivedBy | None = None
    of: tuple[str, ...] = ()
    shown: bool = True


@dataclass(frozen=True)
class Sheet:
    """A table with its rows; the facts of row n are called `call.n.column`."""

    title: str
    columns: tuple[Col, ...]
    rows: Sequence[Values]
    entity: tuple[str, ...] = ()  # the columns that say who a row is about
    shape: Shape = "table"
    prefix: str = ""  # sets the facts of a second table apart

    def facts(self, context: ToolContext, period: Days | None, filters: tuple[str, ...]) -> list[Fact]:
        """Every number of every row."""
        return [
            self._fact(f"{context.call_id}.{self.prefix}{number}", row, column, context.call_id, period, filters)
            for number, row in enumerate(self.rows)
            for column in self.columns
            if column.unit is not None and row.get(column.name) is not None
        ]

    def table(self) -> FactTable:
        """What is shown of it."""
        shown = [column for column in self.columns if column.shown]
        rows = tuple(tuple(row.get(column.name) for column in shown) for row in self.rows)
        return FactTable(
            title=self.title, shape=self.shape, columns=tuple(TableColumn(name=each.name, unit=each.unit) for each in shown), rows=rows
        )

    def _fact(self, place: str, row: Values, column: Col, call: str, period: Days | None, filters: tuple[str, ...]) -> Fact:
        who = " · ".join(str(row[name]) for name in self.entity if row.get(name) is not None)
        follows = column.by and all(row.get(name) is not None for name in column.of)
        derived = Derivation(op=column.by, fact_ids=tuple(f"{place}.{name}" for name in column.of)) if column.by and follows else None
        return Fact(
            id=f"{place}.{column.name}",
            name=column.name,
            value=row[column.name],
            unit=column.unit,
            entity=who or None,
            period=period,
            filters=filters,
            evidence_id=f"{call}.{column.told_by}",
            derived_from=derived,
        )


@dataclass
class Draft:
    """An answer while it is put together."""

    context: ToolContext
    evidence: Sequence[Evidence]
    period: Days | None = None
    filters: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _facts: list[Fact] = field(default_factory=list)
    _tables: list[FactTable] = field(default_factory=list)

    def add(self, sheet: Sheet) -> None:
        """A table and its facts."""
        self._facts.extend(sheet.facts(self.context, self.period, self.filters))
        self._tables.append(sheet.table())

    def say(self, name: str, value: FactValue, unit: Unit, told_by: str = "rule", derived: Derivation | None = None) -> None:
        """One number about the whole answer."""
        self._facts.append(
            Fact(
                id=f"{self.context.call_id}.all.{name}",
                name=name,
                value=value,
                unit=unit,
                period=self.period,
                filters=self.filters,
                evidence_id=f"{self.context.call_id}.{told_by}",
                derived_from=derived,
            )
        )

    def total(self, name: str, column: str, unit: Unit, rows: int, prefix: str = "") -> None:
        """The sum of a column over the rows shown, bound to them."""
        ids = tuple(f"{self.context.call_id}.{prefix}{row}.{column}" for row in range(rows))
        by_id = {fact.id: fact.value for fact in self._facts}
        parts = [(each, by_id[each]) for each in ids if isinstance(by_id.get(each), Decimal | int)]
        if parts:
            value = sum((Decimal(str(part)) for _, part in parts), Decimal(0))
            self.say(name, value, unit, derived=Derivation(op="sum", fact_ids=tuple(each for each, _ in parts)))

    def note(self, *texts: str) -> None:
        """Things said beside the answer, each once."""
        self.notes.extend(text for text in texts if text and text not in self.notes)

    def findings(self, truncated: bool = False) -> Findings:
        """The answer."""
        return Findings(
            facts=tuple(self._facts),
            evidence=tuple(self.evidence),
            tables=tuple(self._tables),
            period=self.period,
            notes=tuple(self.notes),
            truncated=truncated,
        )


def exact(value: float, places: int = 1) -> Decimal | None:
    """A number as it is shown, so that what is computed from it can be computed again; None for no number."""
    if not isfinite(value):
        return None
    shown = round(Decimal(repr(float(value))), places)
    return shown + 0  # no negative zero


def units(value: float, whole: bool = True) -> Decimal | None:
    """Pieces, or hundredths of what is weighed or measured."""
    return exact(value, 0 if whole else 2)


def money(value: float) -> Decimal | None:
    """An amount to the cent."""
    return exact(value, 2)


def share(value: float) -> Decimal | None:
    """A part of one, to a tenth of a percent."""
    return exact(value, 3)
