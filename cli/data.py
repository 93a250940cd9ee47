"""`./oiis data ...`: foreign data in, snapshots listed, rolled back and exported."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, progress_bar, say, table
from cli.options import AsJson, Currency, Delimiter, Encoding, MapFile, MaxRejected, Preset, Sources, Timezone, Wait
from cli.outcome import apply_first, end_if_refused, show_report, tell_waiting

if TYPE_CHECKING:
    from ingestion.load import LoadRequest
    from ingestion.mapping import LoadMap
    from ingestion.report import LoadReport
    from ingestion.warehouse import Snapshot, Warehouse

app = typer.Typer(help="Load, check, list, roll back, sync and export the warehouse.", no_args_is_help=True, rich_markup_mode=None)


class DemoSize(StrEnum):
    """How big the demo company is."""

    tiny = "tiny"
    demo = "demo"
    large = "large"


class ExportFormat(StrEnum):
    """What an export is written as."""

    parquet = "parquet"
    csv = "csv"


@app.command()
def demo(
    size: Annotated[DemoSize, typer.Option(help="tiny (tests), demo, or large (5 million order lines)")] = DemoSize.demo,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company")] = 7,
    replace: Annotated[bool, typer.Option(help="Put the demo in place of loaded data (rollback brings that back)")] = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
) -> None:
    """Build the demo company Sao Viet Trading."""
    from ingestion.founding import found

    warehouse = _warehouse()
    current = warehouse.find()
    if current and not replace:
        complain(f"error: {current.name} already holds data. Next: add --replace to serve the demo instead (rollback brings it back).")
        raise typer.Exit(2)
    with progress_bar(as_json) as progress:
        found(warehouse, size.value, seed, wait, progress)
    _show_status(warehouse, as_json)


@app.command()
def load(
    sources: Sources,
    preset: Preset = None,
    map_file: MapFile = None,
    sheet: Annotated[str | None, typer.Option(help="Only this sheet of a workbook")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    max_rejected: MaxRejected = None,
    timezone: Timezone = None,
    currency: Currency = None,
    dry_run: Annotated[bool, typer.Option(help="Do everything but publish")] = False,
    again: Annotated[bool, typer.Option(help="Also files that were loaded before")] = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
) -> None:
    """Load files into a new snapshot; every row is accepted, or rejected with its reason."""
    from dataclasses import replace as changed

    from ingestion.load import load as load_files
    from ingestion.readers.contract import ReadOptions

    request = changed(
        _request(tuple(sources), _load_map(preset, map_file), max_rejected, timezone, currency, wait),
        options=ReadOptions(sheet=sheet, encoding=encoding, delimiter=delimiter),
        dry_run=dry_run,
        again=again,
    )
    warehouse = _warehouse()
    apply_first(warehouse, _request((), None, None, None, None, wait), dry_run, as_json)
    with progress_bar(as_json) as progress:
        report = load_files(warehouse, request, progress)
    show_report(report, as_json)
    end_if_refused(report, request)


@app.command()
def check(
    sources: Sources,
    preset: Preset = None,
    map_file: MapFile = None,
    max_rejected: MaxRejected = None,
    report_folder: Annotated[Path | None, typer.Option("--report", help="Write report.json and report.html here")] = None,
    save_map: Annotated[Path | None, typer.Option(help="Write the column map that was found, to edit and use with --map")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a load would do, without doing it: mapping, profile, rejected rows; exit 5 when it would be refused."""
    from dataclasses import replace as changed

    from ingestion.load import load as load_files
    from ingestion.load import write_report

    request = changed(_request(tuple(sources), _load_map(preset, map_file), max_rejected, None, None, 0.0), dry_run=True, again=True)
    with progress_bar(as_json) as progress:
        report = load_files(_warehouse(), request, progress)
    if report_folder:
        write_report(report_folder, report)
    if save_map:
        save_map.write_text(_map_text(report), encoding="utf-8")
    show_report(report, as_json)
    end_if_refused(report, request)


@app.command()
def status(as_json: AsJson = False, hashes: Annotated[bool, typer.Option(help="Also a content hash of every table")] = False) -> None:
    """What the warehouse holds and where it came from."""
    _show_status(_warehouse(), as_json, hashes)


