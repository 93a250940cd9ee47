"""Everything that is fixed before the first day: the range, the people, the prices, the offers and the planted schemes."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.demo.appeal import make_appeal
from ingestion.demo.arrays import Bools, Floats
from ingestion.demo.assortment import Products, make_products
from ingestion.demo.customers import Customers, make_customers
from ingestion.demo.locations import ranged
from ingestion.demo.prices import Prices, make_prices
from ingestion.demo.promotions import Promotions, make_promotions
from ingestion.demo.scale import Scale, Size, scale_of
from ingestion.demo.schemes import Schemes, plan_schemes
from ingestion.demo.seasons import Calendar
from ingestion.demo.seeds import Seeds


@dataclass(frozen=True)
class World:
    """The company and its surroundings."""

    scale: Scale
    calendar: Calendar
    seeds: Seeds
    products: Products
    kept: Bools  # location x product: what each location keeps
    prices: Prices
    promotions: Promotions
    appeal: Floats  # day x product
    customers: Customers
    schemes: Schemes


def make_world(size: Size, seed: int) -> World:
    """The company of this size, grown from this seed."""
    scale, seeds = scale_of(size), Seeds(seed)
    calendar = Calendar(scale.first_day)
    products = make_products(scale, calendar, seeds)
    prices = make_prices(products, calendar, seeds)
    promotions = make_promotions(products, scale, calendar, seeds)
    kept = ranged(products, seeds)
    schemes = plan_schemes(scale, calendar, products, seeds)
    customers = make_customers(scale, calendar, seeds, schemes.mule_sign_ups)
    appeal = make_appeal(products, prices, promotions, calendar)
    return World(scale, calendar, seeds, products, kept, prices, promotions, appeal, customers, schemes)
