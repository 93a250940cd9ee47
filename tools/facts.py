"""What a tool finds, in the only form an answer may use: facts with their unit, period and evidence, and tables of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from ingestion.metrics import Unit as Unit
from ml.ledger import Promise
from tools.query.contract import Frozen as Frozen

# JSON has one kind of number: amounts leave as plain numbers, exact to the cent far beyond any amount a line may have.
Amount = Annotated[Decimal, PlainSerializer(lambda value: int(value) if value == value.to_integral() else float(value), when_used="json")]
FactValue = Amount | int | float | bool | str | date | datetime | None
DerivedBy = Literal["difference", "percent_change", "share", "ratio", "sum", "mean", "count", "rank", "minimum", "maximum"]
Shape = Literal["kpi", "table", "line", "bar"]


class Days(Frozen):
    """A period, both days included."""

    start: date
    end: date


class Derivation(Frozen):
    """How a fact follows from others, so that it can be computed again."""

    op: DerivedBy
    fact_ids: tuple[str, ...]


class Fact(Frozen):
    """One value that may be said, bound to where it came from."""

    id: str
    name: str
    value: FactValue
    unit: Unit | None = None
    entity: str | None = None
    period: Days | None = None
    filters: tuple[str, ...] = ()
    evidence_id: str
    derived_from: Derivation | None = None


class QueryEvidence(Frozen):
    """The query a fact was read with; it can be run again by hand."""

    kind: Literal["query"] = "query"
    id: str
    tool: str
    sql: str
    parameters: dict[str, FactValue]
    tables: tuple[str, ...]
    row_count: int
    snapshot: str
    data_as_of: date


class ModelEvidence(Frozen):
    """The model a number was predicted with, its score beside the naive one's."""

    kind: Literal["model"] = "model"
    id: str
    name: str
    version: str
    trained_until: date
    score: float | None  # None where it could not be measured
    naive_score: float | None
    score_name: str


class DocumentEvidence(Frozen):
    """The passage a claim was read in."""

    kind: Literal["document"] = "document"
    id: str
    title: str
    place: str
    quote: str


class RuleEvidence(Frozen):
    """A rule of the house that was applied, in words."""

    kind: Literal["rule"] = "rule"
    id: str
    rule: str


Evidence = Annotated[QueryEvidence | ModelEvidence | DocumentEvidence | RuleEvidence, Field(discriminator="kind")]


class TableColumn(Frozen):
    """One column of a table: its name for programs, the same in every language, and in an answer what people call it."""

    name: str
    unit: Unit | None = None
    label: str = ""


class FactTable(Frozen):
    """Rows as they are shown, with the shape that shows them best."""

    title: str
    shape: Shape
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[FactValue, ...], ...]


class Findings(Frozen):
    """All that one tool call found; never prose."""

    facts: tuple[Fact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tables: tuple[FactTable, ...] = ()
    period: Days | None = None
    compared: Days | None = None  # what the period was compared with
    notes: tuple[str, ...] = ()
    truncated: bool = False
    promises: tuple[Promise, ...] = Field(default=(), exclude=True)  # for the ledger; what is said of them is in the facts
