"""Which header of a file is which field of one table: by name, believed only when the values fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz

from ingestion.mapping import needed, plain, vocabulary
from ingestion.schema import Column, Table
from ingestion.titles import Title

FIT = 0.6  # share of a column's values that must read as its kind before its name is believed
_CODED = 0.5  # share of rows with a shelf code above which the code is the product; rows without one are then rejected, not guessed
_NUMERIC = {"integer", "quantity", "money", "rate", "number"}
_TIME = {"date", "timestamp"}
# What may stand in brackets behind a header of a field that is measured in a unit; grams are no kilograms.
_UNITS = {
    "kg": {"kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"},
    "km": {"km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"},
    "days": {"d", "day", "days", "ngay", "tage", "jours"},
}
# Words for a product that are a name as often as a code; beside a column of codes they are the name.
_NAMELIKE = frozenset({"product", "item", "article", "artikel", "produkt", "produit", "mathang", "productname"})
# Only of a table whose one needed day can hardly be another one; elsewhere an unknown day proves nothing.
_DAY_BY_VALUE = ("sales_lines", "orders")
_TIME_FIELDS = (
    "returned_at", "received_at", "expected_on", "promised_on", "shipped_at", "delivered_at", "valid_from", "cancelled_at", "starts_on",
    "ends_on", "launched_on", "discontinued_on", "signed_up_on",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnEvidence:
    """What the values of a foreign column look like, from a sample: shares of its filled cells, and how many are filled."""

    numeric: float
    dated: float
    listed: float = 0.0  # cells that hold a list of objects
    filled: float = 1.0


def assign(target: Table, evidence: Mapping[str, ColumnEvidence], title: Title, trusted: frozenset[str]) -> dict[str, str]:
    """Field to header: best pairs first, each used once; values speak against a name unless the field is trusted."""
    named = target.name in title.tables
    pairs = [
        (score, order, column.name, header)
        for order, column in enumerate(target.columns)
        for header, seen in evidence.items()
        if (column.name in trusted or _fits(column, seen)) and (score := likeness(target, column, header, named)) > 0
    ]
    columns: dict[str, str] = {}
    for _, _, field, header in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if field not in columns and header not in columns.values():
            columns[field] = header
    if named or target.name in _DAY_BY_VALUE:
        _complete_by_value(target, columns, evidence)
    _tell_codes_from_names(target, columns, evidence)
    _complete_by_name(columns)
    return columns


def means(header: str, field: str) -> bool:
    """Whether `header` is a name of `field`, in any table."""
    head = plain(header)
    return head == plain(field) or head in vocabulary().fields.get(field, ())


def likeness(target: Table, column: Column, header: str, named: bool = False) -> float:
    """3 its own name, 2 a synonym within this table, 1.5 a synonym anywhere (earlier ones a little more), below 1 a near miss."""
    if _clashes(column, header):
        return 0.0
    score = _likeness(target, column.name, plain(header), named)
    if not score and column.unit not in _UNITS:
        score = _near_miss(target, column.name, plain(header))
    return score + 0.25 if score and "%" in header and column.kind == "rate" else score


def _likeness(target: Table, field: str, head: str, named: bool) -> float:
    known = vocabulary()
    if head == plain(field):
        return 3.0
    own, shared = known.by_table.get(target.name, {}).get(field, ()), known.fields.get(field, ())
    by_title = known.when_named.get(target.name, {}).get(field, ()) if named else ()
    for words, best in ((own, 2.0), (shared, 1.5), (by_title, 1.3)):
        if head in words:
            return best - words.index(head) / 1000
    # Where a table has no place of its own for the shelf code, the code says which product it is.
    by_code = field == "product_id" and "sku" not in target.column_names and head in ("sku", *known.fields["sku"])
    return 1.2 if by_code else 0.0


def _near_miss(target: Table, field: str, head: str) -> float:
    if len(head) < 6 or head in _known_heads():
        return 0.0  # a near miss of one field that is the name of another (country, county) is that other
    known = vocabulary()
    words = (*known.by_table.get(target.name, {}).get(field, ()), *known.fields.get(field, ()), plain(field))
    near = max((fuzz.ratio(head, word) for word in words if len(word) > 5), default=0.0)
    return near / 100 if near >= 88 else 0.0


@cache
def _known_heads() -> frozenset[str]:
    known = vocabulary()
    blocks = [known.fields, *known.by_table.values()]
    return frozenset(word for block in blocks for words in block.values() for word in words)


def _clashes(column: Column, header: str) -> bool:
    """Whether the header names a unit that is not the field's."""
    if column.kind == "money" and "%" in header:
        return True
    allowed = _UNITS.get(column.unit or "")
    if allowed is None:
        return False
    bracketed = re.search(r"[(\[](.*?)[)\]]", header)
    return bracketed is not None and plain(bracketed[1]) not in allowed


def _fits(column: Column, seen: ColumnEvidence) -> bool:
    if column.kind in _NUMERIC:
        return seen.numeric >= FIT
    return column.kind not in _TIME or seen.dated >= FIT


def is_day(seen: ColumnEvidence) -> bool:
    """Whether the values are dates and nothing else."""
    return seen.dated >= FIT and seen.numeric < FIT


def _complete_by_value(target: Table, columns: dict[str, str], evidence: Mapping[str, ColumnEvidence]) -> None:
    """A needed time field without a known name is the one unclaimed column that holds dates, unless that is known as another day."""
    free = [header for header, seen in evidence.items() if header not in columns.values() and is_day(seen)]
    wanted = [field for field in needed(target) if field not in columns and target[field].kind in _TIME]
    others = [field for field in _TIME_FIELDS if field not in wanted]
    if len(free) == 1 and len(wanted) == 1 and not any(means(free[0], field) for field in others):
        columns[wanted[0]] = free[0]


def _tell_codes_from_names(target: Table, columns: dict[str, str], evidence: Mapping[str, ColumnEvidence]) -> None:
    """Three sizes of one `Product` have three codes: where rows have a code, it is the product and `Product` its name."""
    if "product_id" not in target.column_names:
        return
    free = [header for header in evidence if header not in columns.values()]
    held = columns.get("product_id")
    code = columns.get("sku") or next((header for header in free if means(header, "sku")), None)
    name_field = next((field for field in ("product_name", "name") if field in target.column_names), None)
    named = name_field in columns
    if held and code and not named and plain(held) in _NAMELIKE and evidence[code].filled >= _CODED:
        columns |= {"product_id": code} | ({name_field: held} if name_field else {})
    elif name_field and not named and (held or code):
        # A bare `name` right behind the code of a product is the name of that product.
        behind = {later for before, later in pairwise(evidence) if before in (held, code)}
        spare = [header for header in free if evidence[header].numeric < FIT]
        names = [header for header in spare if plain(header) in _NAMELIKE or (plain(header) == "name" and header in behind)]
        columns |= {name_field: names[0]} if names else {}


def _complete_by_name(columns: dict[str, str]) -> None:
    """A list without codes still tells products and customers apart: their shelf codes or names serve as ids."""
    for field, name in (("product_id", "sku"), ("product_id", "product_name"), ("customer_id", "customer_name")):
        if field not in columns and name in columns:
            columns[field] = columns[name]
