"""Arrow values as the text a person would type: no exponents, no ".0", ISO dates, JSON for nested values."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.readers.contract import Fault

Damage = dict[int, Fault]


def to_text(cells: pa.Array) -> tuple[pa.Array, Damage]:
    """Any array as strings, and which of them could not be read properly."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return to_text(cells.dictionary_decode())
    if is_textual(kind):
        return decode(cells)
    return value_text(cells), {}


def is_textual(kind: pa.DataType) -> bool:
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(binary or text or pa.types.is_string_view(kind) or pa.types.is_binary_view(kind))


def value_text(cells: pa.Array) -> pa.Array:
    kind = cells.type
    if pa.types.is_floating(kind):
        return float_text(cells)
    if pa.types.is_decimal(kind):
        return without_exponents(cells.cast(pa.string()), "E")
    if pa.types.is_timestamp(kind):
        return timestamp_text(cells)
    if pa.types.is_time(kind):
        return whole_seconds(cells).cast(pa.string())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_null(kind):
        return cells.cast(pa.string())
    return python_text(cells)


def decode(cells: pa.Array) -> tuple[pa.Array, Damage]:
    """Text as it stands; going through bytes makes Arrow check that it really is UTF-8."""
    raw = (cells.cast(pa.string()) if pa.types.is_string_view(cells.type) else cells).cast(pa.binary())
    damage: Damage = {}
    try:
        text = raw.cast(pa.string())
    except pa.ArrowInvalid:
        decoded = [None if cell is None else cell.decode("utf-8", "replace") for cell in raw.to_pylist()]
        damage = {row: "undecodable" for row, cell in enumerate(decoded) if cell and "\ufffd" in cell}
        text = pa.array(decoded, pa.string())
    zeros = pc.fill_null(pc.match_substring(text, "\0"), False)
    if not pc.any(zeros).as_py():
        return text, damage
    for row in pc.indices_nonzero(zeros).to_pylist():
        damage.setdefault(row, "nul_bytes")
    return pc.replace_substring(text, "\0", ""), damage


def float_text(cells: pa.Array) -> pa.Array:
    wide = cells.cast(pa.float32()) if pa.types.is_float16(cells.type) else cells
    known = pc.if_else(pc.is_nan(wide), pa.scalar(None, wide.type), wide)
    return without_exponents(known.cast(pa.string()), "e")


def without_exponents(text: pa.Array, mark: str) -> pa.Array:
    """1e+15 as 1000000000000000; only the few cells that have an exponent are touched."""
    found = pc.fill_null(pc.match_substring(text, mark), False)
    if not pc.any(found).as_py():
        return text
    plain = [format(Decimal(cell), "f") for cell in text.filter(found).to_pylist()]
    return pc.replace_with_mask(text, found, pa.array(plain, pa.string()))


def timestamp_text(cells: pa.Array) -> pa.Array:
    """ISO, in UTC with a Z where the source knows its zone; fractions only where there are any."""
    zone = "UTC" if cells.type.tz else None
    try:
        return cells.cast(pa.timestamp("s", zone)).cast(pa.string())
    except pa.ArrowInvalid:
        return cells.cast(pa.timestamp("us", zone), safe=False).cast(pa.string())


def whole_seconds(cells: pa.Array) -> pa.Array:
    try:
        return cells.cast(pa.time32("s"))
    except pa.ArrowInvalid:
        return cells


def python_text(cells: pa.Array) -> pa.Array:
    """Nested values as JSON, what is left (durations, UUIDs) as Python writes it."""
    values = cells.to_pylist()
    if pa.types.is_nested(cells.type):
        texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    else:
        texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())
