"""Filters as SQL conditions: names become ids, unknown values are refused with the nearest ones, values are bound."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from ingestion.metrics import Dimension
from tools.errors import BadInput, CannotDo, nearest_words
from tools.query.bench import Bench, Conditions
from tools.query.contract import Filter, Having, Scalar

TEXT_OPS = ("=", "!=", "in", "not_in", "contains", "is_null", "not_null")


class Expression(Protocol):
    """How a dimension reads on the rows being filtered."""

    def __call__(self, dimension: Dimension) -> str: ...


def flat(where: Conditions) -> Iterator[Filter]:
    """Every single filter of the conditions."""
    for condition in where:
        yield from (condition,) if isinstance(condition, Filter) else condition.any_of


def filtered_dimensions(bench: Bench, where: Conditions) -> list[Dimension]:
    """Dimensions the conditions speak of."""
    return [bench.dimension(condition.dimension, "where.dimension") for condition in flat(where)]


def conditions_sql(bench: Bench, where: Conditions, expression: Expression) -> list[str]:
    """One SQL condition for each part of `where`."""
    found = []
    for condition in where:
        if isinstance(condition, Filter):
            found.append(filter_sql(bench, condition, expression))
        else:
            found.append("(" + " OR ".join(filter_sql(bench, single, expression) for single in condition.any_of) + ")")
    return found


def filter_sql(bench: Bench, condition: Filter, expression: Expression) -> str:
    """One filter as SQL. Rows without a value count as different from any value, so `in` and `not_in` share out all rows."""
    dimension = bench.dimension(condition.dimension, "where.dimension")
    sql = expression(dimension)
    match condition.op:
        case "is_null":
            return f"{sql} IS NULL"
        case "not_null":
            return f"NOT {sql} IS NULL"
        case "contains":
            return _contains(bench, dimension, condition, expression)
        case "in_step":
            return f"{sql} IN ({_step_sql(bench, condition)})"
        case "not_in_step":
            return f"({sql} IS NULL OR NOT {sql} IN ({_step_sql(bench, condition)}))"
    values = resolve_values(bench, dimension, condition)
    if condition.op in ("=", "in"):
        return f"{sql} IN ({bench.bind_all(values)})"
    if condition.op in ("!=", "not_in"):
        return f"({sql} IS NULL OR NOT {sql} IN ({bench.bind_all(values)}))"
    if condition.op == "between":
        return f"{sql} BETWEEN {bench.bind(values[0])} AND {bench.bind(values[1])}"
    return f"{sql} {condition.op} {bench.bind(values[0])}"


def having_sql(bench: Bench, having: Having) -> str:
    """A condition on a metric of a group."""
    metric = bench.metric(having.metric, "having.metric").name
    if having.op in ("is_null", "not_null"):
        return f"{metric} IS NULL" if having.op == "is_null" else f"NOT {metric} IS NULL"
    value = bench.bind(having.value if having.value is not None else 0.0)
    if having.op == "between":
        return f"{metric} BETWEEN {value} AND {bench.bind(having.upper if having.upper is not None else 0.0)}"
    return f"{metric} {'<>' if having.op == '!=' else having.op} {value}"


def resolve_values(bench: Bench, dimension: Dimension, condition: Filter) -> list[Scalar]:
    """The values as the data writes them: a name becomes its id, case is forgiven, the unknown is refused."""
    if dimension.is_time or dimension.kind != "text":
        return [_typed(dimension, value) for value in condition.values]
    if condition.op in (">", ">=", "<", "<=", "between"):
        raise BadInput("where.op", condition.op, allowed=TEXT_OPS, why=f"{dimension.name} is text")
    return [_known_value(bench, dimension, str(value)) for value in condition.values]


def _known_value(bench: Bench, dimension: Dimension, value: str) -> str:
    key = dimension.column or ""
    references = [reference for reference in (key, dimension.label, *dimension.also) if reference]
    for reference in references:
        found = bench.source.find(key, reference, value)
        if value in found:
            return value
        if len(found) > 1:
            raise CannotDo(f"{dimension.name} {value!r}", f"{len(found)} go by that name", "say which one by its id", nearest=found[:5])
        if found:
            return found[0]
    if not bench.source.has_rows(dimension.table):
        raise CannotDo(f"{dimension.name} {value!r}", f"{dimension.table} holds no rows", f"Load {dimension.table}")
    raise CannotDo(f"{dimension.name} {value!r}", "there is no such value in the data", nearest=_nearest_values(bench, dimension, value))


def _nearest_values(bench: Bench, dimension: Dimension, value: str) -> tuple[str, ...]:
    """Values like the one asked for; none for a user who may not see all rows, because a hint would show what scope hides."""
    if bench.context.sees_some and not bench.definitions.tables[dimension.table].shared:
        return ()
    references = [reference for reference in (dimension.label or dimension.column, *dimension.also) if reference]
    return nearest_words(value, [str(name) for reference in references for name in bench.source.values(reference)])


def _typed(dimension: Dimension, value: Scalar) -> Scalar:
    if dimension.grain is not None or dimension.kind == "date":
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError as error:
            raise BadInput("where.values", value, allowed="a date as YYYY-MM-DD", why=f"{dimension.name} is a date") from error
    try:
        return value if isinstance(value, int | float) else float(str(value))
    except ValueError as error:
        raise BadInput("where.values", value, allowed="a number", why=f"{dimension.name} is a number") from error


def _contains(bench: Bench, dimension: Dimension, condition: Filter, expression: Expression) -> str:
    if dimension.kind != "text" or dimension.is_time:
        raise BadInput("where.op", "contains", why=f"{dimension.name} is not text")
    text = bench.bind(str(condition.values[0]).lower())
    if dimension.label is None:
        return f"STRPOS(LOWER({expression(dimension)}), {text}) > 0"
    table, column = dimension.label.split(".")
    key = dimension.column.split(".")[1] if dimension.column else ""
    return f"{expression(dimension)} IN (SELECT {key} FROM {table} WHERE STRPOS(LOWER({column}), {text}) > 0)"


def _step_sql(bench: Bench, condition: Filter) -> str:
    columns = bench.steps.get(condition.step or "")
    if columns is None:
        raise BadInput("where.step", condition.step, allowed=sorted(bench.steps), why="no earlier step has this name")
    names = [column.name for column in columns]
    wanted = condition.column or bench.key(condition.dimension)
    if wanted not in names:
        why = f"step {condition.step} has no such column"
        raise BadInput("where.column", wanted, allowed=names, nearest=nearest_words(wanted, names), why=why)
    return f"SELECT {wanted} FROM step_{condition.step} WHERE NOT {wanted} IS NULL"
