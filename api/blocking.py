"""Work that blocks (disk, database, files) done beside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")


async def beside(work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """What `work` returns; meanwhile everybody else is served."""
    return await to_thread.run_sync(partial(work, *args, **options))


class Lane:
    """One thread's worth of `beside` that nobody else's work can fill."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(1)

    async def beside(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What `work` returns, after what was handed in before."""
        return await to_thread.run_sync(partial(work, *args, **options), limiter=self._limiter)
