"""An index made again beside the questions, so that none of them waits longer than it is worth."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ingestion.errors import Busy, IngestionError
from knowledge.index import BadIndex, DocumentIndex, Shelf


class BeingIndexed(Busy):
    """The index is being made again; nothing can be found until it is there."""


@dataclass
class Repair:
    """One rebuilding of an index, what made it necessary and how it ended."""

    note: str
    done: threading.Event = field(default_factory=threading.Event)
    error: IngestionError | OSError | None = None

    @classmethod
    def begin(cls, index: DocumentIndex, shelf: Shelf, damage: BadIndex) -> Repair:
        """Start it in a thread of its own."""
        repair = cls(f"the search index was made again from the library ({damage.what})")
        threading.Thread(target=repair._run, args=(index, shelf), name="oiis-reindex", daemon=True).start()
        return repair

    def _run(self, index: DocumentIndex, shelf: Shelf) -> None:
        try:
            index.rebuild(shelf)
        except (IngestionError, OSError) as error:
            self.error = error
        finally:
            self.done.set()
