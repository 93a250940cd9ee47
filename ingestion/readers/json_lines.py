"""Reads JSON: one object per line, or one array of objects, each object becoming a row."""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.byte_source import ByteSource
from ingestion.readers.contract import RawTable, ReadOptions
from ingestion.readers.identity import decode_head, looks_like_text
from ingestion.readers.text_encoding import find_format
from ingestion.readers.text_lines import open_lines

LINES = (".jsonl", ".ndjson")
# A header may start with a bracket ("[Order ID],..."), an object or a list of objects goes on like this.
JSON_START = re.compile(r"\ufeff?\s*(\{\s*(\"|\}|$)|\[\s*(\{|\]|$))")
SPREAD_OUT = re.compile(r"\ufeff?\s*\{[^\r\n]{0,2000}(?<=[{\[,])\s*[\r\n]")  # a first line that leaves its object open
ARRAY_START = re.compile(r"\ufeff?\s*\[")


class JsonLinesReader:
    """JSON lines, or a JSON array of objects, streamed."""

    name = "JSON"
    suffixes = (*LINES, ".json")

    def recognises(self, head: bytes, name: str) -> bool:
        return looks_like_text(head) and (name.lower().endswith(LINES) or JSON_START.match(decode_head(head)) is not None)

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        return self.read_bytes(ByteSource(source, options.limits), into, options, progress)

    def read_bytes(self, source: ByteSource, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        from ingestion.readers.growing_table import GrowingTable
        from ingestion.readers.json_objects import read_array, read_lines

        progress(f"looking at {source.path.name}", None)
        start = decode_head(source.head())
        is_array = ARRAY_START.match(start) is not None
        if not is_array and SPREAD_OUT.match(start):
            raise no_objects(source)
        # A whole array may stand on one line, so only its objects can be held to a length.
        text_format = find_format(source, options.encoding, by_line=not is_array)
        with open_lines(source, text_format) as (lines, opened), GrowingTable(into, source) as table:
            for record in read_array(source, lines) if is_array else read_lines(lines):
                if table.add(record):
                    progress(f"reading {source.path.name}", opened.done())
        if table.rows and table.rows == table.bad_rows:
            raise no_objects(source)
        notes = (*filter(None, [text_format.note]), *table.notes())
        name = Path(source.name).stem
        return [RawTable(name, source.path.name, table.path, table.columns, table.rows, notes, table.decimal_comma, table.typed)]


def no_objects(source: ByteSource) -> BadFile:
    return BadFile(
        "no line of this file is a JSON object",
        where=source.path.name,
        expected='one object per line ({"order_id": 1, ...}), or one array of objects',
        remedy="export it as JSON lines; a document that wraps its rows can be cut open with: jq -c '.rows[]'",
    )
