"""Every reader, in the order they are asked; text comes last because almost anything can pass for it."""

from __future__ import annotations

from ingestion.readers.contract import Reader
from ingestion.readers.delimited import DelimitedReader
from ingestion.readers.gzip_file import GzipReader
from ingestion.readers.json_lines import JsonLinesReader
from ingestion.readers.parquet_file import ParquetReader
from ingestion.readers.workbook import WorkbookReader

READERS: tuple[Reader, ...] = (
    ParquetReader(),
    WorkbookReader(),
    GzipReader(),
    JsonLinesReader(),
    DelimitedReader(),
)
