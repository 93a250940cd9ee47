"""Reads Parquet: any type becomes the text a person would type, nested values become JSON text."""

from __future__ import annotations

from pathlib import Path

from ingestion.progress import Progress
from ingestion.readers.contract import RawTable, ReadOptions

MAGIC = (b"PAR1", b"PARE")  # the second one has an encrypted footer


class ParquetReader:
    """A Parquet file, streamed in batches."""

    name = "Parquet"
    suffixes = (".parquet", ".pq")

    def recognises(self, head: bytes, name: str) -> bool:
        return head.startswith(MAGIC)

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        from ingestion.readers.parquet_copy import copy_as_text

        return [copy_as_text(source, into, options.limits, progress)]
