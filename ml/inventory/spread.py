"""How likely a total of demand is: negative binomial for pieces, gamma for what is weighed or measured, given mean and spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # type: ignore[import-untyped]

from ml.contract import Floats

Whole = bool | NDArray[np.bool_]  # whether demand comes in pieces, for all or for each
Kind = Callable[[Floats, Floats, Floats], Floats]

# Demand in pieces is never steadier than chance alone; this little more keeps the formula defined and is Poisson in all but name.
_OVER_POISSON = 1.0 + 1e-4
_NOTHING = 1e-9


def at_most(units: ArrayLike, mean: ArrayLike, deviation: ArrayLike, whole: Whole = True) -> Floats:
    """P(demand <= units)."""
    x, m = np.asarray(units, dtype=np.float64), np.maximum(np.asarray(mean, dtype=np.float64), _NOTHING)
    found = _by_kind(_pieces_at_most, _measured_at_most, np.maximum(x, 0.0), m, np.asarray(deviation, dtype=np.float64), whole)
    settled: Floats = np.where(x < 0, 0.0, np.where(m <= _NOTHING, 1.0, found))
    return settled


def beyond(units: ArrayLike, mean: ArrayLike, deviation: ArrayLike, whole: Whole = True) -> Floats:
    """E[(demand - units)+]: what a stock of `units` is expected to fall short."""
    x, m = np.asarray(units, dtype=np.float64), np.maximum(np.asarray(mean, dtype=np.float64), _NOTHING)
    short = _by_kind(_pieces_beyond, _measured_beyond, np.maximum(x, 0.0), m, np.asarray(deviation, dtype=np.float64), whole)
    short = np.where(x < 0, m - x, np.maximum(short, 0.0))
    settled: Floats = np.where(m <= _NOTHING, np.maximum(-x, 0.0), short)
    return settled


def _by_kind(pieces: Kind, measured: Kind, x: Floats, m: Floats, deviation: Floats, whole: Whole) -> Floats:
    kind = np.asarray(whole)
    if kind.all():
        return pieces(x, m, np.maximum(np.square(deviation), m * _OVER_POISSON))
    variance = np.maximum(np.square(deviation), _NOTHING * m)
    if not kind.any():
        return measured(x, m, variance)
    found: Floats = np.where(kind, pieces(x, m, np.maximum(variance, m * _OVER_POISSON)), measured(x, m, variance))
    return found


def _pieces_at_most(x: Floats, m: Floats, v: Floats) -> Floats:
    found: Floats = special.betainc(m * m / (v - m), np.floor(x) + 1.0, m / v)
    return found


def _measured_at_most(x: Floats, m: Floats, v: Floats) -> Floats:
    found: Floats = special.gammainc(m * m / v, x * m / v)
    return found


def _pieces_beyond(x: Floats, m: Floats, v: Floats) -> Floats:
    size, chance, step = m * m / (v - m), m / v, np.floor(x)
    left = 1.0 - special.betainc(size, step + 1.0, chance)
    heavier = np.where(step > 0, 1.0 - special.betainc(size + 1.0, np.maximum(step, 1.0), chance), 1.0)
    found: Floats = m * heavier - x * left
    return found


def _measured_beyond(x: Floats, m: Floats, v: Floats) -> Floats:
    size, rate = m * m / v, m / v
    found: Floats = m * special.gammaincc(size + 1.0, x * rate) - x * special.gammaincc(size, x * rate)
    return found
