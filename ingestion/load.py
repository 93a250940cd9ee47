"""Files to a served snapshot: read, map, type, check, merge, prove, publish; all of it or nothing."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ingestion.accounting import report_sources, write_rejects
from ingestion.amounts import complete_amounts
from ingestion.checks import HARMLESS, UNSETTLED
from ingestion.derive import derive_sales
from ingestion.errors import BadFile, BadMapping, BatchRefused
from ingestion.export import undo_quotes
from ingestion.mapping import LoadMap
from ingestion.matching import Batch, map_of, match_sources
from ingestion.merging import Change, merge, number_lines, reject_orphans, reject_repeats
from ingestion.progress import Progress, silent
from ingestion.readers.contract import ReadOptions
from ingestion.readers.reading import content_hash, find_files, read_file
from ingestion.report import LoadReport, SourceReport, TableChange, Verdict, page
from ingestion.schema import TABLE_NAMES, TABLES, quote, table
from ingestion.staging import Clock, Stage, contract_columns, fingerprint, stage_all
from ingestion.versions import Draft, full
from ingestion.warehouse import Card, Company, LoadRecord, Snapshot, Warehouse, business_date, count_rows, open_draft, write_card

DEFAULT_MAX_REJECTED = 0.2
_LISTS = ("suppliers", "products", "customers", "locations")
_PARENTS = {each.name: each.key[0] for each in TABLES if len(each.key) == 1}
# Sales lines bring their own products and customers, so they go where the orders go.
_ORDER = {name: place for place, name in enumerate(TABLE_NAMES)} | {"sales_lines": TABLE_NAMES.index("orders") - 0.5}


@dataclass(frozen=True)
class LoadRequest:
    """What to load and how; times in the files are in `timezone` unless they say otherwise."""

    sources: tuple[Path, ...]
    load_map: LoadMap | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    max_rejected: float = DEFAULT_MAX_REJECTED
    timezone: str | None = None
    currency: str | None = None
    today: date | None = None
    dry_run: bool = False
    again: bool = False
    wait_seconds: float = 0.0
    rejects: Path | None = None  # rejected rows are also written here, whatever becomes of the batch


def load(warehouse: Warehouse, request: LoadRequest, progress: Progress = silent) -> LoadReport:
    """Load files; the report says what happened to every row. Raises an IngestionError and changes nothing when it cannot."""
    files = list_files(request.sources)
    mapping_text = request.load_map.model_dump_json() if request.load_map else ""
    marks = {path: fingerprint(content_hash(path), mapping_text) for path in files}
    with room(warehouse), warehouse.versions.building(request.wait_seconds) as draft:
        known = _known(warehouse.find()) if not request.again else set()
        pending = [path for path in files if marks[path] not in known]
        skipped = tuple(path.name for path in files if marks[path] in known)
        tables = []
        for place, path in enumerate(pending):
            into = draft.scratch / f"raw{place}"
            into.mkdir()
            for raw in read_file(path, into, request.options, progress):
                tables.append((undo_quotes(raw), marks[path]))
        return build(warehouse, draft, Batch(tuple(tables), request.load_map, skipped), request, progress)


def list_files(sources: tuple[Path, ...]) -> list[Path]:
    """The files to read: those named, and the data files of the folders named."""
    files: list[Path] = []
    for source in sources:
        if source.is_dir():
            files += sorted(find_files(source), key=in_time)
        elif source.is_file():
            files.append(source)
        else:
            raise BadFile("there is no such file or folder", where=str(source), remedy="check the path")
    if not files:
        raise BadFile(
            "the folder holds no file that can be read",
            where=", ".join(map(str, sources)),
            expected="CSV, TSV, XLSX, Parquet or JSON lines",
        )
    return files


def in_time(path: Path) -> tuple[str, ...]:
    """Files of a feed in the order they were made, as their names tell it: by the day in the name, and 2 before 10."""
    name = re.sub(r"(?<!\d)(\d{1,2})[-._](\d{1,2})[-._](\d{4})(?!\d)", r"\3-\2-\1", path.stem)
    return tuple(part.zfill(12) if part.isdigit() else part for part in re.split(r"(\d+)", name.casefold()))


def build(warehouse: Warehouse, draft: Draft, batch: Batch, request: LoadRequest, progress: Progress) -> LoadReport:
    """A new snapshot out of the old one and a batch of raw tables; published when something changed and it is not a dry run."""
    started = datetime.now(UTC)
    old = warehouse.find()
    if not batch.tables:
        return _summed(batch, (), [], {}, "unchanged", old.name if old else None, started)
    company = _company(old, map_of(batch), request)
    with open_draft(draft) as connection:
        connection.execute(f"ATTACH {quote(str(draft.scratch / 'stage.duckdb'))} AS stage")
        progress("mapping columns", None)
        sources = match_sources(connection, batch, draft.scratch)
        progress("checking rows", None)
        clock = Clock(
            request.today or datetime.now(UTC).date(), _file_zone(company, batch, request), dict(old.card.date_orders) if old else {}
        )
        stages = stage_all(connection, sources, clock)
        if old:
            _carry_over(connection, old)
        changes = _merge_all(connection, stages, company.timezone, progress)
        reports = report_sources(connection, stages)
        rows = count_rows(connection)
        changed = any(change.inserted or change.updated for change in changes)
        verdict: Verdict = "checked" if request.dry_run else "loaded" if changed else "unchanged"
        report = _summed(batch, reports, changes, rows, verdict, draft.name if verdict == "loaded" else old.name if old else None, started)
        if request.rejects:
            write_rejects(connection, stages, request.rejects)
        if not request.dry_run:
            _refuse_if_bad(warehouse, report, request.max_rejected)
        if report.verdict != "loaded":
            return report
        write_rejects(connection, stages, draft.path / "rejects.parquet")
        card = _card(connection, old, company, rows, report, batch).model_copy(update={"date_orders": clock.date_orders})
        connection.execute("DETACH stage")
    progress("publishing", None)
    return _publish(warehouse, draft, card, report)


def _company(old: Snapshot | None, load_map: LoadMap | None, request: LoadRequest) -> Company:
    """The company keeps its calendar and currency; the first load sets them."""
    stored = old.card.company if old else Company()
    currency = request.currency or (load_map and load_map.currency) or ""
    if stored.currency and currency and stored.currency != currency:
        raise BadMapping(
            f"the files are in {currency} and the warehouse is in {stored.currency}: amounts in two currencies cannot be added up",
            remedy="convert the files, or load them under another OIIS_HOME",
        )
    timezone = stored.timezone if old else request.timezone or (load_map and load_map.timezone) or stored.timezone
    return stored.model_copy(update={"timezone": timezone, "currency": stored.currency or currency})


def _file_zone(company: Company, batch: Batch, request: LoadRequest) -> str:
    """The zone of naive times in these files: as asked, as their map says, else the company's."""
    load_map = map_of(batch)
    return request.timezone or (load_map and load_map.timezone) or company.timezone


