"""Reads gzipped text: unpacked on the way, never beyond the limits, then read as CSV or JSON lines."""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.byte_source import ByteSource
from ingestion.readers.choice import refuse_wrong_name
from ingestion.readers.contract import RawTable, ReadOptions
from ingestion.readers.delimited import DelimitedReader
from ingestion.readers.identity import find_foreign
from ingestion.readers.json_lines import JsonLinesReader

TEXT_READERS = (JsonLinesReader(), DelimitedReader())


class GzipReader:
    """One gzipped text file."""

    name = "gzip"
    suffixes = (".gz",)

    def recognises(self, head: bytes, name: str) -> bool:
        return head.startswith(b"\x1f\x8b")

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        inside = ByteSource(source, options.limits, gzipped=True)
        head = inside.head()
        if foreign := find_foreign(head):
            raise holds(source, foreign.what)
        for reader in TEXT_READERS:
            if head and reader.recognises(head, inside.name):
                refuse_wrong_name(source, inside.name, reader, TEXT_READERS)
                return reader.read_bytes(inside, into, options, progress)
        raise holds(source, "binary data" if head else "nothing")


def holds(source: Path, what: str) -> BadFile:
    return BadFile(
        f"this gzip file holds {what}",
        where=source.name,
        expected="a gzipped CSV or JSON lines file",
        remedy="unpack it and load what is inside" if what != "nothing" else "export it again",
    )
