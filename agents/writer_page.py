"""Where one finding becomes sentences: every value is put down as a placeholder of a fact, and what is said is declared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import cast

from pydantic import BaseModel

from agents.derive import derive, is_change, restate
from agents.finding import Finding
from agents.formats import Style, Unit, escape, period_shape, show
from agents.grounding_words import parts, said_parts
from agents.phrases.book import Book, Known, in_words, label, plural
from agents.writer_query import tool_of
from tools.facts import Days, DerivedBy, Fact, FactTable, FactValue, Findings
from tools.query.contract import AsOf

BUCKETS = ("day", "week", "month", "quarter", "year", "cohort")
# Columns whose values are a closed set of the product, worded by the phrase file; all other text is the company's own.
CLOSED = ("stage", "effect", "movement", "plan", "state", "against", "relation", "policy")
# Tools that look at a level more than once.
_OVER_TIME = ("trend", "running_total", "rolling_average", "streaks", "opening_closing_stock", "percentiles", "histogram", "longest_gaps")
# Columns that hold where a range begins; the next row says where it ends.
_EDGES = ("from_value", "from_days")
# A fact of a row: the letters of its table, the row, the column.
_PREFIX = re.compile(r"([a-z]+)\d+\.")
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


@dataclass
class Page:
    """One finding while it is being worded."""

    finding: Finding
    findings: Findings
    book: Book
    known: Known
    query: BaseModel | None
    currency: str = "VND"
    said: dict[str, Fact] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._facts = {fact.id: fact for fact in self.findings.facts}
        if not self.names:
            named = [column for column in self.columns if self._is_name(column)] if self.findings.tables else []
            self.names = tuple(sorted(named, key=lambda column: column in (*CLOSED, "class") and len(named) > 1))

    @property
    def call(self) -> str:
        return self.finding.call.id

    @property
    def table(self) -> FactTable:
        return self.findings.tables[0]

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        """What stands before the row in the ids of the tables' facts; the first table needs nothing."""
        found = (_PREFIX.match(id.removeprefix(f"{self.call}.")) for id in self._facts)
        return tuple(dict.fromkeys(("", *(match[1] for match in found if match))))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns) if self.findings.tables else ()

    @property
    def rows(self) -> tuple[tuple[FactValue, ...], ...]:
        return self.table.rows if self.findings.tables else ()

    @cached_property
    def bucket(self) -> str | None:
        """The column that holds the start of a stretch of time, if any."""
        return next((name for name in self.columns if name in BUCKETS), None)

    @cached_property
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

    @cached_property
    def asked_metrics(self) -> tuple[str, ...]:
        """The metrics of the question."""
        return (*self.asked_names("metric"), *self.asked_names("metrics"))

    def label(self, column: str) -> str:
        return label(column, self.book, self.known)

    def heading(self, column: str) -> str:
        """What a column is called above the table."""
        tool = tool_of(self.finding.call, self.query)
        own = self.book.tables.get(tool, {}).get(column)
        return own.format(metric=self.metric()) if own else self.label(column) or in_words(column)

    def plural(self, dimension: str) -> str:
        return plural(dimension, self.book, self.known)

    def members(self, dimension: str, count: FactValue) -> str:
        """The members of a dimension behind their number: one is no plural."""
        return self.label(dimension) if count == 1 else self.plural(dimension)

    def metric(self) -> str:
        """The label of the metric asked about; of several, all of them."""
        return self.book.both([self.label(name) for name in self.asked_metrics])

    @cached_property
    def days(self) -> Days | None:
        """The days the finding is about; of a state on a day, that day."""
        whole = self.findings.period
        return Days(start=whole.end, end=whole.end) if whole and self.is_state else whole

    @cached_property
    def is_state(self) -> bool:
        """Whether the answer is how things stand on a day, and not what happened over days: levels are never summed over time."""
        if isinstance(self.asked("period"), AsOf):
            return True
        asked = [self.known.metrics[name] for name in self.asked_metrics if name in self.known.metrics]
        over_time = self.bucket is not None or tool_of(self.finding.call, self.query) in _OVER_TIME
        return bool(asked) and not over_time and all(metric.additivity == "semi_additive" for metric in asked)

    @cached_property
    def compared(self) -> Days | None:
        """The days it is compared with; of a state, the day."""
        then = self.findings.compared
        return Days(start=then.end, end=then.end) if then and self.is_state else then

    def is_whole(self, row: int) -> bool:
        """Whether a row's bucket lies within the period asked about and is over."""
        start, days = self.cell(row, self.bucket) if self.bucket else None, self.stretch(row)
        if not isinstance(start, date) or days is None:
            return True
        return days.start == start and days.end == bucket_end(start, str(self.asked("grain") or self.bucket))

    @cached_property
    def periods(self) -> tuple[Days | None, ...]:
        """The period of each row, where several were asked for."""
        if not self.asked("periods") or self.findings.period is not None:
            return ()
        return tuple(self.raw(row, self.measured[0]).period for row in range(len(self.rows)))

    def period(self) -> str:
        """The period the finding covers; several one after the other."""
        if self.periods:
            return ", ".join(self._period_said(f"{self.call}.{row}.stretch", days) for row, days in enumerate(self.periods))
        return self._period_said(f"{self.call}.period", self.days)

    def when(self) -> str:
        """The period as it stands in a sentence: in a month, on a day, over a stretch of days."""
        return self._when(self.period(), self.days, "state" if self.is_state else None)

    def when_row(self, row: int) -> str:
        """The stretch of time a row is about, as it stands in a sentence."""
        return self._when(" · ".join(self._bucket_said(row)), self.stretch(row))

    def when_before(self) -> str:
        """The period of comparison as it stands in a sentence."""
        return self._when(self.before(), self.compared, "state" if self.is_state else None)

    def last_day(self) -> str:
        """The day whose state the finding tells."""
        day = self.days.end if self.days else None
        return self._period_said(f"{self.call}.day", Days(start=day, end=day) if day else None)

    def _when(self, said: str, days: Days | None, shape: str | None = None) -> str:
        return self.book.sentences["in_all" if days is None else f"in_{shape or period_shape(days)}"].format(period=said)

    def _period_said(self, id: str, days: Days | None) -> str:
        if days is None:
            return self.book.sentences["all_time"]
        self._declare(Fact(id=id, name="period", value=None, period=days, evidence_id=self._evidence()))
        return f"{{period:{id}}}"

    def before(self) -> str:
        """The period it is compared with."""
        if self.compared is None:
            return self.book.sentences["before"]
        self._declare(Fact(id=f"{self.call}.before", name="period_before", value=None, period=self.compared, evidence_id=self._evidence()))
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

    def name_only(self, row: int) -> str:
        """Who a row is about, whatever its time."""
        return " · ".join(self._name(row, column) for column in self.names)

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
        if column.endswith("_before") and self.compared is not None:
            said["period"] = self.compared
        elif self.bucket is not None:
            said["period"] = self.stretch(row)
        elif self.is_state:
            said["period"] = self.days
        if not said:
            return fact
        return self._declare(restate(fact, f"{fact.id}.said", **{"entity": " · ".join(spoken) or None, **said}))

    def raw(self, row: int, column: str) -> Fact:
        """The fact of a cell as the tool gave it, or one that cites the cell."""
        place = self.columns.index(column)
        for prefix in self._prefixes:
            fact = self._facts.get(f"{self.call}.{prefix}{row}.{column}")
            # Each table of a finding counts its rows from nothing: two of them may hold the same number there, about others.
            if fact is not None and fact.value == self.rows[row][place] and (not prefix or self._is_about(fact, row)):
                return fact
        id = f"{self.call}.{row}.{column}" if f"{self.call}.{row}.{column}" not in self._facts else f"{self.call}.{row}.{column}.cell"
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

    def _is_about(self, fact: Fact, row: int) -> bool:
        """Whether a fact names something its row holds, or nothing."""
        held = {str(value) for value in self.rows[row]}
        return fact.entity is None or any(part in held for part in parts(fact.entity))

    def stretch(self, row: int) -> Days | None:
        """The days of a row's time bucket, cut to the period asked about."""
        if self.periods:
            return self.periods[row]
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
        who = " · ".join(text for text in (self._spoken(row, name) for name in self.names) if text) or None
        fact = self.restated(self.raw(row, "length"), f"{row}.run", entity=who, period=days)
        return f"{{fact:{fact.id}}}", f"{{period:{fact.id}}}"

    def style(self, column: str) -> Style:
        return "signed" if is_change(Fact(id="", name=column, value=None, evidence_id="")) else "plain"

    def _bucket_said(self, row: int) -> list[str]:
        if self.bucket is None and not self.periods:
            return []
        return [self._period_said(f"{self.call}.{row}.stretch", self.stretch(row))]

    def _name(self, row: int, column: str) -> str:
        id = f"{self.call}.{row}.{column}.name"
        return self._placed(Fact(id=id, name="text", value=self._spoken(row, column), evidence_id=self._evidence()))

    def _spoken(self, row: int, column: str) -> str:
        value = self.cell(row, column)
        if value is None and f"{column}_id" in self.columns and self.cell(row, f"{column}_id") is not None:
            return f"{self.label(column)} {self.cell(row, f'{column}_id')}"
        if value is None:
            return self.book.sentences["others" if self.asked("others") else "nobody"]
        if column == "weekday" and isinstance(value, int):
            return self.book.weekdays[value - 1]
        if column == "hour" and isinstance(value, int):
            return f"{value:02d}:00"
        if column == "indicator":
            return str(value).replace("_", " ")
        if column in self.measured:
            return self._range(row, column) if column not in _EDGES else self._between(row, column)
        return self.book.value(str(value)) if column in CLOSED else " ".join(str(value).split())

    def _range(self, row: int, column: str) -> str:
        """A row that is about a value: the value and its label."""
        value = self.cell(row, column)
        return self.book.say("valued", value=self._shown(value, column), label=self._counted(value, self.label(column)))

    def _between(self, row: int, column: str) -> str:
        """A row that is about a range: where it begins and where the next one does."""
        low, after = self.cell(row, column), self.cell(row + 1, column) if row + 1 < len(self.rows) else None
        if not isinstance(low, int | float | Decimal):
            return self.book.sentences["nobody"]
        unit = self._unit(column)
        whole = unit in ("count", "days", "units")
        high = after - 1 if whole and isinstance(after, int | float | Decimal) else after
        said = self._shown(low, column)
        if not isinstance(high, int | float | Decimal):
            said = self.book.say("range_open", low=said)
        elif high != low:
            said = self.book.say("range", low=self._shown(low, column, bare=whole), high=self._shown(high, column))
        label = self._counted(high if high == low else None, self.metric())
        return self.book.say("valued", value=said, label=label) if column == "from_value" and unit == "count" else said

    def _counted(self, value: FactValue, label: str) -> str:
        return label.removesuffix("s") if value == 1 and self.book.language == "en" else label

    def _shown(self, value: FactValue, column: str, bare: bool = False) -> str:
        return show(value, "count" if bare else self._unit(column), self.book.language, self.currency)

    def _unit(self, column: str) -> Unit | None:
        return next(each.unit for each in self.table.columns if each.name == column)

    def _is_name(self, column: str) -> bool:
        place = self.columns.index(column)
        if self.table.columns[place].unit is not None or column in BUCKETS or column.startswith("position"):
            return False
        if column.endswith("_id") and column.removesuffix("_id") in self.columns:
            return False
        if f"{column}_name" in self.columns or (column == "period" and self.asked("periods")):
            return False
        key = self.columns.index(f"{column}_id") if f"{column}_id" in self.columns else place
        # Who has no name on file is called by the key.
        known = [row[place] if row[place] is not None else row[key] for row in self.rows if row[place] is not None or row[key] is not None]
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


def bucket_end(start: date, grain: str) -> date:
    """The last day of a bucket that starts on a day."""
    if grain not in _MONTHS_IN and grain != "cohort":
        return start + timedelta(days=6 if grain == "week" else 0)
    index = start.year * 12 + start.month - 1 + _MONTHS_IN.get(grain, 1)
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
