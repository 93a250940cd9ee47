"""What customers ask for on one day, before anybody looks at the stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ingestion.demo.arrays import Floats, Ints
from ingestion.schema import CHANNELS

Channel = Literal["web", "app", "store", "phone", "b2b"]
CHANNEL: dict[str, int] = {name: code for code, name in enumerate(CHANNELS)}
HONEST = -1


@dataclass(frozen=True)
class Wishes:
    """One day's intended orders (first block) and their lines (second block, `order` points into the first)."""

    customer: Ints
    second: Ints  # second of the day, business time
    channel: Ints
    location: Ints
    device: Ints  # -1 where the channel has none
    destination: Ints  # province it is shipped to
    scheme: Ints  # index of the planted fraud, HONEST for everybody else

    order: Ints
    product: Ints
    units: Floats

    @property
    def orders(self) -> int:
        return len(self.customer)

    def keep_orders(self, kept: Ints) -> Wishes:
        """Only the orders at these positions, in this order, with their lines."""
        new_position = np.full(self.orders, -1)
        new_position[kept] = np.arange(len(kept))
        lines = np.flatnonzero(new_position[self.order] >= 0)
        lines = lines[np.argsort(new_position[self.order[lines]], kind="stable")]
        return Wishes(
            self.customer[kept],
            self.second[kept],
            self.channel[kept],
            self.location[kept],
            self.device[kept],
            self.destination[kept],
            self.scheme[kept],
            new_position[self.order[lines]],
            self.product[lines],
            self.units[lines],
        )

    def with_lines(self, order: Ints, product: Ints, units: Floats) -> Wishes:
        """The same orders with these lines instead; orders left without a line are dropped."""
        changed = Wishes(
            self.customer, self.second, self.channel, self.location, self.device, self.destination, self.scheme, order, product, units
        )
        return changed.keep_orders(np.unique(order))


def join(first: Wishes, second: Wishes) -> Wishes:
    """Both days' orders in one, by the time of day."""
    both = Wishes(
        np.r_[first.customer, second.customer],
        np.r_[first.second, second.second],
        np.r_[first.channel, second.channel],
        np.r_[first.location, second.location],
        np.r_[first.device, second.device],
        np.r_[first.destination, second.destination],
        np.r_[first.scheme, second.scheme],
        np.r_[first.order, second.order + first.orders],
        np.r_[first.product, second.product],
        np.r_[first.units, second.units],
    )
    return both.keep_orders(np.argsort(both.second, kind="stable"))
