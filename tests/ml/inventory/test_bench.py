"""The comparison on M5 runs, and its picture is a picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from evals.bench_inventory import m5_policies, m5_stage
from evals.bench_inventory_picture import Curve, draw
from evals.bench_inventory_speed import time_acts
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from ml.inventory.tradeoff import compare
from tests.conftest import real


def test_the_picture_holds_a_line_for_each_rule() -> None:
    stock, fill = np.array([10.0, 20.0, 40.0]), np.array([0.87, 0.95, 0.99])
    drawn = ElementTree.fromstring(draw([Curve("A & B", {"ours": (stock, fill), "theirs": (stock * 1.2, fill)}, (30.0, 0.93))]))
    lines = [each for each in drawn.iter() if each.tag.endswith("polyline")]
    assert len(lines) == 2 and all(len(each.attrib["points"].split()) == 3 for each in lines)
    ours, theirs = ([float(point.split(",")[0]) for point in each.attrib["points"].split()] for each in lines)
    assert all(left < right for left, right in zip(ours, theirs, strict=True))
    words = {each.text for each in drawn.iter() if each.tag.endswith("text")}
    assert {"A & B", "ours", "theirs", "as it was"} <= words


@pytest.mark.slow
def test_a_reorder_list_of_five_hundred_products_takes_less_than_a_third_of_a_second(tmp_path: Path) -> None:
    """Processor time, the books open; another service level is a plan made anew."""
    found(Warehouse(tmp_path), "demo", 7)
    times = time_acts(tmp_path)
    assert all(times[act][0] < 0.3 for act in ("reorder list again", "reorder list at another service level", "reorder list of one place"))


@pytest.mark.slow
def test_the_same_fill_rate_with_a_tenth_less_stock_than_mean_times_cover_days() -> None:
    stretch, past, leads = m5_stage(real("m5_subset.parquet"), 300)
    outcomes = m5_policies(stretch, past, leads)
    savings = [compare(outcomes["value of each unit"], outcomes["mean x cover days"], fill) for fill in (0.93, 0.95, 0.97, 0.98)]
    assert all(each.saving >= 0.10 and each.low > 0 for each in savings)
