"""The presets: one YAML file + one line here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ingestion.errors import BadMapping
from ingestion.mapping import LoadMap, plain, read_map

PRESETS = ("online-retail", "retailrocket", "northwind", "shopify", "sales-lines")


@cache
def preset(name: str) -> LoadMap:
    """The preset called `name`."""
    if name not in PRESETS:
        raise BadMapping(f"there is no preset {name!r}", expected=f"one of {', '.join(PRESETS)}")
    return read_map(Path(__file__).with_name(f"{name}.yaml"))


def recognise(headers: Iterable[Iterable[str]]) -> LoadMap | None:
    """The preset whose tell-tale headers one of the tables carries."""
    seen = [{plain(header) for header in table} for table in headers]
    for name in PRESETS:
        candidate = preset(name)
        if any({plain(header) for header in wanted} <= table for wanted in candidate.recognise for table in seen):
            return candidate
    return None


def recognise_database(names: Iterable[str]) -> LoadMap | None:
    """The preset that is made for a database with these tables."""
    there = {name.casefold() for name in names}
    for name in PRESETS:
        candidate = preset(name)
        if candidate.recognise_tables and {wanted.casefold() for wanted in candidate.recognise_tables} <= there:
            return candidate
    return None
