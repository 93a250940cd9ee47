"""A typed query becomes one parameterised SELECT for the engine it will run on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ingestion.metrics import Definitions, load_definitions
from ingestion.schema import TABLE_NAMES
from tools.errors import BadInput
from tools.query.bench import Bench, Draft, parse
from tools.query.catalog import OPERATORS
from tools.query.contract import Column, Compiled, Query, QueryContext
from tools.query.relation import known_span
from tools.query.source import Source
from tools.query.visible import restrict

_BUILDERS = {operator.query: operator.build for operator in OPERATORS}


def compile_query(query: Query, context: QueryContext, source: Source, definitions: Definitions | None = None) -> tuple[Compiled, Bench]:
    """The statement for `query`, and the bench it was put together on."""
    draft, bench = draft_query(query, context, source, definitions)
    return assemble(draft, bench), bench


def draft_query(query: Query, context: QueryContext, source: Source, definitions: Definitions | None = None) -> tuple[Draft, Bench]:
    """What the operator makes of `query`: everything that can be refused has been by now."""
    bench = Bench(definitions or load_definitions(), context, source)
    return _BUILDERS[type(query)](query, bench), bench


def assemble(draft: Draft, bench: Bench) -> Compiled:
    """The parts and the last SELECT as one statement, labelled, ordered, cut to size, restricted to what may be seen."""
    sql, columns = _labelled(draft, bench)
    tree = parse(sql)
    limit = min(draft.limit if draft.limit is not None else bench.context.max_rows + 1, bench.context.max_rows + 1)
    if order := _order(draft, columns):
        tree = tree.order_by(*order, dialect="duckdb", copy=False)
    tree = tree.limit(limit, copy=False)
    for name, part in bench.parts.items():
        tree = tree.with_(name, as_=part, copy=False)
    tables = tuple(dict.fromkeys(node.name for node in tree.find_all(exp.Table) if node.name in TABLE_NAMES))
    tree = restrict(tree, bench)
    text = tree.sql(dialect=bench.source.dialect, copy=False)  # the tree is ours and nobody reads it again
    return Compiled(
        sql=text,
        parameters=bench.parameters,
        columns=columns,
        period=known_span(bench, bench.span),
        compared=bench.compared,
        notes=tuple(bench.notes),
        metrics=tuple(bench.metrics),
        tables=tables,
    )


def _labelled(draft: Draft, bench: Bench) -> tuple[str, tuple[Column, ...]]:
    """The last SELECT with the name of each entity beside its id; joined at the end, where rows are few."""
    labels = {column.name: found for column in draft.columns if (found := _label_of(column.name, bench))}
    if not labels:
        return f"SELECT * FROM ({draft.sql}) AS answer", draft.columns
    selected, columns, joins = [], [], []
    for column in draft.columns:
        selected.append(f"answer.{column.name}")
        columns.append(column)
        if column.name in labels:
            name, key, label = labels[column.name]
            table, key_column = key.split(".")
            alias = f"{name}_names"
            selected.append(f"{alias}.{label.split('.')[1]} AS {name}")
            columns.append(Column(name))
            joins.append(f"LEFT JOIN {table} AS {alias} ON {alias}.{key_column} = answer.{column.name}")
    return f"SELECT {', '.join(selected)} FROM ({draft.sql}) AS answer {' '.join(joins)}", tuple(columns)


def _label_of(column: str, bench: Bench) -> tuple[str, str, str] | None:
    for dimension in bench.definitions.dimensions.values():
        if dimension.label and dimension.column and dimension.column.split(".")[1] == column:
            return dimension.name, dimension.column, dimension.label
    return None


def _order(draft: Draft, columns: Sequence[Column]) -> list[str]:
    """The order asked for, then every key, so that equal rows always come in the same order."""
    names = [column.name for column in columns]
    asked = []
    for text in draft.order:
        name = text.split()[0]
        if name not in names:
            raise BadInput("order.by", name, allowed=names)
        asked.append(f"answer.{text} NULLS LAST")
    chosen = {text.split()[0] for text in draft.order}
    rest = [f"answer.{column.name} NULLS LAST" for column in draft.columns if column.name not in chosen and column.unit is None]
    return [*asked, *rest]
