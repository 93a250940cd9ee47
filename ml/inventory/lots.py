"""From units needed to units one can order: whole packs, the least order of a product, the least order of a supplier."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats

Minimum = Literal["raise", "wait", "ignore"]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
_EPSILON = 1e-9
_MOST_TOP_UPS = 2_000


def whole_packs(needed: Floats, pack: Floats, least: Floats) -> Floats:
    """What is needed, at least the least order, in whole packs; nothing when nothing is needed."""
    size = np.where(np.nan_to_num(pack) > 0, pack, 1.0)
    wanted = np.maximum(needed, np.nan_to_num(least))
    found: Floats = np.where(needed > _EPSILON, np.ceil(wanted / size - _EPSILON) * size, 0.0)
    return found


def packs_within(most: Floats, pack: Floats) -> Floats:
    """The most whole packs that do not go over a limit."""
    size = np.where(np.nan_to_num(pack) > 0, pack, 1.0)
    found: Floats = np.floor(np.maximum(most, 0.0) / size + _EPSILON) * size
    return found


def meet_minimums(
    quantity: Floats,
    cost: Floats,
    order: Ints,
    least_value: Floats,
    urgent: Bools,
    pack: Floats,
    cover: Floats,
    daily: Floats,
    rule: Minimum,
) -> tuple[Floats, NDArray[np.str_]]:
    """Orders that reach what their supplier asks for, and what was done to each line: "", raised, waits, below.

    `order` says which lines go on one order, `least_value` what it must be worth. An order that is too small waits when no line is
    urgent; otherwise packs are added where stock lasts shortest. With rule "raise" none waits, with "ignore" nothing changes.
    """
    found, done = quantity.copy(), np.full(len(quantity), "", dtype="<U8")
    if rule == "ignore":
        return found, done
    for each in np.unique(order[quantity > 0]):
        lines = np.flatnonzero(order == each)
        missing = float(np.nanmax(np.nan_to_num(least_value[lines]))) - float((found[lines] * cost[lines]).sum())
        ordered = lines[found[lines] > 0]
        if missing <= _EPSILON:
            continue
        if rule == "wait" and not urgent[ordered].any():
            found[ordered], done[ordered] = 0.0, "waits"
            continue
        raised = _top_up(found, missing, lines, cost, pack, cover, daily)
        done[raised] = "raised"
        if (found[lines] * cost[lines]).sum() + _EPSILON < np.nanmax(np.nan_to_num(least_value[lines])):
            done[ordered] = "below"
    return found, done


def _top_up(found: Floats, missing: float, lines: Ints, cost: Floats, pack: Floats, cover: Floats, daily: Floats) -> list[int]:
    """Adds packs, each time to the line of the order whose stock lasts shortest, and names the lines that grew."""
    size = np.where(np.nan_to_num(pack[lines]) > 0, pack[lines], 1.0)
    lasts = np.where((daily[lines] > 0) & (cost[lines] > 0), cover[lines], np.inf)
    grown: list[int] = []
    for _ in range(_MOST_TOP_UPS):
        place = int(np.argmin(lasts))
        if missing <= _EPSILON or not np.isfinite(lasts[place]):
            break
        line = int(lines[place])
        found[line] += size[place]
        missing -= float(size[place] * cost[line])
        lasts[place] += size[place] / daily[line]
        grown.append(line)
    return sorted(set(grown))
