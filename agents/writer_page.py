"""Where one finding becomes sentences: every value is put down as a placeholder of a fact, and what is said is declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from pydantic import BaseModel, ValidationError

from agents.derive import derive, is_change, restate
from agents.finding import Finding
from agents.formats import Style, Unit, escape, show
from agents.grounding_words import said_parts
from agents.phrases.book import Book, Known, label, plural
from agents.plan import PlannedCall
from tools.catalog import TOOLS
from tools.facts import Days, DerivedBy, Fact, FactTable, FactValue, Findings
from tools.query.contract import Comparison, Query, QueryContext
from tools.query.periods import compared_span, resolve

BUCKETS = ("day", "week", "month", "quarter", "year", "cohort")
# Columns whose values are a closed set of the product, worded by the phrase file; all other text is the company's own.
CLOSED = ("stage", "effect", "movement")
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


def asked_query(call: PlannedCall) -> Query | None:
    """The call's arguments with the defaults of its tool; of several steps, the last; None for a tool that asks no typed query."""
    wanted: type[BaseModel] | None = next((each.query for each in TOOLS if each.name == call.tool), None)
    if wanted is None or not issubclass(wanted, Query):
        return None
    try:
        query = wanted.model_validate(call.arguments)
    except ValidationError:
        return None
    steps = getattr(query, "steps", None)
    return _typed(steps[-1].query) if steps else query


def tool_of(call: PlannedCall, query: Query | None) -> str:
    """The tool whose form words a call: of several steps, that of the last."""
    if query is None or any(each.name == call.tool and each.query is type(query) for each in TOOLS):
        return call.tool
    return next((each.name for each in TOOLS if each.query is type(query)), call.tool)


def _typed(query: object) -> Query | None:
    if isinstance(query, Query):
        return query
    kind = query.get("kind") if isinstance(query, dict) else None
    fitting = [each.query for each in TOOLS if issubclass(each.query, Query) and each.query.model_fields["kind"].default == kind]
    try:
        return fitting[0].model_validate(query) if fitting else None
    except ValidationError:
        return None


