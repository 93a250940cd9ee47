"""What inventory answers read from the warehouse: only rows the asker may see, only as of the day asked, each statement once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.metrics import MetricSource, load_definitions
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import FactValue, QueryEvidence
from tools.query.bench import Bench, parse
from tools.query.body import body_sql
from tools.query.contract import AnyOf, Cell, Filter
from tools.query.deadline import OutOfTime
from tools.query.filters import filtered_dimensions, resolve_values
from tools.query.reach import reaches
from tools.query.rows import Rows, instant_sql
from tools.query.visible import restrict

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Read:
    """Rows with the statement they came from."""

    rows: Sequence[Row]
    sql: str
    parameters: dict[str, FactValue]
    tables: tuple[str, ...]


class Reader:
    """Statements in the house dialect, as the asker may see the data."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self.as_of = context.served.context.as_of

    def bench(self) -> Bench:
        """A fresh place to put a statement together."""
        return Bench(load_definitions(), self._context.served.context, self._context.served.source)

    def has(self, table: str) -> bool:
        """Whether a table holds anything at all."""
        return self._context.served.source.has_rows(table)

    def fetch(self, sql: str, bench: Bench | None = None, tables: tuple[str, ...] = ()) -> Read:
        """The rows of a statement; what lies after as_of or out of scope is taken out of every table it names."""
        made = bench or self.bench()
        text = restrict(parse(sql), made).sql(dialect=made.source.dialect)
        seconds = self._context.served.context.max_seconds
        try:
            rows = made.source.fetch(text, made.parameters, seconds)
        except OutOfTime as late:
            why = f"reading {', '.join(tables)} took longer than {late.seconds:g} s"
            raise CannotDo("an answer about stock", why, "Ask for one location or supplier") from late
        return Read(rows, text, dict(made.parameters), tables)

    def evidence(self, read: Read, suffix: str) -> QueryEvidence:
        """The statement as evidence; the last part of its id says what it told."""
        return QueryEvidence(
            id=f"{self._context.call_id}.{suffix}",
            tool=self._context.tool,
            sql=read.sql,
            parameters=read.parameters,
            tables=read.tables,
            row_count=len(read.rows),
            snapshot=self._context.served.source.snapshot,
            data_as_of=self.as_of,
        )

    def need(self, what: str, *tables: str) -> None:
        """Refuses when a table is empty, naming it and what it would tell."""
        for table in tables:
            if not self.has(table):
                raise CannotDo(what, f"{table} holds no rows", f"Load {table} ({_TELLS[table]})")

    def local_day(self, bench: Bench, reference: str) -> str:
        """A timestamp's business day, as SQL."""
        return f"CAST({instant_sql(bench, reference)} AS DATE)"

    def since(self, bench: Bench, reference: str, days: int) -> str:
        """A condition that a timestamp or date lies in the last so many days, with a day to spare for the zone."""
        first = self.as_of - timedelta(days=days)
        return f"{reference} >= CAST({bench.bind(first)} AS DATE)"

    def product_ids(self, where: Sequence[Filter | AnyOf]) -> frozenset[str] | None:
        """The products that meet the conditions; None when there are none."""
        if not where:
            return None
        bench = self.bench()
        source = MetricSource(table="products", expression="COUNT(*)")
        for dimension in filtered_dimensions(bench, tuple(where)):
            if dimension.is_time or not reaches(bench.definitions, source, dimension):
                allowed = "product, category, subcategory, family, series, manufacturer, supplier"
                raise CannotDo(f"products by {dimension.name}", f"a product has no single {dimension.name}", f"Filter by {allowed}")
        body = body_sql(Rows(bench, source, None), ["products.product_id"], tuple(where))
        return frozenset(str(row[0]) for row in self.fetch(f"SELECT DISTINCT products.product_id {body}", bench, ("products",)).rows)

    def entity(self, dimension: str, value: str | None) -> str | None:
        """The id behind a name; unknown and ambiguous names are refused with the nearest."""
        if value is None:
            return None
        bench = self.bench()
        return str(resolve_values(bench, bench.dimension(dimension), Filter(dimension=dimension, values=(value,)))[0])


_TELLS = {
    "stock_levels": "how much lies where on each day",
    "products": "what can be sold",
    "orders": "what was sold and when",
    "order_lines": "what was sold and when",
    "purchase_orders": "what was ordered from whom and when it came",
    "purchase_order_lines": "what was ordered from whom and when it came",
    "suppliers": "how long they take and the least they accept",
}


def day_of(cell: Cell) -> date:
    """A cell that must hold a day."""
    if not isinstance(cell, date):
        raise TypeError(f"not a day: {cell!r}")
    return cell
