"""The buyer: a deliberately naive rule (mean sales x days of cover), and suppliers who keep their word or do not."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints, summed
from ingestion.demo.books import MOVEMENT, PURCHASE, REFERENCE, Books
from ingestion.demo.locations import LOCATIONS, SHOP, WAREHOUSES
from ingestion.demo.planning import planned_demand
from ingestion.demo.schemes import FAILING_FILL, FAILING_LEAD, FAILING_NEVER_ARRIVES, FAILING_REJECTS
from ingestion.demo.stock import AGENDA_DAYS, Stock
from ingestion.demo.world import World

WINDOW_DAYS = 28
REVIEW_DAYS = 7
COVER_DAYS = 13.0  # safety the buyer adds by feeling
YOUNG_DAYS = 45  # a new product is bought by plan until it has a history
OVERBUYING = 4.0
LAST_BIG_ORDER = 5.0  # how much too much was bought just before a product died
CANCELLED_SHARE = 0.012
BACKORDER_SHARE = 0.06
NEVER_DAY = AGENDA_DAYS - 4


class Buyer:
    """Looks at each supplier's goods once a week and orders up to a target."""

    def __init__(self, world: World, stock: Stock, books: Books) -> None:
        self._world, self._stock, self._books = world, stock, books
        self._random = world.seeds.topic("suppliers")
        self._sold = np.zeros((WINDOW_DAYS, len(LOCATIONS) * world.products.count))
        self._planned = planned_demand(world)
        self._orders = 0
        suppliers = world.products.suppliers
        self._lead = np.array([supplier.contract_lead_time_days for supplier in suppliers])
        self._min_value = np.array([supplier.min_order_value for supplier in suppliers]) * min(1.0, world.products.count / 400)

    def note_sales(self, day: int, cell: Ints, units: Floats) -> None:
        """Remembers what was sold on `day`."""
        self._sold[day % WINDOW_DAYS] = summed(cell, units, self._sold.shape[1])

    def mean_sales(self, day: int) -> Floats:
        """Location x product: units a day over the last four weeks, by plan while there is no history."""
        window = min(day + 1, WINDOW_DAYS)
        mean = (self._sold.sum(axis=0) / window).reshape(len(LOCATIONS), -1)
        goods = self._world.products
        young = (day - goods.launched < YOUNG_DAYS) | (day < WINDOW_DAYS)
        expected: Floats = np.where(young, np.maximum(mean, self._planned), mean)
        return expected

    def open_stock(self) -> None:
        """Fills the shelves before the first day."""
        goods, random = self._world.products, self._world.seeds.topic("opening stock")
        season = np.clip(self._world.appeal[:30].mean(axis=0), 0.05, 3)
        days = self._lead[goods.supplier] + 21
        units = self._planned * season * days * random.uniform(0.6, 1.5, self._planned.shape)
        units *= np.where(goods.overbought, OVERBUYING, 1.0)
        units[:, goods.launched > 0] = 0
        self._stock.on_hand[:] = np.ceil(units).ravel() * self._stock.kept

    def buy(self, day: int) -> None:
        """Places the purchase orders of `day`."""
        goods, calendar = self._world.products, self._world.calendar
        if not calendar.working[day]:
            return
        due = (goods.supplier % 5) == calendar.weekday[day]
        location, product, units = self._needs(day, due)
        if not len(product):
            return
        rows = np.lexsort((product, self._order_key(location, product)))
        self._place(day, location[rows], product[rows], units[rows])

    def _order_key(self, location: Ints, product: Ints) -> Ints:
        """What goes onto one purchase order: everything from one supplier to one location."""
        key: Ints = location * len(self._world.products.suppliers) + self._world.products.supplier[product]
        return key

    def _needs(self, day: int, due: Bools) -> tuple[Ints, Ints, Floats]:
        """What is missing: location, product and units in whole packs."""
        goods = self._world.products
        mean = self.mean_sales(day)
        mean[0] += mean[SHOP]  # the main warehouse feeds the shop
        mean = mean[list(WAREHOUSES)] * self._mistakes(day)
        lead = self._lead[goods.supplier]
        keeps = np.where(np.isnan(goods.shelf_life_days), np.inf, goods.shelf_life_days * 0.6)
        target = mean * np.minimum(lead + REVIEW_DAYS + COVER_DAYS, np.maximum(keeps, lead + REVIEW_DAYS))
        position = (self._stock.available + self._stock.on_order).reshape(len(LOCATIONS), -1)[list(WAREHOUSES)]
        wanted = due & (day >= goods.launched - lead - 10) & (day < goods.discontinued - lead - 25)
        low = position < target - mean * REVIEW_DAYS * 0.5
        location, product = np.nonzero(wanted & low & (mean > 0.012))
        pack = goods.pack_size[product]
        packs = np.ceil((target - position)[location, product] / pack)
        return location, product, np.maximum(packs * pack, goods.min_order_qty[product]).astype(float)

    def _mistakes(self, day: int) -> Floats:
        """Products the buyer believes in too much."""
        goods = self._world.products
        before_death = (day < goods.dead_from) & (day >= goods.dead_from - 30)
        return np.where(goods.overbought, OVERBUYING, 1.0) * np.where(before_death, LAST_BIG_ORDER, 1.0)

    def _place(self, day: int, location: Ints, product: Ints, units: Floats) -> None:
        """Orders what reaches the supplier's minimum, and smaller orders only when a shelf is empty."""
        first, order = np.unique(self._order_key(location, product), return_index=True, return_inverse=True)[1:]
        worth = summed(order, units * self._world.prices.cost[day, product], len(first))
        empty = summed(order, self._stock.available[self._stock.cell(location, product)] <= 0, len(first))
        sent = (worth >= self._min_value[self._world.products.supplier[product[first]]]) | (empty > 0)
        rows = np.flatnonzero(sent[order])
        if len(rows):
            self._commit(day, location[rows], product[rows], units[rows])

    def _commit(self, day: int, location: Ints, product: Ints, units: Floats) -> None:
        """Books the orders and plans their deliveries."""
        random, calendar = self._random, self._world.calendar
        first, order = np.unique(self._order_key(location, product), return_index=True, return_inverse=True)[1:]
        supplier = self._world.products.supplier[product]
        cancelled = (random.random(len(first)) < CANCELLED_SHARE)[order]
        arrival = self._arrival_days(day, order, supplier[first])
        received, rejected = self._qualities(day, supplier, units)
        received_at = calendar.second(arrival, random.integers(7 * 3_600, 8 * 3_600 + 1_800, len(first))[order])
        received_at = np.where(cancelled, calendar.end_second, received_at)
        placed = calendar.second(np.full(len(first), day), 15 * 3_600 + np.sort(random.integers(0, 7_000, len(first))))
        number = self._orders + 1 + order
        self._orders += len(first)
        self._books.purchase_orders.add(
            second=placed,
            supplier=supplier[first],
            location=location[first],
            expected_day=calendar.next_working[day + self._lead[supplier[first]]],
            status=_status(order, arrival >= calendar.days, cancelled),
        )
        self._books.purchase_lines.add(
            second=placed[order],
            order=number,
            line_no=np.arange(len(order)) - first[order] + 1,
            product=product,
            units=units,
            cost=self._world.prices.cost[day, product],
            received=received,
            rejected=rejected,
            received_at=received_at,
        )
        self._expect(~cancelled, arrival, self._stock.cell(location, product), units, received - rejected, received_at, number)

    def _expect(self, sure: Bools, arrival: Ints, cell: Ints, units: Floats, accepted: Floats, second: Ints, number: Ints) -> None:
        self._stock.expect(arrival[sure], cell[sure], units[sure], accepted[sure])
        coming = sure & (accepted > 0)
        self._books.move(
            second=second[coming],
            cell=cell[coming],
            kind=MOVEMENT["receipt"],
            units=accepted[coming],
            reference=REFERENCE["PO"],
            reference_number=number[coming],
        )

    def _arrival_days(self, day: int, order: Ints, supplier: Ints) -> Ints:
        """When each line arrives: late as its supplier is, some lines later than the rest of their order."""
        world, random = self._world, self._random
        rows = world.products.suppliers
        ratio = np.array([row.lead_ratio + row.lead_drift * day / world.calendar.days for row in rows])[supplier]
        spread = np.array([row.lead_spread for row in rows])[supplier]
        failing = (supplier == world.schemes.failing_supplier) & (day >= world.schemes.failing_since)
        lead = self._lead[supplier] * ratio * np.exp(random.normal(0, 1, len(supplier)) * spread) * np.where(failing, FAILING_LEAD, 1.0)
        days = np.maximum(1, np.round(lead)).astype(np.int64)[order]
        days += np.where(random.random(len(order)) < BACKORDER_SHARE, random.integers(3, 15, len(order)), 0)
        never = failing[order] & (random.random(len(order)) < FAILING_NEVER_ARRIVES)
        days = np.where(never, NEVER_DAY, np.minimum(days, 150))
        return np.where(never, day + NEVER_DAY, world.calendar.next_working[day + np.minimum(days, 200)])

    def _qualities(self, day: int, supplier: Ints, units: Floats) -> tuple[Floats, Floats]:
        """How much of each line comes, and how much of that is refused at the gate."""
        world, random = self._world, self._random
        rows = world.products.suppliers
        failing = (supplier == world.schemes.failing_supplier) & (day >= world.schemes.failing_since)
        fill = np.where(failing, FAILING_FILL, np.array([row.fill_rate for row in rows])[supplier])
        reject = np.where(failing, FAILING_REJECTS, np.array([row.reject_rate for row in rows])[supplier])
        short = random.random(len(units)) < (1 - fill) * 2
        received = np.where(short, np.ceil(units * random.uniform(0.35, 0.85, len(units))), units)
        bad = random.random(len(units)) < np.minimum(reject * 3, 0.6)
        rejected = np.where(bad, np.ceil(received * random.uniform(0.1, 0.5, len(units))), 0)
        return received, np.minimum(rejected, received)


def _status(order: Ints, pending: Bools, cancelled: Bools) -> Ints:
    """Where each purchase order stands when the data end."""
    lines = np.bincount(order)
    waiting = np.bincount(order, pending)
    gone = np.bincount(order, cancelled) > 0
    open_or_part = np.where(waiting == lines, PURCHASE["open"], PURCHASE["partial"])
    return np.where(gone, PURCHASE["cancelled"], np.where(waiting == 0, PURCHASE["received"], open_or_part)).astype(np.int64)
