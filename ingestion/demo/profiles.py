"""The words about each named customer: name, mailbox, telephone, district and ward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.arrays import Ints
from ingestion.demo.customers import Customers
from ingestion.demo.people import business_name, email_address, person_name, phone_number, settlement_name
from ingestion.demo.places import OldProvince, old_provinces
from ingestion.demo.seeds import Seeds
from ingestion.demo.segments import Segment, segments


@dataclass(frozen=True)
class Profile:
    """What is written about one customer."""

    name: str
    email: str
    phone: str
    district: str
    settlement: str


def make_profiles(customers: Customers, numbers: Ints, seeds: Seeds) -> list[Profile]:
    """One for each named customer; `numbers` keep their mailboxes apart."""
    random = seeds.topic("profiles")
    kinds = [segments()[index] for index in customers.segment]
    places = [old_provinces()[index] for index in customers.home]
    return [
        _profile(int(numbers[index]), kinds[index], places[index], bool(customers.urban[index]), random) for index in range(customers.named)
    ]


def _profile(number: int, kind: Segment, place: OldProvince, urban: bool, random: np.random.Generator) -> Profile:
    name = business_name(kind.name, random) if kind.is_business else person_name(random)
    districts = place.urban_districts if urban else place.rural_districts
    district = districts[int(random.integers(len(districts)))]
    return Profile(name, email_address(name, number), phone_number(random), district, settlement_name(urban, random))
