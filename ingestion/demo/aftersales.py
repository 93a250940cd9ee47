"""What happens after delivery: goods that come back and words that customers write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.books import MOVEMENT, REASON, REFERENCE, Books
from ingestion.demo.fulfilment import Fates
from ingestion.demo.stock import Stock
from ingestion.demo.wishes import Wishes
from ingestion.demo.world import World

if TYPE_CHECKING:
    from ingestion.demo.selling import Lines

REVIEW_CHANCE = 0.055
UNSELLABLE = (REASON["damaged"], REASON["defective"])


class AfterSales:
    """Follows each delivered line."""

    def __init__(self, world: World, stock: Stock, books: Books) -> None:
        self._world, self._stock, self._books = world, stock, books
        self._returning = world.seeds.topic("returns")
        self._reviewing = world.seeds.topic("reviews")
        self._business = world.customers.is_business

    def follow(self, orders: Wishes, lines: Lines, fates: Fates, numbers: Ints) -> None:
        """Plans the returns and reviews of one day's orders."""
        self._returns(orders, lines, fates, numbers)
        self._reviews(orders, lines, fates, numbers)

    def _returns(self, orders: Wishes, lines: Lines, fates: Fates, numbers: Ints) -> None:
        random, goods = self._returning, self._world.products
        damaged = fates.damaged[lines.order]
        poor = (1 - goods.quality[lines.product]) / 2
        business = self._business[orders.customer[lines.order]]
        chance = np.where(damaged, 0.55, (0.008 + 0.035 * poor) * np.where(business, 0.7, 1.0))
        back = np.flatnonzero(~fates.cancelled[lines.order] & (random.random(len(lines.order)) < chance))
        order = lines.order[back]
        reason = self._reasons(damaged[back], poor[back])
        units = self._units_back(lines, back)
        wait = 1 + np.minimum(random.geometric(0.16, len(back)), 30)
        day = self._world.calendar.next_working[self._world.calendar.day_of(fates.delivered_at[order]) + wait]
        second = self._world.calendar.second(day, random.integers(8 * 3_600, 8 * 3_600 + 1_800, len(back)))
        self._books.returns.add(
            second=second,
            order=numbers[order],
            line_no=lines.line_no[back],
            product=lines.product[back],
            units=units,
            reason=reason,
            refund=np.floor(lines.net[back] * units / lines.units[back]).astype(np.int64),
        )
        self._move(second, day, self._stock.cell(orders.location[order], lines.product[back]), units, reason, numbers[order])

    def _reasons(self, damaged: Bools, poor: Floats) -> Ints:
        draw = self._returning.random(len(damaged))
        defective = 0.10 + 0.55 * poor
        other = (draw - defective) / (1 - defective)
        rest = np.select([other < 0.3, other < 0.55], [REASON["wrong_item"], REASON["not_as_described"]], REASON["changed_mind"])
        return np.where(damaged, REASON["damaged"], np.where(draw < defective, REASON["defective"], rest)).astype(np.int64)

    def _units_back(self, lines: Lines, back: Ints) -> Floats:
        """All of it for small lines, part of big ones."""
        step = self._world.products.unit_step[lines.product[back]]
        steps = lines.units[back] / step
        part = np.ceil(steps * self._returning.random(len(back)))
        return np.where(steps <= 2, steps, np.maximum(part, 1)) * step

    def _move(self, second: Ints, day: Ints, cell: Ints, units: Floats, reason: Ints, numbers: Ints) -> None:
        """Goods come back to the location; what cannot be sold again is written off at once."""
        books = self._books
        books.move(second=second, cell=cell, kind=MOVEMENT["return"], units=units, reference=REFERENCE["SO"], reference_number=numbers)
        spoilt = np.isin(reason, UNSELLABLE)
        books.move(
            second=second[spoilt] + 60,
            cell=cell[spoilt],
            kind=MOVEMENT["damage"],
            units=-units[spoilt],
            reference=REFERENCE["SO"],
            reference_number=numbers[spoilt],
        )
        self._stock.arrive_later(day[~spoilt], cell[~spoilt], units[~spoilt])

    def _reviews(self, orders: Wishes, lines: Lines, fates: Fates, numbers: Ints) -> None:
        random, calendar = self._reviewing, self._world.calendar
        customer = orders.customer[lines.order]
        late = np.maximum(0, calendar.day_of(fates.delivered_at) - fates.promised_day)[lines.order]
        damaged = fates.damaged[lines.order]
        moved = np.where(damaged | (late > 1), 2.2, 1.0)  # the angry write more
        chance = REVIEW_CHANCE * moved * np.where(self._business[customer], 0.25, 1.0)
        able = ~fates.cancelled[lines.order] & (customer < self._world.customers.named)
        writing = np.flatnonzero(able & (random.random(len(customer)) < chance))
        liking = 3.75 + 1.15 * self._world.products.quality[lines.product] - 0.45 * np.minimum(late, 4) - 1.6 * damaged
        stars = np.clip(np.round(liking[writing] + random.normal(0, 0.85, len(writing))), 1, 5).astype(np.int64)
        day = calendar.day_of(fates.delivered_at[lines.order[writing]]) + random.integers(1, 21, len(writing))
        self._books.reviews.add(
            second=calendar.second(day, random.integers(7 * 3_600, 23 * 3_600, len(writing))),
            order=numbers[lines.order[writing]],
            customer=customer[writing],
            product=lines.product[writing],
            stars=stars,
            words=random.integers(0, 1 << 30, len(writing)),
        )
