"""What the app state lets go of with time. Done by the process that holds the state, for a SQLite file has one writer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.store.open import Store

KIND = "prune_state"
JOBS_DAYS = 30
_BATCHES = 200


def prune_state(store: Store, events_days: int) -> str:
    """Delete the steps of runs that ended long ago and the records of old jobs; answers and what was said stay."""
    now = datetime.now(UTC)
    events = _repeated(store.events.prune, now - timedelta(days=events_days))
    jobs = _repeated(store.jobs.prune, now - timedelta(days=JOBS_DAYS))
    return f"let go of {events:,} steps of old runs and {jobs:,} records of old jobs"


def _repeated(prune: Callable[[datetime], int], before: datetime) -> int:
    """Small transactions, so that nobody waits for them; what is left over goes tomorrow."""
    total = 0
    for _ in range(_BATCHES):
        gone = prune(before)
        total += gone
        if not gone:
            break
    return total
