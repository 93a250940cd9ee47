"""Who stops buying, who comes back, and who is how dear to us."""

from __future__ import annotations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints

NEVER = 10_000_000  # a day that never comes
CONSUMER_CHURN, BUSINESS_CHURN = 0.24, 0.14
WIN_BACK_SHARE = 0.3
GOLD_SHARE, SILVER_SHARE = 0.07, 0.18


def make_churn(signed_up: Ints, is_business: Bools, days: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """The day each customer stops and the day some of those are won back."""
    count = len(signed_up)
    first = np.maximum(signed_up, 0) + 50
    leaves = (random.random(count) < np.where(is_business, BUSINESS_CHURN, CONSUMER_CHURN)) & (first < days - 40)
    churned = np.where(leaves, first + np.floor(random.random(count) * (days - 30 - first)), NEVER).astype(np.int64)
    back = churned + random.integers(60, 200, count)
    returns = leaves & (random.random(count) < WIN_BACK_SHARE) & (back < days - 20)
    return churned, np.where(returns, back, NEVER)


def big_leavers(worth: Floats, random: np.random.Generator) -> Ints:
    """A few of the best customers, who will stop in the last months."""
    best = np.argsort(-worth, kind="stable")[: max(6, len(worth) // 60)]
    return random.permutation(best)[: max(1, len(best) // 8)]


def tiers(worth: Floats) -> list[str]:
    """Loyalty tiers from how much each customer buys."""
    ranks = np.argsort(np.argsort(-worth, kind="stable"), kind="stable") / len(worth)
    return ["gold" if rank < GOLD_SHARE else "silver" if rank < GOLD_SHARE + SILVER_SHARE else "standard" for rank in ranks]