@dataclass
class Page:
    """One finding while it is being worded."""

    finding: Finding
    findings: Findings
    book: Book
    known: Known
    query: Query | None
    currency: str = "VND"
    said: dict[str, Fact] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._facts = {fact.id: fact for fact in self.findings.facts}
        self._before = self._compared()
        if not self.names:
            named = [column for column in self.columns if self._is_name(column)] if self.findings.tables else []
            self.names = tuple(sorted(named, key=lambda column: column in (*CLOSED, "class") and len(named) > 1))

    @property
    def call(self) -> str:
        return self.finding.call.id

    @property
    def table(self) -> FactTable:
        return self.findings.tables[0]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns)

    @property
    def rows(self) -> tuple[tuple[FactValue, ...], ...]:
        return self.table.rows

    @property
    def bucket(self) -> str | None:
        """The column that holds the start of a stretch of time, if any."""
        return next((name for name in self.columns if name in BUCKETS), None)

    @property
    def measured(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns if column.unit is not None)

    def cell(self, row: int, column: str) -> FactValue:
        return self.rows[row][self.columns.index(column)]

    def asked(self, name: str) -> object:
        """An argument of the query, its default included."""
        return getattr(self.query, name, None)

    def asked_names(self, name: str) -> tuple[str, ...]:
        """An argument that lists names; one name is a list of one."""
        value = self.asked(name)
        return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),) if value else ()

    def label(self, column: str) -> str:
        return label(column, self.book, self.known)

    def plural(self, dimension: str) -> str:
        return plural(dimension, self.book, self.known)

    def metric(self) -> str:
        """The label of the metric asked about."""
        asked = (*self.asked_names("metric"), *self.asked_names("metrics"))
        return self.label(asked[0]) if asked else ""

    def period(self) -> str:
        """The period the finding covers."""
        if self.findings.period is None:
            return self.book.sentences["all_time"]
        self._declare(Fact(id=f"{self.call}.period", name="period", value=None, period=self.findings.period, evidence_id=self._evidence()))
        return f"{{period:{self.call}.period}}"

    def before(self) -> str:
        """The period it is compared with."""
        if self._before is None:
            return self.book.sentences["before"]
        self._declare(Fact(id=f"{self.call}.before", name="period_before", value=None, period=self._before, evidence_id=self._evidence()))
        return f"{{period:{self.call}.before}}"

    def given(self, argument: str, unit: Unit | None = "count", entity: str | None = None) -> str:
        """A number of the question, as the plan holds it."""
        value, id = cast(FactValue, self.asked(argument)), f"{self.call}.asked.{argument}"
        return self._placed(Fact(id=id, name="asked", value=value, unit=unit, entity=entity, evidence_id=self._evidence()))

    def count(self) -> str:
        """How many rows were found."""
        found = Fact(id=f"{self.call}.rows", name="rows", value=len(self.rows), unit="count", evidence_id=self._evidence())
        return self._placed(found)

    def text(self, id: str, words: str) -> str:
        """Words that are not the writer's own: shown as they are, never as markup."""
        return self._placed(Fact(id=f"{self.call}.{id}", name="text", value=words, evidence_id=self._evidence()))

    def value(self, row: int, column: str, style: Style = "plain") -> str:
        """The placeholder of a cell."""
        return self._placed(self.fact(row, column), style)

    def again(self, fact: Fact, id: str, **said: object) -> str:
        """The placeholder of a fact said of something else than its row."""
        return self._placed(self.restated(fact, id, **said))

    def restated(self, fact: Fact, id: str, **said: object) -> Fact:
        return self._declare(restate(fact, f"{self.call}.{id}", **said))

    def derive(self, op: DerivedBy, facts: list[Fact], name: str) -> Fact:
        """A fact computed from others."""
        return self._declare(derive(op, facts, f"{self.call}.{name}", name))

    def name(self, row: int, columns: tuple[str, ...] = ()) -> str:
        """Who a row is about."""
        said = [self._name(row, column) for column in columns or self.names]
        return " · ".join([*self._bucket_said(row), *said]) or self.book.sentences["all"]

    def spoken_name(self, row: int) -> str:
        """Who a row is about, as plain text."""
        return " · ".join(self._spoken(row, column) for column in self.names)

    def fact(self, row: int, column: str) -> Fact:
        """The fact of a cell, under the name and period it is spoken of with."""
        fact = self.raw(row, column)
        said: dict[str, object] = {}
        spoken = [text for text in (self._spoken(row, name) for name in self.names) if text]
        if frozenset(map(escape, spoken)) != said_parts(fact) or (self.bucket and column in self.measured):
            said["entity"] = " · ".join(spoken) or None
        if column.endswith("_before") and self._before is not None:
            said["period"] = self._before
        elif self.bucket is not None:
            said["period"] = self.stretch(row)
        return self._declare(restate(fact, f"{fact.id}.said", **said)) if said else fact

    def raw(self, row: int, column: str) -> Fact:
        """The fact of a cell as the tool gave it, or one that cites the cell."""
        id = f"{self.call}.{row}.{column}"
        if id in self._facts:
            return self._facts[id]
        place = self.columns.index(column)
        entity = " · ".join(text for text in (self._spoken(row, name) for name in self.names) if text) or None
        cited = Fact(
            id=id,
            name=column,
            value=self.rows[row][place],
            unit=self.table.columns[place].unit,
            entity=entity,
            period=self.findings.period,
            evidence_id=self._evidence(),
        )
        return self._declare(cited)

    def stretch(self, row: int) -> Days | None:
        """The days of a row's time bucket, cut to the period asked about."""
        start = self.cell(row, self.bucket) if self.bucket else None
        if not isinstance(start, date):
            return self.findings.period
        end = bucket_end(start, str(self.asked("grain") or self.bucket))
        whole = self.findings.period
        if whole is None or self.bucket == "cohort":
            return Days(start=start, end=end)
        return Days(start=max(start, whole.start), end=min(end, whole.end))

    def run(self, row: int) -> tuple[str, str]:
        """The length of a run and the days it spans."""
        first, last = self.cell(row, "starts"), self.cell(row, "ends")
        if not isinstance(first, date) or not isinstance(last, date):
            return self.value(row, "length"), self.period()
        days = Days(start=first, end=bucket_end(last, str(self.asked("grain") or "day")))
        fact = self.restated(self.fact(row, "length"), f"{row}.run", period=days)
        return f"{{fact:{fact.id}}}", f"{{period:{fact.id}}}"

    def style(self, column: str) -> Style:
        return "signed" if is_change(Fact(id="", name=column, value=None, evidence_id="")) else "plain"

    def _bucket_said(self, row: int) -> list[str]:
        if self.bucket is None:
            return []
        id = f"{self.call}.{row}.stretch"
        self._declare(Fact(id=id, name="period", value=None, period=self.stretch(row), evidence_id=self._evidence()))
        return [f"{{period:{id}}}"]

    def _name(self, row: int, column: str) -> str:
        id = f"{self.call}.{row}.{column}.name"
        return self._placed(Fact(id=id, name="text", value=self._spoken(row, column), evidence_id=self._evidence()))

    def _spoken(self, row: int, column: str) -> str:
        value = self.cell(row, column)
        if value is None:
            return self.book.sentences["others" if self.asked("others") else "nobody"]
        if column == "weekday" and isinstance(value, int):
            return self.book.weekdays[value - 1]
        if column == "hour" and isinstance(value, int):
            return f"{value:02d}:00"
        if column in self.measured:
            return self._range(row, column)
        return self.book.value(str(value)) if column in CLOSED else " ".join(str(value).split())

    def _range(self, row: int, column: str) -> str:
        """A row that is about a value or a range: its label and where it begins."""
        value, unit = self.cell(row, column), next(each.unit for each in self.table.columns if each.name == column)
        metric = f"{self.metric()} " if column == "from_value" else ""
        return f"{metric}{self.label(column)} {show(value, unit, self.book.language, self.currency)}"

    def _is_name(self, column: str) -> bool:
        place = self.columns.index(column)
        if self.table.columns[place].unit is not None or column in BUCKETS or column.startswith("position"):
            return False
        if column.endswith("_id") and column.removesuffix("_id") in self.columns:
            return False
        if f"{column}_name" in self.columns:
            return False
        known = [row[place] for row in self.rows if row[place] is not None]
        return bool(known) and column != "offset_buckets" and not any(isinstance(value, date | datetime | bool) for value in known)

    def _placed(self, fact: Fact, style: Style = "plain") -> str:
        self._declare(fact)
        return f"{{fact:{fact.id}}}" if style == "plain" else f"{{fact:{fact.id}|{style}}}"

    def _declare(self, fact: Fact) -> Fact:
        if fact.id not in self._facts:
            self.said[fact.id] = fact
            source = fact.derived_from
            for operand in source.fact_ids if source else ():
                if operand in self._facts:
                    self.said.setdefault(operand, self._facts[operand])
        return fact

    def _evidence(self) -> str:
        return self.findings.evidence[0].id if self.findings.evidence else f"{self.call}.e"

    def _compared(self) -> Days | None:
        comparison, query = self.asked("compare"), self.query
        evidence = self.findings.evidence[0] if self.findings.evidence else None
        if not isinstance(comparison, Comparison) or query is None or evidence is None or evidence.kind != "query":
            return None
        context = QueryContext(as_of=evidence.data_as_of)
        span = compared_span(comparison, resolve(query.period, context), context)
        return Days(start=span.first, end=min(span.last, evidence.data_as_of)) if span else None


def bucket_end(start: date, grain: str) -> date:
    """The last day of a bucket that starts on a day."""
    if grain not in _MONTHS_IN and grain != "cohort":
        return start + timedelta(days=6 if grain == "week" else 0)
    index = start.year * 12 + start.month - 1 + _MONTHS_IN.get(grain, 1)
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