@app.command()
def snapshots(as_json: AsJson = False) -> None:
    """The snapshots that are kept; any of them can be served again."""
    warehouse = _warehouse()
    current = warehouse.find()
    rows = [_snapshot_row(snapshot, current) for snapshot in warehouse.snapshots()]
    if as_json:
        say(json.dumps(rows, indent=1))
    else:
        heads = ("snapshot", "current", "created_at", "as_of", "orders", "order_lines", "last_load")
        table(heads, [tuple(row[head] for head in heads) for row in rows])


@app.command()
def rollback(
    name: Annotated[str | None, typer.Argument(help="Snapshot to serve; the one before the current when left out")] = None,
    wait: Wait = 0.0,
    as_json: AsJson = False,
) -> None:
    """Serve an earlier snapshot again (or a later one: nothing is deleted)."""
    from ingestion.errors import NoWarehouse

    warehouse = _warehouse()
    current = warehouse.versions.current()
    earlier = [version.name for version in warehouse.versions.all() if current and version.name < current.name]
    target = name or (earlier[-1] if earlier else None)
    if target is None:
        raise NoWarehouse("there is no earlier snapshot to go back to", remedy="./oiis data snapshots lists what is kept")
    warehouse.versions.point_to(target, wait)
    _show_status(warehouse, as_json)


@app.command()
def sync(
    url: Annotated[str, typer.Argument(help="SQLAlchemy URL, for example sqlite:///shop.sqlite or postgresql+psycopg://user@host/shop")],
    preset: Preset = None,
    map_file: MapFile = None,
    max_rejected: MaxRejected = None,
    timezone: Timezone = None,
    currency: Currency = None,
    full: Annotated[bool, typer.Option(help="From the beginning, not from where the last sync stopped")] = False,
    dry_run: Annotated[bool, typer.Option(help="Do everything but publish")] = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
) -> None:
    """Bring in what a live database has and the warehouse has not."""
    from dataclasses import replace as changed

    from ingestion.sync import sync as sync_database

    load_map = _load_map(preset, map_file)
    request = changed(_request((), load_map, max_rejected, timezone, currency, wait), again=full, dry_run=dry_run)
    warehouse = _warehouse()
    apply_first(warehouse, _request((), None, None, None, None, wait), dry_run, as_json)
    with progress_bar(as_json) as progress:
        report = sync_database(warehouse, url, load_map, request, progress)
    show_report(report, as_json)
    end_if_refused(report, request)


