"""The data dictionary as Markdown, from the schema and nothing else."""

from __future__ import annotations

from ingestion.schema import TABLES, Column, Table


def dictionary() -> str:
    """Every table with its key, columns, types, units and meanings."""
    return "# Data dictionary\n\nMade from `ingestion/schema.py` by `./oiis data dictionary`; do not edit by hand.\n\n" + "\n".join(
        map(_section, TABLES)
    )


def overview() -> str:
    """One line a table."""
    rows = "\n".join(f"| `{table.name}`{' (required)' if table.required else ''} | {table.meaning} |" for table in TABLES)
    return f"| table | a row is |\n|---|---|\n{rows}\n"


def _section(table: Table) -> str:
    rows = "\n".join(map(_row, table.columns))
    required = "required" if table.required else "optional"
    head = f"## {table.name}\n\n{table.meaning}. Key: {', '.join(f'`{name}`' for name in table.key)}; {required}.\n\n"
    return f"{head}| column | type | unit | meaning |\n|---|---|---|---|\n{rows}\n"


def _row(column: Column) -> str:
    meaning = column.meaning
    if column.choices:
        meaning += f" ({', '.join(f'`{choice}`' for choice in column.choices)})"
    if column.references:
        meaning += f" → `{column.references}`"
    if column.personal:
        meaning += " *(personal)*"
    needed = " *" if column.required else ""
    return f"| `{column.name}`{needed} | {column.sql_type} | {column.unit or ''} | {meaning} |"
