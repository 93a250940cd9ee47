"""`python -m api.work`: the worker process."""

from __future__ import annotations

import logging
import sys
import time

from api.work.contract import Workplace
from api.work.errors import QueueUnreachable
from api.work.queue import open_queue
from api.work.worker import Worker
from settings import BadSetting, Settings, read_settings

_QUIET_SECONDS = 30.0


class OneLine(logging.Formatter):
    """A log line without a trace; the last line of the trace says what it was."""

    def formatException(self, ei: object) -> str:  # the name logging calls
        return ""


class Seldom(logging.Filter):
    """The same words at most every 30 seconds: a queue that is away is told once, not twice a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now, words = time.monotonic(), str(record.msg)
        if now - self._said.get(words, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return False
        self._said[words] = now
        return True


def workplace(settings: Settings) -> Workplace:
    """What the settings give every piece of work."""
    return Workplace(
        home=settings.home.absolute(),
        keep_snapshots=settings.keep_snapshots,
        max_rejected=settings.max_rejected,
        timezone=settings.timezone,
        currency=settings.currency,
        vectors_url=settings.documents_vectors_url,
    )


def main() -> int:
    """Work until told to stop; 2 when the settings are wrong, 6 when the queue cannot be opened."""
    try:
        settings = read_settings()
        _speak(settings)
        Worker(open_queue(settings.queue_url, settings.home), workplace(settings)).run()
    except BadSetting as error:
        return _end(error, 2)
    except QueueUnreachable as error:
        return _end(error, 6)
    return 0


def _speak(settings: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("worker: %(message)s") if settings.debug else OneLine("worker: %(message)s"))
    handler.addFilter(Seldom())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _end(error: Exception, code: int) -> int:
    sys.stderr.write(f"error: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