@app.command()
def push(
    source: Annotated[typer.FileText, typer.Argument(help="Events, one JSON object a line; - reads stdin")],
    queue: Annotated[bool, typer.Option(help="Only acknowledge; the next push, load or sync applies them")] = False,
    timezone: Timezone = None,
    currency: Currency = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Take pushed events (orders, stock movements, web events ...): acknowledged when on disk, then applied."""
    from ingestion.applying import apply_waiting
    from ingestion.events import accept

    warehouse = _warehouse()
    receipt = accept(warehouse, source, getattr(source, "name", "events"))
    complain(f"acknowledged {receipt.events:,} events as {receipt.name}")
    if queue:
        say(json.dumps({"receipt": receipt.name, "events": receipt.events}) if as_json else receipt.name)
        return
    with progress_bar(as_json) as progress:
        report = apply_waiting(warehouse, _request((), None, None, timezone, currency, wait), progress)
    if report:
        show_report(report, as_json)
    tell_waiting(warehouse)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder the files are written to")],
    file_format: Annotated[
        ExportFormat, typer.Option("--format", help="parquet is exact; csv is safe to open in a spreadsheet")
    ] = ExportFormat.parquet,
    tables: Annotated[list[str] | None, typer.Option("--table", help="Only this table; may be repeated")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the tables of the current snapshot as files."""
    from ingestion.export import export as write_tables

    with progress_bar(as_json) as progress:
        written = write_tables(_warehouse().snapshot(), folder, file_format.value, tuple(tables or ()), progress)
    say(json.dumps([str(path) for path in written]) if as_json else "\n".join(map(str, written)))


@app.command()
def publish(url: Annotated[str, typer.Argument(help="PostgreSQL address, for example postgresql://writer@host/shop")]) -> None:
    """Copy the current snapshot to a PostgreSQL server; OIIS_WAREHOUSE_URL then asks it there."""
    from ingestion.databases import display, probe
    from tools.query.publish import publish as publish_tables
    from tools.query.served import Told

    snapshot = _warehouse().snapshot()
    probe(url)
    with progress_bar(quiet=False) as progress:
        publish_tables(snapshot.database, url, progress, Told(snapshot=snapshot.name, card=snapshot.card).model_dump_json())
    say(f"{snapshot.name} is served at {display(url)}")


@app.command("dictionary")
def show_dictionary() -> None:
    """The tables and columns of the contract, as Markdown."""
    from ingestion.dictionary import dictionary

    say(dictionary().rstrip())


def _warehouse() -> Warehouse:
    from ingestion.warehouse import Warehouse
    from settings import read_settings

    settings = read_settings()
    return Warehouse(settings.home, settings.keep_snapshots)


def _load_map(preset: str | None, map_file: Path | None) -> LoadMap | None:
    from ingestion.mapping import read_map
    from ingestion.presets.catalog import preset as read_preset

    if preset and map_file:
        complain("error: --preset and --map exclude each other")
        raise typer.Exit(2)
    return read_map(map_file) if map_file else read_preset(preset) if preset else None


def _request(
    sources: tuple[Path, ...], load_map: LoadMap | None, max_rejected: float | None, timezone: str | None, currency: str | None, wait: float
) -> LoadRequest:
    from ingestion.load import LoadRequest
    from settings import read_settings

    settings = read_settings()
    return LoadRequest(
        sources,
        load_map,
        max_rejected=settings.max_rejected if max_rejected is None else max_rejected,
        timezone=timezone or settings.timezone,
        currency=currency or settings.currency,
        wait_seconds=wait,
    )


def _map_text(report: LoadReport) -> str:
    import glob

    import yaml

    tables = [
        {"source": glob.escape(source.source), "target": source.target, "columns": source.mapping, "constants": source.constants}
        for source in report.sources
    ]
    return yaml.safe_dump({"name": "my map", "tables": tables}, allow_unicode=True, sort_keys=False)


def _show_status(warehouse: Warehouse, as_json: bool, hashes: bool = False) -> None:
    snapshot = warehouse.snapshot()
    if as_json:
        say(json.dumps(_status_document(warehouse, snapshot, hashes), indent=1, ensure_ascii=False))
        return
    card = snapshot.card
    say(f"snapshot   {snapshot.name}, {card.company.name or 'your data'}")
    say(f"as of      {card.as_of} ({card.company.timezone}), money in {card.company.currency or 'the currency of the files'}")
    say(f"database   {snapshot.database}")
    say(f"loads      {len(card.loads)}, the last: {card.loads[-1].source if card.loads else 'none'}\n")
    table(("table", "rows"), list(card.rows.items()))


def _status_document(warehouse: Warehouse, snapshot: Snapshot, hashes: bool) -> dict[str, object]:
    from ingestion.inbox import waiting
    from ingestion.warehouse import content_hashes, open_readonly

    card = snapshot.card
    document: dict[str, object] = {
        "database": str(snapshot.database.absolute()),
        "snapshot": snapshot.name,
        "created_at": snapshot.version.created_at,
        "as_of": card.as_of.isoformat() if card.as_of else None,
        "company": card.company.model_dump(),
        "rows": card.rows,
        "loads": [record.model_dump() for record in card.loads],
        "waiting_events": len(waiting(warehouse)),
    }
    if hashes:
        with open_readonly(snapshot.database) as connection:
            document["content"] = content_hashes(connection)
    return document


def _snapshot_row(snapshot: Snapshot, current: Snapshot | None) -> dict[str, str | int | None]:
    card = snapshot.card
    return {
        "snapshot": snapshot.name,
        "current": "yes" if current and current.name == snapshot.name else "",
        "created_at": snapshot.version.created_at,
        "as_of": card.as_of.isoformat() if card.as_of else None,
        "orders": card.rows.get("orders", 0),
        "order_lines": card.rows.get("order_lines", 0),
        "last_load": card.loads[-1].source if card.loads else None,
    }
