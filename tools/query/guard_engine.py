"""The second opinion: the engine's own parser must read the regenerated text exactly as we meant it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from tools.query.guard_engine_tree import Names, check_tree, disagreement

if TYPE_CHECKING:
    import duckdb

_turn = threading.Lock()


@cache
def parser() -> duckdb.DuckDBPyConnection:
    """An empty engine that only parses: no file, no extension, no table in it."""
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": "",
            "threads": "1",
            "memory_limit": "128MB",
        },
    )


def check_engine_reading(text: str, tables: Names, screened: Mapping[str, Names], narrowed: Names = frozenset()) -> None:
    """Refuse `text` unless the engine sees one SELECT over just `tables`, of known parts.

    The `screened` tables must be read by a query that hands on only these columns, the `narrowed` ones by one with a condition.
    """
    import duckdb

    engine = parser()
    try:
        with _turn:
            kinds = [statement.type for statement in engine.extract_statements(text)]
            serialized = engine.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchall()[0][0]
            named = names_of_tables(engine, text, tables)
    except duckdb.Error:
        raise disagreement("the engine's parser refuses it") from None
    if kinds != [duckdb.StatementType.SELECT] or named != tables:
        raise disagreement(f"it reads {sorted(named)}, not {sorted(tables)}")
    check_tree(serialized, tables, screened, narrowed)


def names_of_tables(engine: duckdb.DuckDBPyConnection, text: str, tables: Names) -> Names:
    """The tables the engine would open; it cannot say for some window frames, where its tree alone must do."""
    import duckdb

    try:
        return frozenset(name.lower() for name in engine.get_table_names(text))
    except duckdb.BinderException:
        return tables
