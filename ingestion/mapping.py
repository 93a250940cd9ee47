"""Which column of a foreign table is which field of the contract: found from names and values, shown, and fixed in a YAML file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from rapidfuzz import fuzz, process

from ingestion.errors import BadMapping
from ingestion.sales_lines import SALES_LINES
from ingestion.schema import TABLES, Column, Table

HEADERS_FILE = Path(__file__).with_name("headers.yaml")
TARGETS: dict[str, Table] = {SALES_LINES.name: SALES_LINES} | {table.name: table for table in TABLES}

# Required fields the load can supply when the file has no column for them, and from what.
DERIVED: dict[str, dict[str, str]] = {
    "sales_lines": {},
    "suppliers": {"name": "supplier_id"},
    "products": {"name": "product_id"},
    "locations": {"name": "location_id"},
    "orders": {"status": "delivered unless said otherwise"},
    "order_lines": {"line_no": "position within the order", "unit_price": "net_amount or list_price", "net_amount": "quantity x price"},
    "returns": {"return_id": "content of the row"},
    "shipments": {"shipment_id": "content of the row"},
    "stock_levels": {"as_of": "the day of the load"},
    "stock_movements": {"movement_id": "content of the row"},
    "purchase_orders": {"status": "open unless said otherwise"},
    "purchase_order_lines": {"line_no": "position within the purchase order"},
    "reviews": {"review_id": "content of the row"},
    "web_events": {"event_id": "content of the row"},
}
_NUMERIC = {"integer", "quantity", "money", "rate", "number"}
_TIME = {"date", "timestamp"}
_ABOUT = 0.3  # share of a file's columns a target must explain before the file is taken to be about it
_FIT = 0.6  # share of a column's values that must read as its kind before its name is believed


class TableMap(BaseModel):
    """How one foreign table becomes rows of one target: `columns` is field -> header."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "*"
    target: str
    columns: dict[str, str]
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    date_order: Literal["day_first", "month_first"] | None = None
    decimal: Literal["point", "comma"] | None = None
    not_products: tuple[str, ...] = ()
    query: str | None = None
    watermark: str | None = None
    entity: bool = False  # many rows tell of the same thing: the last one of each key is taken, the others count as accepted


