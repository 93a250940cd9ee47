"""Vietnam's 34 provinces since July 2025, the 63 before them, and distances between points."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ingestion.demo.arrays import Floats

FOLDER = Path(__file__).parent
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class OldProvince:
    """One of the 63 provinces until June 2025, with its capital's position and some of its districts."""

    name: str
    province: str  # the province it belongs to since July 2025
    is_seat: bool  # its capital is the seat of the new province
    latitude: float
    longitude: float
    population_thousands: int
    urban_districts: tuple[str, ...]
    rural_districts: tuple[str, ...]


@dataclass(frozen=True)
class Province:
    """One of the 34 provinces since July 2025, placed at its seat."""

    name: str
    latitude: float
    longitude: float
    population_thousands: int


@cache
def old_provinces() -> tuple[OldProvince, ...]:
    """The 63 old provinces."""
    with (FOLDER / "provinces.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(_old_province(row) for row in csv.DictReader(lines))


def _old_province(row: dict[str, str]) -> OldProvince:
    return OldProvince(
        row["old_province"],
        row["province"],
        row["seat"] == "yes",
        float(row["latitude"]),
        float(row["longitude"]),
        int(row["population_thousands"]),
        tuple(row["urban_districts"].split("|")),
        tuple(row["rural_districts"].split("|")),
    )


@cache
def provinces() -> tuple[Province, ...]:
    """The 34 provinces since July 2025, in the order of the file."""
    people: dict[str, int] = {}
    for old in old_provinces():
        people[old.province] = people.get(old.province, 0) + old.population_thousands
    seats = {old.province: old for old in old_provinces() if old.is_seat}
    return tuple(Province(name, seats[name].latitude, seats[name].longitude, people[name]) for name in people)


def current_province(old_name: str) -> str:
    """The province a place belongs to since July 2025, from the name of its old one."""
    for old in old_provinces():
        if old.name == old_name:
            return old.province
    raise KeyError(f"no province {old_name!r} among the 63 before July 2025")


def distance_km(latitude_a: Floats, longitude_a: Floats, latitude_b: Floats, longitude_b: Floats) -> Floats:
    """Great-circle distance in kilometres."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(angle) for angle in (latitude_a, longitude_a, latitude_b, longitude_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    kilometres: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return kilometres
