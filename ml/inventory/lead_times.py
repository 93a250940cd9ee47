"""How long a supplier takes: what the receipts say, orders still open counted for the days they have waited already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats

Basis = Literal["receipts", "contract", "given", "none"]
LEAST_RECEIPTS = 5
POINTS = 12  # lead times kept of each supplier, all equally likely
LONGEST_DAYS = 365
# How far receipts lie around a contract when a company has no receipts at all to tell.
CONTRACT_SPREAD = 0.25


@dataclass(frozen=True)
class LeadTimes:
    """Lead times in whole days, a row of equally likely ones for each supplier, and what each row stands on."""

    days: Floats  # suppliers x POINTS, ascending
    basis: tuple[Basis, ...]
    receipts: tuple[int, ...]

    @property
    def mean(self) -> Floats:
        found: Floats = self.days.mean(axis=1)
        return found

    @property
    def deviation(self) -> Floats:
        found: Floats = self.days.std(axis=1)
        return found

    def scaled(self, factor: float) -> LeadTimes:
        """The same suppliers, all slower or quicker."""
        return LeadTimes(np.clip(np.round(self.days * factor), 0, LONGEST_DAYS), self.basis, self.receipts)

    def longer(self, days: int) -> LeadTimes:
        """The same suppliers, each delivery so many days later, or earlier where negative; none before the day it is ordered."""
        return LeadTimes(np.clip(self.days + days, 0, LONGEST_DAYS), self.basis, self.receipts)

    def fixed(self, days: int) -> LeadTimes:
        """Every delivery takes exactly this long."""
        given: tuple[Basis, ...] = tuple("given" for _ in self.basis)
        return LeadTimes(np.full_like(self.days, days), given, self.receipts)


@dataclass(frozen=True)
class Waits:
    """Deliveries of one supplier: days from order to receipt, and days waited so far by what has not come."""

    received: Sequence[float]
    waiting: Sequence[float] = ()


def measure(waits: Sequence[Waits], contracts: Sequence[float | None], given: float | None = None) -> LeadTimes:
    """Lead times of each supplier: from receipts, else around the contract as all receipts lie around theirs, else what was given."""
    ratios = _ratios(waits, contracts)
    rows, bases = [], []
    for each, contract in zip(waits, contracts, strict=True):
        row, basis = _one(each, contract, given, ratios)
        rows.append(row)
        bases.append(basis)
    days = np.array(rows, dtype=np.float64).reshape(len(rows), POINTS)
    return LeadTimes(days, tuple(bases), tuple(len(each.received) for each in waits))


def _one(waits: Waits, contract: float | None, given: float | None, ratios: Floats) -> tuple[Floats, Basis]:
    if len(waits.received) >= LEAST_RECEIPTS:
        return _whole(equally_likely(waits)), "receipts"
    if contract is not None:
        return _whole(contract * ratios), "contract"
    if given is not None:
        return np.full(POINTS, float(given)), "given"
    return np.full(POINTS, np.nan), "none"


def equally_likely(waits: Waits, points: int = POINTS) -> Floats:
    """Points of the product-limit distribution: what has not come yet counts as longer than it has waited."""
    times = np.concatenate([np.asarray(waits.received, dtype=np.float64), np.asarray(waits.waiting, dtype=np.float64)])
    came = np.concatenate([np.ones(len(waits.received)), np.zeros(len(waits.waiting))])
    order = np.lexsort((-came, times))
    times, came = times[order], came[order]
    at_risk = np.arange(len(times), 0, -1)
    arrived = 1.0 - np.cumprod(1.0 - came / at_risk)
    levels = (np.arange(points) + 0.5) / points
    # What the data cannot tell, because the slowest are still awaited, is put at the longest wait known.
    place = np.minimum(np.searchsorted(arrived, levels - 1e-12), len(times) - 1)
    found: Floats = times[place]
    return found


def _ratios(waits: Sequence[Waits], contracts: Sequence[float | None]) -> Floats:
    """How all receipts of the house lie around their contracts, as equally likely factors."""
    pairs = [(w.received, c) for w, c in zip(waits, contracts, strict=True) if c and len(w.received) >= LEAST_RECEIPTS]
    if not pairs:
        middle: Floats = 1.0 + CONTRACT_SPREAD * np.linspace(-1.6, 1.6, POINTS)
        return middle
    pooled = np.concatenate([np.asarray(received, dtype=np.float64) / contract for received, contract in pairs])
    found: Floats = np.quantile(pooled, (np.arange(POINTS) + 0.5) / POINTS)
    return found


def _whole(days: Floats) -> Floats:
    found: Floats = np.sort(np.clip(np.round(days), 0, LONGEST_DAYS))
    return found


def remaining(age_days: float, days: Floats) -> NDArray[np.float64]:
    """Days an order still takes when it has waited `age_days`: the lead times longer than that, one day when none is (`overdue`)."""
    left = days[days > age_days] - age_days
    return left if len(left) else np.array([1.0])


def by_supplier(pairs: Mapping[str, Waits], suppliers: Sequence[str]) -> list[Waits]:
    """The waits of each supplier in order; none known is none."""
    return [pairs.get(name, Waits(())) for name in suppliers]
