"""The data that answers, followed: a new snapshot is seen by the next question, without a restart and for the price of one stat."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date
from typing import TYPE_CHECKING

from ingestion.errors import IngestionError
from settings import Settings

if TYPE_CHECKING:
    from agents.session_ground import Ground
    from api.documents import Documents
    from tools.query.served import Served

_LOG = logging.getLogger("oiis.api")
# A server tells nobody when another snapshot is published there, so it is asked now and then.
_SERVER_SECONDS = 30.0
_DEFAULT_CURRENCY = "VND"


def serve(settings: Settings, as_of: date | None = None, personal: bool = False) -> Served:
    """The warehouse the settings name: the embedded one, or one published to a server."""
    from ingestion.warehouse import Warehouse
    from tools.query.served import serve_snapshot, serve_url

    day = as_of or settings.as_of
    if settings.warehouse_url:
        return serve_url(settings.warehouse_url, day, personal, settings.home)
    return serve_snapshot(Warehouse(settings.home, settings.keep_snapshots).snapshot(), day, personal)


class FollowedGround:
    """A ground source: calling it gives the current ground; NoWarehouse while nothing was loaded."""

    def __init__(self, settings: Settings, documents: Documents | None = None) -> None:
        from ingestion.versions import POINTER

        self._settings, self._documents = settings, documents
        self._pointer = settings.home / "warehouse" / POINTER
        self._lock = threading.Lock()
        self._seen: object = None
        self._ground: Ground | None = None
        self._before: Ground | None = None

    def __call__(self) -> Ground:
        mark, ground = self._mark(), self._ground
        if ground is not None and mark == self._seen:
            return ground
        with self._lock:
            if self._ground is None or mark != self._seen:
                self._ground, self._seen = self._newest(), mark
            return self._ground

    @property
    def fresh(self) -> bool:
        """Whether a call would give the ground at once, without opening a snapshot."""
        return self._ground is not None and self._mark() == self._seen

    def find(self) -> Ground | None:
        """The current ground, or None while there is none."""
        try:
            return self()
        except IngestionError:
            return None

    def _mark(self) -> object:
        """What changes when another snapshot is current."""
        if self._settings.warehouse_url:
            return int(time.monotonic() / _SERVER_SECONDS)
        try:
            pointer = self._pointer.stat()
        except OSError:
            return None
        return pointer.st_ino, pointer.st_mtime_ns

    def _newest(self) -> Ground:
        """The newest snapshot. One that cannot be opened leaves the one before answering."""
        try:
            found = open_ground(self._settings, self._documents)
        except IngestionError as error:
            if self._ground is None:
                raise
            _LOG.error("the new snapshot cannot be opened, the one before goes on answering: %s", error)
            return self._ground
        # Questions that run still read the one before; the one before that is read by nobody.
        if self._before is not None:
            self._before.served.source.engine.dispose()
        self._before = self._ground
        return found


def open_ground(settings: Settings, documents: Documents | None = None) -> Ground:
    """The warehouse with its vocabulary, its currency and the tables that hold rows."""
    from agents.session_ground import Ground
    from ingestion.metrics import load_definitions

    here = serve(settings)
    known = load_definitions()
    tables = tuple(name for name in known.tables if here.source.has_rows(name))
    return Ground(here, known, here.currency or _DEFAULT_CURRENCY, tables, documents.searcher if documents else None)
