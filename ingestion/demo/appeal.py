"""How much each product is wanted on each day, next to how much it is usually wanted."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Floats
from ingestion.demo.assortment import Products
from ingestion.demo.prices import Prices
from ingestion.demo.promotions import Promotions
from ingestion.demo.seasons import SEASONS, Calendar

DEAD_APPEAL = 0.012


def make_appeal(products: Products, prices: Prices, promotions: Promotions, calendar: Calendar) -> Floats:
    """Day x product factors around 1: demand is proportional to them, so price elasticity holds exactly."""
    days = np.arange(calendar.days)[:, None]
    season_row = np.array([SEASONS.index(products.families[index].season) for index in products.family])
    season = calendar.seasons[season_row, : calendar.days].T
    trend = (1 + products.growth) ** ((days - calendar.days + 180) / 365)
    paid = prices.listed * (1 - promotions.percent / 100)
    price = (paid / products.start_price) ** products.elasticity
    return season * trend * price * promotions.attention * _life(products, days)


def _life(products: Products, days: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Floats:
    """0 before launch and after the end, a slow start, a fading end, and what nobody wants any more."""
    age = days - products.launched
    start = np.clip(0.35 + age / 60, 0, 1)
    left = products.discontinued - days
    end = np.clip(0.35 + left / 70, 0, 1)
    dead = np.where(days >= products.dead_from, DEAD_APPEAL, 1.0)
    return np.where((age >= 0) & (left >= 0), start * end * dead, 0.0)
