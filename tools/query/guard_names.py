"""Names in free SQL: tables and columns only from the contract, no name that passes for another, every column traced to its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from ingestion.schema import TABLE_NAMES, TABLES
from tools.query.guard_refusal import SqlRefused, nearest
from tools.query.guard_text import Dialect, parser_faults

# A table of rows as a database would offer it; a WITH part must not pass for one.
TAKEN = frozenset(TABLE_NAMES) | {f"v_{name}" for name in TABLE_NAMES}
PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Columns that engines add to every row: addresses of rows, not data.
HIDDEN = frozenset(["rowid", "oid", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "filename", "file_row_number", "file_index"])

HELP = "look the columns up in the data dictionary"

Columns = MappingProxyType[str, tuple[str, ...]]


@lru_cache(maxsize=2)
def permitted(personal: bool) -> Columns:
    """The columns of every table that may be read."""
    return MappingProxyType({table.name: tuple(c.name for c in table.columns if personal or not c.personal) for table in TABLES})


@lru_cache(maxsize=2)
def private(personal: bool) -> frozenset[str]:
    """Column names that must not appear at all: they are personal wherever they occur."""
    known = {name for names in permitted(personal).values() for name in names}
    return frozenset(column.name for table in TABLES for column in table.columns) - known


@lru_cache(maxsize=6)
def catalog(personal: bool, dialect: Dialect) -> MappingSchema:
    allowed = permitted(personal)
    types: dict[str, object] = {
        table.name: {c.name: c.sql_type for c in table.columns if c.name in allowed[table.name]} for table in TABLES
    }
    return MappingSchema(types, dialect=dialect)


def check_names(tree: exp.Expr, personal: bool) -> None:
    """Refuse unknown tables and names that pass for something else, before anything is resolved."""
    parts = check_parts_of_with(tree)
    for table in tree.find_all(exp.Table):
        check_table_name(table, parts)
    for alias in tree.find_all(exp.TableAlias):
        check_source_alias(alias, parts)
    for label in tree.find_all(exp.Alias):
        check_label(label.alias, personal)


def check_parts_of_with(tree: exp.Expr) -> frozenset[str]:
    """The names given by WITH: each once, none a real table's."""
    names: set[str] = set()
    for part in tree.find_all(exp.CTE):
        name = part.alias.lower()
        if name in TAKEN or name in names:
            raise SqlRefused("name", "A WITH part needs a name of its own", value=name, remedy="choose another name")
        names.add(name)
    return frozenset(names)


def check_table_name(table: exp.Table, parts: frozenset[str]) -> None:
    name = table.name.lower()
    if name not in TABLE_NAMES and name not in parts:
        raise SqlRefused("name", "There is no such table", value=table.name, allowed=nearest(name, {*TABLE_NAMES, *parts}))


def check_source_alias(alias: exp.TableAlias, parts: frozenset[str]) -> None:
    name = alias.name.lower()
    owner = alias.parent
    own = isinstance(owner, exp.Table) and owner.name.lower() == name
    if name and not PLAIN.fullmatch(name):
        raise SqlRefused("name", "A table alias is a plain word", value=alias.name, allowed=["letters a-z", "digits", "_"])
    if name in TAKEN | HIDDEN | (parts if not isinstance(owner, exp.CTE) else frozenset()) and not own:
        raise SqlRefused("name", "An alias may not be the name of a table", value=name, remedy="choose another alias")
    for column in alias.columns:
        if not PLAIN.fullmatch(column.name.lower()) or column.name.lower() in HIDDEN:
            raise SqlRefused("name", "A column alias is a plain word", value=column.name, remedy="choose another alias")


def check_label(name: str, personal: bool) -> None:
    if name.lower() in HIDDEN | private(personal):
        raise SqlRefused("name", "A result column may not take this name", value=name, remedy="choose another name")
    if not all(mark.isalnum() or mark in " _-%()./,*+:#€$₫" or ord(mark) > 127 for mark in name):
        raise SqlRefused("name", "A result column has an odd name", value=name, allowed=["letters", "digits", "spaces"])


def resolve(tree: exp.Query, personal: bool, dialect: Dialect) -> exp.Query:
    """The tree with every star spelled out and every column under its table; one that has none is refused."""
    with parser_faults():
        try:
            resolved = qualify(tree, dialect=dialect, schema=catalog(personal, dialect), quote_identifiers=False, identify=False)
        except OptimizeError as error:
            raise unresolved(error, tree, personal) from None
    trace(resolved, permitted(personal))
    check_single_values(resolved)
    return resolved


