"""The demo company, built for an installation that holds nothing yet."""

from __future__ import annotations

import time
from typing import Literal

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress

_LOOK_SECONDS = 0.5


class FoundDemo(Arguments):
    """Which demo company; the same size and seed give the same rows."""

    size: Literal["tiny", "demo", "large"] = "demo"
    seed: int = 7


def found_demo(arguments: FoundDemo, place: Workplace, progress: Progress) -> str:
    """Build the demo company unless something is there already: it never takes the place of anybody's data."""
    from ingestion.errors import Busy
    from ingestion.founding import found
    from ingestion.warehouse import Warehouse

    warehouse = Warehouse(place.home, place.keep_snapshots)
    while (there := warehouse.find()) is None:
        try:
            found(warehouse, arguments.size, arguments.seed, 0.0, progress)
        except Busy:  # who loads their own data at this moment comes first, and then there is nothing to build
            progress("waiting for another writer", None)
            time.sleep(_LOOK_SECONDS)
        else:
            there = warehouse.snapshot()
            return f"{there.card.company.name} is ready: {sum(there.card.rows.values()):,} rows as of {there.card.as_of}"
    return f"nothing to build: {there.name} already holds data"
