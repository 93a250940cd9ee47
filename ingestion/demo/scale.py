"""How big the demo company is: one row for each size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Size = Literal["tiny", "demo", "large"]

LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Scale:
    """The knobs that grow with size; everything else is the same company."""

    first_day: date
    products: int
    core_families_only: bool
    makers_per_family: int
    customers: int
    walk_ins: int
    pace: float  # how often and how much each customer buys, 1 = as the segment table says
    visits_a_day: int
    promotions_a_month: int
    device_bursts: int
    takeovers: int
    thefts: int
    mistyped_share: float


SCALES: dict[Size, Scale] = {
    "tiny": Scale(date(2026, 3, 1), 60, True, 1, 120, 4, 1.6, 18, 4, 1, 3, 9, 0.0012),
    "demo": Scale(date(2024, 11, 1), 500, False, 3, 1_500, 30, 1.0, 150, 9, 3, 9, 36, 0.0003),
    "large": Scale(date(2024, 11, 1), 1_200, False, 3, 50_500, 900, 1.0, 2_600, 14, 40, 120, 90, 0.00005),
}


def scale_of(size: str) -> Scale:
    """The scale called `size`; a typo is told what exists."""
    for name, scale in SCALES.items():
        if name == size:
            return scale
    raise ValueError(f"no demo size {size!r}; choose one of {', '.join(SCALES)}")
