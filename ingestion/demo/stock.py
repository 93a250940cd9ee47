"""Stock by location and product: what is there, what is promised, what is coming, and who gets the last pieces."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints, running_totals, summed
from ingestion.demo.assortment import Products
from ingestion.demo.locations import LOCATIONS
from ingestion.demo.wishes import Wishes

AGENDA_DAYS = 256  # nothing is planned further ahead than this
PARTIAL_ACCEPTED = 0.7
SUBSTITUTE_ACCEPTED = 0.42


class Agenda:
    """Units that will move on a coming day, by stock cell."""

    def __init__(self, cells: int) -> None:
        self._days = np.zeros((AGENDA_DAYS, cells))

    def add(self, day: Ints, cell: Ints, units: Floats) -> None:
        np.add.at(self._days, (day % AGENDA_DAYS, cell), units)

    def take(self, day: int) -> Floats:
        """The units of `day`, which are then forgotten."""
        units: Floats = self._days[day % AGENDA_DAYS].copy()
        self._days[day % AGENDA_DAYS] = 0
        return units


class Stock:
    """A cell is one product at one location: location x products + product."""

    def __init__(self, products: Products, kept: Bools) -> None:
        self.products, self.kept = products, kept.ravel()
        cells = len(LOCATIONS) * products.count
        self.on_hand, self.allocated, self.on_order = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self._arrivals, self._settlements = Agenda(cells), Agenda(cells)
        self._departures, self._releases = Agenda(cells), Agenda(cells)

    def cell(self, location: Ints, product: Ints) -> Ints:
        return location * self.products.count + product

    @property
    def available(self) -> Floats:
        """What can still be promised."""
        return self.on_hand - self.allocated

    def change(self, cell: Ints, units: Floats) -> None:
        """Units that come or go at once."""
        np.add.at(self.on_hand, cell, units)

    def expect(self, day: Ints, cell: Ints, ordered: Floats, accepted: Floats) -> None:
        """Goods on their way from a supplier: `ordered` leaves on_order when `accepted` reaches the shelf."""
        np.add.at(self.on_order, cell, ordered)
        self._settlements.add(day, cell, ordered)
        self._arrivals.add(day, cell, accepted)

    def arrive_later(self, day: Ints, cell: Ints, units: Floats) -> None:
        """Units that reach the shelf on a coming day: returns and transfers."""
        self._arrivals.add(day, cell, units)

    def promise(self, day: Ints, cell: Ints, units: Floats) -> None:
        """Units kept for orders that leave on a coming day."""
        np.add.at(self.allocated, cell, units)
        self._departures.add(day, cell, units)

    def hold(self, day: Ints, cell: Ints, units: Floats) -> None:
        """Units kept for orders that will be cancelled on a coming day."""
        np.add.at(self.allocated, cell, units)
        self._releases.add(day, cell, units)

    def open_day(self, day: int) -> None:
        """What was planned for this day happens."""
        self.on_order -= self._settlements.take(day)
        leaving = self._departures.take(day)
        self.on_hand += self._arrivals.take(day) - leaving
        self.allocated -= leaving + self._releases.take(day)


def serve(wishes: Wishes, stock: Stock, wanted: Floats, random: np.random.Generator) -> Wishes:
    """What can be delivered: first come, first served; who finds the shelf empty takes another one, less, or nothing."""
    available = stock.available
    cell = stock.cell(wishes.location[wishes.order], wishes.product)
    got = _share_out(cell, wishes.units, wishes.second[wishes.order], available)
    missing = wishes.units - got
    refused = (missing > 0) & (random.random(len(got)) >= PARTIAL_ACCEPTED)
    got[refused] = 0  # all or nothing for these
    missing = wishes.units - got
    seeking = np.flatnonzero((missing > 0) & (random.random(len(got)) < SUBSTITUTE_ACCEPTED))
    left = available - summed(cell, got, len(available))
    order, product, units = _substitutes(wishes, seeking, missing[seeking], stock, left, wanted, random)
    served = np.flatnonzero(got > 0)
    lines_order, lines_product = np.r_[wishes.order[served], order], np.r_[wishes.product[served], product]
    lines_units = np.r_[got[served], units]
    by_order = np.argsort(lines_order, kind="stable")
    return wishes.with_lines(lines_order[by_order], lines_product[by_order], lines_units[by_order])


def _share_out(cell: Ints, units: Floats, second: Ints, available: Floats) -> Floats:
    """How much of each line is there when lines are served by the clock."""
    asked = summed(cell, units, len(available))
    short = np.flatnonzero((asked > available)[cell])
    got = units.copy()
    if short.size:
        queue = short[np.lexsort((second[short], cell[short]))]
        before = running_totals(cell[queue], units[queue]) - units[queue]
        got[queue] = np.clip(available[cell[queue]] - before, 0, units[queue])
    return got


def _substitutes(
    wishes: Wishes, seeking: Ints, missing: Floats, stock: Stock, left: Floats, wanted: Floats, random: np.random.Generator
) -> tuple[Ints, Ints, Floats]:
    """Lines that replace what was missing by something of the same family that is there."""
    if not len(seeking):
        return seeking, seeking, missing
    order, product = wishes.order[seeking], wishes.product[seeking]
    location = wishes.location[order]
    members = stock.products.family_members[stock.products.family[product]]
    there = left[stock.cell(location[:, None], np.maximum(members, 0))] >= 1
    fits = there & (members >= 0) & (members != product[:, None])
    score = (stock.products.want * wanted)[np.maximum(members, 0)] * fits * random.random(members.shape)
    choice = members[np.arange(len(members)), score.argmax(axis=1)]
    found = np.flatnonzero(score.max(axis=1) > 0)
    found = found[_not_in_basket(wishes, order[found], choice[found])]
    cell = stock.cell(location[found], choice[found])
    got = _share_out(cell, np.ceil(missing[found]), wishes.second[order[found]], left)
    return order[found][got > 0], choice[found][got > 0], got[got > 0]


def _not_in_basket(wishes: Wishes, order: Ints, product: Ints) -> Ints:
    """Positions of new lines whose product the order does not hold yet, each once."""
    span = int(max(wishes.product.max(initial=0), product.max(initial=0))) + 1
    key = order * span + product
    _, first = np.unique(key, return_index=True)
    once = np.zeros(len(key), dtype=bool)
    once[first] = True
    return np.flatnonzero(once & ~np.isin(key, wishes.order * span + wishes.product))
