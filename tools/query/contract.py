"""The vocabulary of typed queries: filters, periods, comparisons, the context a query runs in and the result it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingestion.calendar import Grain as Grain  # agents name it from here
from ingestion.calendar import Span
from ingestion.metrics import Unit

Scalar = str | int | float | bool | date
Cell = str | int | float | bool | Decimal | date | datetime | None
FilterOp = Literal["=", "!=", "in", "not_in", "between", "contains", ">", ">=", "<", "<=", "is_null", "not_null", "in_step", "not_in_step"]
HavingOp = Literal["=", "!=", ">", ">=", "<", "<=", "between", "is_null", "not_null"]
NamedPeriod = Literal[
    "today", "yesterday", "this_week", "this_month", "this_quarter", "this_year", "last_week", "last_month", "last_quarter", "last_year",
    "week_before_last", "month_before_last", "quarter_before_last", "year_before_last", "wtd", "mtd", "qtd", "ytd",
]  # fmt: skip
MAX_SECONDS = 20.0
ColumnType = Literal["text", "integer", "decimal", "number", "date", "timestamp", "boolean"]


class Frozen(BaseModel):
    """A value that cannot change and takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Filter(Frozen):
    """A condition on a dimension; `in_step` compares with a column of an earlier step of a multi-step query."""

    dimension: str
    op: FilterOp = "="
    values: tuple[Scalar, ...] = ()
    step: str | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _counts_its_values(self) -> Filter:
        wanted = _VALUES_OF.get(self.op, 1)
        if self.op.endswith("in_step") != (self.step is not None):
            raise ValueError("step goes with op in_step or not_in_step")
        if wanted is None and not self.values:
            raise ValueError(f"op {self.op} needs at least one value")
        if wanted is not None and len(self.values) != wanted:
            raise ValueError(f"op {self.op} takes {wanted} values, got {len(self.values)}")
        return self


_VALUES_OF: dict[str, int | None] = {"in": None, "not_in": None, "between": 2, "is_null": 0, "not_null": 0, "in_step": 0, "not_in_step": 0}


class AnyOf(Frozen):
    """At least one of the filters holds."""

    any_of: tuple[Filter, ...] = Field(min_length=2)


class Having(Frozen):
    """A condition on a metric of a group: more than five orders, cover under a week."""

    metric: str
    op: HavingOp
    value: float | None = None
    upper: float | None = None

    @model_validator(mode="after")
    def _has_its_bounds(self) -> Having:
        if self.op not in ("is_null", "not_null") and self.value is None:
            raise ValueError(f"op {self.op} needs value")
        if (self.op == "between") != (self.upper is not None):
            raise ValueError("upper goes with op between")
        return self


class AllTime(Frozen):
    """Everything up to as_of."""

    kind: Literal["all"] = "all"


class Between(Frozen):
    """Two days and everything between them."""

    kind: Literal["between"] = "between"
    start: date
    end: date

    @model_validator(mode="after")
    def _runs_forward(self) -> Between:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class Named(Frozen):
    """A period relative to as_of: this month, last week, year to date."""

    kind: Literal["named"] = "named"
    name: NamedPeriod


class Last(Frozen):
    """The last n units: the window ending on as_of, or the full calendar units before it."""

    kind: Literal["last"] = "last"
    n: int = Field(ge=1, le=3660)
    unit: Grain = "day"
    full: bool = False


class Calendar(Frozen):
    """A named year, quarter, month or ISO week."""

    kind: Literal["calendar"] = "calendar"
    year: int = Field(ge=1900, le=2200)
    quarter: int | None = Field(default=None, ge=1, le=4)
    month: int | None = Field(default=None, ge=1, le=12)
    week: int | None = Field(default=None, ge=1, le=53)

    @model_validator(mode="after")
    def _names_one_unit(self) -> Calendar:
        if sum(part is not None for part in (self.quarter, self.month, self.week)) > 1:
            raise ValueError("give one of quarter, month, week")
        if self.week is not None:
            date.fromisocalendar(self.year, self.week, 1)
        return self


class AsOf(Frozen):
    """The state on a day: for stock the newest level up to it, for flows everything up to it."""

    kind: Literal["as_of"] = "as_of"
    day: date


Period = Annotated[AllTime | Between | Named | Last | Calendar | AsOf, Field(discriminator="kind")]


class Comparison(Frozen):
    """What a period is compared with: the one before, the same dates a year earlier, or a named one."""

    to: Literal["previous", "year_on_year", "period"] = "previous"
    period: Period | None = None

    @model_validator(mode="after")
    def _names_its_period(self) -> Comparison:
        if (self.to == "period") != (self.period is not None):
            raise ValueError("period goes with to: period")
        return self


class Order(Frozen):
    """Order rows by a column of the result."""

    by: str
    descending: bool = True


class Query(Frozen):
    """What every query may say: which rows and which time."""

    where: tuple[Filter | AnyOf, ...] = ()
    period: Period = AllTime()


@dataclass(frozen=True)
class QueryContext:
    """Who asks, when and in which calendar; row scope and as_of come from here and cannot be asked away."""

    as_of: date
    timezone: str = "UTC"
    snapshot: str = ""
    locations: tuple[str, ...] | None = None
    provinces: tuple[str, ...] | None = None
    personal: bool = False
    fiscal_year_start: int = 1
    max_rows: int = 10_000
    max_seconds: float = MAX_SECONDS  # for each statement; a question is one, or two where its data have to be good enough

    def __post_init__(self) -> None:
        if self.max_seconds <= 0:
            raise ValueError(f"a question needs some time: max_seconds is {self.max_seconds}")
        ZoneInfo(self.timezone)  # the one value of a context that becomes SQL text: it must be a zone that exists

    @property
    def sees_some(self) -> bool:
        """Whether only some places may be seen."""
        return self.locations is not None or self.provinces is not None


@dataclass(frozen=True)
class Column:
    """A column of a result."""

    name: str
    unit: Unit | None = None
    type: ColumnType = "text"


@dataclass(frozen=True)
class Compiled:
    """A query ready to run on one engine."""

    sql: str
    parameters: Mapping[str, Scalar | Decimal | datetime]
    columns: tuple[Column, ...]
    period: Span | None
    compared: Span | None = None
    notes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """An answer with everything needed to check it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sql: str
    parameters: Mapping[str, Scalar | Decimal | datetime]
    data_as_of: date
    snapshot: str
    period: Span | None
    compared: Span | None = None
    notes: tuple[str, ...] = ()
    truncated: bool = False
    tables: tuple[str, ...] = field(default=())

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def records(self) -> list[dict[str, Cell]]:
        """Rows as mappings from column name to value."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]
