"""What becomes of an order: paid, cancelled or shipped, by whom, how far, how late and in what state it arrives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints, Picker
from ingestion.demo.customers import Customers
from ingestion.demo.locations import LOCATIONS
from ingestion.demo.places import distance_km, provinces
from ingestion.demo.seasons import Calendar
from ingestion.demo.wishes import CHANNEL, Wishes

PAYMENTS = ("cod", "card", "e_wallet", "bank_transfer", "cash", "invoice")
PREPAID = np.array([False, True, True, True, True, False])
# Payment methods by channel, in the order of CHANNELS.
PAYMENT_SHARES = np.array(
    [
        [0.48, 0.16, 0.24, 0.12, 0.0, 0.0],
        [0.40, 0.16, 0.36, 0.08, 0.0, 0.0],
        [0.0, 0.28, 0.24, 0.0, 0.48, 0.0],
        [0.70, 0.0, 0.0, 0.30, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.32, 0.0, 0.68],
    ]
)
CANCEL_CHANCE = np.array([0.055, 0.06, 0.0, 0.05, 0.022])  # by channel


@dataclass(frozen=True)
class Carrier:
    """Who carries orders, how fast and how carefully."""

    name: str
    km_a_day: float
    handling_days: float
    spread: float
    damage_chance: float
    price_factor: float
    share: tuple[float, float]  # of consumer and business orders


CARRIERS = (
    Carrier("Giao Nhanh Việt", 620, 0.4, 0.30, 0.006, 1.20, (0.36, 0.08)),
    Carrier("Bưu chính Toàn Quốc", 330, 1.1, 0.45, 0.012, 0.82, (0.27, 0.07)),
    Carrier("Tốc Hành Nam Bắc", 520, 0.6, 0.35, 0.010, 0.95, (0.25, 0.15)),
    Carrier("Đội xe Sao Việt", 450, 0.3, 0.20, 0.004, 1.05, (0.07, 0.48)),
    Carrier("Xanh Logistics", 400, 0.8, 0.40, 0.020, 0.78, (0.05, 0.22)),
)
COUNTER = len(CARRIERS)  # the customer takes the goods along
CARRIER_NAMES = (*(carrier.name for carrier in CARRIERS), "Nhận tại quầy")
SLIPPING_CARRIER = 2
SLIPPING_DAYS = 150  # how long ago it began to be late
SLIPPING_EXTRA = 1.75
RAINY_MONTHS = (9, 10, 11)
CUT_OFF_HOUR = 15


@dataclass(frozen=True)
class Fates:
    """One entry an order; seconds and days on the business clock; a cancelled order has no meaningful shipment."""

    payment: Ints
    cancelled: Bools
    cancelled_at: Ints
    shipped_at: Ints
    delivered_at: Ints
    promised_day: Ints
    carrier: Ints
    distance_km: Floats
    cost: Ints
    fee: Ints
    damaged: Bools


class Dispatch:
    """Decides the fate of each day's orders."""

    def __init__(self, customers: Customers, calendar: Calendar, random: np.random.Generator) -> None:
        self._customers, self._calendar, self._random = customers, calendar, random
        self._business = customers.is_business
        self._payments = Picker(PAYMENT_SHARES)
        self._carriers = Picker(np.array([carrier.share for carrier in CARRIERS]).T.copy())

    def decide(self, day: int, orders: Wishes, value: Floats, weight_kg: Floats, fragility: Floats) -> Fates:
        """The fates of `orders`, placed on `day`."""
        random, count = self._random, orders.orders
        counter = orders.channel == CHANNEL["store"]
        ordered_at = self._calendar.second(np.full(count, day), orders.second)
        distance = self._distances(orders)
        carrier = self._carriers.pick(self._business[orders.customer].astype(np.int64), random.random(count))
        shipped_at = self._shipped_at(day, orders, ordered_at)
        delivered_at = self._delivered_at(shipped_at, carrier, distance)
        cancelled = random.random(count) < CANCEL_CHANCE[orders.channel]
        cancelled_at = ordered_at + np.floor((shipped_at - ordered_at - 60) * random.uniform(0.05, 0.95, count)).astype(np.int64)
        damage = np.array([carrier.damage_chance for carrier in CARRIERS])[carrier] * (0.4 + 2.5 * fragility)
        damaged = ~counter & (random.random(count) < damage)
        near = counter | (orders.destination == self._customers.province[orders.customer])
        cost = np.where(counter, 0, self._costs(carrier, distance, weight_kg))
        return Fates(
            self._payments.pick(orders.channel, random.random(count)),
            cancelled,
            cancelled_at,
            np.where(counter, ordered_at + 60, shipped_at),
            np.where(counter, ordered_at + 60 + random.integers(60, 600, count), delivered_at),
            np.where(counter, day, self._promised_days(day, distance, orders)),
            np.where(counter, COUNTER, carrier),
            np.where(counter, 0.0, np.round(distance, 1)),
            cost,
            np.where(counter | self._business[orders.customer], 0, _fees(value, distance, near)),
            damaged,
        )

    def _distances(self, orders: Wishes) -> Floats:
        """Road kilometres from the location to the customer, or to the seat of another province for a gift."""
        customers = self._customers
        home = orders.destination == customers.province[orders.customer]
        seats = np.array([(province.latitude, province.longitude) for province in provinces()])[orders.destination]
        latitude = np.where(home, customers.latitude[orders.customer], seats[:, 0])
        longitude = np.where(home, customers.longitude[orders.customer], seats[:, 1])
        start = np.array([(place.latitude, place.longitude) for place in LOCATIONS])[orders.location]
        return 2 + 1.27 * distance_km(start[:, 0], start[:, 1], latitude, longitude)

    def _shipped_at(self, day: int, orders: Wishes, ordered_at: Ints) -> Ints:
        """The same working day before the cut-off, else the next one, sometimes later."""
        count = orders.orders
        late = (orders.second >= CUT_OFF_HOUR * 3_600).astype(np.int64)
        wait = self._random.choice(4, size=count, p=[0.58, 0.27, 0.10, 0.05])
        ship_day = self._calendar.next_working[day + late + wait]
        opening = self._calendar.second(ship_day, np.full(count, 9 * 3_600))
        earliest = np.maximum(opening, ordered_at + 2_700)
        closing = self._calendar.second(ship_day, np.full(count, 18 * 3_600 + 1_800))
        shipped: Ints = earliest + np.floor((closing - earliest) * self._random.random(count)).astype(np.int64)
        return shipped

    def _delivered_at(self, shipped_at: Ints, carrier: Ints, distance: Floats) -> Ints:
        random, count = self._random, len(shipped_at)
        speed = np.array([row.km_a_day for row in CARRIERS])[carrier]
        handling = np.array([row.handling_days for row in CARRIERS])[carrier]
        spread = np.array([row.spread for row in CARRIERS])[carrier]
        ship_day = self._calendar.day_of(shipped_at)
        slow = np.where((carrier == SLIPPING_CARRIER) & (ship_day > self._calendar.days - SLIPPING_DAYS), SLIPPING_EXTRA, 1.0)
        rainy = np.array([day.month in RAINY_MONTHS for day in self._calendar.dates])[ship_day]
        slow *= np.where(rainy & (distance > 300), 1.22, 1.0)
        travel = (handling + distance / speed) * slow * np.exp(random.normal(0, 1, count) * spread)
        arrival_day = self._calendar.next_working[ship_day + np.floor(travel + 0.35).astype(np.int64)]
        later = self._calendar.second(arrival_day, random.integers(8 * 3_600, 20 * 3_600 + 1_800, count))
        return np.where(arrival_day == ship_day, shipped_at + random.integers(5_400, 14_400, count), later)

    def _promised_days(self, day: int, distance: Floats, orders: Wishes) -> Ints:
        days = np.select([distance <= 60, distance <= 400, distance <= 900], [2, 3, 5], 7)
        rural = ~self._customers.urban[orders.customer]
        start = self._calendar.next_working[day]
        promised: Ints = self._calendar.next_working[start + days + rural]
        return promised

    def _costs(self, carrier: Ints, distance: Floats, weight_kg: Floats) -> Ints:
        """What the carrier charges: a start, then weight and distance."""
        factor = np.array([row.price_factor for row in CARRIERS])[carrier]
        noise = np.exp(self._random.normal(0, 0.06, len(distance)))
        cost = (13_000 + 1_500 * weight_kg**0.85 + 14 * distance * (1 + weight_kg / 150) ** 0.6) * factor * noise
        rounded: Ints = (np.round(cost / 100) * 100).astype(np.int64)
        return rounded


def statuses(fates: Fates, end_second: int) -> tuple[Ints, Bools]:
    """Where each order stands when the data end, in the order of ORDER_STATUSES, and which cancellations are known by then."""
    cancelled = fates.cancelled & (fates.cancelled_at < end_second)
    open_status = np.where(PREPAID[fates.payment], 1, 0)
    moving = ~fates.cancelled & (fates.shipped_at < end_second)
    arrived = ~fates.cancelled & (fates.delivered_at < end_second)
    return np.where(cancelled, 4, np.where(arrived, 3, np.where(moving, 2, open_status))), cancelled


def _fees(value: Floats, distance: Floats, near: Bools) -> Ints:
    """What people pay for delivery: nothing above half a million, more when it goes far."""
    base = np.select([distance <= 60, distance <= 400, distance <= 900], [15_000, 22_000, 30_000], 38_000)
    return np.where((value >= 500_000) & near, 0, base + np.where(near, 0, 5_000)).astype(np.int64)
