"""What can be asked: metrics, dimensions and the join graph of `metrics.yaml`, checked against the contract tables."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.calendar import Grain
from ingestion.schema import TABLES, Kind

DEFINITIONS = Path(__file__).with_name("metrics.yaml")

Unit = Literal["money", "%", "units", "count", "days", "ratio", "1..5", "number"]
Additivity = Literal["additive", "semi_additive", "ratio", "distinct"]
ValueKind = Literal["text", "number", "date"]

_REFERENCE = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")
_IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]*$")
_WORD = re.compile(r"\b[a-z][a-z0-9_]*\b")


class DefinitionError(ValueError):
    """An entry of metrics.yaml that does not add up; names the entry and the field."""

    def __init__(self, entry: str, field: str, problem: str) -> None:
        self.entry, self.field, self.problem = entry, field, problem
        super().__init__(f"metrics.yaml, {entry}, {field}: {problem}")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


E = TypeVar("E", bound=_Entry)


class MetricSource(_Entry):
    """Where a metric can be computed: one aggregate over one table and what its rows join to."""

    table: str
    expression: str
    time: str | None = None
    where: str | None = None
    per: str | None = None  # aggregate `each` by this key first, then `expression` over it
    each: str | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the source reads besides the dimensions asked for."""
        texts = (self.expression, self.time, self.where, self.per, self.each)
        found = [table for text in texts if text for table, _ in _REFERENCE.findall(text)]
        return tuple(dict.fromkeys([self.table, *found]))


class Guard(_Entry):
    """A metric that must not exceed `limit` for the answer to be worth giving."""

    metric: str
    limit: float
    reason: str


class Metric(_Entry):
    """A number with one meaning: a measure (sources) or a quotient of measures (numerator, denominator)."""

    name: str
    definition: str
    unit: Unit
    additivity: Additivity
    sources: tuple[MetricSource, ...] = ()
    numerator: str | None = None
    denominator: str | None = None
    annualised: bool = False
    closing: bool = False  # read on the last day of the period that has rows
    trailing_days: int | None = None  # read over the days that end on the last stock day of the period
    row_value: str | None = None  # the value of one row, for percentiles
    guard: Guard | None = None
    note: str | None = None
    hidden: bool = False
    en: tuple[str, ...] = ()
    vi: tuple[str, ...] = ()

    @property
    def is_ratio(self) -> bool:
        return self.numerator is not None

    @property
    def parts(self) -> tuple[str, ...]:
        """Measures a quotient is made of, in the order written."""
        text = f"{self.numerator or ''} {self.denominator or ''}"
        return tuple(dict.fromkeys(_WORD.findall(text)))

    @property
    def fills_with_zero(self) -> bool:
        """Whether no rows means 0; a stock level or a mean without rows is unknown instead."""
        return not self.is_ratio and self.additivity in ("additive", "distinct")


class Dimension(_Entry):
    """Something to group or filter by: a column with an optional label, or a cut of the metric's own time."""

    name: str
    definition: str
    column: str | None = None
    label: str | None = None
    also: tuple[str, ...] = ()
    kind: ValueKind = "text"
    grain: Grain | None = None
    part: Literal["weekday", "hour"] | None = None
    en: tuple[str, ...] = ()
    vi: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.column.split(".")[0] if self.column else ""

    @property
    def is_time(self) -> bool:
        return self.column is None


class Rewrite(_Entry):
    """What a column read before an event: `then` wherever `when` holds; only needed if `after` reaches beyond as_of."""

    after: str
    when: str
    then: str


class TableRule(_Entry):
    """How a table is read: what as_of hides, what later events rewrote, who may see which rows."""

    visible: str | None = None
    follows: str | None = None
    past: Mapping[str, tuple[Rewrite, ...]] = Field(default_factory=dict)
    shared: bool = False
    scope: Mapping[str, str] = Field(default_factory=dict)


class Derived(_Entry):
    """A relation computed from tables."""

    meaning: str
    key: tuple[str, ...]
    columns: Mapping[str, Kind]
    needs: tuple[str, ...]
    sql: str