class LoadMap(BaseModel):
    """A map file or preset: table maps, tried in order, and what holds for the whole source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "map file"
    about: str = ""
    recognise: tuple[tuple[str, ...], ...] = ()
    recognise_tables: tuple[str, ...] = ()
    timezone: str | None = None
    currency: str | None = None
    only: str | None = None  # the one target whose columns are looked for in tables that no map names
    tables: tuple[TableMap, ...]


@dataclass(frozen=True)
class ColumnEvidence:
    """What the values of a foreign column look like, from a sample."""

    numeric: float
    dated: float


@dataclass(frozen=True)
class _Match:
    header: str
    score: float


def read_map(path: Path) -> LoadMap:
    """A map file, checked against the contract; every mistake names its place."""
    try:
        found = LoadMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadMapping(f"the map file cannot be read ({error})", where=path.name, expected="a YAML file with `tables:`") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5])
        raise BadMapping(faults, where=path.name, remedy="docs/data.md shows a whole map file") from error
    for number, table_map in enumerate(found.tables):
        _check_fields(table_map, f"{path.name}, tables[{number}]")
    return found


def _check_fields(table_map: TableMap, where: str) -> None:
    target = TARGETS.get(table_map.target)
    if target is None:
        raise BadMapping(_unknown("target", table_map.target, TARGETS), where=where)
    for field in {*table_map.columns, *table_map.constants, *table_map.values}:
        if field not in target.column_names:
            raise BadMapping(_unknown(f"field of {target.name}", field, target.column_names), where=where)
    missing = [name for name in needed(target) if name not in table_map.columns and name not in table_map.constants]
    if missing:
        raise BadMapping(f"{target.name} needs {', '.join(missing)}", where=where, remedy="add these under columns: or constants:")


def _unknown(what: str, value: str, allowed: Iterable[str]) -> str:
    names = list(allowed)
    near = process.extractOne(value, names)
    hint = f"; did you mean {near[0]!r}?" if near and near[1] > 60 else ""
    return f"unknown {what} {value!r}{hint} (there are: {', '.join(names)})"


def needed(target: Table) -> list[str]:
    """Fields of `target` that a file must bring, because nothing else can supply them."""
    return [column.name for column in target.columns if column.required and column.name not in DERIVED.get(target.name, {})]


def plain(text: str) -> str:
    """A header without case, accents, separators and bracketed units: `Đơn giá (VND)` and `don_gia` are the same."""
    text = re.sub(r"[(\[].*?[)\]]", "", text) or text
    text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in text.casefold() if character.isalnum())


@dataclass(frozen=True)
class _Names:
    fields: dict[str, tuple[str, ...]]
    by_table: dict[str, dict[str, tuple[str, ...]]]
    tables: dict[str, frozenset[str]]
    values: dict[str, dict[str, tuple[str, ...]]]


@cache
def _names() -> _Names:
    body = yaml.safe_load(HEADERS_FILE.read_text(encoding="utf-8"))
    fields = {field: tuple(map(plain, words)) for field, words in body["fields"].items()}
    by_table = {table: {field: tuple(map(plain, words)) for field, words in block.items()} for table, block in body["tables"].items()}
    tables = {table: frozenset(map(plain, words)) for table, words in body["names"].items()}
    values = {field: {value: tuple(words) for value, words in block.items()} for field, block in body["values"].items()}
    return _Names(fields, by_table, tables, values)


@cache
def _known_heads() -> frozenset[str]:
    names = _names()
    blocks = [names.fields, *names.by_table.values()]
    return frozenset(word for block in blocks for words in block.values() for word in words)


def value_names(column: Column) -> dict[str, str]:
    """What people write for each of a column's choices: plain text -> choice."""
    known = {plain(choice): choice for choice in column.choices}
    for choice, words in _names().values.get(column.name, {}).items():
        if choice in column.choices:
            known |= {plain(word): choice for word in words if plain(word) not in known}
    return known


def propose(name: str, source: str, evidence: Mapping[str, ColumnEvidence], only: str | None = None) -> TableMap:
    """The table map that explains most of a foreign table, or BadMapping with the nearest one."""
    targets = [TARGETS[only]] if only else list(TARGETS.values())
    fitting = [_judge(target, name, evidence) for target in targets]
    # Names that clearly mean another table are believed against bad values: the rows are then rejected one by one, with
    # their reasons, instead of the file being taken for something it is not.
    named = [_judge(target, name, evidence, trusting=True) for target in targets]
    ranked = sorted((judged for judged in fitting + named if judged.explains(len(evidence))), key=lambda judged: -judged.score)
    if not ranked:
        raise _incomplete(max(named, key=lambda judged: judged.score + 0.4 * len(judged.missing)), name, source, evidence)
    chosen = next((judged for judged in fitting if judged.target is ranked[0].target and judged.explains(len(evidence))), ranked[0])
    return TableMap(source=name, target=chosen.target.name, columns=chosen.columns)


@dataclass(frozen=True)
class _Judged:
    target: Table
    columns: dict[str, str]
    missing: tuple[str, ...]
    score: float

    def explains(self, headers: int) -> bool:
        """Whether it has what it needs and is about most of the file: a sales list is no list of shops because it names them."""
        return not self.missing and len(self.columns) >= min(2, headers) and len(self.columns) >= _ABOUT * headers


def _judge(target: Table, name: str, evidence: Mapping[str, ColumnEvidence], trusting: bool = False) -> _Judged:
    columns = _assign(target, evidence, frozenset(needed(target)) if trusting else frozenset())
    _complete_by_value(target, columns, evidence)
    _complete_by_name(columns)
    missing = tuple(field for field in needed(target) if field not in columns)
    distinguishing = len(columns) / max(len(evidence), 1)
    own = len(columns) / len(target.columns)
    score = distinguishing + 0.1 * own + 0.6 * _named(target, name) - 0.5 * len(missing)
    return _Judged(target, columns, missing, score)


