"""The child that reads one foreign document: its bytes on stdin, what was found on stdout, nothing else within reach."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import warnings
from dataclasses import dataclass
from types import TracebackType

from knowledge.parse_errors import BadDocument
from knowledge.parse_fence import put_up

_COMPLAINT_CHARACTERS = 160


@dataclass(frozen=True)
class Job:
    """What the child is told on its command line."""

    name: str
    format: str
    memory_bytes: int
    seconds: int


def main() -> None:
    """Read the document behind the fence; one JSON object says what it is or what is wrong with it."""
    job = Job(**json.loads(sys.argv[1]))
    warnings.simplefilter("ignore")  # libraries remark on oddities of foreign files; nobody reads them here
    logging.disable(logging.CRITICAL)
    sys.excepthook = _tell_fault
    parser = _parser(job.format)
    content = _everything(0)
    put_up(job.memory_bytes, job.seconds)
    gc.freeze()
    try:
        parsed = parser(content, job.name)
    except BadDocument as error:
        _say({"code": error.code, "what": error.what, "expected": error.expected, "remedy": error.remedy})
        return
    _say_text(parsed.model_dump_json())


def _parser(name: str):  # type: ignore[no-untyped-def]
    from knowledge.parse_catalog import PARSERS, parser_of

    return parser_of(next(known for known in PARSERS if known == name))


def _everything(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _say(message: dict[str, str]) -> None:
    _say_text(json.dumps({"refused": message}))


def _say_text(text: str) -> None:
    waiting = memoryview(text.encode("utf-8", "replace"))
    while waiting:
        waiting = waiting[os.write(1, waiting) :]
    os._exit(0)  # what is left of a hostile document needs no tidying up


def _tell_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What a library met and did not foresee: the document is broken, or takes too much."""
    if isinstance(error, MemoryError):
        _say({"code": "memory"})
    if isinstance(error, RecursionError):
        _say({"code": "broken", "reason": "it is nested too deeply"})
    text = " ".join(str(error).split())
    _say({"code": "broken", "reason": f"{kind.__name__}: {text}"[:_COMPLAINT_CHARACTERS]})


if __name__ == "__main__":
    main()
