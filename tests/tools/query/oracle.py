"""Small readers of results, for tests that hold them against pandas."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from tools.query.contract import Cell, Query, Result


def number(ask: Callable[[Query], Result], query: Query) -> float:
    """The first number of an answer."""
    return float(str(ask(query).rows[0][0]))


def floats(result: Result, key: str, value: str) -> dict[object, float]:
    """One column by another; rows without a value are left out."""
    return {record[key]: float(str(record[value])) for record in result.records() if record[value] is not None}


def column(result: Result, name: str) -> list[object]:
    """One column, in order."""
    return [record[name] for record in result.records()]


def canonical(result: Result) -> list[tuple[object, ...]]:
    """Rows with numbers to nine significant digits: engines sum floats in different orders."""
    return [tuple(_plain(value) for value in row) for row in result.rows]


def _plain(value: Cell) -> object:
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        number = float(value)
        return 0.0 if abs(number) < 1e-9 else round(number, 9 - math.floor(math.log10(abs(number))))
    return value
