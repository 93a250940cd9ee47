"""A replay knows on each day what was known then: lead times of receipts before it began, the trained forecast that was at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from ml.inventory import hindsight
from ml.inventory.hindsight import Hindsight
from tests.tools.inventory.conftest import Copies, before, run
from tests.tools.inventory.test_decisions import number, records
from tools.contract import ToolContext
from tools.inventory.desk import open_desk
from tools.inventory.replaying import OURS, UNTRAINED, run_policies
from tools.inventory.stage import WARM_DAYS, Stage, set_stage
from tools.inventory.terms import ReplayQuery
from tools.query.served import Served

DAYS, HORIZON = 56, 28
QUERY = ReplayQuery(days=DAYS, most_series=12)
SHORT: dict[str, object] = {"days": DAYS, "most_series": 12, "fill_rate": 0.9}


def stage_of(served: Served) -> Stage:
    context = ToolContext(served)
    return set_stage(context, open_desk(context, QUERY, "a replay"), QUERY)


def test_receipts_of_the_days_replayed_are_not_known_when_they_begin(copies: Copies, today: date) -> None:
    start = before(today, DAYS + WARM_DAYS)
    night = f"{start} 17:00:00"
    later = (
        f"UPDATE purchase_order_lines SET received_at = received_at + INTERVAL 30 DAYS WHERE received_at > TIMESTAMP '{night}' "
        f"AND received_at < TIMESTAMP '{before(today, 32)}'"
    )
    mine, theirs = stage_of(copies.changed()), stage_of(copies.changed(later))
    assert np.array_equal(mine.leads.days, theirs.leads.days)
    assert not np.array_equal(mine.stretch.leads, theirs.stretch.leads)  # though deliveries did take longer
    earlier = (
        f"UPDATE purchase_order_lines SET received_at = received_at + INTERVAL 6 DAYS WHERE received_at < TIMESTAMP '{before(start, 30)}'"
    )
    assert stage_of(copies.changed(earlier)).leads.days.mean() > mine.leads.days.mean()


def test_no_sale_to_come_is_known_on_a_day_that_is_played(copies: Copies, today: date) -> None:
    """Days without stock are not filled in by what was sold after them."""
    day = before(today, 20)
    later = (
        "UPDATE order_lines SET quantity = quantity * 50 "
        f"WHERE order_id IN (SELECT order_id FROM orders WHERE ordered_at > TIMESTAMP '{day} 17:00:00')"
    )
    emptied = f"UPDATE stock_levels SET on_hand = 0, allocated = 0 WHERE as_of = DATE '{before(day, 3)}'"
    mine, theirs = stage_of(copies.changed(emptied)), stage_of(copies.changed(emptied, later))
    played = DAYS + WARM_DAYS - 20
    known, spoilt = (each.past.known(played) for each in (mine, theirs))
    rows = [known.ids.index(each) for each in spoilt.ids if each in known.ids]
    others = [spoilt.ids.index(known.ids[row]) for row in rows]
    assert len(rows) > 5 and known.as_of <= day and known.censored.any()
    assert np.array_equal(known.units[rows], spoilt.units[others]) and np.array_equal(known.censored[rows], spoilt.censored[others])
    assert mine.stretch.demand.sum() > mine.past.history.units[:, -mine.stretch.days :].sum()  # what was missed is played


def test_what_is_weighed_is_played_by_weight(copies: Copies) -> None:
    """Grams of a good are not rounded away: the same company with everything in units of ten."""
    weighed = stage_of(
        copies.changed("ALTER TABLE order_lines ALTER quantity TYPE DOUBLE", "UPDATE order_lines SET quantity = quantity * 0.04")
    )
    assert 0.5 < weighed.served <= 1.0
    sold = weighed.past.history.units[:, -DAYS:].sum()
    assert sold <= weighed.stretch.demand[:, -DAYS:].sum() <= 2 * sold
    held = run_policies(weighed, QUERY.review_days)[OURS]
    assert (held.fill_rate() > 0.5).all() and (held.fill_rate() <= 1 + 1e-9).all()


def test_the_days_replayed_are_those_asked_for(copies: Copies) -> None:
    told = {fact.name: fact.value for fact in run(copies.changed(), "policy_replay", **SHORT).facts}
    assert told["days_replayed"] == DAYS


def remembered(served: Served, folder: Path, factor: float, first: date, last: date | None = None) -> Served:
    """A home whose trained forecasts of past days said so many times what was then sold a day."""
    context = ToolContext(served)
    books = open_desk(context, QUERY, "a replay").books
    asked = tuple(first + timedelta(days=7 * week) for week in range(((last or served.context.as_of) - first).days // 7 + 1))
    daily = np.zeros(len(books.goods.ids))
    np.add.at(daily, books.product, books.history.units[:, -120:].mean(axis=1))
    mean = np.broadcast_to(factor * daily[None, :, None], (len(asked), len(daily), HORIZON)).astype(np.float32)
    spread = (np.sqrt(np.maximum(mean, 0.01) * 2 * np.arange(1, HORIZON + 1))).astype(np.float32)
    hindsight.keep(folder, Hindsight(books.goods.ids, asked, (first,) * len(asked), mean, spread), served.source.snapshot)
    return replace(served, home=folder)


def test_ours_is_played_with_the_trained_forecast_of_each_day(copies: Copies, tmp_path: Path, today: date) -> None:
    served = copies.changed()
    first = before(today, DAYS + WARM_DAYS)
    homes = [remembered(served, tmp_path / str(factor), factor, first) for factor in (5.0, 1.0)]
    plenty, plain, bare = (run_policies(stage_of(each), QUERY.review_days, untrained=True) for each in (*homes, served))
    assert (plenty[OURS].mean_stock() > 1.5 * plain[OURS].mean_stock()).all()  # a forecast five times too high holds more
    assert np.array_equal(plenty[UNTRAINED].mean_stock(), plain[UNTRAINED].mean_stock())
    assert np.array_equal(bare[OURS].mean_stock(), plain[UNTRAINED].mean_stock()) and UNTRAINED not in bare
    told = run(homes[1], "policy_replay", **SHORT)
    assert any(f"trained as of {first}" in note and "throughout" in note for note in told.notes)
    shown = {(str(row["policy"]), number(row["average_stock"])) for row in records(told.tables[0])}
    assert {name for name, _ in shown} == {"as it was", *bare}
    assert {stock for name, stock in shown if name == OURS} <= {round(float(each), 1) for each in plain[OURS].mean_stock()}


def test_days_without_a_forecast_at_hand_use_the_fallback_and_say_so(copies: Copies, tmp_path: Path, today: date) -> None:
    served = copies.changed()
    half = before(today, 35)
    stage = stage_of(remembered(served, tmp_path, 1.0, half))
    assert stage.forecast is not None and any(f"from {half} on" in note for note in stage.notes)
    early, late = stage.past.history.until(60), stage.past.history.until(28)
    usual = stage.past.usual(early, HORIZON)
    assert np.array_equal(stage.forecast(early, HORIZON).mean, usual.mean)
    sells = stage.past.usual(late, HORIZON).mean[:, 0] > 0
    told = stage.forecast(late, HORIZON).models
    assert sells.sum() > 5 and {name for name, still in zip(told, sells, strict=True) if still} == {hindsight.NAME}


def test_a_look_back_that_ends_early_says_from_when_on_the_fallback_is_played(copies: Copies, tmp_path: Path, today: date) -> None:
    first, last = before(today, DAYS + WARM_DAYS), before(today, 35)
    stage = stage_of(remembered(copies.changed(), tmp_path, 1.0, first, last))
    assert stage.forecast is not None
    ended = last + timedelta(days=hindsight.MOST_STALE_DAYS)
    for day, is_trained in ((ended, True), (ended + timedelta(days=1), False)):
        told = stage.forecast(stage.past.history.until((today - day).days), HORIZON)
        assert (hindsight.NAME in told.models) == is_trained
    note = next(each for each in stage.notes if "trained as of" in each)
    assert "throughout" not in note and note.endswith(f"after {ended} with the fallback")


@pytest.mark.parametrize("case", ["nothing kept", "some places only"])
def test_why_no_trained_forecast_is_used_is_told(case: str, copies: Copies, tmp_path: Path, today: date) -> None:
    served = remembered(copies.changed(), tmp_path, 1.0, before(today, 100))
    if case == "nothing kept":
        served = replace(served, home=tmp_path / "empty")
    else:
        served = replace(served, context=replace(served.context, locations=("L1", "L2")))
    stage = stage_of(served)
    assert stage.forecast is None and any("played with the fallback" in note for note in stage.notes)
