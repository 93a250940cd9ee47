"""Bytes of a text file, plain or gzipped, read as often as needed and never past the limits."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingestion.errors import BadFile
from ingestion.readers.contract import Limits

READ_BYTES = 1 << 20


@dataclass(frozen=True)
class ByteSource:
    """A file that can be opened again and again, unpacked on the way when it is gzipped."""

    path: Path
    limits: Limits
    gzipped: bool = False

    @property
    def name(self) -> str:
        """The name without its wrapping: sales.csv.gz holds sales.csv."""
        return self.path.name[: -len(".gz")] if self.gzipped and self.path.name.lower().endswith(".gz") else self.path.name

    @contextmanager
    def open(self) -> Iterator[OpenBytes]:
        with self.path.open("rb", buffering=0 if self.gzipped else READ_BYTES) as file:
            yield OpenBytes(self, file)

    def head(self, size: int = 1 << 16) -> bytes:
        with self.open() as opened:
            return opened.stream.read(size)


class OpenBytes:
    """An open byte source: the unpacked stream and how much of the file is behind."""

    def __init__(self, source: ByteSource, file: BinaryIO) -> None:
        self._file, self._size = file, max(1, source.path.stat().st_size)
        self.stream: BinaryIO = file
        if source.gzipped:
            self.stream = io.BufferedReader(GuardedGzip(file, source), READ_BYTES)

    def done(self) -> float:
        return min(1.0, self._file.tell() / self._size)


class GuardedGzip(io.RawIOBase):
    """A gzip stream that refuses to unfold beyond the limits and says plainly when it is damaged."""

    def __init__(self, file: BinaryIO, source: ByteSource) -> None:
        self._file, self._source = file, source
        self._unpacked = gzip.GzipFile(fileobj=file, mode="rb")
        self._written = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._unpacked.read(len(buffer))
        except EOFError as error:
            raise self._damaged("the gzip data stops before its end: the file was not written or copied whole") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged(f"the gzip data is damaged ({error})") from error
        self._written += len(data)
        self._check_expansion()
        buffer[: len(data)] = data
        return len(data)

    def _damaged(self, what: str) -> BadFile:
        return BadFile(what, where=self._source.path.name, expected="a complete gzip file", remedy="export or copy the file again")

    def _check_expansion(self) -> None:
        limits = self._source.limits
        ratio = self._written / max(1, self._file.tell())
        too_dense = self._written > limits.free_expansion_bytes and ratio > limits.expansion_ratio
        if too_dense or self._written > limits.expanded_bytes:
            raise BadFile(
                f"{self._file.tell():,} gzipped bytes unfold to more than {self._written:,}",
                where=self._source.path.name,
                expected=f"at most {limits.expansion_ratio} times the size and {limits.expanded_bytes:,} bytes",
                remedy="check where the file comes from; if it is right, unpack it and load the unpacked file",
            )
