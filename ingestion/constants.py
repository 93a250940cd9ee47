"""What a map says for every row, checked when the map is read: a constant that fits its field, a pattern that can be matched."""

from __future__ import annotations

import re
from datetime import date, datetime

from ingestion.schema import Column

_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LARGEST = 1e15  # beyond it DECIMAL(18,2) overflows


def constant_fault(column: Column, text: str) -> str | None:
    """What is wrong with `text` as the value of every row, or None."""
    if not text.strip():
        return "it is empty; leave it out instead"
    if column.choices:
        return None if text in column.choices else f"{text!r} is none of {', '.join(column.choices)}"
    match column.kind:
        case "id" | "text":
            return None
        case "boolean":
            return None if text in ("true", "false") else f"{text!r} is neither true nor false"
        case "date" | "timestamp":
            return _time_fault(column, text)
        case _:
            return _number_fault(column, text)


def _time_fault(column: Column, text: str) -> str | None:
    example = "2026-01-31" if column.kind == "date" else "2026-01-31 or 2026-01-31 14:30:00"
    try:
        read = date.fromisoformat(text) if column.kind == "date" else datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not a date written like {example}"
    offset = read.tzinfo if isinstance(read, datetime) else None
    return None if offset is None else f"{text!r} has an offset; write the time in UTC, like {example}"


def _number_fault(column: Column, text: str) -> str | None:
    if not _PLAIN_NUMBER.fullmatch(text) or (column.kind == "integer" and "." in text):
        shape = "a whole number" if column.kind == "integer" else "a number written like 1234.5"
        return f"{text!r} is not {shape}"
    number = float(text)
    low, above, high = column.minimum, column.above, column.maximum
    too_low = (low is not None and number < low) or (above is not None and number <= above)
    too_high = number > (_LARGEST if high is None else high) or number < -_LARGEST
    return f"{text} is out of range" if too_low or too_high else None


def pattern_fault(code: str) -> str | None:
    """What is wrong with a code of `not_products`, or None; `re:` starts a regular expression."""
    import duckdb

    if not code.startswith("re:"):
        return None
    try:
        with duckdb.connect() as connection:
            connection.execute("SELECT regexp_full_match('', $1)", [code[3:]]).fetchone()
    except duckdb.Error as error:
        return f"{code!r} is no regular expression ({str(error).splitlines()[0]})"
    return None