def unresolved(error: OptimizeError, tree: exp.Expr, personal: bool) -> SqlRefused:
    found = re.search(r"(?:column|table|join)s?:? '?\"?(\w+)", str(error), re.IGNORECASE)
    name = found.group(1) if found else ""
    if name.lower() in {column.name for table in TABLES for column in table.columns if column.personal} and not personal:
        return hidden_column(name)
    if "mbiguous" in str(error):
        return SqlRefused("column", "More than one table has this column, or none", value=name, remedy="write table.column")
    known = permitted(personal)
    here = {column for table in tree.find_all(exp.Table) for column in known.get(table.name.lower(), ())}
    return SqlRefused("column", "There is no such column here", value=name, allowed=nearest(name, here), remedy=HELP)


def hidden_column(name: str) -> SqlRefused:
    return SqlRefused(
        "personal", "Contact data is not shown here", value=name, remedy="ask for the scope pii:read, or leave the column out"
    )


def trace(tree: exp.Query, known: Columns) -> None:
    """Prove again, without the resolver, that every column belongs to a source in reach that really has it."""
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and source.name not in known:
                raise SqlRefused("name", "There is no such table", value=source.name, allowed=nearest(source.name, known))
        # Not `scope.columns`: it leaves out what it takes for labels, in HAVING for one.
        for column in scope.find_all(exp.Column):
            if column.table:
                check_owned(column, scope, known)
            else:
                check_label_in_order(column, scope, known)
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        raise SqlRefused("column", "This star cannot be spelled out", remedy="name the columns")


def check_single_values(tree: exp.Query) -> None:
    """A query that stands for one value, or for the values of IN, has one column."""
    for query in tree.find_all(exp.Subquery):
        if isinstance(query.parent, exp.From | exp.Join | exp.SetOperation | exp.Subquery | exp.CTE | exp.Exists):
            continue
        if len(query.named_selects) != 1:
            raise SqlRefused("column", "A query used as a value has more than one column", remedy="name the one column you mean")


def check_owned(column: exp.Column, scope: Scope, known: Columns) -> None:
    source = owner(column.table, scope)
    if source is None:
        raise SqlRefused("column", "This column belongs to no table here", value=column.table, remedy="write table.column")
    names = columns_of(source, known)
    if column.name not in names:
        raise SqlRefused("column", "There is no such column here", value=column.name, allowed=nearest(column.name, names), remedy=HELP)


def labels(source: Scope) -> tuple[str, ...]:
    query = source.expression
    return tuple(query.named_selects) if isinstance(query, exp.Query) else ()


def owner(name: str, scope: Scope) -> exp.Table | Scope | None:
    """What `name` stands for: in this query, or in one around it."""
    inner: Scope | None = scope
    while inner is not None:
        source = inner.sources.get(name)
        if isinstance(source, exp.Table | Scope):
            return source
        inner = inner.parent
    return None


def check_label_in_order(column: exp.Column, scope: Scope, known: Columns) -> None:
    """ORDER BY and DISTINCT ON may use the label of a result column instead of a column of a table."""
    name = column.name
    holder = column.find_ancestor(exp.Order, exp.Distinct, exp.Window, exp.AggFunc, exp.Select)
    query = holder.parent if isinstance(holder, exp.Order | exp.Distinct) else None
    if not isinstance(query, exp.Query) or name not in query.named_selects:
        if name in private(False) - {column for columns in known.values() for column in columns}:
            raise hidden_column(name)
        raise SqlRefused("column", "This column belongs to no table here", value=name, remedy="write table.column")
    # Alone, a label comes before a column; within an expression the engine would take the column.
    if not isinstance(column.parent, exp.Ordered | exp.Tuple) and any(
        name in columns_of(source, known) for source in scope.sources.values()
    ):
        raise SqlRefused("name", "This name is both a result column and a column of a table", value=name, remedy="choose another name")


def columns_of(source: exp.Table | Scope, known: Columns) -> tuple[str, ...]:
    return known.get(source.name, ()) if isinstance(source, exp.Table) else labels(source)


def tables_read(tree: exp.Expr) -> Iterator[exp.Table]:
    """Every mention of a real table, after `check_names`: no other name can be one."""
    return (table for table in tree.find_all(exp.Table) if table.name in TABLE_NAMES)
