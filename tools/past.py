"""A typed query about the past becomes findings: every measured cell a fact, the rows a table, the SQL the evidence."""

from __future__ import annotations

from datetime import date

from ingestion.calendar import Span
from tools.contract import ToolContext
from tools.facts import Days, Fact, FactTable, Findings, QueryEvidence, Shape, TableColumn
from tools.query.contract import AnyOf, Filter, Query, Result
from tools.query.operators.steps import Steps
from tools.query.read import read_query
from tools.query.run import run_query

# Beyond these rows nobody reads single values in an answer; the table and the evidence still have them.
MAX_FACT_ROWS = 200


def ask(context: ToolContext, query: Query, title: str, shape: Shape = "table") -> Findings:
    """Run a query in the caller's warehouse and bind what it found."""
    result = run_query(query, context.served.context, context.served.source)
    evidence = evidence_of(context, f"{context.call_id}.e", result)
    table = FactTable(
        title=title,
        shape=shape,
        columns=tuple(TableColumn(name=column.name, unit=column.unit) for column in result.columns),
        rows=result.rows,
    )
    return Findings(
        facts=_facts(result, context.call_id, evidence.id, filters_in_words(query)),
        evidence=(evidence,),
        tables=(table,),
        period=None if getattr(query, "periods", ()) else _days(result.period),
        compared=_compared(query, result),
        notes=result.notes,
        truncated=result.truncated,
    )


def evidence_of(context: ToolContext, id: str, result: Result) -> QueryEvidence:
    """How a result was asked for."""
    return QueryEvidence(
        id=id,
        tool=context.tool,
        sql=result.sql,
        parameters=dict(result.parameters),
        tables=result.tables,
        row_count=result.row_count,
        snapshot=result.snapshot,
        data_as_of=result.data_as_of,
    )


def _compared(query: Query, result: Result) -> Days | None:
    """The days the answer compares with; of several queries in a row only the last is answered, whatever the others compared."""
    answered = read_query(query.steps[-1].query) if isinstance(query, Steps) else query
    return None if getattr(answered, "compare", None) is None else _days(result.compared)


def filters_in_words(query: Query) -> tuple[str, ...]:
    """The conditions of a query as a person would write them."""
    return tuple(" or ".join(map(_words, item.any_of)) if isinstance(item, AnyOf) else _words(item) for item in query.where)


def _words(condition: Filter) -> str:
    values = ", ".join(map(str, condition.values)) or condition.step or ""
    return f"{condition.dimension} {condition.op.replace('_', ' ')} {values}".strip()


def _facts(result: Result, call_id: str, evidence_id: str, filters: tuple[str, ...]) -> tuple[Fact, ...]:
    measured = [place for place, column in enumerate(result.columns) if column.unit is not None]
    named = [place for place in range(len(result.columns)) if place not in measured]
    facts, period = [], _days(result.period)
    own = next((place for place in named if result.columns[place].name == "period"), None)
    for number, row in enumerate(result.rows[:MAX_FACT_ROWS]):
        entity = (
            " · ".join(str(row[place]) for place in named if row[place] is not None and result.columns[place].type != "integer") or None
        )
        for place in measured:
            column = result.columns[place]
            facts.append(
                Fact(
                    id=f"{call_id}.{number}.{column.name}",
                    name=column.name,
                    value=row[place],
                    unit=column.unit,
                    entity=entity,
                    period=period if own is None else _said_days(str(row[own])),
                    filters=filters,
                    evidence_id=evidence_id,
                )
            )
    return tuple(facts)


def _said_days(text: str) -> Days | None:
    """The days of a row that is about one of several periods; None for all history."""
    first, joined, last = text.partition(" to ")
    return Days(start=date.fromisoformat(first), end=date.fromisoformat(last)) if joined and "up" not in first else None


def _days(span: Span | None) -> Days | None:
    return Days(start=span.first, end=span.last) if span else None
