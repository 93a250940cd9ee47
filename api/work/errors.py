"""What goes wrong around background work, each saying what to do next."""

from __future__ import annotations

from settings import BadSetting


class WorkError(Exception):
    """Work that cannot be asked for; the message is fit for a person."""


class Refused(WorkError):
    """Work that fails the same way however often it is tried."""


class UnknownKind(WorkError):
    """There is no such kind of work."""

    def __init__(self, kind: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no kind of work called {kind!r}. There are: {', '.join(known)}.")


class BadArguments(WorkError):
    """Arguments that do not fit the kind of work."""


class QueueUnreachable(WorkError):
    """The queue does not answer; jobs stay where they are and go on when it is back."""


class QueueMisconfigured(BadSetting):
    """The queue cannot be used as it is configured."""
