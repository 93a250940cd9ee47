"""The stock at the end of each day, kept by the month and written at its end."""

from __future__ import annotations

import numpy as np

from ingestion.demo import sink
from ingestion.demo.arrays import Bools, Floats
from ingestion.demo.books import Books
from ingestion.demo.ids import location_ids
from ingestion.demo.locations import LOCATIONS
from ingestion.demo.stock import Stock
from ingestion.demo.world import World


class Levels:
    """Remembers closing stock for the cells that are for sale or still hold something."""

    def __init__(self, world: World, stock: Stock, books: Books) -> None:
        self._world, self._stock, self._books = world, stock, books
        self._days: list[int] = []
        self._on_hand: list[Floats] = []
        self._allocated: list[Floats] = []
        self._on_order: list[Floats] = []

    def close_day(self, day: int) -> None:
        """Remembers the closing stock of `day`."""
        self._days.append(day)
        self._on_hand.append(self._stock.on_hand.copy())
        self._allocated.append(self._stock.allocated.copy())
        self._on_order.append(self._stock.on_order.copy())

    def write(self) -> None:
        """Writes what was remembered since the last time."""
        on_hand, allocated, on_order = np.stack(self._on_hand), np.stack(self._allocated), np.stack(self._on_order)
        shown = np.stack([self._for_sale(day) for day in self._days]) | (on_hand > 0) | (allocated > 0)
        row, cell = np.nonzero(shown)
        location, product = np.divmod(cell, self._world.products.count)
        epoch = self._world.calendar.epoch_days[np.array(self._days)]
        self._books.sink.write(
            "stock_levels",
            as_of=sink.days(epoch[row]),
            location_id=sink.labels(location, location_ids()),
            product_id=sink.labels(product, self._books.products),
            on_hand=sink.numbers(on_hand[shown]),
            allocated=sink.numbers(allocated[shown]),
            on_order=sink.numbers(on_order[shown]),
        )
        for kept in (self._days, self._on_hand, self._allocated, self._on_order):
            kept.clear()

    def _for_sale(self, day: int) -> Bools:
        goods = self._world.products
        live = (day >= goods.launched) & (day <= goods.discontinued)
        return self._stock.kept & np.tile(live, len(LOCATIONS))
