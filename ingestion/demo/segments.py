"""The kinds of customers: how often and how much each buys, and of what."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np

from ingestion.demo.arrays import Floats
from ingestion.demo.assortment import Products
from ingestion.demo.places import FOLDER


@dataclass(frozen=True)
class Segment:
    """One kind of customer."""

    name: str
    kind: str
    share: float
    interval_days: float
    basket_lines: float
    volume: float
    taste: dict[str, float]  # by category

    @property
    def is_business(self) -> bool:
        return self.kind == "business"


@cache
def segments() -> tuple[Segment, ...]:
    """Every segment, consumers first."""
    with (FOLDER / "segments.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(_segment(row) for row in csv.DictReader(lines))


def _segment(row: dict[str, str]) -> Segment:
    taste = {name: float(value) for name, value in list(row.items())[6:]}
    share, interval_days, basket_lines, volume = (float(row[name]) for name in ("share", "interval_days", "basket_lines", "volume"))
    return Segment(row["segment"], row["kind"], share, interval_days, basket_lines, volume, taste)


def tastes(products: Products) -> Floats:
    """Segment x product: how much each segment wants each product at its usual price."""
    by_category = np.array([[segment.taste[category] for category in products.categories] for segment in segments()])
    wanted: Floats = by_category[:, products.category] * products.want
    return wanted
