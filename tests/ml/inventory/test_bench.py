"""The comparison on M5 runs, and its picture is a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from evals.bench_inventory import m5_policies, m5_stage
from evals.bench_inventory_picture import Curve, draw
from ml.inventory.tradeoff import compare
from tests.conftest import real


def test_the_picture_holds_a_line_for_each_rule() -> None:
    stock, fill = np.array([10.0, 20.0, 40.0]), np.array([0.87, 0.95, 0.99])
    drawn = ElementTree.fromstring(draw([Curve("A & B", {"ours": (stock, fill), "theirs": (stock * 1.2, fill)}, (30.0, 0.93))]))
    found = [each for each in drawn.iter() if each.tag.endswith("polyline")]
    assert len(found) == 2 and all(len(each.attrib["points"].split()) == 3 for each in found)
    ours, theirs = ([float(point.split(",")[0]) for point in each.attrib["points"].split()] for each in found)
    assert all(left < right for left, right in zip(ours, theirs, strict=True))
    words = {each.text for each in drawn.iter() if each.tag.endswith("text")}
    assert {"A & B", "ours", "theirs", "as it was"} <= words


@pytest.mark.slow
def test_the_same_fill_rate_with_a_tenth_less_stock_than_mean_times_cover_days() -> None:
    stretch, past, leads = m5_stage(real("m5_subset.parquet"), 300)
    outcomes = m5_policies(stretch, past, leads)
    found = [compare(outcomes["value of each unit"], outcomes["mean x cover days"], fill) for fill in (0.95, 0.97, 0.98)]
    assert all(each.saving >= 0.10 and each.low > 0 for each in found)
