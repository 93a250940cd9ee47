"""Accepted orders become rows: priced lines, shipments, stock movements, returns and reviews."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.aftersales import AfterSales
from ingestion.demo.arrays import Floats, Ints, summed
from ingestion.demo.books import MOVEMENT, REFERENCE, Books
from ingestion.demo.fulfilment import Dispatch, Fates, statuses
from ingestion.demo.stock import Stock
from ingestion.demo.wishes import Wishes
from ingestion.demo.world import World


@dataclass(frozen=True)
class Lines:
    """The priced lines of one day, whole VND; `order` is a position in the day."""

    order: Ints
    line_no: Ints
    product: Ints
    units: Floats
    unit_price: Ints
    percent: Ints
    net: Ints
    cost: Ints
    promotion: Ints
    mistyped: Ints  # the true price of a mistyped one, 0 for all others


class Desk:
    """Takes each day's accepted orders through to the books."""

    def __init__(self, world: World, stock: Stock, books: Books) -> None:
        self._world, self._stock, self._books = world, stock, books
        self._dispatch = Dispatch(world.customers, world.calendar, world.seeds.topic("fulfilment"))
        self._after = AfterSales(world, stock, books)
        self._typing = world.seeds.topic("mistyped prices")
        self._orders = 0

    def sell(self, day: int, orders: Wishes) -> None:
        """Books the day's orders and plans what they do to the stock."""
        if not orders.orders:
            return
        lines = self._price(day, orders)
        goods = self._world.products
        count = orders.orders
        value = summed(lines.order, lines.net, count)
        weight = summed(lines.order, lines.units * goods.weight_kg[lines.product], count)
        fragility = summed(lines.order, goods.fragility[lines.product], count) / np.bincount(lines.order, minlength=count)
        fates = self._dispatch.decide(day, orders, value, weight, fragility)
        numbers = self._orders + 1 + np.arange(count)
        self._orders += count
        self._move_stock(day, orders, lines, fates)
        self._book(day, orders, lines, fates, numbers)
        self._after.follow(orders, lines, fates, numbers)

    def _price(self, day: int, orders: Wishes) -> Lines:
        prices, offers = self._world.prices, self._world.promotions
        product, units = orders.product, orders.units
        listed, percent = prices.listed[day, product], offers.percent[day, product]
        slipped = (percent == 0) & (self._typing.random(len(product)) < self._world.scale.mistyped_share)
        too_much = self._typing.random(len(product)) < 0.5
        price = np.where(slipped, np.where(too_much & (listed < 200_000), listed * 10, listed // 10), listed)
        halves = np.round(units * 2).astype(np.int64)
        net = halves * price * (100 - percent) // 200  # exact: prices are multiples of 500 (of 1000 where halves are sold)
        first = np.searchsorted(orders.order, orders.order, side="left")
        return Lines(
            orders.order,
            np.arange(len(product)) - first + 1,
            product,
            units,
            price,
            percent,
            net,
            prices.cost[day, product],
            offers.winner[day, product],
            np.where(slipped, listed, 0),
        )

    def _move_stock(self, day: int, orders: Wishes, lines: Lines, fates: Fates) -> None:
        calendar = self._world.calendar
        cell = self._stock.cell(orders.location[lines.order], lines.product)
        ship_day = calendar.day_of(fates.shipped_at)[lines.order]
        cancel_day = calendar.day_of(fates.cancelled_at)[lines.order]
        cancelled = fates.cancelled[lines.order]
        at_once = ~cancelled & (ship_day == day)
        self._stock.change(cell[at_once], -lines.units[at_once])
        later = ~cancelled & (ship_day > day)
        self._stock.promise(ship_day[later], cell[later], lines.units[later])
        held = cancelled & (cancel_day > day)
        self._stock.hold(cancel_day[held], cell[held], lines.units[held])

    def _book(self, day: int, orders: Wishes, lines: Lines, fates: Fates, numbers: Ints) -> None:
        calendar, books = self._world.calendar, self._books
        status, known = statuses(fates, calendar.end_second)
        placed = calendar.second(np.full(orders.orders, day), orders.second)
        books.orders.add(
            second=placed,
            customer=orders.customer,
            location=orders.location,
            status=status,
            channel=orders.channel,
            payment=fates.payment,
            promised_day=fates.promised_day,
            cancelled_at=np.where(known, fates.cancelled_at, -1),
            fee=fates.fee,
            destination=orders.destination,
            device=orders.device,
            scheme=orders.scheme,
        )
        books.order_lines.add(second=placed[lines.order], order=numbers[lines.order], **_line_columns(lines))
        sent = np.flatnonzero(~fates.cancelled)
        self._book_shipments(sent, fates, numbers)
        self._book_sales(orders, lines, fates, numbers)

    def _book_shipments(self, sent: Ints, fates: Fates, numbers: Ints) -> None:
        self._books.shipments.add(
            second=fates.shipped_at[sent],
            order=numbers[sent],
            carrier=fates.carrier[sent],
            promised_day=fates.promised_day[sent],
            delivered_at=fates.delivered_at[sent],
            cost=fates.cost[sent],
            distance_km=fates.distance_km[sent],
            damaged=fates.damaged[sent],
        )

    def _book_sales(self, orders: Wishes, lines: Lines, fates: Fates, numbers: Ints) -> None:
        sold = np.flatnonzero(~fates.cancelled[lines.order])
        order = lines.order[sold]
        self._books.move(
            second=fates.shipped_at[order],
            cell=self._stock.cell(orders.location[order], lines.product[sold]),
            kind=MOVEMENT["sale"],
            units=-lines.units[sold],
            reference=REFERENCE["SO"],
            reference_number=numbers[order],
        )


def _line_columns(lines: Lines) -> dict[str, Ints | Floats]:
    return {
        "line_no": lines.line_no,
        "product": lines.product,
        "units": lines.units,
        "unit_price": lines.unit_price,
        "percent": lines.percent,
        "net": lines.net,
        "cost": lines.cost,
        "promotion": lines.promotion,
        "mistyped": lines.mistyped,
    }
