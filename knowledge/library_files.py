"""The bytes of the documents as they were given: each under the hash of its content, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ingestion.versions import full, sync_folder
from knowledge.parse_errors import BadLibrary

_ASIDE = ".part-"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Originals:
    """Files under one folder; user text never becomes part of a path."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, sha256: str, content: bytes) -> None:
        """Keep the content durably; twice is as good as once, and mends what was damaged in between."""
        if self.holds(sha256):
            return
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{_ASIDE}{os.getpid()}")
        try:
            with aside.open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(aside, path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise full(self.root) from error
            raise
        sync_folder(path.parent)
        sync_folder(self.root)

    def holds(self, sha256: str) -> bool:
        """Whether the content is there and what it was."""
        try:
            with self._path(sha256).open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def read(self, sha256: str) -> bytes:
        """The content, or BadLibrary when it is gone or is not what it was."""
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != sha256:
            remedy = "add the document again from where it came, or restore the documents folder from a backup"
            raise BadLibrary("the original of this document is missing or damaged", where=sha256[:12], remedy=remedy)
        return content

    def sweep(self, wanted: frozenset[str]) -> int:
        """Delete what no document holds any more, and what a killed writer left half written."""
        gone = 0
        for path in self._files():
            if path.name not in wanted:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _files(self) -> Iterator[Path]:
        for folder in self.root.glob("??"):
            with contextlib.suppress(FileNotFoundError):
                yield from sorted(path for path in folder.iterdir() if path.is_file())

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError(f"no SHA-256: {sha256[:80]!r}")
        return self.root / sha256[:2] / sha256
