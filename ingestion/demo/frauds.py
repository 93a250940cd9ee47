"""The planned frauds as wishes of the day, mixed among everybody else's."""

from __future__ import annotations

import numpy as np

from ingestion.demo.shopping import DEVICES_A_CUSTOMER
from ingestion.demo.wishes import CHANNEL, Wishes
from ingestion.demo.world import World


def fraud_wishes(world: World, day: int) -> Wishes | None:
    """The fraudulent orders planned for `day`."""
    plans = [(index, fraud) for index, fraud in enumerate(world.schemes.frauds) if fraud.day == day]
    if not plans:
        return None
    customers = world.customers
    who = np.array([_culprit(world, index) for index, _ in plans])
    first_free_device = customers.count * DEVICES_A_CUSTOMER
    return Wishes(
        who,
        np.array([fraud.second for _, fraud in plans]),
        np.full(len(plans), CHANNEL["web"]),
        customers.server[who],
        np.array([first_free_device + fraud.device for _, fraud in plans]),
        np.array([fraud.province for _, fraud in plans]),
        np.array([index for index, _ in plans]),
        np.repeat(np.arange(len(plans)), [len(fraud.products) for _, fraud in plans]),
        np.array([product for _, fraud in plans for product in fraud.products]),
        np.array([units for _, fraud in plans for units in fraud.units], dtype=float),
    )


def _culprit(world: World, index: int) -> int:
    """The account a fraud is placed from: a fraud account, or an honest person's."""
    fraud, customers = world.schemes.frauds[index], world.customers
    if fraud.mule >= 0:
        return int(customers.mules[fraud.mule])
    person = ~customers.is_business & (customers.signed_up < fraud.day - 60)
    people = np.flatnonzero(person[: customers.named - len(customers.mules)])
    return int(people[(index * 7_919) % len(people)])