def _carry_over(connection: duckdb.DuckDBPyConnection, old: Snapshot) -> None:
    connection.execute(f"ATTACH {quote(str(old.database))} AS old (READ_ONLY)")
    for name in TABLE_NAMES:
        connection.execute(f"INSERT INTO {name} SELECT * FROM old.{name}")
    connection.execute("DETACH old")


def _merge_all(connection: duckdb.DuckDBPyConnection, stages: list[Stage], timezone: str, progress: Progress) -> list[Change]:
    changes: list[Change] = []
    for place, stage in enumerate(sorted(stages, key=lambda stage: _ORDER[stage.target.name])):
        progress(f"merging {stage.target.name}", place / len(stages))
        changes += derive_sales(connection, stage, timezone) if stage.target.name == "sales_lines" else [_merge_stage(connection, stage)]
    return changes


def _merge_stage(connection: duckdb.DuckDBPyConnection, stage: Stage) -> Change:
    target, given = stage.target, stage.given
    _introduce_parents(connection, stage)
    reject_orphans(connection, stage.name, target, given, _PARENTS)
    if target.name == "order_lines":
        complete_amounts(connection, stage.name)
        given |= {"unit_price", "discount_rate", "net_amount"}
    if "line_no" in target.key and "line_no" not in given:
        number_lines(connection, stage.name, target.name)
    elif not stage.entity:
        reject_repeats(connection, stage.name, target.key, tuple(sorted(given - set(target.key) & set(target.column_names))))
    columns = contract_columns(target, target.column_names)
    last = f" QUALIFY row_number() OVER (PARTITION BY {', '.join(target.key)} ORDER BY _source DESC, _row DESC) = 1" if stage.entity else ""
    return merge(connection, target, f"(SELECT {columns} FROM {stage.name} WHERE _reason IS NULL{last})", given)


