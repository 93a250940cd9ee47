"""Foreign data brought in by the worker, along the same road as `./oiis data load`, `sync` and `push`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress

if TYPE_CHECKING:
    from ingestion.load import LoadRequest
    from ingestion.mapping import LoadMap
    from ingestion.report import LoadReport

_WAIT_SECONDS = 120.0


class LoadFiles(Arguments):
    """Files or folders on the worker's disk; `preset` or `map_file` says which column is which field."""

    sources: tuple[Path, ...] = Field(min_length=1)
    preset: str | None = None
    map_file: Path | None = None


class SyncDatabase(Arguments):
    """A live database; its password comes from the worker's surroundings (PGPASSWORD, ~/.pgpass), never from here."""

    url: str
    preset: str | None = None
    map_file: Path | None = None
    full: bool = False

    @field_validator("url")
    @classmethod
    def _without_password(cls, value: str) -> str:
        account = value.partition("://")[2].rpartition("@")[0]
        if ":" in account or "password=" in value.casefold():
            raise ValueError("a password would be kept with the job; leave it out and set PGPASSWORD or ~/.pgpass for the worker")
        return value


class ApplyEvents(Arguments):
    """Pushed events that wait; there is nothing to choose."""


def load_files(arguments: LoadFiles, place: Workplace, progress: Progress) -> str:
    """Load files into a new snapshot; files loaded before are passed over."""
    from ingestion.load import load
    from ingestion.warehouse import Warehouse

    load_map = _load_map(arguments.preset, arguments.map_file)
    return _told(load(Warehouse(place.home, place.keep_snapshots), _request(place, arguments.sources, load_map), progress))


def sync_database(arguments: SyncDatabase, place: Workplace, progress: Progress) -> str:
    """Bring in what a live database has and the warehouse has not."""
    from dataclasses import replace

    from ingestion.sync import sync
    from ingestion.warehouse import Warehouse

    load_map = _load_map(arguments.preset, arguments.map_file)
    request = replace(_request(place, (), load_map), again=arguments.full)
    return _told(sync(Warehouse(place.home, place.keep_snapshots), arguments.url, load_map, request, progress))


def apply_events(_: ApplyEvents, place: Workplace, progress: Progress) -> str:
    """Apply the pushed events that wait; what was applied before is known again."""
    from ingestion.applying import apply_waiting
    from ingestion.warehouse import Warehouse

    report = apply_waiting(Warehouse(place.home, place.keep_snapshots), _request(place, (), None), progress)
    return _told(report) if report else "no event waits"


def _load_map(preset: str | None, map_file: Path | None) -> LoadMap | None:
    from ingestion.mapping import read_map
    from ingestion.presets.catalog import preset as read_preset

    return read_map(map_file) if map_file else read_preset(preset) if preset else None


def _request(place: Workplace, sources: tuple[Path, ...], load_map: LoadMap | None) -> LoadRequest:
    from ingestion.load import LoadRequest

    return LoadRequest(
        sources,
        load_map,
        max_rejected=place.max_rejected,
        timezone=place.timezone,
        currency=place.currency,
        wait_seconds=_WAIT_SECONDS,
    )


def _told(report: LoadReport) -> str:
    return f"{report.verdict}: {report.summary}"
