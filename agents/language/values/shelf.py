"""The index of each snapshot, built when first asked for and kept: in memory when small, as a folder under home when costly."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.language.values.described import Meaning
    from agents.language.values.index import ValueIndex
    from agents.language.values.store import Store
    from tools.query.served import Served
    from tools.query.source import Source

KEPT = 4  # indexes in memory, and folders
COSTLY_SECONDS = 3.0  # an index that took longer to build is written down
STALE_SECONDS = 3600.0  # nobody finishes a draft this old
DRAFT = ".building-"


@dataclass(frozen=True)
class _Ready:
    """An index and the source its ids are confirmed in."""

    index: ValueIndex
    source: Source


class Shelf:
    """Indexes by snapshot, day and scope. Threads that ask for the same one wait for one builder."""

    def __init__(
        self,
        home: Path | None = None,
        protected: Iterable[str] = (),
        kept: int = KEPT,
        costly_seconds: float = COSTLY_SECONDS,
        meaning: Meaning | None = None,
    ) -> None:
        self.root, self._meaning = home / "values" if home else None, meaning
        self.protected, self.kept, self.costly_seconds = tuple(protected), kept, costly_seconds
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def index(self, served: Served) -> ValueIndex:
        """The index for what is served; building may take a second or more, so never on an event loop."""
        key = key_of(served)
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._guard:
                ready = self._ready.get(key)
            if ready is None or ready.source is not served.source:
                store = ready.index.store if ready else self._store(key, served)
                ready = _Ready(self._index(store, served), served.source)
            self._keep(key, ready)
            return ready.index

    def ready(self, served: Served) -> ValueIndex | None:
        """The index if it is there already."""
        with self._guard:
            ready = self._ready.get(key_of(served))
        return ready.index if ready and ready.source is served.source else None

    def _keep(self, key: str, ready: _Ready) -> None:
        with self._guard:
            self._ready[key] = ready
            self._ready.move_to_end(key)
            while len(self._ready) > self.kept:
                gone, _ = self._ready.popitem(last=False)
                self._locks.pop(gone, None)

    def _index(self, store: Store, served: Served) -> ValueIndex:
        from agents.language.values.described import DescribedHere
        from agents.language.values.ids import Ids
        from agents.language.values.index import ValueIndex
        from tools.query.vocabulary import existing_ids, id_shapes, spoken_words

        shapes = id_shapes(served)
        for shape in shapes:
            existing_ids(served, shape.dimension, ("",))  # what is asked once a snapshot is asked now, not in the first message
        ids = Ids(shapes, lambda dimension, asked: existing_ids(served, dimension, asked))
        described = DescribedHere(self.root, self._meaning) if self.root and self._meaning else lambda: None
        return ValueIndex(store, ids, spoken_words(), self.protected, described=described)

    def _store(self, key: str, served: Served) -> Store:
        from agents.language.values.build import build_store
        from agents.language.values.store import open_store
        from tools.query.vocabulary import vocabulary

        if self.root and (kept := open_store(self.root / key)):
            return kept
        began = time.monotonic()
        store = build_store(vocabulary(served))
        if self.root and time.monotonic() - began > self.costly_seconds:
            write_down(store, self.root, key, self.kept)
            return open_store(self.root / key) or store
        return store


def key_of(served: Served) -> str:
    """What an index depends on: the data, the day, who sees what, the words that ship, as a name for a folder."""
    from agents.language.values.lexicon import HERE

    context, url = served.context, served.source.engine.url
    shown = {
        "engine": url.render_as_string(hide_password=True),
        "file": _stamp(url.database) if served.source.dialect == "duckdb" else None,
        "snapshot": context.snapshot or served.source.snapshot,
        "as_of": context.as_of.isoformat(),
        "locations": sorted(context.locations) if context.locations is not None else None,
        "provinces": sorted(context.provinces) if context.provinces is not None else None,
        "words": [[path.name, _stamp(str(path))] for path in sorted(HERE.glob("*.yaml"))],
    }
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]


def _stamp(path: str | None) -> list[int]:
    """Size and time of a file: a snapshot made anew under an old name is another one."""
    try:
        found = os.stat(path or "")
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def write_down(store: Store, root: Path, key: str, kept: int = KEPT) -> None:
    """Write the index aside and move it into place whole; the oldest ones go. Where there is no room, the one in memory serves."""
    from agents.language.values.store import open_store, save_store

    draft = root / f"{DRAFT}{os.getpid()}-{time.time_ns()}"
    with suppress(OSError):
        draft.mkdir(parents=True)
        save_store(store, draft)
        for path in draft.iterdir():
            _settle(path)
        if open_store(root / key) is None:  # otherwise another process was first
            shutil.rmtree(root / key, ignore_errors=True)
            os.rename(draft, root / key)
    shutil.rmtree(draft, ignore_errors=True)
    _sweep(root, kept)


def _settle(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sweep(root: Path, kept: int) -> None:
    """Remove the oldest indexes and drafts nobody will finish; what a reader has mapped stays readable to it."""
    stamped = [(found.stat().st_mtime, found) for found in root.iterdir() if found.is_dir()] if root.is_dir() else []
    whole = sorted(each for each in stamped if not each[1].name.startswith(DRAFT))
    drafts = [each for each in stamped if each[1].name.startswith(DRAFT) and time.time() - each[0] > STALE_SECONDS]
    for _, path in [*whole[:-kept], *drafts]:
        shutil.rmtree(path, ignore_errors=True)
