"""The three warehouses and the shop, and who serves whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Bools, Ints
from ingestion.demo.assortment import Products
from ingestion.demo.places import distance_km, old_provinces
from ingestion.demo.seeds import Seeds


@dataclass(frozen=True)
class Location:
    """One place that keeps stock."""

    name: str
    kind: str
    province: str
    latitude: float
    longitude: float
    capacity_units: int


LOCATIONS = (
    Location("Kho Bình Tân", "warehouse", "Hồ Chí Minh", 10.765, 106.604, 400_000),
    Location("Kho Long Biên", "warehouse", "Hà Nội", 21.045, 105.889, 300_000),
    Location("Kho Liên Chiểu", "warehouse", "Đà Nẵng", 16.085, 108.150, 180_000),
    Location("Cửa hàng Quận 1", "store", "Hồ Chí Minh", 10.776, 106.700, 25_000),
)
SHOP = 3
WAREHOUSES = (0, 1, 2)


def ranged(products: Products, seeds: Seeds) -> Bools:
    """Location x product: the shop keeps only part of the range, nothing heavy."""
    kept = np.ones((len(LOCATIONS), products.count), dtype=bool)
    chosen = seeds.topic("shop range").random(products.count) < 0.6
    kept[SHOP] = chosen & (products.weight_kg < 8)
    return kept


def nearest_warehouse() -> Ints:
    """The warehouse that serves each old province."""
    places = np.array([(old.latitude, old.longitude) for old in old_provinces()])
    distances = [
        distance_km(places[:, 0], places[:, 1], np.array(LOCATIONS[index].latitude), np.array(LOCATIONS[index].longitude))
        for index in WAREHOUSES
    ]
    nearest: Ints = np.argmin(np.stack(distances), axis=0)
    return nearest