def _introduce_parents(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """A list that was never loaded cannot say who is missing from it: its members are those that are referred to."""
    for column in stage.target.columns:
        if column.references in _LISTS and column.name in stage.given:
            parent = table(column.references)
            if not (connection.execute(f"SELECT count(*) FROM {parent.name}").fetchone() or (1,))[0]:
                named = ", name" if parent["name"].required else ""
                connection.execute(
                    f"INSERT INTO {parent.name} ({parent.key[0]}{named}) SELECT DISTINCT {column.name}{f', {column.name}' if named else ''}"
                    f" FROM {stage.name} WHERE _reason IS NULL AND {column.name} IS NOT NULL"
                )
                for source in stage.sources:
                    source.notes.append(f"{parent.name} was never loaded: its ids were taken from {column.name}")


def refusal(report: LoadReport, max_rejected: float) -> BatchRefused | None:
    """Why a batch is refused whole: one of its sources has too many bad rows."""
    for source in report.sources:
        bad = [reason for reason in source.reasons if reason.rule not in HARMLESS]
        rows = sum(reason.rows for reason in bad)
        if source.read and rows / source.read > max_rejected:
            worst = max(bad, key=lambda reason: reason.rows)
            priceless = "".join(f"; {note}" for note in source.notes if worst.field == "unit_price" and "price" in note)
            return BatchRefused(
                f"{rows:,} of {source.read:,} rows are bad; most often {worst.field}: {worst.meaning}"
                f" ({worst.rows:,} rows, for example {'; '.join(worst.samples[:2])}){priceless}",
                where=source.source,
                expected=f"at most {max_rejected:.0%} rejected",
                remedy="mend the file or the map (`./oiis data check FILE --report FOLDER` shows every column), or raise --max-rejected",
            )
    return None


def _refuse_if_bad(warehouse: Warehouse, report: LoadReport, max_rejected: float) -> None:
    reason = refusal(report, max_rejected)
    if reason:
        write_report(warehouse.home / "refused", report.model_copy(update={"verdict": "refused", "summary": str(reason)}))
        raise reason


def write_report(folder: Path, report: LoadReport) -> None:
    """The report as JSON and as a page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=1), encoding="utf-8")
    (folder / "report.html").write_text(page(report), encoding="utf-8")


def _card(
    connection: duckdb.DuckDBPyConnection, old: Snapshot | None, company: Company, rows: dict[str, int], report: LoadReport, batch: Batch
) -> Card:
    before = old.card if old else Card()
    now = datetime.now(UTC).isoformat()  # to the microsecond: it also tells which records came in one load
    records: dict[str, LoadRecord] = {}
    for source in report.sources:
        seen = records.get(source.fingerprint)
        records[source.fingerprint] = LoadRecord(
            source=source.source,
            fingerprint=source.fingerprint,
            loaded_at=now,
            read=source.read + (seen.read if seen else 0),
            accepted=source.accepted + (seen.accepted if seen else 0),
            rejected=source.rejected + (seen.rejected if seen else 0),
            unsettled=sum(reason.rows for reason in source.reasons if reason.rule in UNSETTLED) + (seen.unsettled if seen else 0),
        )
    return Card(
        company=company,
        as_of=business_date(connection, company.timezone),
        rows=rows,
        loads=(*before.loads, *records.values()),
        watermarks=before.watermarks | _reached(batch, report),
    )


def _reached(batch: Batch, report: LoadReport) -> dict[str, str]:
    """How far each watched table was read; one with rows that wait for others is read again from where it was."""
    waiting = [source.source for source in report.sources if any(reason.rule == "orphan" for reason in source.reasons)]
    return {key: mark for key, mark in batch.watermarks if not any(key.endswith(f":{name}") for name in waiting)}


def _publish(warehouse: Warehouse, draft: Draft, card: Card, report: LoadReport) -> LoadReport:
    write_card(draft, card)
    write_report(draft.path, report)
    draft.keep()
    return report


def _known(old: Snapshot | None) -> set[str]:
    """Batches that need not be read again: all of them settled, or nothing else was loaded since."""
    records = old.card.loads if old else ()
    return {record.fingerprint for record in records if not record.unsettled or record.loaded_at == records[-1].loaded_at}


def _summed(
    batch: Batch,
    reports: tuple[SourceReport, ...],
    changes: list[Change],
    rows: dict[str, int],
    verdict: Verdict,
    snapshot: str | None,
    started: datetime,
) -> LoadReport:
    read, accepted = sum(source.read for source in reports), sum(source.accepted for source in reports)
    by_table: dict[str, Change] = {}
    for change in changes:
        by_table[change.table] = change + by_table.get(change.table, Change(change.table))
    tables = tuple(
        TableChange(table=name, inserted=change.inserted, updated=change.updated, unchanged=change.unchanged, rows=rows.get(name, 0))
        for name, change in by_table.items()
    )
    return LoadReport(
        verdict=verdict,
        summary=_summary(verdict, read, accepted, batch.skipped),
        started_at=started.isoformat(timespec="seconds"),
        seconds=round((datetime.now(UTC) - started).total_seconds(), 2),
        snapshot=snapshot,
        read=read,
        accepted=accepted,
        rejected=read - accepted,
        skipped=batch.skipped,
        passed_over=_passed_over(batch, reports),
        sources=reports,
        tables=tables,
    )


def _passed_over(batch: Batch, reports: tuple[SourceReport, ...]) -> tuple[str, ...]:
    """Tables of a database that fit nothing in the contract."""
    read = {source.source for source in reports}
    return tuple(raw.name for raw, _ in batch.tables if raw.source not in read) if batch.optional else ()


def _summary(verdict: Verdict, read: int, accepted: int, skipped: tuple[str, ...]) -> str:
    if not read and skipped:
        return f"{len(skipped)} source(s) were loaded before; nothing changed"
    outcome = {
        "loaded": "a new snapshot serves them",
        "unchanged": "nothing new in them; nothing changed",
        "checked": "dry run, nothing was changed",
    }
    return f"{read:,} rows read, {accepted:,} accepted, {read - accepted:,} rejected; {outcome.get(verdict, verdict)}"


@contextmanager
def room(warehouse: Warehouse) -> Iterator[None]:
    """A disk that fills up while DuckDB or a reader writes is told as such."""
    try:
        yield
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise full(warehouse.home) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(warehouse.home) from error
        raise