def _named(target: Table, name: str) -> bool:
    stem = plain(name)
    words = {plain(target.name), *_names().tables.get(target.name, ())}
    tokens = {plain(token) for token in re.split(r"[^0-9A-Za-zÀ-ỹ]+|(?<=[a-z])(?=[A-Z])", name) if token}
    return bool(words & (tokens | {stem, stem.rstrip("0123456789")}))


def _assign(target: Table, evidence: Mapping[str, ColumnEvidence], trusted: frozenset[str]) -> dict[str, str]:
    """Best pairs first, each field and each header used once; values speak against a name unless the field is trusted."""
    pairs = [
        (score, order, column.name, header)
        for order, column in enumerate(target.columns)
        for header, seen in evidence.items()
        if (column.name in trusted or _fits(column, seen)) and (score := _likeness(target, column.name, header)) > 0
    ]
    columns: dict[str, str] = {}
    for _, _, field, header in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if field not in columns and header not in columns.values():
            columns[field] = header
    return columns


def _likeness(target: Table, field: str, header: str) -> float:
    """3 its own name, 2 a synonym within this table, 1.5 a synonym anywhere (earlier ones a little more), below 1 a near miss."""
    head = plain(header)
    if head == plain(field):
        return 3.0
    own, shared = _names().by_table.get(target.name, {}).get(field, ()), _names().fields.get(field, ())
    if head in own:
        return 2.0 - own.index(head) / 1000
    if head in shared:
        return 1.5 - shared.index(head) / 1000
    if len(head) < 6 or head in _known_heads():
        return 0.0  # a near miss of one field that is the name of another (country, county) is that other
    near = max((fuzz.ratio(head, word) for word in (*own, *shared, plain(field)) if len(word) > 5), default=0.0)
    return near / 100 if near >= 88 else 0.0


def _fits(column: Column, seen: ColumnEvidence) -> bool:
    if column.kind in _NUMERIC:
        return seen.numeric >= _FIT
    return column.kind not in _TIME or seen.dated >= _FIT


def _complete_by_value(target: Table, columns: dict[str, str], evidence: Mapping[str, ColumnEvidence]) -> None:
    """A needed time field without a known name is the one unclaimed column that holds dates, when there is exactly one."""
    free = [header for header, seen in evidence.items() if header not in columns.values() and seen.dated >= _FIT and seen.numeric < _FIT]
    wanted = [field for field in needed(target) if field not in columns and target[field].kind in _TIME]
    if len(free) == 1 and len(wanted) == 1:
        columns[wanted[0]] = free[0]


def _complete_by_name(columns: dict[str, str]) -> None:
    """A list without codes still tells products and customers apart: their shelf codes or names serve as ids."""
    for field, name in (("product_id", "sku"), ("product_id", "product_name"), ("customer_id", "customer_name")):
        if field not in columns and name in columns:
            columns[field] = columns[name]


def _incomplete(best: _Judged, name: str, source: str, evidence: Mapping[str, ColumnEvidence]) -> BadMapping:
    matched = ", ".join(f"{field} <- {header}" for field, header in best.columns.items()) or "nothing"
    skeleton = yaml.safe_dump(
        {"tables": [{"source": name, "target": best.target.name, "columns": {**best.columns, **dict.fromkeys(best.missing, "?")}}]},
        allow_unicode=True,
        sort_keys=False,
    )
    lack = (
        f"which lacks {', '.join(best.missing)}" if best.missing else f"which explains only {len(best.columns)} of {len(evidence)} columns"
    )
    return BadMapping(
        f"these columns make no table of the contract; nearest is {best.target.name}, {lack}. "
        f"Columns found: {', '.join(evidence)}. Matched: {matched}",
        where=source,
        remedy=f"put this in a file, replace each ?, and run again with --map FILE:\n{skeleton}",
    )