class Edge(_Entry):
    """A many-to-one join: each row of `table` meets at most one row of `target`."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


class Definitions(_Entry):
    """All of metrics.yaml, checked."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    tables: Mapping[str, TableRule]
    derived: Mapping[str, Derived]
    edges: tuple[Edge, ...]

    def columns(self, table: str) -> Mapping[str, Kind]:
        """Columns of a contract or derived table with their kinds."""
        return _CONTRACT_COLUMNS.get(table) or (self.derived[table].columns if table in self.derived else {})

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a row."""
        return _CONTRACT_KEYS.get(table) or (self.derived[table].key if table in self.derived else ())

    def kind(self, reference: str) -> Kind:
        """The kind of a `table.column`."""
        table, column = reference.split(".")
        return self.columns(table)[column]

    def path(self, table: str, target: str) -> tuple[Edge, ...] | None:
        """The shortest chain of many-to-one joins, the first declared on a tie; None when there is none."""
        return self._paths.get((table, target))

    def stored(self, reference: str) -> str:
        """The contract column a derived column's values come from: its own name in the first table it needs."""
        table, column = reference.split(".")
        return f"{self.derived[table].needs[0]}.{column}" if table in self.derived else reference

    def base_tables(self, table: str) -> tuple[str, ...]:
        """The contract tables behind a table."""
        return self.derived[table].needs if table in self.derived else (table,)

    @cached_property
    def _paths(self) -> dict[tuple[str, str], tuple[Edge, ...]]:
        names = (*_CONTRACT_COLUMNS, *self.derived)
        return {(start, end): path for start in names for end, path in self._search(start).items()}

    def _search(self, start: str) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, tuple[Edge, ...]] = {start: ()}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for edge in self.edges:
                if edge.table == here and edge.target not in found:
                    found[edge.target] = (*found[here], edge)
                    queue.append(edge.target)
        return found


_CONTRACT_COLUMNS: dict[str, dict[str, Kind]] = {table.name: {column.name: column.kind for column in table.columns} for table in TABLES}
_CONTRACT_KEYS: dict[str, tuple[str, ...]] = {table.name: table.key for table in TABLES}


