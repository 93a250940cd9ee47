"""What the library gets from the data: the demo company's documents where it is served, and insights of every new snapshot."""

from __future__ import annotations

from api.work.contract import Arguments, Workplace
from api.work.documents import UpdateIndex, library_of, update_index
from ingestion.progress import Progress


class KeepLibrary(Arguments):
    """The library brought up to what the warehouse shows; there is nothing to choose."""


def keep_library(_: KeepLibrary, place: Workplace, progress: Progress) -> str:
    """File what follows from the newest snapshot and make it searchable; what is there already stays as it is."""
    from ingestion.warehouse import Warehouse
    from knowledge.demo.found import demo_seed, found_library
    from knowledge.insights import refresh_insights

    snapshot = Warehouse(place.home, place.keep_snapshots).find()
    if snapshot is None:
        return "there is no data to write about yet"
    library = library_of(place.home)
    told = [str(found_library(library, snapshot, progress))] if demo_seed(snapshot) is not None else []
    told.append(str(refresh_insights(library, snapshot, progress=progress)))
    told.append(update_index(UpdateIndex(), place, progress))
    return "; ".join(told)
