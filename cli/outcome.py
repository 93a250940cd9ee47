"""What a load came to, as commands tell it: its report, the pushed events around it, and the exit code it earns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.console import complain, fail, progress_bar, say, table

if TYPE_CHECKING:
    from ingestion.load import LoadRequest
    from ingestion.report import LoadReport
    from ingestion.warehouse import Warehouse


def apply_first(warehouse: Warehouse, request: LoadRequest, dry_run: bool, quiet: bool) -> None:
    """What was pushed before comes in before; a dry run only says that it waits, and no push can stand in the way of a load."""
    from ingestion.applying import apply_waiting
    from ingestion.errors import IngestionError

    if not dry_run:
        try:
            with progress_bar(quiet) as progress:
                report = apply_waiting(warehouse, request, progress)
            if report:
                complain(f"pushed events: {report.summary}")
        except IngestionError as error:
            complain(f"pushed events were not applied: {error}")
    tell_waiting(warehouse)


def tell_waiting(warehouse: Warehouse) -> None:
    """Say which pushed events are in no snapshot."""
    from ingestion.inbox import inbox, refused, waiting

    count = len(waiting(warehouse))
    if count:
        complain(f"{count} pushes hold events that wait; the next push, load or sync tries them again")
    if refused(warehouse):
        complain(f"events that could not be applied are kept with their reasons in {inbox(warehouse) / 'refused'}")


def end_if_refused(report: LoadReport, request: LoadRequest) -> None:
    """A dry run ends as the load would."""
    from ingestion.errors import BatchRefused
    from ingestion.load import refusal

    reason = refusal(report, request.max_rejected) if request.dry_run else None
    if reason:
        fail(reason, BatchRefused.exit_code)


def show_report(report: LoadReport, as_json: bool) -> None:
    """Everything a load did, source by source."""
    if as_json:
        say(report.model_dump_json(indent=1))
        return
    say(f"{report.verdict}: {report.summary} ({report.seconds:.1f} s)")
    for source in report.sources:
        say(f"\n{source.source} -> {source.target}: {source.read:,} read = {source.accepted:,} accepted + {source.rejected:,} rejected")
        say("  columns: " + ", ".join(f"{field} <- {header}" for field, header in source.mapping.items()))
        if source.unmapped:
            say("  not used: " + ", ".join(source.unmapped))
        for note in source.notes:
            say(f"  note: {note}")
        for reason in source.reasons:
            say(f"  {reason.rows:,} x {reason.rule} ({reason.field}): {reason.meaning}; e.g. {'; '.join(reason.samples)}")
    if report.tables:
        say()
        table(
            ("table", "inserted", "updated", "unchanged", "rows"),
            [(change.table, change.inserted, change.updated, change.unchanged, change.rows) for change in report.tables],
        )
    if report.skipped:
        say("already loaded: " + ", ".join(report.skipped))
    if report.passed_over:
        say("not read, for they fit nothing in the contract: " + ", ".join(report.passed_over))
