"""Where customers live and since when they are ours; one province takes off in the last months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.places import old_provinces, provinces
from ingestion.demo.seasons import Calendar

HOME_PULL = {"Hồ Chí Minh": 2.6, "Hà Nội": 2.2, "Đà Nẵng": 1.9, "Bình Dương": 1.4, "Cần Thơ": 1.3, "Hải Phòng": 1.2}
ELSEWHERE_PULL = 0.7
BOOMING_CHOICES = ("Đồng Nai", "Khánh Hòa", "Bắc Ninh", "Cần Thơ")
RECENT_SHARE = 0.36  # customers who came during the period
BOOM_SHARE = 0.42  # of those who came during the boom, how many live where it is


@dataclass(frozen=True)
class Homes:
    """One entry a customer; `signed_up` in days from the first day of the data."""

    old_province: Ints
    province: Ints
    urban: Bools
    latitude: Floats
    longitude: Floats
    signed_up: Ints


def booming_province(random: np.random.Generator) -> str:
    """The province that takes off."""
    return BOOMING_CHOICES[int(random.integers(len(BOOMING_CHOICES)))]


def boom_days(calendar: Calendar) -> int:
    """How many days ago it took off."""
    return min(240, calendar.days // 2)


def make_homes(count: int, strangers: int, booming: str, calendar: Calendar, random: np.random.Generator) -> Homes:
    """Homes by population and pull; the newest customers crowd in the booming province, the last `strangers` near the shop."""
    places = old_provinces()
    pull = np.array([place.population_thousands * HOME_PULL.get(place.name, ELSEWHERE_PULL) for place in places], dtype=float)
    home = random.choice(len(pull), size=count, p=pull / pull.sum()).astype(np.int64)
    recent = random.random(count) < RECENT_SHARE
    signed_up = np.where(recent, random.integers(0, calendar.days - 5, count), -random.integers(10, 1_100, count))
    late = recent & (signed_up > calendar.days - boom_days(calendar)) & (random.random(count) < BOOM_SHARE)
    there = [index for index, place in enumerate(places) if place.province == booming]
    home[late] = random.choice(there, size=int(late.sum()))
    if strangers:
        home[-strangers:] = next(index for index, place in enumerate(places) if place.name == "Hồ Chí Minh")
        signed_up[-strangers:] = -400
    urban, latitude, longitude = _positions(home, random)
    names = [province.name for province in provinces()]
    province = np.array([names.index(place.province) for place in places])[home]
    return Homes(home, province, urban, latitude, longitude, signed_up)


def _positions(home: Ints, random: np.random.Generator) -> tuple[Bools, Floats, Floats]:
    """Urban or rural, and a point near the capital of the old province, rural ones further out."""
    city = np.array([place.name in HOME_PULL for place in old_provinces()])[home]
    urban = random.random(len(home)) < np.where(city, 0.86, 0.55)
    spread = np.where(urban, 0.05, 0.16)
    latitude = np.array([place.latitude for place in old_provinces()])[home] + random.normal(0, 1, len(home)) * spread
    longitude = np.array([place.longitude for place in old_provinces()])[home] + random.normal(0, 1, len(home)) * spread
    return urban, np.round(latitude, 5), np.round(longitude, 5)
