"""Who orders on a day, through which channel, and what goes into the basket."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints, Picker, first_of_each
from ingestion.demo.assortment import Products
from ingestion.demo.customers import Customers
from ingestion.demo.families import companion_rules
from ingestion.demo.habits import make_habits
from ingestion.demo.locations import LOCATIONS, SHOP
from ingestion.demo.places import provinces
from ingestion.demo.seasons import Calendar
from ingestion.demo.seeds import Seeds
from ingestion.demo.segments import tastes
from ingestion.demo.wishes import CHANNEL, HONEST, Wishes

BROWSED_SHARE = 0.53  # part of a basket that is no habit
GIFT_SHARE = 0.035
GIFT_SHARE_BEFORE_TET = 0.09
# The urge to order again, by how much of the usual interval has passed: low at first, then rising past the usual rate.
QUIET_PART, RIPENING_PART, LEAST_URGE, MOST_URGE = 0.35, 0.45, 0.1, 2.2
SPARE_DEVICE_SHARE = 0.14
DEVICES_A_CUSTOMER = 4  # device numbers reserved for each customer

# Orders by hour of the day, business time.
HOURS = {
    "web": (2, 1, 0.5, 0.3, 0.3, 0.6, 1.5, 3, 5, 6, 6.5, 7, 8, 6.5, 5.5, 5.5, 5.5, 5, 5.5, 7, 9, 10, 8, 4.5),
    "app": (2.5, 1.2, 0.6, 0.3, 0.3, 0.8, 2, 4, 5, 5, 5.5, 6.5, 8.5, 6, 5, 5, 5, 5.5, 6.5, 8, 10, 11, 9, 5),
    "store": (0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 8, 8.5, 6, 5, 6, 7, 8, 10, 11, 9, 5, 0, 0, 0),
    "phone": (0, 0, 0, 0, 0, 0, 0, 4, 12, 14, 13, 9, 3, 8, 11, 10, 8, 5, 2, 1, 0, 0, 0, 0),
    "b2b": (0, 0, 0, 0, 0, 0, 1, 6, 14, 16, 13, 8, 2, 9, 12, 10, 6, 3, 0, 0, 0, 0, 0, 0),
}
# Channels of an order that is not bought in the shop, in the order of CHANNELS.
CONSUMER_CHANNELS = np.array([0.46, 0.42, 0.0, 0.12, 0.0])
BUSINESS_CHANNELS = np.array([0.06, 0.02, 0.0, 0.20, 0.72])


class Shoppers:
    """The customers through time: remembers when each ordered last."""

    def __init__(self, customers: Customers, products: Products, kept: Bools, calendar: Calendar, seeds: Seeds) -> None:
        self._customers, self._products, self._calendar = customers, products, calendar
        self._business = customers.is_business
        self._habits = make_habits(customers, products, seeds)
        self._random = seeds.topic("shopping")
        self._kept = kept
        self._taste = (tastes(products)[:, None, :] * kept[None, :, :]).reshape(-1, products.count)  # segment and location by product
        self._usual_total = self._taste.sum(axis=1)
        self._companions = _Companions(products)
        self._hours = Picker(np.array([HOURS[name] for name in CHANNEL]))
        self._channels = Picker(np.stack([CONSUMER_CHANNELS, BUSINESS_CHANNELS]))
        first = np.maximum(customers.signed_up, 0)
        waited = seeds.topic("first orders").random(customers.count)
        self._last_day = first - np.where(np.isfinite(customers.interval_days), customers.interval_days, 1.0) * waited

    def wishes(self, day: int, wanted: Floats) -> Wishes:
        """What customers ask for on `day`, in the order of the clock; `wanted` is the day's row of appeal."""
        who = self._who(day)
        channel, location = self._where(who)
        order, product, boost = self._basket(who, location, day, wanted)
        units = self._units(who[order], product, boost)
        bought = units > 0
        order, product, units = order[bought], product[bought], units[bought]
        everything = Wishes(
            who,
            self._seconds(channel),
            channel,
            location,
            self._devices(who, channel),
            self._destinations(who, channel, day),
            np.full(len(who), HONEST),
            order,
            product,
            units,
        )
        nonempty = np.unique(order)
        return everything.keep_orders(nonempty[np.argsort(everything.second[nonempty], kind="stable")])

    def _who(self, day: int) -> Ints:
        customers = self._customers
        elapsed = (day - self._last_day) / customers.interval_days
        ripe = np.clip((elapsed - QUIET_PART) / RIPENING_PART, LEAST_URGE, MOST_URGE)
        active = (customers.signed_up <= day) & ((day < customers.churned) | (day >= customers.won_back))
        mood = np.where(self._business, self._calendar.business_mood[day], self._calendar.consumer_mood[day])
        growth = (1 + customers.growth) ** ((day - self._calendar.days) / 365)
        chance = 1 - np.exp(-ripe * mood * growth / customers.interval_days)
        chosen = active & (self._random.random(customers.count) < chance)
        if day == self._calendar.days - 1 and not chosen.any():
            chosen[np.argmax(np.where(active, chance, -1))] = True  # the last day is the business date: it has an order
        who = np.flatnonzero(chosen)
        self._last_day[who] = day
        return who

    def _where(self, who: Ints) -> tuple[Ints, Ints]:
        in_shop = self._random.random(len(who)) < self._customers.shop_share[who]
        channel = self._channels.pick(self._business[who].astype(np.int64), self._random.random(len(who)))
        return np.where(in_shop, CHANNEL["store"], channel), np.where(in_shop, SHOP, self._customers.server[who])

    def _basket(self, who: Ints, location: Ints, day: int, wanted: Floats) -> tuple[Ints, Ints, Floats]:
        """Lines as order position, product and how many times the usual amount: habits, finds, and what goes with them."""
        habit_order, habit_product, boost = self._habits.due(who, day, wanted, self._random)
        weights = self._taste * wanted
        picker = Picker(weights)
        row = self._customers.segment[who] * len(LOCATIONS) + location
        mood = picker.row_totals[row] / self._usual_total[row]
        finds = self._random.poisson(self._customers.basket_lines[who] * BROWSED_SHARE * mood)
        find_order = np.repeat(np.arange(len(who)), finds)
        find_product = picker.pick(row[find_order], self._random.random(len(find_order)))
        order = np.r_[habit_order, find_order]
        product = np.r_[habit_product, find_product]
        more_order, more_product = self._companions.draw(order, product, wanted, self._random)
        boost = np.r_[boost, np.ones(len(find_order) + len(more_order))]
        order, product = np.r_[order, more_order], np.r_[product, more_product]
        kept = first_of_each(order, product)
        kept = kept[self._kept[location[order[kept]], product[kept]]]
        kept = kept[np.argsort(order[kept], kind="stable")]
        return order[kept], product[kept], boost[kept]

    def _units(self, customer: Ints, product: Ints, boost: Floats) -> Floats:
        goods, random = self._products, self._random
        usual = goods.consumer_units[product]
        person = 1 + random.poisson(usual - 1)
        noise = np.exp(random.normal(0, 0.35, len(product)))
        company = usual * self._customers.volume[customer] * goods.case_factor[product] * noise
        amount = np.where(self._business[customer], company, person) * boost * goods.burst[product]
        step, pack = goods.unit_step[product], goods.pack_size[product]
        step = np.where(self._business[customer] & (amount >= 1.5 * pack) & (step == 1.0), pack, step)
        whole = np.floor(amount / step + random.random(len(product)))  # rounds up or down by chance, so averages stay
        least = np.where(boost < 1, 0.0, goods.unit_step[product])  # a habit may skip a turn when the price is bad
        return np.maximum(whole * step, least)

    def _seconds(self, channel: Ints) -> Ints:
        hour = self._hours.pick(channel, self._random.random(len(channel)))
        return hour * 3_600 + self._random.integers(0, 3_600, len(channel))

    def _devices(self, who: Ints, channel: Ints) -> Ints:
        """The customer's usual device, now and then another one for the browser or for the app; -1 off line."""
        spare = self._random.random(len(who)) < SPARE_DEVICE_SHARE
        number = np.where(channel == CHANNEL["web"], 1, 2) * spare
        return np.where(_is_online(channel), who * DEVICES_A_CUSTOMER + number, -1)

    def _destinations(self, who: Ints, channel: Ints, day: int) -> Ints:
        """The province an order goes to: home, or somebody else's for a gift."""
        share = GIFT_SHARE_BEFORE_TET if -25 <= self._calendar.days_from_tet[day] < -3 else GIFT_SHARE
        gift = _is_online(channel) & ~self._business[who] & (self._random.random(len(who)) < share)
        elsewhere = self._random.integers(0, len(provinces()), len(who))
        return np.where(gift, elsewhere, self._customers.province[who])


def _is_online(channel: Ints) -> Bools:
    online: Bools = (channel == CHANNEL["web"]) | (channel == CHANNEL["app"])
    return online


class _Companions:
    """Goods of one family that pull along goods of another."""

    def __init__(self, products: Products) -> None:
        names = [family.name for family in products.families]
        rules = [rule for rule in companion_rules() if rule.family in names and rule.companion in names]
        self._rules = [(names.index(rule.family), names.index(rule.companion), rule.probability) for rule in rules]
        self._family = products.family
        share = products.want[None, :] * (products.family[None, :] == np.arange(len(names))[:, None])
        self._picker = Picker(share)

    def draw(self, order: Ints, product: Ints, wanted: Floats, random: np.random.Generator) -> tuple[Ints, Ints]:
        family = self._family[product]
        orders, found = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for base, companion, probability in self._rules:
            buyers = order[family == base]
            drawn = self._picker.pick(np.full(len(buyers), companion), random.random(len(buyers)))
            taken = random.random(len(buyers)) < probability * wanted[drawn]
            orders.append(buyers[taken])
            found.append(drawn[taken])
        return np.concatenate(orders), np.concatenate(found)
