"""The panel: zero days in, one cut, refusals that say what to do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.founding import found
from ingestion.warehouse import Warehouse, open_readonly
from ml.contract import Panel
from ml.errors import BadPanel
from ml.panel import cut, day_number, panel_of_frame
from ml.panel_warehouse import panel_of_snapshot
from tests.ml.demand import last_day, weekly_demand


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    home: Path = tmp_path_factory.mktemp("panel_company")
    found(Warehouse(home), "tiny", 7)
    return Warehouse(home)


def frame(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["unique_id", "ds", "y"])


def test_missing_days_become_zeros_up_to_the_cut() -> None:
    panel = panel_of_frame(frame(("a", "2026-01-01", 3), ("a", "2026-01-04", 1), ("b", "2026-01-03", 2)), date(2026, 1, 5))
    assert panel.days.groupby("unique_id")["y"].apply(list).to_dict() == {"a": [3, 0, 0, 1, 0], "b": [2, 0, 0]}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.integers(0, 9)), min_size=1, unique_by=lambda row: row[:2]))
def test_every_series_has_every_day_and_no_unit_is_lost(rows: list[tuple[str, int, int]]) -> None:
    start, end = date(2026, 1, 1), date(2026, 2, 20)
    sales = pd.DataFrame([(name, start + timedelta(days=day), units) for name, day, units in rows], columns=["unique_id", "ds", "y"])
    panel = panel_of_frame(sales, end)
    assert panel.days["y"].sum() == sum(row[2] for row in rows)
    for name, days in panel.days.groupby("unique_id"):
        first = min(day for other, day, _ in rows if other == name)
        assert list(day_number(days["ds"]).diff().dropna().unique()) in ([1.0], [])
        assert len(days) == (end - start).days - first + 1


def test_rows_after_the_cut_are_not_seen() -> None:
    early = frame(("a", "2026-01-01", 3), ("a", "2026-01-02", 1))
    late = pd.concat([early, frame(("a", "2026-01-03", 99))])
    pd.testing.assert_frame_equal(panel_of_frame(early, date(2026, 1, 2)).days, panel_of_frame(late, date(2026, 1, 2)).days)


@pytest.mark.parametrize(
    ("sales", "says"),
    [
        (frame(("a", "2026-01-01", -1)), "from 0 on"),
        (frame(("a", "2026-01-01", float("nan"))), "a number"),
        (frame(("a", "2026-01-01", 1), ("a", "2026-01-01", 2)), "more than one row"),
        (frame(("a", "2027-01-01", 1)), "choose a later day"),
        (frame(("a", "2026-01-01", 1)).drop(columns="y"), "no column 'y'"),
    ],
)
def test_what_is_no_demand_is_refused(sales: pd.DataFrame, says: str) -> None:
    with pytest.raises(BadPanel, match=says):
        panel_of_frame(sales, date(2026, 1, 2))


def test_a_cut_is_the_panel_of_that_day() -> None:
    panel = weekly_demand()
    day = last_day() - timedelta(days=30)
    whole = panel.days[panel.days["ds"] <= pd.Timestamp(day)]
    assert cut(panel, day).days["y"].sum() == whole["y"].sum()
    assert "P23" not in set(cut(panel, day).series["unique_id"])  # it had not begun
    with pytest.raises(BadPanel, match="later day"):
        cut(panel, last_day() + timedelta(days=1))


def test_a_cut_knows_ahead_only_what_was_known() -> None:
    sales = pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2026-01-01", periods=10), "y": 1.0, "price": np.arange(10.0), "promotion": 0.1}
    )
    ahead = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2026-01-11", periods=3), "price": [10.0, 11.0, 12.0]})
    past = cut(panel_of_frame(sales, date(2026, 1, 10), ahead=ahead), date(2026, 1, 4))
    assert past.ahead["price"].tolist() == list(range(4, 13))
    assert set(past.ahead.columns) == {"unique_id", "ds", "price"}  # promotions are not known ahead here


def test_a_cut_does_not_know_what_will_be_taken_out_of_the_range() -> None:
    series = pd.DataFrame({"unique_id": ["a", "b", "c"], "ends_on": [date(2026, 1, 3), date(2026, 1, 5), None]})
    sales = frame(*((name, "2026-01-01", 1.0) for name in "abc"))
    panel = panel_of_frame(sales, date(2026, 1, 10), series)
    for day, known in ((2, []), (3, ["a"]), (4, ["a"]), (5, ["a", "b"]), (10, ["a", "b"])):
        past = cut(panel, date(2026, 1, day)).series
        assert past.loc[past["ends_on"].notna(), "unique_id"].tolist() == known


def test_units_of_a_warehouse_are_its_valid_orders(warehouse: Warehouse) -> None:
    snapshot = warehouse.snapshot()
    panel = panel_of_snapshot(snapshot)
    with open_readonly(snapshot.database) as connection:
        told = connection.execute(
            "SELECT product_id, sum(quantity) FROM order_lines JOIN orders USING (order_id) WHERE status <> 'cancelled' GROUP BY 1"
        ).fetchall()
    expected = {name: float(units) for name, units in told}
    units = panel.days.groupby("unique_id")["y"].sum()
    assert {name: units[name] for name in expected} == expected
    by_place = panel_of_snapshot(snapshot, grain="product_location")
    assert by_place.days["y"].sum() == panel.days["y"].sum()


def test_a_day_without_stock_anywhere_says_nothing_of_demand(warehouse: Warehouse) -> None:
    snapshot = warehouse.snapshot()
    panel = panel_of_snapshot(snapshot, grain="product_location")
    with open_readonly(snapshot.database) as connection:
        empty = connection.execute("SELECT product_id || '|' || location_id, as_of FROM stock_levels WHERE on_hand <= 0").fetchall()
    marked = panel.days[panel.days["censored"]]
    known = {(name, pd.Timestamp(day)) for name, day in empty}
    assert len(marked) > 0
    assert set(zip(marked["unique_id"], marked["ds"], strict=True)) <= known


def test_a_panel_as_of_a_past_day_holds_nothing_later(warehouse: Warehouse) -> None:
    snapshot = warehouse.snapshot()
    assert snapshot.card.as_of is not None
    day = snapshot.card.as_of - timedelta(days=40)
    panel: Panel = panel_of_snapshot(snapshot, day)
    assert panel.days["ds"].max() == pd.Timestamp(day)
    assert (
        panel.ahead.loc[panel.ahead["promotion_since"] > 0, "promotion_since"] <= (pd.Timestamp(day) - pd.Timestamp("1970-01-01")).days
    ).all()