@lru_cache(maxsize=4)
def load_definitions(path: Path = DEFINITIONS) -> Definitions:
    """Read and check the definitions; the first entry that does not add up is named."""
    return build_definitions(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def build_definitions(raw: Mapping[str, Mapping[str, object]]) -> Definitions:
    """Definitions from their parsed YAML."""
    definitions = Definitions(
        metrics=_entries(Metric, raw.get("metrics", {}), "metric"),
        dimensions=_entries(Dimension, raw.get("dimensions", {}), "dimension"),
        tables=_entries(TableRule, raw.get("tables", {}), "table", named=False),
        derived=_entries(Derived, raw.get("derived", {}), "derived", named=False),
        edges=tuple(_edge(str(text)) for text in raw.get("joins", ())),
    )
    _check(definitions)
    return definitions


def _entries(kind: type[E], raw: Mapping[str, object], what: str, named: bool = True) -> dict[str, E]:
    entries = {}
    for name, body in raw.items():
        if not _IDENTIFIER.match(name):
            raise DefinitionError(f"{what} {name}", "name", "must be lower-case letters, digits and _")
        if not isinstance(body, dict):
            raise DefinitionError(f"{what} {name}", "entry", f"must be a mapping of fields, got {body!r}")
        try:
            entries[name] = kind.model_validate({**body, **({"name": name} if named else {})})
        except ValidationError as error:
            first = error.errors()[0]
            raise DefinitionError(f"{what} {name}", ".".join(map(str, first["loc"])), f"{first['msg']}, got {first['input']!r}") from error
    return entries


def _edge(text: str) -> Edge:
    match = re.fullmatch(r"(.+?)\s*->\s*(.+)", text)
    sides = [_REFERENCE.findall(side) for side in match.groups()] if match else []
    if len(sides) != 2 or len(sides[0]) != len(sides[1]) or not sides[0]:
        raise DefinitionError(f"join {text!r}", "text", "must read 'table.column -> table.key'")
    (left, right) = sides
    return Edge(table=left[0][0], columns=tuple(c for _, c in left), target=right[0][0], target_columns=tuple(c for _, c in right))


def _check(definitions: Definitions) -> None:
    for edge in definitions.edges:
        _check_edge(definitions, edge)
    for metric in definitions.metrics.values():
        _check_metric(definitions, metric)
    for dimension in definitions.dimensions.values():
        _check_dimension(definitions, dimension)
    for table in _CONTRACT_COLUMNS:
        _check_table(definitions, table)


def _check_edge(definitions: Definitions, edge: Edge) -> None:
    entry = f"join {edge.table} -> {edge.target}"
    if set(edge.target_columns) != set(definitions.key(edge.target)):
        raise DefinitionError(
            entry, "target", f"must be the key of {edge.target} ({', '.join(definitions.key(edge.target))}), or rows would multiply"
        )
    _check_columns(definitions, entry, "columns", ((edge.table, column) for column in edge.columns))


def _check_table(definitions: Definitions, table: str) -> None:
    entry, rule = f"table {table}", definitions.tables.get(table)
    if rule is None:
        raise DefinitionError(entry, "entry", "is missing: say how as_of and row scope apply, or shared: true")
    own = [(table, column) for column in (rule.visible, *rule.past) if column]
    _check_columns(definitions, entry, "visible/past", own)
    afters = [rewrite.after for rewrites in rule.past.values() for rewrite in rewrites]
    _check_columns(definitions, entry, "past.after", _REFERENCE.findall(" ".join(afters)))
    if not rule.shared and set(rule.scope) != {"location", "province"}:
        raise DefinitionError(entry, "scope", "say what location and what province limit, or shared: true")


def _check_metric(definitions: Definitions, metric: Metric) -> None:
    entry = f"metric {metric.name}"
    if metric.is_ratio == bool(metric.sources) or (metric.numerator is None) != (metric.denominator is None):
        raise DefinitionError(entry, "sources", "give either sources, or both numerator and denominator")
    for part in metric.parts:
        if part not in definitions.metrics or definitions.metrics[part].is_ratio:
            raise DefinitionError(entry, "numerator/denominator", f"{part!r} is not a metric with sources")
    if metric.guard and metric.guard.metric not in definitions.metrics:
        raise DefinitionError(entry, "guard", f"{metric.guard.metric!r} is not a metric")
    if not metric.hidden and not (metric.en and metric.vi):
        raise DefinitionError(entry, "en/vi", "needs synonyms in both languages, or hidden: true")
    for source in metric.sources:
        _check_source(definitions, entry, source)


def _check_source(definitions: Definitions, entry: str, source: MetricSource) -> None:
    if not definitions.columns(source.table):
        raise DefinitionError(entry, "table", f"there is no table {source.table!r}")
    if (source.per is None) != (source.each is None):
        raise DefinitionError(entry, "per/each", "go together")
    for field in ("expression", "time", "where", "per", "each"):
        text: str | None = getattr(source, field)
        _check_columns(definitions, entry, field, _REFERENCE.findall(text or ""))
    for table in source.tables:
        if definitions.path(source.table, table) is None:
            raise DefinitionError(entry, "expression", f"{table} cannot be joined to {source.table} without multiplying rows")


def _check_dimension(definitions: Definitions, dimension: Dimension) -> None:
    entry = f"dimension {dimension.name}"
    if sum(x is not None for x in (dimension.column, dimension.grain, dimension.part)) != 1:
        raise DefinitionError(entry, "column", "give exactly one of column, grain, part")
    for field, text in (("column", dimension.column), ("label", dimension.label), *(("also", text) for text in dimension.also)):
        _check_columns(definitions, entry, field, _REFERENCE.findall(text or ""))


def _check_columns(definitions: Definitions, entry: str, field: str, references: Iterable[tuple[str, str]]) -> None:
    for table, column in references:
        known = definitions.columns(table)
        if column not in known:
            problem = f"there is no column {table}.{column}" if known else f"there is no table {table!r}"
            raise DefinitionError(entry, field, problem)
