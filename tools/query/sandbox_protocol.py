"""What parent and child say to each other: framed JSON over pipes, with every value kept exact. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["text", "integer", "number", "decimal", "boolean", "date", "timestamp", "time", "interval"]
Cell = None | bool | int | float | str | Decimal | date | datetime | time | timedelta
Wire = None | bool | int | float | str | list[int]

# A frame is its length in bytes, big-endian, then that many bytes of JSON.
HEADER_BYTES = 4
MAX_REQUEST_BYTES = 60_000  # fits a pipe's buffer: the parent can never block on writing one
MAX_ENVELOPE_BYTES = 100_000  # names, types and timings around the rows

# Troubles that leave an engine as it was; after any other its child is not asked again.
TRUSTED_AFTER = frozenset({"query", "missing", "failed"})

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")


def kind_of(sql_type: str) -> Kind:
    """How values of an engine type travel; a type that has no plain value travels as text."""
    base = sql_type.partition("(")[0].upper()
    if base in INTEGERS and "[" not in sql_type:
        return "integer"
    named: dict[str, Kind] = {
        "DOUBLE": "number",
        "FLOAT": "number",
        "DECIMAL": "decimal",
        "BOOLEAN": "boolean",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamp",
        "TIME": "time",
        "INTERVAL": "interval",
    }
    return "text" if "[" in sql_type else named.get(base, "text")


def pack(value: object) -> Wire:
    """A cell as JSON holds it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return [value.days, value.seconds, value.microseconds]
    return str(value)


def unpack(kind: Kind, value: Wire) -> Cell:
    """The cell as it was before `pack`."""
    return None if value is None else UNPACK[kind](value)


def span(value: object) -> timedelta:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError("an interval is days, seconds and microseconds")
    return timedelta(days=value[0], seconds=value[1], microseconds=value[2])


# A DOUBLE that happens to be whole must stay a float, and True is not the number 1.
UNPACK: MappingProxyType[Kind, Callable[[object], Cell]] = MappingProxyType(
    {
        "text": str,
        "integer": lambda value: int(str(value)),
        "number": lambda value: float(str(value)),
        "decimal": lambda value: Decimal(str(value)),
        "boolean": bool,
        "date": lambda value: date.fromisoformat(str(value)),
        "timestamp": lambda value: datetime.fromisoformat(str(value)),
        "time": lambda value: time.fromisoformat(str(value)),
        "interval": span,
    }
)


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(HEADER_BYTES, "big") + payload


def encode(message: dict[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def encode_row(row: Sequence[object]) -> bytes:
    return json.dumps([pack(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
