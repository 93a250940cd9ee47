"""What the company expects to sell: used for opening stock and for products without a history."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Floats
from ingestion.demo.locations import LOCATIONS, SHOP
from ingestion.demo.segments import segments, tastes
from ingestion.demo.world import World


def planned_demand(world: World) -> Floats:
    """Location x product: units a day at the usual price, from who lives where and buys what."""
    taste = tastes(world.products)
    share = taste / taste.sum(axis=1, keepdims=True)
    plan = np.zeros((len(LOCATIONS), world.products.count))
    for location in range(len(LOCATIONS)):
        for segment in range(len(segments())):
            plan[location] += _lines_a_day(world, location, segment) * share[segment] * _units_a_line(world, segment)
    return plan * world.kept


def _lines_a_day(world: World, location: int, segment: int) -> float:
    customers = world.customers
    mine = (customers.segment == segment) & (customers.signed_up < world.calendar.days // 4)
    in_shop = customers.shop_share
    part = in_shop if location == SHOP else (1 - in_shop) * (customers.server == location)
    return float((mine * part * customers.basket_lines / customers.interval_days).sum())


def _units_a_line(world: World, segment: int) -> Floats:
    goods, kind = world.products, segments()[segment]
    if not kind.is_business:
        return goods.consumer_units * goods.burst
    return goods.consumer_units * kind.volume * 1.2 * goods.case_factor * goods.burst
