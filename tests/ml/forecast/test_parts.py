"""What a day may turn out as: which parts there are, and which goods weigh them apart."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from ml.contract import LEVELS, Floats, Outlook
from ml.forecast.classes import PROFILE
from ml.forecast.parts import PARTS, fallbacks, groups_of, parts_of


def told(mean: Floats, centre: float, kinds: tuple[str, ...]) -> Outlook:
    return Outlook(("a", "b"), date(2026, 1, 1), mean, np.full((*mean.shape, len(LEVELS)), centre), np.zeros_like(mean), ("m",) * 2, kinds)


def profile() -> pd.DataFrame:
    found = pd.DataFrame(np.ones((2, len(PROFILE))), columns=list(PROFILE))
    found["age"], found["mean"], found["sd"], found["year_mean"], found["selling_mean"] = 300, 2.0, 2.0, 3.0, 6.0
    found["since_sale"] = [3, 30]
    return found


def test_each_part_has_its_own_level_and_the_week_of_the_centre() -> None:
    kinds, week = ("slow", "new"), np.array([[1.0, 3.0], [1.0, 3.0]])
    found = parts_of({"boosted": told(week, 4.0, kinds), "ses": told(np.full((2, 2), 5.0), 0.0, kinds)}, told(week, 0.0, kinds), profile())
    assert found.mean.shape == found.ratio.shape == (2, 2, len(PARTS)) and found.whole.all()
    np.testing.assert_allclose(found.mean[0], [[4, 4, 4, 4, 1, 5, 3, 6], [4, 4, 4, 4, 3, 5, 3, 6]])
    np.testing.assert_allclose(found.mean[1, :, 0], [1.0, 3.0])  # too new for the trees: the mixture is the centre
    np.testing.assert_allclose(found.mean[1, :, 5:], [[2.5, 1.5, 3.0], [7.5, 4.5, 9.0]])
    own = (2.0 * 112 + (1 + 0.25 * np.sqrt(2)) * 50) / 162
    np.testing.assert_allclose(found.ratio[0, 0, [0, 1, 3]], [0.7 * own, 1.5 * own, own + 0.3 * 4])


def test_goods_that_fell_quiet_are_weighed_apart_and_fall_back_to_their_class() -> None:
    assert groups_of(("slow", "slow"), profile()) == ("slow:lively", "slow:quiet")
    assert groups_of(("new", "ended"), profile()) == ("new", "ended")
    assert fallbacks("slow:quiet") == ("slow:quiet", "slow", "all") and fallbacks("all") == ("all",)
