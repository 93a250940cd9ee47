"""What each customer buys again and again, each thing on its own cycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Floats, Ints, Picker, first_of_each, ragged
from ingestion.demo.assortment import Products
from ingestion.demo.customers import Customers
from ingestion.demo.seeds import Seeds
from ingestion.demo.segments import tastes

STEEPNESS = 7.0  # how sharply a habit becomes due


@dataclass
class Habits:
    """Customer-product pairs, those of one customer side by side; `last_day` moves as they are bought."""

    start: Ints  # by customer
    size: Ints  # by customer
    product: Ints
    cycle_days: Floats
    last_day: Floats

    def due(self, who: Ints, day: int, wanted: Floats, random: np.random.Generator) -> tuple[Ints, Ints, Floats]:
        """What these customers take today: position in `who`, product, and how many times the usual amount.

        The cycle sets the day, the day's appeal the amount: so what is bought stays proportional to it.
        """
        rows = ragged(self.start[who], self.size[who])
        position = np.repeat(np.arange(len(who)), self.size[who])
        ripe = 1 / (1 + np.exp(-STEEPNESS * ((day - self.last_day[rows]) / self.cycle_days[rows] - 0.9)))
        taken = np.flatnonzero(random.random(len(rows)) < ripe)
        self.last_day[rows[taken]] = day
        product = self.product[rows[taken]]
        return position[taken], product, wanted[product]


def make_habits(customers: Customers, products: Products, seeds: Seeds) -> Habits:
    """A handful of habits for people, a dozen for companies, none for strangers."""
    random = seeds.topic("habits")
    count = np.where(customers.is_business, random.integers(6, 15, customers.count), random.integers(2, 6, customers.count))
    count[customers.named :] = 0
    owner = np.repeat(np.arange(customers.count), count)
    picker = Picker(tastes(products))
    product = picker.pick(customers.segment[owner], random.random(len(owner)))
    kept = first_of_each(owner, product)
    owner, product = owner[kept], product[kept]
    usual = np.where(np.isfinite(customers.interval_days), customers.interval_days, 1.0)[owner]
    cycle = usual * random.uniform(1.0, 4.0, len(owner))
    last = np.maximum(customers.signed_up[owner], 0) - cycle * random.random(len(owner)) * 1.2
    size = np.bincount(owner, minlength=customers.count)
    return Habits(np.cumsum(size) - size, size, product, cycle, last)
