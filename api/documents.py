"""The documents of an installation: its library, what searches it, and the work that keeps both up to what was given."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING

from api.blocking import beside
from api.store.errors import StoreError
from api.store.jobs import JobStatus
from api.work.catalog import FETCH_FEED, INDEX_DOCUMENT, KEEP_LIBRARY, UPDATE_INDEX
from api.work.contract import A, Kind
from api.work.documents import FetchFeed, IndexDocument, UpdateIndex, library_of, staging
from api.work.errors import WorkError
from api.work.library import KeepLibrary
from ingestion.errors import IngestionError
from ingestion.versions import Versions
from settings import Settings

if TYPE_CHECKING:
    from api.work.dispatch import Dispatcher
    from knowledge.embed import Embedder
    from knowledge.library import Library
    from knowledge.library_inbox import InboxFile
    from knowledge.search import Searcher

_LOG = logging.getLogger("oiis.api")
_LOOK_SECONDS, _SWEEP_SECONDS, _FEED_SECONDS = 2.0, 30.0, 3_600.0
_PATIENT_SECONDS = 5.0  # less than anybody gives an answer
_STAGED_SECONDS, _AGAIN_SECONDS = 24 * 3_600.0, 300.0


class Documents:
    """The library and its searcher, opened when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._searcher: Searcher | None = None
        self._lock = threading.Lock()

    @property
    def library(self) -> Library:
        """What was given; it opens nothing by itself."""
        return library_of(self._settings.home)

    @cached_property
    def embedder(self) -> Embedder:
        """The one model of meaning of this process; its weights are read at the first text."""
        from knowledge.embed import MiniLM

        return MiniLM()

    @property
    def searcher(self) -> Searcher:
        """What finds passages; one for all who ask."""
        from knowledge.index import DocumentIndex
        from knowledge.search import Searcher

        with self._lock:
            if self._searcher is None:
                index = DocumentIndex(self._settings.home / "documents_index", self._settings.documents_vectors_url, self.embedder)
                self._searcher = Searcher(self.library, index, patient_seconds=_PATIENT_SECONDS)
            return self._searcher


class DocumentWatch:
    """Looks for new files, new feeds and a library that is ahead of its index, and has the worker see to them."""

    def __init__(self, settings: Settings, dispatcher: Dispatcher) -> None:
        self._settings, self._dispatcher = settings, dispatcher
        self._written = ""
        self._asked: dict[str, tuple[str, str]] = {}
        self._given: set[tuple[str, int, int]] = set()
        self._fed: dict[str, int] = {}
        self._swept_at = float("-inf")
        self._told: dict[str, str] = {}

    async def watch(self) -> None:
        """Look every other second, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """One round. What goes wrong in one part of it is told once and tried again, and holds up no other part."""
        for part in (self._take_files, self._take_feeds, self._follow_data, self._follow_library, self._tidy):
            try:
                await part()
                self._told.pop(part.__name__, None)
            except (IngestionError, StoreError, WorkError, OSError) as error:
                if self._told.get(part.__name__) != str(error):
                    _LOG.warning("documents wait: %s", error)
                self._told[part.__name__] = str(error)

    async def _take_files(self) -> None:
        """Each file of the watched folder once, and again when it changes."""
        if self._settings.documents_inbox is None:
            return
        for found in await beside(self._new_files):
            key = hashlib.sha256(repr(found.mark).encode()).hexdigest()[:32]
            arguments = IndexDocument(path=found.path.absolute(), name=found.path.name, folder=found.folder)
            await self._dispatcher.ask(INDEX_DOCUMENT, arguments, f"inbox-{key}")
            self._given.add(found.mark)

    def _new_files(self) -> list[InboxFile]:
        from knowledge.library_inbox import settled

        root = self._settings.documents_inbox
        if root is None:
            return []
        if not root.is_dir():
            raise WorkError(f"The folder {root} of OIIS_DOCUMENTS_INBOX is not there. Next: make it, or correct the setting.")
        return [found for found in settled(root) if found.mark not in self._given]

    async def _take_feeds(self) -> None:
        """Each feed once an hour; the same key again is the same job."""
        hour = int(time.time() / _FEED_SECONDS)
        for address in self._settings.documents_feeds.split():
            arguments = FetchFeed(address=address, private=self._settings.documents_feeds_private)
            name = hashlib.sha256(arguments.model_dump_json().encode()).hexdigest()[:24]
            if self._fed.get(name) != hour:
                await self._dispatcher.ask(FETCH_FEED, arguments, f"feed-{name}-{hour}")
                self._fed[name] = hour

    async def _follow_data(self) -> None:
        """What the data show is written anew when the data changed."""
        snapshot = await beside(self._snapshot)
        if snapshot and snapshot != self._written and await self._ended(KEEP_LIBRARY, KeepLibrary(), f"library-{snapshot}") == "done":
            self._written = snapshot

    def _snapshot(self) -> str:
        """The snapshot that is served and when it was made; nothing while there is none."""
        version = Versions(self._settings.home / "warehouse").current()
        return f"{version.name}-{version.created_at}" if version else ""

    async def _follow_library(self) -> None:
        """Whoever changed the library, the index follows, and is asked for until it has."""
        if behind := await beside(self._behind):
            await self._ended(UPDATE_INDEX, UpdateIndex(), f"index-{behind}")

    def _behind(self) -> str:
        """The state of the library while the index holds another; nothing while there is no library."""
        from knowledge.index_state import indexed_state

        state = library_of(self._settings.home).state()
        return state if state and state != indexed_state(self._settings.home / "documents_index") else ""

    async def _ended(self, kind: Kind[A], arguments: A, key: str) -> JobStatus:
        """How far work is that is still needed. What ended and did not help is asked for again after a pause, under a key of its own."""
        wanted, asked = self._asked.get(kind.name, ("", ""))
        job = await self._dispatcher.ask(kind, arguments, asked if wanted == key else key)
        if job.finished_at and time.time() - job.finished_at.timestamp() > _AGAIN_SECONDS:
            self._asked[kind.name] = (key, f"{key}-{int(time.time() / _AGAIN_SECONDS)}")
        return job.status

    async def _tidy(self) -> None:
        if time.monotonic() - self._swept_at > _SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            await beside(self._sweep)

    def _sweep(self) -> None:
        """What a kill may have left: originals that nothing names, uploads that nobody waits for."""
        library_of(self._settings.home).sweep()
        folder = staging(self._settings.home)
        for path in folder.iterdir() if folder.is_dir() else ():
            if time.time() - path.stat().st_mtime > _STAGED_SECONDS:
                path.unlink(missing_ok=True)
