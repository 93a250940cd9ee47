"""`./oiis query` and `./oiis metrics`: ask the warehouse in typed queries or guarded SQL, and list what can be asked."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, fail, say, table

if TYPE_CHECKING:
    from tools.query.contract import Result
    from tools.query.served import Served

_WIDEST = 60


def query(
    asked: Annotated[str, typer.Argument(help="A typed query as YAML or JSON: a file, - for stdin, or the text itself")] = "-",
    sql: Annotated[str | None, typer.Option(help="Free SQL instead; it is guarded and runs in a killable child")] = None,
    explain: Annotated[bool, typer.Option(help="Only show the SQL and its parameters")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole result as one JSON document")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Rows as CSV, safe to open in a spreadsheet")] = False,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as it would have been on this day")] = None,
    personal: Annotated[bool, typer.Option(help="May read e-mail addresses, phone numbers and the like (scope pii:read)")] = False,
) -> None:
    """Ask the warehouse: a typed query, or SQL with --sql."""
    from tools.errors import ToolError
    from tools.query.guard import SqlRefused
    from tools.query.sandbox import CannotRun

    try:
        if sql is not None:
            _free_sql(sql, explain, as_json, as_csv, as_of.date() if as_of else None, personal)
        else:
            _typed(asked, explain, as_json, as_csv, as_of.date() if as_of else None, personal)
    except (ToolError, SqlRefused, CannotRun) as error:
        fail(error, 10)


def metrics(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout")] = False,
) -> None:
    """List every metric and dimension with its definition."""
    from ingestion.metrics import load_definitions

    known = load_definitions()
    if as_json:
        document = {
            "metrics": {name: metric.model_dump(mode="json") for name, metric in known.metrics.items()},
            "dimensions": {name: dimension.model_dump(mode="json") for name, dimension in known.dimensions.items()},
        }
        say(json.dumps(document, indent=1, ensure_ascii=False))
        return
    table(("metric", "unit", "definition"), [(name, metric.unit, metric.definition) for name, metric in known.metrics.items()])
    say()
    table(("dimension", "meaning"), [(name, dimension.definition) for name, dimension in known.dimensions.items()])


def served(as_of: date | None = None, personal: bool = False) -> Served:
    """The warehouse the settings name."""
    from api.ground import serve
    from settings import read_settings

    return serve(read_settings(), as_of, personal)


def _typed(asked: str, explain: bool, as_json: bool, as_csv: bool, as_of: date | None, personal: bool) -> None:
    from tools.query.compile import compile_query
    from tools.query.read import read_query
    from tools.query.run import run_query

    typed = read_query(_payload(asked))
    here = served(as_of, personal)
    if explain:
        from ingestion.metrics import load_definitions

        compiled, _ = compile_query(typed, here.context, here.source, load_definitions())
        _show_sql(compiled.sql, {name: str(value) for name, value in compiled.parameters.items()})
        return
    result = run_query(typed, here.context, here.source)
    if as_json:
        say(json.dumps(_document(result), indent=1, ensure_ascii=False))
    elif as_csv:
        _show_csv([column.name for column in result.columns], result.rows)
    else:
        heads = tuple(f"{column.name} [{column.unit}]" if column.unit else column.name for column in result.columns)
        units = [column.unit for column in result.columns]
        table(heads, [tuple(map(_shown, row, units)) for row in result.rows])
        _show_reading(result)


def _payload(asked: str) -> object:
    """The query as data, from a file, stdin or the argument itself."""
    import yaml

    from tools.errors import BadInput

    is_text = asked.lstrip().startswith("{") or "\n" in asked
    text = (
        sys.stdin.read()
        if asked == "-"
        else asked
        if is_text
        else Path(asked).read_text(encoding="utf-8")
        if Path(asked).is_file()
        else asked
    )
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput("query", text[:80], allowed="YAML or JSON, for example {kind: value, metrics: [revenue]}", why=str(error)) from error


def _free_sql(sql: str, explain: bool, as_json: bool, as_csv: bool, as_of: date | None, personal: bool) -> None:
    """The person at the terminal holds the scope `analyst`; the guard and the child are the same as for anybody."""
    from ingestion.warehouse import Warehouse
    from settings import read_settings
    from tools.errors import BadInput
    from tools.query.guard import RowScope, guard
    from tools.query.sandbox import Sandbox

    guarded = guard(sql, RowScope(personal=personal))
    if explain:
        _show_sql(guarded.sql, {})
        return
    settings = read_settings()
    if settings.warehouse_url:
        raise BadInput("OIIS_WAREHOUSE_URL", "set", "unset: free SQL runs on the embedded snapshot only, never on the server")
    snapshot = Warehouse(settings.home, settings.keep_snapshots).snapshot()
    day = as_of or settings.as_of
    if day and snapshot.card.as_of and day < snapshot.card.as_of:
        raise BadInput("as_of", day.isoformat(), "no earlier day: free SQL sees the whole snapshot; typed queries know what was known when")
    with Sandbox(snapshot.database, workers=1) as sandbox:
        result = sandbox.run(guarded)
    names = [column.name for column in result.columns]
    if as_json:
        rows = [[_plain(value) for value in row] for row in result.rows]
        say(json.dumps({"columns": names, "rows": rows, "sql": guarded.sql, "cut": result.cut}, indent=1, ensure_ascii=False))
    elif as_csv:
        _show_csv(names, result.rows)
    else:
        table(tuple(names), [tuple(map(_shown, row)) for row in result.rows])
    for note in (*guarded.notes, *(("more rows there were than may be shown",) if result.cut else ())):
        complain(f"note: {note}")


def _document(result: Result) -> dict[str, object]:
    return {
        "columns": [{"name": column.name, "unit": column.unit, "type": column.type} for column in result.columns],
        "rows": [[_plain(value) for value in row] for row in result.rows],
        "row_count": result.row_count,
        "truncated": result.truncated,
        "sql": result.sql,
        "parameters": {name: _plain(value) for name, value in result.parameters.items()},
        "period": {"start": result.period.first.isoformat(), "end": result.period.last.isoformat()} if result.period else None,
        "compared": {"start": result.compared.first.isoformat(), "end": result.compared.last.isoformat()} if result.compared else None,
        "data_as_of": result.data_as_of.isoformat(),
        "snapshot": result.snapshot,
        "tables": list(result.tables),
        "notes": list(result.notes),
    }


def _show_reading(result: Result) -> None:
    period = f"{result.period.first} to {result.period.last}" if result.period else "all history"
    say(f"\n{result.row_count:,} rows; {period}; as of {result.data_as_of}, snapshot {result.snapshot}")
    for note in result.notes:
        say(f"note: {note}")


def _show_sql(sql: str, parameters: dict[str, str]) -> None:
    import sqlglot

    say(sqlglot.transpile(sql, read="duckdb", write="duckdb", pretty=True)[0])
    for name, value in parameters.items():
        say(f"-- ${name} = {value}")


def _show_csv(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from api.exports import harmless

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([harmless(value) for value in row] for row in rows)
    say(out.getvalue().rstrip("\n"))


def _plain(value: object) -> object:
    """A JSON value that loses nothing a reader needs: amounts as numbers, days and times as ISO text."""
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral() else int(value)
    return value.isoformat() if isinstance(value, date) else value


def _shown(value: object, unit: str | None = None) -> object:
    if unit == "%" and isinstance(value, int | float | Decimal):
        return f"{value:.2%}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    text = "" if value is None else value if isinstance(value, int) else str(value)
    return text if isinstance(text, int) or len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
