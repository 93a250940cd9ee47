"""Every kind of background work: adding one is a function in this folder and a line here."""

from __future__ import annotations

from pydantic import ValidationError

from api.work.contract import AnyKind, Arguments, Kind
from api.work.errors import BadArguments, UnknownKind
from api.work.founding import FoundDemo, found_demo
from api.work.loading import ApplyEvents, LoadFiles, SyncDatabase, apply_events, load_files, sync_database

FOUND_DEMO = Kind("found_demo", FoundDemo, found_demo, "building the demo company", limit_seconds=1800, niceness=0)
LOAD_FILES = Kind("load_files", LoadFiles, load_files, "loading files", limit_seconds=6 * 3600)
SYNC_DATABASE = Kind("sync_database", SyncDatabase, sync_database, "bringing in what a database has", limit_seconds=6 * 3600)
APPLY_EVENTS = Kind("apply_events", ApplyEvents, apply_events, "applying pushed events")

KINDS: tuple[AnyKind, ...] = (FOUND_DEMO, LOAD_FILES, SYNC_DATABASE, APPLY_EVENTS)


def kind_named(name: str, kinds: tuple[AnyKind, ...] = KINDS) -> AnyKind:
    """The kind of work with this name, or UnknownKind listing them."""
    for kind in kinds:
        if kind.name == name:
            return kind
    raise UnknownKind(name, tuple(kind.name for kind in kinds))


def read_arguments(kind: AnyKind, text: str) -> Arguments:
    """The arguments of a job as its kind types them, or BadArguments naming the first that does not fit."""
    try:
        read: Arguments = kind.arguments.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "arguments"
        raise BadArguments(f"{kind.name}: {field}: {first['msg']}, got {str(first['input'])[:200]!r}") from error
    return read
