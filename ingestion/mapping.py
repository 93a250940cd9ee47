"""Which column of a foreign table is which field: map files, checked before a row is read, and what people call the fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from rapidfuzz import fuzz, process

from ingestion.constants import constant_fault, pattern_fault
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

    @field_validator("constants", mode="before")
    @classmethod
    def _spell_constants(cls, given: object) -> object:
        """YAML reads 5 as a number and 2026-01-31 as a date; both were meant as they are written."""
        return {name: _spell(value) for name, value in given.items()} if isinstance(given, dict) else given

    @field_validator("values", mode="before")
    @classmethod
    def _spell_values(cls, given: object) -> object:
        if not isinstance(given, dict) or not all(isinstance(words, dict) for words in given.values()):
            return given
        return {name: {_spell(word): _spell(value) for word, value in words.items()} for name, words in given.items()}


def _spell(value: object) -> object:
    return str(value) if isinstance(value, int | float | date) and not isinstance(value, bool) else value


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

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, given: str | None) -> str | None:
        try:
            return given and ZoneInfo(given).key
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {given!r}; zones are called like Asia/Ho_Chi_Minh or UTC") from error


def read_map(path: Path) -> LoadMap:
    """A map file, checked against the contract; every mistake names its place."""
    try:
        found = LoadMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise BadMapping(f"the map file cannot be read ({error})", where=path.name, expected="a YAML file with `tables:`") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5])
        raise BadMapping(faults, where=path.name, remedy="docs/data.md shows a whole map file") from error
    if found.only is not None and found.only not in TARGETS:
        raise BadMapping(_unknown("table", found.only, TARGETS), where=f"{path.name}, only")
    for number, table_map in enumerate(found.tables):
        _check_table(table_map, f"{path.name}, tables[{number}]")
    return found


def _check_table(table_map: TableMap, where: str) -> None:
    target = TARGETS.get(table_map.target)
    if target is None:
        raise BadMapping(_unknown("target", table_map.target, TARGETS), where=where)
    for field in (*table_map.columns, *table_map.constants, *table_map.values):
        if field not in target.column_names:
            raise BadMapping(_unknown(f"field of {target.name}", field, target.column_names), where=where)
    missing = [name for name in needed(target) if name not in table_map.columns and name not in table_map.constants]
    if missing:
        raise BadMapping(f"{target.name} needs {', '.join(missing)}", where=where, remedy="add these under columns: or constants:")
    for field, text in table_map.constants.items():
        if fault := constant_fault(target[field], text):
            raise BadMapping(f"the constant {field}: {fault}", where=where)
    for field, words in table_map.values.items():
        _check_words(target[field], words, where)
    for pattern in table_map.not_products:
        if fault := pattern_fault(pattern):
            raise BadMapping(f"not_products: {fault}", where=where)


def _check_words(column: Column, words: dict[str, str], where: str) -> None:
    for word, value in words.items():
        if value and column.choices and value not in column.choices:
            raise BadMapping(
                f"values, {column.name}, {word}: {_unknown('value', value, column.choices)}",
                where=where,
                remedy='write one of these, or "" for a cell that is to be empty',
            )


def _unknown(what: str, value: str, allowed: Iterable[str]) -> str:
    names = list(allowed)
    near = process.extractOne(value, names, scorer=fuzz.WRatio)
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
class Vocabulary:
    """headers.yaml with every word made plain; `phrases` are names of whole tables, as words."""

    fields: dict[str, tuple[str, ...]]
    by_table: dict[str, dict[str, tuple[str, ...]]]
    when_named: dict[str, dict[str, tuple[str, ...]]]
    phrases: dict[tuple[str, ...], str]
    loose: frozenset[tuple[str, ...]]
    not_sales: frozenset[tuple[str, ...]]
    values: dict[str, dict[str, tuple[str, ...]]]


@cache
def vocabulary() -> Vocabulary:
    """What people call the fields, the tables and the choices of the contract."""
    body = yaml.safe_load(HEADERS_FILE.read_text(encoding="utf-8"))
    phrases = {words(name): name for name in TARGETS}
    phrases |= {words(phrase): table for table, listed in body["names"].items() for phrase in listed if words(phrase) not in phrases}
    return Vocabulary(
        fields=_plain_block(body["fields"]),
        by_table={table: _plain_block(block) for table, block in body["tables"].items()},
        when_named={table: _plain_block(block) for table, block in body["when_named"].items()},
        phrases=phrases,
        loose=frozenset(map(words, body["loose_names"])),
        not_sales=frozenset(map(words, body["not_sales"])),
        values={field: {value: tuple(listed) for value, listed in block.items()} for field, block in body["values"].items()},
    )


def _plain_block(block: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(plain(word) for word in listed) for field, listed in block.items()}


def words(text: str) -> tuple[str, ...]:
    """The words of a file's or table's name, plain: `saleOrders_2024` is (sale, orders, 2024)."""
    parts = re.split(r"[^0-9A-Za-zÀ-ỹ]+|(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", unicodedata.normalize("NFC", text))
    return tuple(word for part in parts if (word := plain(part)))


def value_names(column: Column) -> dict[str, str]:
    """What people write for each of a column's choices: plain text -> choice."""
    known = {plain(choice): choice for choice in column.choices}
    for choice, listed in vocabulary().values.get(column.name, {}).items():
        if choice in column.choices:
            known |= {plain(word): choice for word in listed if plain(word) not in known}
    return known
