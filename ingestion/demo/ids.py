"""How things are called: readable ids, zero padded, that tell nothing about what was planted."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Ints
from ingestion.demo.customers import Customers
from ingestion.demo.locations import LOCATIONS


def product_ids(count: int) -> list[str]:
    return [f"P{number:04d}" for number in range(1, count + 1)]


def supplier_ids(count: int) -> list[str]:
    return [f"S{number:02d}" for number in range(1, count + 1)]


def location_ids() -> list[str]:
    return [f"L{number}" for number in range(1, len(LOCATIONS) + 1)]


def promotion_ids(count: int) -> list[str]:
    return [f"PR{number:04d}" for number in range(1, count + 1)]


def customer_numbers(customers: Customers) -> Ints:
    """Named customers are numbered from 1 in the order they signed up."""
    return np.argsort(np.argsort(customers.signed_up[: customers.named], kind="stable"), kind="stable") + 1


def customer_ids(customers: Customers) -> list[str | None]:
    """One for each customer of the simulation; strangers at the counter have none."""
    return [*(f"C{number:05d}" for number in customer_numbers(customers)), *[None] * customers.walk_ins]


def order_id(number: int) -> str:
    return f"SO{number:07d}"


def movement_id(number: int) -> str:
    return f"M{number:08d}"


def scattered(numbers: Ints, turn: int) -> Ints:
    """Numbers below 2**32 in no visible order; multiplying by an odd number never makes two of them meet."""
    spread: Ints = (numbers * 2_654_435_761 + turn) % 4_294_967_296
    return spread
