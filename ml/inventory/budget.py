"""A sum of money for stock: which packs bring most, chosen exactly, within the budget, the space and the suppliers' minimums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.lead_demand import LeadDemand
from ml.inventory.quiet import without_lines

MOST_TIERS = 8
GAP = 1e-6
ROUGH_GAP = 2e-3  # with many lots: the last thousandths take minutes and no buyer sees them
MANY_LOTS = 400
REACH = 2.0
REACH_OF_MINIMUM = 1.5
LEFT_IN_BY_HIGHS = b"HighsMipSolverData::transformNewIntegerFeasibleSolution"  # printed by 1.12 whatever it is told (issue 2783)
SECONDS = 30.0  # far beyond what it takes, so that a busy machine gives the same answer


@dataclass(frozen=True)
class Offer:
    """Packs one could buy: the value and cost of each further lot of each line, worth less and less."""

    line: NDArray[np.int64]  # which shelf
    units: Floats
    cost: Floats
    value: Floats  # margin it is expected to save
    group: NDArray[np.int64]  # the purchase order it would go on
    place: NDArray[np.int64]  # the warehouse it would lie in

    def rows(self, rows: NDArray[np.int64]) -> Offer:
        """Some of the lots."""
        return Offer(self.line[rows], self.units[rows], self.cost[rows], self.value[rows], self.group[rows], self.place[rows])


@dataclass(frozen=True)
class Choice:
    """What is bought, and how far from the best possible that may be at most, as a fraction."""

    bought: NDArray[np.bool_]
    value: float
    cost: float
    gap: float


def offer_lots(
    demand: LeadDemand,
    position: Floats,
    up_to: Floats,
    pack: Floats,
    least: Floats,
    unit_cost: Floats,
    margin: Floats,
    group: NDArray[np.int64],
    place: NDArray[np.int64],
) -> Offer:
    """Lots from the position up to the level wanted, a few packs each; a lot is worth the margin of the units it is expected to save."""
    gap = np.maximum(up_to - position, 0.0)
    packs = np.where(gap > 0, np.ceil(np.maximum(gap, np.nan_to_num(least)) / pack - 1e-9), 0.0)
    first = np.where(packs > 0, np.minimum(np.maximum(np.ceil(np.nan_to_num(least) / pack - 1e-9), 1.0), packs), 0.0)
    tiers = np.minimum(packs - first, MOST_TIERS - 1)
    size = np.ceil((packs - first) / np.maximum(tiers, 1))
    lines, units, value = [], [], []
    reached, taken = position.astype(np.float64), np.zeros_like(packs)
    for tier in range(MOST_TIERS):
        lot = np.minimum(first if tier == 0 else size, packs - taken) * pack
        rows = np.flatnonzero(lot > 0)
        if not len(rows):
            break
        some = demand.rows(rows)
        saved = some.beyond(reached[rows]) - some.beyond(reached[rows] + lot[rows])
        lines.append(rows)
        units.append(lot[rows])
        value.append(np.maximum(saved, 0.0) * np.maximum(np.nan_to_num(margin[rows]), 0.0))
        reached, taken = reached + lot, taken + lot / pack
    row = np.concatenate(lines) if lines else np.zeros(0, dtype=np.int64)
    quantity = np.concatenate(units) if units else np.zeros(0)
    worth = np.concatenate(value) if value else np.zeros(0)
    return Offer(row, quantity, quantity * np.nan_to_num(unit_cost[row]), worth, group[row], place[row])


def spend(offer: Offer, budget: float, least_value: Floats, capacity: Floats, seconds: float = SECONDS) -> Choice:
    """The lots of greatest value that fit: `least_value` by purchase order, `capacity` in units by place (infinite when unknown)."""
    kept = _within_reach(offer, budget, least_value) if budget > 0 else np.zeros(0, dtype=np.int64)
    if not len(kept):
        return Choice(np.zeros(len(offer.line), dtype=bool), 0.0, 0.0, 0.0)
    some = offer.rows(kept)
    chosen, gap = _solve(some, budget, 1.0, least_value, capacity, seconds)
    if float(some.cost[chosen].sum()) > budget:  # the solver allows itself a millionth
        chosen, gap = _solve(some, budget, 1.0 - 2e-6, least_value, capacity, seconds)
    bought = np.zeros(len(offer.line), dtype=bool)
    bought[kept[chosen]] = True
    return Choice(bought, float(offer.value[bought].sum()), float(offer.cost[bought].sum()), gap)


def _within_reach(offer: Offer, budget: float, least_value: Floats) -> NDArray[np.int64]:
    """Lots worth offering: none of an order whose minimum is beyond the budget; of very many those that bring most for their cost.

    These are the best of all for twice the budget, and of each order the best for one and a half times its minimum.
    """
    fits = np.flatnonzero((least_value[offer.group] <= budget) & (offer.value > 0))
    if len(fits) <= MANY_LOTS:
        return fits
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(offer.cost[fits] > 0, offer.value[fits] / offer.cost[fits], np.inf)
    order = fits[np.argsort(-ratio, kind="stable")]
    kept = np.zeros(len(offer.line), dtype=bool)
    kept[order[np.cumsum(offer.cost[order]) - offer.cost[order] < REACH * budget]] = True
    for group in np.unique(offer.group[fits]):
        mine = order[offer.group[order] == group]
        kept[mine[np.cumsum(offer.cost[mine]) - offer.cost[mine] < REACH_OF_MINIMUM * least_value[group]]] = True
    last = np.full(int(offer.line.max()) + 1, -1)
    np.maximum.at(last, offer.line[kept], np.flatnonzero(kept))
    # Every lot before one that is kept stays: a later lot is bought only with the earlier ones.
    found: NDArray[np.int64] = fits[fits <= last[offer.line[fits]]]
    return found


def _solve(
    offer: Offer, budget: float, part: float, least_value: Floats, capacity: Floats, seconds: float
) -> tuple[NDArray[np.bool_], float]:
    from scipy.optimize import LinearConstraint, milp  # type: ignore[import-untyped]

    count = len(offer.line)
    groups = np.flatnonzero((least_value > 0) & (np.bincount(offer.group, minlength=len(least_value)) > 0))
    rows = _Rows()
    rows.add(np.arange(count), offer.cost / budget, -np.inf, part)
    for place in np.flatnonzero(np.isfinite(capacity)):
        mine = np.flatnonzero(offer.place == place)
        rows.add(mine, offer.units[mine], -np.inf, max(float(capacity[place]), 0.0))
    for number, group in enumerate(groups):
        mine, switch = np.flatnonzero(offer.group == group), count + number
        rows.add(np.append(mine, switch), np.append(offer.cost[mine] / least_value[group], -1.0), 0.0, np.inf)
        for lot in mine:
            rows.add(np.array([lot, switch]), np.array([1.0, -1.0]), -np.inf, 0.0)
    for earlier, later in _turns(offer):
        rows.add(np.array([later, earlier]), np.array([1.0, -1.0]), -np.inf, 0.0)
    width = count + len(groups)
    with without_lines(LEFT_IN_BY_HIGHS):
        solved = milp(
            np.concatenate([-offer.value / max(float(offer.value.max()), 1e-12), np.zeros(len(groups))]),
            constraints=LinearConstraint(*rows.matrix(width)),
            integrality=np.ones(width),
            bounds=(0, 1),
            options={"time_limit": seconds, "mip_rel_gap": ROUGH_GAP if count > MANY_LOTS else GAP},
        )
    if solved.x is None:
        return np.zeros(count, dtype=bool), 1.0
    return solved.x[:count] > 0.5, float(max(solved.mip_gap or 0.0, 0.0))


def _turns(offer: Offer) -> list[tuple[int, int]]:
    """Pairs of lots of one line that follow each other: the later is bought only with the earlier."""
    last: dict[int, int] = {}
    found = []
    for lot, line in enumerate(offer.line):
        if int(line) in last:
            found.append((last[int(line)], lot))
        last[int(line)] = lot
    return found


class _Rows:
    """Constraints while they are collected."""

    def __init__(self) -> None:
        self._columns: list[NDArray[np.int64]] = []
        self._values: list[Floats] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add(self, columns: NDArray[np.int64], values: Floats, low: float, high: float) -> None:
        self._columns.append(columns)
        self._values.append(values)
        self._low.append(low)
        self._high.append(high)

    def matrix(self, width: int) -> tuple[object, Floats, Floats]:
        from scipy.sparse import csr_array  # type: ignore[import-untyped]

        lengths = [len(each) for each in self._columns]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        whole = csr_array((np.concatenate(self._values), np.concatenate(self._columns), starts), shape=(len(lengths), width))
        return whole, np.array(self._low), np.array(self._high)
