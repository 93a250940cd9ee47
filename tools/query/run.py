"""Run a typed query on a snapshot and hand back rows with everything needed to check them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
from duckdb_sqlalchemy import ConnectionWrapper
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from ingestion.metrics import Definitions, load_definitions
from tools.errors import CannotDo
from tools.query.bench import Bench, Draft, GuardCheck
from tools.query.compile import assemble, compile_query
from tools.query.contract import Cell, Column, Compiled, Query, QueryContext, Result
from tools.query.deadline import OutOfTime
from tools.query.relation import Ask, relate
from tools.query.source import Source

# Where `publish` puts the tables; named here because this module also runs where no PostgreSQL driver is installed.
SERVER_SCHEMA = "oiis"
_CENT = Decimal("0.01")


def open_database(database: Path, threads: int = 2) -> Engine:
    """A read-only engine over a snapshot's DuckDB file."""

    def connect() -> ConnectionWrapper:
        # Exactly the settings of ingestion.warehouse.open_readonly: a process can have a file open in one way only,
        # and the dialect's own connect adds a user agent, which counts as another way.
        return ConnectionWrapper(duckdb.connect(str(database), read_only=True, config={"threads": threads}))

    return create_engine(f"duckdb:///{database}", creator=connect)


def open_url(url: str) -> Engine:
    """An engine over a warehouse published to a server."""
    driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(driver, pool_pre_ping=True, connect_args={"options": f"-csearch_path={SERVER_SCHEMA}"})


def run_query(query: Query, context: QueryContext, source: Source, definitions: Definitions | None = None) -> Result:
    """The answer to a typed query, or a typed refusal."""
    known = definitions or load_definitions()
    compiled, bench = compile_query(query, context, source, known)
    for check in bench.guards:
        _ask_guard(check, bench)
    return execute(compiled, context, source)


def execute(compiled: Compiled, context: QueryContext, source: Source) -> Result:
    """Rows of a compiled query."""
    found = _fetch(compiled, context, source)
    kept = found[: context.max_rows]
    return Result(
        columns=compiled.columns,
        rows=tuple(tuple(_cell(value, column) for value, column in zip(row, compiled.columns, strict=True)) for row in kept),
        sql=compiled.sql,
        parameters=compiled.parameters,
        data_as_of=context.as_of,
        snapshot=context.snapshot or source.snapshot,
        period=compiled.period,
        compared=compiled.compared,
        notes=_with_emptiness(compiled.notes, found),
        truncated=len(found) > len(kept),
        tables=compiled.tables,
    )


def _fetch(compiled: Compiled, context: QueryContext, source: Source) -> Sequence[tuple[Cell, ...]]:
    """The rows, or a refusal that says what took too long and what to narrow."""
    try:
        return source.fetch(compiled.sql, compiled.parameters, context.max_seconds)
    except OutOfTime as late:
        span, tables = compiled.period, ", ".join(compiled.tables)
        days = f" from {span.first} to {span.last}" if span else ""
        shorter = f"a shorter period than {span.days} days, " if span and span.days > 1 else ""
        why = f"reading {tables} took longer than {late.seconds:g} s and was stopped"
        raise CannotDo(f"{', '.join(compiled.metrics) or tables}{days}", why, f"Take {shorter}more filters or fewer dimensions") from late


def _with_emptiness(notes: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> tuple[str, ...]:
    return notes if rows else (*notes, "no rows meet these conditions")


def _cell(value: Cell, column: Column) -> Cell:
    """A value in the type its column promises, the same from every engine."""
    if value is None or isinstance(value, bool):
        return value
    if column.type == "integer" and isinstance(value, int | float | Decimal):
        return int(value)
    if column.type == "decimal" and isinstance(value, int | float | Decimal):
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        return exact.quantize(_CENT) if column.unit == "money" else exact
    if column.type == "number" and isinstance(value, int | Decimal):
        return float(value)
    if column.type == "date" and isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, str | float | int | date | Decimal) else str(value)


def _ask_guard(check: GuardCheck, bench: Bench) -> None:
    """Refuse when the data under the rows asked about is too poor; asked once a snapshot, day and scope when it is good everywhere."""
    asked = bench.context
    key = (check.guard.metric, asked.as_of, asked.timezone, asked.locations, asked.provinces)  # all that decides which rows are seen
    everywhere = bench.source.guards.get(key)
    if everywhere is None:
        everywhere = _guard_value(GuardCheck(check.guard, check.metric, (), None), bench)
        bench.source.guards[key] = everywhere
    if everywhere == 0:
        return
    if bench.steps or _guard_value(check, bench) > check.guard.limit:
        raise CannotDo(check.metric, check.guard.reason, "Load unit_cost for these products")


def _guard_value(check: GuardCheck, bench: Bench) -> float:
    inner = Bench(bench.definitions, bench.context, bench.source)
    part = relate(inner, Ask((check.guard.metric,), where=check.where, span=check.span))
    compiled = assemble(Draft(f"SELECT {check.guard.metric} FROM {part}", inner.metric_columns([check.guard.metric])), inner)
    value = _fetch(compiled, bench.context, bench.source)[0][0]
    return float(value) if isinstance(value, int | float | Decimal) else 0.0
