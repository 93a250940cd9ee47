"""Free SQL, made safe or refused: what runs is text regenerated from a checked tree, never the text that came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from tools.query.guard_cost import check_growth, check_joins, check_limits, check_size_of_tree, check_spelled_out
from tools.query.guard_engine import check_engine_reading
from tools.query.guard_labels import restore_labels, spell_out_order, typed_labels
from tools.query.guard_names import check_names, permitted, resolve, tables_read
from tools.query.guard_nodes import check_shape
from tools.query.guard_refusal import SqlRefused
from tools.query.guard_scope import RowScope, columns_read, hides_columns, hides_rows, scoped
from tools.query.guard_text import DIALECTS, Dialect, parser_faults, read

__all__ = ["Dialect", "GuardedSql", "RowScope", "SqlRefused", "guard"]

EVERYTHING = RowScope()


@dataclass(frozen=True)
class GuardedSql:
    """SQL that may run: the text itself, what it reads, what was added to it."""

    sql: str
    # Always empty: values stand in the text as literals written from the tree, so that the text shown is the text that ran,
    # can be repeated by hand, and its every value has been before the engine's parser. Nothing typed is ever pasted in.
    parameters: tuple[object, ...] = ()
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()  # table.column
    notes: tuple[str, ...] = ()
    row_limit: int = 10_000


def guard(sql: str, scope: RowScope = EVERYTHING, dialect: Dialect = "duckdb", limit: int = 10_000) -> GuardedSql:
    """`sql` as it may run for this caller, or `SqlRefused`; no engine has seen it before it is accepted."""
    if dialect not in DIALECTS:
        raise ValueError(f"no SQL dialect {dialect!r}; there are {', '.join(DIALECTS)}")
    if limit < 1:
        raise ValueError(f"a limit of {limit} rows is none; give 1 or more")
    try:
        return checked(sql, scope, dialect, limit)
    except RecursionError:
        raise SqlRefused("cost", "The statement is nested too deep", remedy="use WITH to name the parts") from None


def checked(sql: str, scope: RowScope, dialect: Dialect, limit: int) -> GuardedSql:
    tree = read(sql, dialect)
    check_size_of_tree(tree)
    check_shape(tree, sql)
    check_names(tree, scope.personal)
    check_growth(tree)
    check_spelled_out(tree)
    check_limits(tree, limit)
    typed, starred = typed_labels(tree), has_star(tree)
    tree = resolve(tree, scope.personal, dialect)
    # What the resolver wrote is held to the same list as what the caller wrote.
    check_shape(tree)
    check_joins(tree)
    spell_out_order(tree)
    restore_labels(tree, typed)
    return regenerated(tree, scope, limit, starred)


def regenerated(tree: exp.Query, scope: RowScope, limit: int, starred: bool) -> GuardedSql:
    columns = columns_used(tree)
    notes = notes_for(tree, scope, limit, starred)
    tree = scoped(tree, scope)
    if tree.args.get("limit") is None:
        # One more than is handed out: only so can a cut be told from a result that just fits.
        tree.set("limit", exp.Limit(expression=exp.Literal.number(limit + 1)))
    with parser_faults():
        text = tree.sql("duckdb", comments=False, unsupported_level=ErrorLevel.RAISE)
    tables = frozenset(table.name for table in tables_read(tree))
    narrowed = frozenset(table for table in tables if hides_rows(table, scope))
    check_engine_reading(text, tables, screens(tables, scope), narrowed)
    return GuardedSql(text, (), tuple(sorted(tables)), columns, notes, limit)


def columns_used(tree: exp.Query) -> tuple[str, ...]:
    names = {id(table): table.name for table in tables_read(tree)}
    used = {f"{names[table]}.{column}" for table, columns in columns_read(tree).items() for column in columns}
    return tuple(sorted(used))


def screens(tables: frozenset[str], scope: RowScope) -> Mapping[str, frozenset[str]]:
    """The tables that must be read through a subquery, with the columns it may hand on."""
    hiding = [table for table in tables if hides_columns(table, scope) or hides_rows(table, scope)]
    return {table: frozenset(permitted(scope.personal)[table]) for table in hiding}


def has_star(tree: exp.Expr) -> bool:
    return any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))


def notes_for(tree: exp.Query, scope: RowScope, limit: int, starred: bool) -> tuple[str, ...]:
    tables = {table.name for table in tables_read(tree)}
    notes = []
    if tree.args.get("limit") is None:
        notes.append(f"LIMIT {limit} added")
    if any(hides_rows(table, scope) for table in tables):
        notes.append("only the rows you may see are read")
    if starred and any(hides_columns(table, scope) for table in tables):
        notes.append("contact data left out of *")
    return tuple(notes)
