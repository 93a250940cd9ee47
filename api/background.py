"""Work in the background as it is shown over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.schemas import JobStatus

if TYPE_CHECKING:
    from api.installation import Installation


def jobs_of(installation: Installation) -> tuple[JobStatus, ...]:
    """What runs, waits and ended lately."""
    return tuple(
        JobStatus(id=each.id, kind=each.kind, state=each.state, progress=min(max(each.progress, 0.0), 1.0), message=each.message)
        for each in installation.board()
    )
