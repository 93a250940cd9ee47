"""What warehouses do by themselves: feed the shop, help each other out, break things, count, and lose some to thieves."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.books import MOVEMENT, REFERENCE, Books
from ingestion.demo.locations import LOCATIONS, SHOP, WAREHOUSES
from ingestion.demo.stock import Stock
from ingestion.demo.world import World

MAIN = 0
SHOP_COVER_DAYS = 9
SHOP_TRIP_WEEKDAYS = (0, 2, 4)
HELP_WEEKDAY = 3
HELP_TRAVEL_DAYS = 3
# The morning trip leaves after everything that arrives in the morning is on the shelf, and is unloaded before the shop opens at nine.
WAREHOUSE_UNLOADING = 8 * 3_600
MORNING_TRIP = 8 * 3_600 + 2_100
SHOP_UNLOADING = 8 * 3_600 + 3_000
EVENING_TRIP = 19 * 3_600
COUNT_CYCLE_WEEKS = 8
DIFFERENCE_CHANCE = 0.10
PERISHABLE_DAYS = 60
MARGIN_OF_HOPE = 12  # units nobody throws out yet
BREAKAGE_A_DAY = 0.0009  # chance that something of a product breaks at a location


class Floor:
    """The people who move, break and count the goods."""

    def __init__(self, world: World, stock: Stock, books: Books) -> None:
        self._world, self._stock, self._books = world, stock, books
        self._random = world.seeds.topic("warehousing")
        self._trips, self._counts, self._write_offs = 0, 0, 0

    def feed_shop(self, day: int, mean_sales: Floats) -> None:
        """The morning trip from the main warehouse to the shop."""
        calendar = self._world.calendar
        if not (calendar.working[day] and calendar.weekday[day] in SHOP_TRIP_WEEKDAYS):
            return
        goods = self._world.products
        available = self._stock.available.reshape(len(LOCATIONS), -1)
        target = mean_sales[SHOP] * SHOP_COVER_DAYS + 2 * (mean_sales[SHOP] > 0)
        for_sale = self._world.kept[SHOP] & (day >= goods.launched) & (day < goods.discontinued - 10)
        low = for_sale & (available[SHOP] < target * 0.65)
        wanted = np.ceil(target - available[SHOP]) * low
        spare = np.floor(np.maximum(0, available[MAIN] - mean_sales[MAIN]))
        units = np.minimum(wanted, spare)
        product = np.flatnonzero(units >= 1)
        if len(product):
            self._transfer(day, day, MAIN, SHOP, product, units[product])

    def help_out(self, day: int, mean_sales: Floats) -> None:
        """Once a week a warehouse that ran dry is helped by the one with the most cover."""
        calendar = self._world.calendar
        if not calendar.working[day] or calendar.weekday[day] != HELP_WEEKDAY:
            return
        arrival = int(calendar.next_working[day + HELP_TRAVEL_DAYS])
        if arrival >= calendar.days:
            return
        for needy in WAREHOUSES:
            available = self._stock.available.reshape(len(LOCATIONS), -1)
            spare = available - mean_sales * 30
            helper = int(spare[list(WAREHOUSES)].sum(axis=1).argmax())
            dry = (available[needy] <= 0) & (mean_sales[needy] > 0.1) & self._live(day)
            units = np.floor(np.minimum(spare[helper] / 2, mean_sales[needy] * 14)) * dry
            product = np.flatnonzero(units >= 2)
            if helper != needy and len(product):
                self._transfer(day, arrival, helper, needy, product, units[product])

    def _live(self, day: int) -> Bools:
        goods = self._world.products
        return (day >= goods.launched) & (day < goods.discontinued - 20)

    def _transfer(self, day: int, arrival: int, source: int, target: int, product: Ints, units: Floats) -> None:
        self._trips += 1
        rows = len(product)
        trip = np.full(rows, self._trips)
        source_cell = self._stock.cell(np.full(rows, source), product)
        target_cell = self._stock.cell(np.full(rows, target), product)
        leaves = self._at(day, MORNING_TRIP if arrival == day else EVENING_TRIP, rows)
        arrives = self._at(arrival, SHOP_UNLOADING if arrival == day else WAREHOUSE_UNLOADING, rows)
        reference = REFERENCE["TR"]
        self._books.move(
            second=leaves, cell=source_cell, kind=MOVEMENT["transfer_out"], units=-units, reference=reference, reference_number=trip
        )
        self._books.move(
            second=arrives, cell=target_cell, kind=MOVEMENT["transfer_in"], units=units, reference=reference, reference_number=trip
        )
        self._stock.change(source_cell, -units)
        if arrival == day:
            self._stock.change(target_cell, units)
        else:
            self._stock.arrive_later(np.full(rows, arrival), target_cell, units)

    def _at(self, day: int, second_of_day: int, rows: int) -> Ints:
        return self._world.calendar.second(np.full(rows, day), np.full(rows, second_of_day))

    def break_some(self, day: int) -> None:
        """Accidents of the day, written off in the evening."""
        goods, random = self._world.products, self._random
        chance = BREAKAGE_A_DAY * np.tile(0.2 + 2 * goods.fragility, len(LOCATIONS))
        hit = random.random(len(chance)) < chance
        units = np.minimum(random.integers(1, 4, len(chance)), np.floor(self._stock.available))
        cell = np.flatnonzero(hit & (units >= 1))
        self._write_offs += 1
        self._adjust(day, 21 * 3_600 + 1_200, cell, -units[cell], "damage", "WO", self._write_offs, planted=False)

    def throw_out(self, day: int, mean_sales: Floats) -> None:
        """On Mondays goes what spoils fast and cannot be sold in time."""
        if self._world.calendar.weekday[day] != 0:
            return
        keeps = self._world.products.shelf_life_days
        sellable = np.where(keeps <= PERISHABLE_DAYS, mean_sales * keeps + MARGIN_OF_HOPE, np.inf)
        excess = np.floor(self._stock.available - sellable.ravel())
        cell = np.flatnonzero(excess >= 1)
        self._write_offs += 1
        self._adjust(day, 20 * 3_600 + 3_000, cell, -excess[cell], "damage", "WO", self._write_offs, planted=False)

    def count(self, day: int) -> None:
        """Counts a slice of each location's shelves, and finds what thieves took."""
        random = self._random
        self._counts += 1
        for location in range(len(LOCATIONS)):
            cell = self._slice(day, location)
            care = np.clip(np.sqrt(60_000 / self._world.products.start_price), 0.1, 1.5)  # dear goods are counted with care
            wrong = random.random(len(cell)) < DIFFERENCE_CHANCE * care[cell % self._world.products.count]
            size = random.geometric(0.55, len(cell)) * np.where(random.random(len(cell)) < 0.53, -1.0, 1.0)
            size = np.maximum(size, -np.floor(self._stock.available[cell]))
            chosen = wrong & (size != 0) & (self._stock.on_hand[cell] > 0)
            number = self._counts * len(LOCATIONS) + location
            self._adjust(day, 22 * 3_600, cell[chosen], size[chosen], "count_adjustment", "CC", number, planted=False)
            self._steal(day, location, number)

    def _steal(self, day: int, location: int, number: int) -> None:
        for theft in self._world.schemes.thefts:
            if theft.day == day and theft.location == location:
                cell = np.array([location * self._world.products.count + theft.product])
                units = np.minimum(np.array([float(theft.units)]), np.floor(self._stock.available[cell]))
                if units[0] >= 1:
                    self._adjust(day, 22 * 3_600, cell, -units, "count_adjustment", "CC", number, planted=True)

    def _slice(self, day: int, location: int) -> Ints:
        """The cells counted today: each location has its day of the week, each product its week of the cycle."""
        calendar = self._world.calendar
        if calendar.weekday[day] != 1 + location:
            return np.empty(0, dtype=np.int64)
        product = np.arange(self._world.products.count)
        week = int(calendar.epoch_days[day]) // 7
        cells: Ints = location * len(product) + product[product % COUNT_CYCLE_WEEKS == week % COUNT_CYCLE_WEEKS]
        return cells

    def _adjust(
        self, day: int, second_of_day: int, cell: Ints, units: Floats, kind: str, prefix: str, number: int, *, planted: bool
    ) -> None:
        if not len(cell):
            return
        rows = len(cell)
        second = self._at(day, second_of_day, rows) + self._random.integers(0, 1_800, rows)
        self._stock.change(cell, units)
        self._books.move(
            second=second,
            cell=cell,
            kind=MOVEMENT[kind],
            units=units,
            reference=REFERENCE[prefix],
            reference_number=np.full(rows, number),
            planted=planted,
        )
