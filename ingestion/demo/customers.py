"""The customers: what kind each is, how they buy, and the accounts that exist only for fraud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.homes import Homes, booming_province, make_homes
from ingestion.demo.locations import nearest_warehouse
from ingestion.demo.loyalty import NEVER, big_leavers, make_churn
from ingestion.demo.places import old_provinces
from ingestion.demo.scale import Scale
from ingestion.demo.seasons import Calendar
from ingestion.demo.seeds import Seeds
from ingestion.demo.segments import segments

SHOP_SHARE = 0.32  # of the orders of people who live near the shop
STRANGER_INTERVAL_DAYS = 4.0  # a stranger's row stands for many strangers
SHORTEST_INTERVAL_DAYS = 3.0
BOOM_GROWTH = 0.9  # extra yearly growth where the boom is


@dataclass(frozen=True)
class Customers:
    """The customers as arrays; days are counted from the first day of the data.

    The last `walk_ins` of them are strangers at the counter; `mules` are accounts opened for fraud.
    """

    segment: Ints
    home: Ints  # index of the old province
    province: Ints  # index of the province since July 2025
    latitude: Floats
    longitude: Floats
    urban: Bools
    server: Ints  # location that serves them
    signed_up: Ints
    interval_days: Floats
    basket_lines: Floats
    volume: Floats
    shop_share: Floats  # part of their orders bought in the shop
    churned: Ints
    won_back: Ints
    growth: Floats  # yearly growth of how often they buy
    booming_province: str
    mules: Ints
    walk_ins: int

    @property
    def count(self) -> int:
        return len(self.segment)

    @property
    def named(self) -> int:
        return self.count - self.walk_ins

    @property
    def is_business(self) -> Bools:
        return np.array([segment.is_business for segment in segments()])[self.segment]

    @property
    def worth(self) -> Floats:
        """How much each buys a day, in lines of one unit."""
        return self.basket_lines * self.volume / self.interval_days


@dataclass(frozen=True)
class Buying:
    """How often and how much each customer buys."""

    interval_days: Floats
    basket_lines: Floats
    volume: Floats


def make_customers(scale: Scale, calendar: Calendar, seeds: Seeds, mule_sign_ups: Ints) -> Customers:
    """All customers, fraud accounts and strangers included."""
    random = seeds.topic("customers")
    mules = np.arange(scale.customers - len(mule_sign_ups), scale.customers)
    segment = _segments(scale, mules, random)
    is_business = np.array([row.is_business for row in segments()])[segment]
    booming = booming_province(seeds.topic("booming province"))
    homes = make_homes(len(segment), scale.walk_ins, booming, calendar, random)
    homes.signed_up[mules] = mule_sign_ups
    buying = _buying(segment, scale, mules, random)
    churned, won_back = _churn(homes, buying, is_business, calendar.days, mules, seeds)
    return Customers(
        segment,
        homes.old_province,
        homes.province,
        homes.latitude,
        homes.longitude,
        homes.urban,
        server=nearest_warehouse()[homes.old_province],
        signed_up=homes.signed_up,
        interval_days=buying.interval_days,
        basket_lines=buying.basket_lines,
        volume=buying.volume,
        shop_share=_shop_shares(homes, is_business, scale.customers),
        churned=churned,
        won_back=won_back,
        growth=_growth(homes, booming, random),
        booming_province=booming,
        mules=mules,
        walk_ins=scale.walk_ins,
    )


def _segments(scale: Scale, mules: Ints, random: np.random.Generator) -> Ints:
    share = np.array([segment.share for segment in segments()])
    chosen = random.choice(len(share), size=scale.customers + scale.walk_ins, p=share / share.sum()).astype(np.int64)
    people = np.r_[mules, np.arange(scale.customers, len(chosen))]
    chosen[people] = random.integers(0, 2, len(people))
    return chosen


def _buying(segment: Ints, scale: Scale, mules: Ints, random: np.random.Generator) -> Buying:
    rows, count = segments(), len(segment)
    heavy = np.array([row.is_business for row in rows])[segment]
    interval = np.array([row.interval_days for row in rows])[segment] * np.exp(random.normal(0, 0.45, count)) / scale.pace
    basket = np.array([row.basket_lines for row in rows])[segment] * np.exp(random.normal(0, 0.25, count))
    volume = np.array([row.volume for row in rows])[segment] * np.exp(random.normal(0, np.where(heavy, 0.55, 0.15)))
    interval[scale.customers :] = STRANGER_INTERVAL_DAYS
    interval = np.maximum(interval, SHORTEST_INTERVAL_DAYS)
    interval[mules] = np.inf  # they buy only when the fraud is on
    return Buying(interval, basket, volume)


def _churn(homes: Homes, buying: Buying, is_business: Bools, days: int, mules: Ints, seeds: Seeds) -> tuple[Ints, Ints]:
    churned, won_back = make_churn(homes.signed_up, is_business, days, seeds.topic("churn"))
    churned[mules[0] :] = NEVER
    random = seeds.topic("big leavers")
    faithful = is_business & (homes.signed_up < 0)
    leaving = big_leavers(np.where(faithful, buying.basket_lines * buying.volume / buying.interval_days, 0.0), random)
    churned[leaving] = days - random.integers(55, 100, len(leaving))
    won_back[leaving] = NEVER
    return churned, won_back


def _shop_shares(homes: Homes, is_business: Bools, named: int) -> Floats:
    near = np.array([place.name == "Hồ Chí Minh" for place in old_provinces()])[homes.old_province]
    shares = np.where(near & ~is_business, SHOP_SHARE, 0.0)
    shares[named:] = 1.0
    return shares


def _growth(homes: Homes, booming: str, random: np.random.Generator) -> Floats:
    there = np.array([place.province == booming for place in old_provinces()])[homes.old_province]
    growth: Floats = random.normal(0.05, 0.12, len(there)) + np.where(there, BOOM_GROWTH, 0.0)
    return growth
