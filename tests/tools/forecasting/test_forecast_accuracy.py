"""forecast_accuracy: the card's own numbers, and promises against what pandas counts was sold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse, open_readonly
from ml import artifacts
from ml.forecast.serving import KIND, Card
from ml.ledger import Ledger, Promise
from tools.call import AuditEntry, call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.errors import CannotDo
from tools.facts import Findings, ModelEvidence
from tools.inventory.books import open_books
from tools.inventory.desk import plan_for
from tools.inventory.reorder import promises
from tools.inventory.terms import ReorderQuery
from tools.query.served import serve_snapshot

ROWS: tuple[dict[str, float | int | str | None], ...] = (
    {"model": "served", "slice": "all", "series": 40, "rmsse": 0.81, "pinball": 0.4, "bias": 0.01, "weekly_wape": None, "covered_80": 0.79},
    {"model": "served", "slice": "fast", "series": 9, "rmsse": 0.74, "pinball": 0.9, "bias": 0.0, "weekly_wape": None, "covered_80": 0.81},
    {"model": "seasonal_naive", "slice": "all", "series": 40, "rmsse": 1.1, "pinball": 0.6, "bias": 0.02, "covered_80": 0.7},
    {"model": "served", "slice": "total", "series": 1, "rmsse": None, "weekly_wape": 0.06, "bias": 0.01},
)
CARD = Card(
    snapshot="v000001",
    cut_off="2026-08-31",
    grain="product",
    horizon=28,
    origins=("2026-05-31", "2026-06-28"),
    series=40,
    parameters={},
    weights={},
    members=(),
    scores=ROWS,
    wins=(),
    trained_at="2026-09-01T00:00:00+00:00",
    seconds=1.0,
)


def account(context: ToolContext, **arguments: Any) -> Findings:
    return call(ToolCall("forecast_accuracy", arguments), context, TOOLS)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found(Warehouse(tmp_path), "tiny", 7)
    return tmp_path


def context_of(home: Path, day: date | None = None) -> ToolContext:
    return ToolContext(serve_snapshot(Warehouse(home).snapshot(), day))


def test_untrained_says_how_to_train(context: ToolContext) -> None:
    with pytest.raises(CannotDo, match=r"\./oiis train forecast"):
        account(context)


def test_what_the_backtest_measured_is_told_beside_the_ladder(home: Path) -> None:
    artifacts.write(home, KIND, {artifacts.CARD: CARD.model_dump_json()})
    told = account(context_of(home))
    rows = {(row[0], row[1]): row for row in told.tables[0].rows}
    assert set(rows) == {("served", "all"), ("seasonal_naive", "all"), ("served", "total")}
    names = [column.name for column in told.tables[0].columns]
    assert rows["served", "all"][names.index("rmsse")] == 0.81 and rows["seasonal_naive", "all"][names.index("rmsse")] == 1.1
    model = told.evidence[0]
    assert isinstance(model, ModelEvidence) and (model.score, model.naive_score, model.version) == (0.81, 1.1, "v000001")
    assert model.trained_until == date(2026, 8, 31)
    by_class = account(context_of(home), by="demand_class")
    assert {row[0] for row in by_class.tables[0].rows} == {"all", "fast", "total"}


def test_a_card_that_cannot_be_read_is_no_number(home: Path) -> None:
    artifacts.write(home, KIND, {artifacts.CARD: '{"scores": "none"}'})
    with pytest.raises(CannotDo, match="train forecast"):
        account(context_of(home))


def test_promises_are_scored_when_their_days_are_over(home: Path) -> None:
    today = context_of(home).served.context.as_of
    then = today - timedelta(days=28)
    acts: list[AuditEntry] = []
    asked: list[dict[str, Any]] = [{"days": 14}, {"days": 14, "by": "product", "limit": 5}, {"days": 28, "by": "category"}]
    for arguments in asked:
        call(ToolCall("demand_forecast", arguments), context_of(home, then), TOOLS, acts.append)
    made = [promise for act in acts for promise in act.promises]
    ledger = Ledger(home)
    ledger.record(made)
    with pytest.raises(CannotDo):
        account(context_of(home, then), what="promised")
    told = account(context_of(home), what="promised", by="model")
    names = [column.name for column in told.tables[0].columns]
    rows = [dict(zip(names, row, strict=True)) for row in told.tables[0].rows]
    totals = {name: sum(float(str(row[name])) for row in rows) for name in ("promises", "expected_units", "sold_units")}
    assert totals["promises"] == len(made)
    assert totals["expected_units"] == pytest.approx(sum(each.value for each in made), abs=1)
    assert totals["sold_units"] == pytest.approx(sum(truth(home, each) for each in made), abs=1)
    held = sum((each.low or 0) <= truth(home, each) <= (each.high or 0) for each in made) / len(made)
    assert sum(float(str(row["held"])) * float(str(row["promises"])) for row in rows) / len(made) == pytest.approx(held, abs=0.01)


def test_orders_advised_are_scored_by_what_was_sold_until_the_next_order_would_arrive(home: Path) -> None:
    today = context_of(home).served.context.as_of
    then = context_of(home, today - timedelta(days=90))
    advice = call(ToolCall("reorder_advice", {"limit": 40}), then, TOOLS)
    Ledger(home).record(advice.promises)
    told = account(context_of(home), what="advised", by="demand_class")
    names = [column.name for column in told.tables[0].columns]
    rows = [dict(zip(names, row, strict=True)) for row in told.tables[0].rows]
    due = [each for each in advice.promises if each.ends_on <= today]
    assert sum(int(str(row["promises"])) for row in rows) == len(due) > 10
    sold = [sold_where_it_comes_from(home, each) for each in due]
    assert sum(float(str(row["sold_units"])) for row in rows) == pytest.approx(sum(sold), abs=1)
    points = [json.loads(each.detail)["reorder_point"] for each in due]
    held = sum(units <= point for units, point in zip(sold, points, strict=True)) / len(due)
    assert sum(float(str(row["held"])) * int(str(row["promises"])) for row in rows) / len(due) == pytest.approx(held, abs=0.01)
    promised = sum(float(str(row["promised_coverage"])) * int(str(row["promises"])) for row in rows) / len(due)
    assert promised == pytest.approx(sum(each.coverage or 0 for each in due) / len(due), abs=1e-3)


def test_what_an_advice_promises_is_of_the_days_it_is_scored_on(home: Path) -> None:
    """Demand drawn as the forecast says, over exactly those days: it is within the reorder point as often as promised."""
    context = context_of(home)
    planned = plan_for(context, ReorderQuery(service_level=0.95), "a test")
    ordered = np.flatnonzero(planned.plan.quantity > 0)
    made = promises(planned, ordered)
    random, held = np.random.default_rng(5), []
    for line, promise in zip(ordered, made, strict=True):
        days = (promise.ends_on - promise.made_as_of).days
        assert days == round(float(planned.plan.lead_days[line])) + planned.terms.review_days
        mean, variance = planned.totals.means[line, days], planned.totals.deviations[line, days] ** 2
        drawn = random.poisson(mean * random.gamma(mean**2 / max(variance - mean, 1e-6), 1, 4_000) / (mean**2 / max(variance - mean, 1e-6)))
        held.append((drawn <= planned.plan.reorder_point[line]).mean())
        assert json.loads(promise.detail)["expected_on_scored_days"] == pytest.approx(mean, abs=0.01)
        assert promise.coverage == pytest.approx(held[-1], abs=0.03)
    assert np.mean(held) > 0.95 and len({each.coverage for each in made}) > 5  # not one number for suppliers sure and unsure


def test_advice_of_an_earlier_release_is_not_held_against_days_it_was_not_about(home: Path) -> None:
    context = context_of(home)
    (advice, *_) = call(
        ToolCall("reorder_advice", {"limit": 40}), context_of(home, context.served.context.as_of - timedelta(days=90)), TOOLS
    ).promises
    said = {name: value for name, value in json.loads(advice.detail).items() if name != "expected_on_scored_days"}
    Ledger(home).record([replace(advice, detail=json.dumps(said), coverage=0.95)])
    told = account(context, what="advised")
    row = dict(zip([column.name for column in told.tables[0].columns], told.tables[0].rows[0], strict=True))
    assert row["promises"] == 1 and row["sold_units"] is not None and row["promised_coverage"] is None and row["held"] is None


def sold_where_it_comes_from(home: Path, promise: Promise) -> float:
    """Units of a promise's days at its location and at what it feeds."""
    fed = open_books(context_of(home), "a test").places.feeder
    places = [place for place, feeder in fed.items() if feeder == promise.location_id]
    snapshot = Warehouse(home).snapshot()
    sql = f"""SELECT coalesce(sum(l.quantity), 0) FROM order_lines l JOIN orders o USING (order_id)
        WHERE o.status <> 'cancelled' AND l.product_id = $s AND list_contains($places, o.location_id)
        AND CAST(o.ordered_at AT TIME ZONE 'UTC' AT TIME ZONE '{snapshot.card.company.timezone}' AS DATE) BETWEEN $a AND $b"""
    values = {"s": promise.subject, "places": places, "a": promise.starts_on, "b": promise.ends_on}
    with open_readonly(snapshot.database) as connection:
        row = connection.execute(sql, values).fetchone()
    return float(row[0]) if row else 0.0


def promise_of(today: date, subject: str, **changes: Any) -> Promise:
    """A promise about the last week."""
    made = Promise(
        kind="forecast", scope="product", subject=subject, location_id="", made_as_of=today - timedelta(days=8),
        starts_on=today - timedelta(days=7), ends_on=today, value=5.0, low=0.0, high=9.0, coverage=0.8, model="m", version="1",
    )  # fmt: skip
    return replace(made, **changes)


def test_what_is_named_by_a_person_is_scored_by_what_was_sold(home: Path) -> None:
    """A forecast asked by name is not scored as if its product had sold nothing."""
    today = context_of(home).served.context.as_of
    then = context_of(home, today - timedelta(days=28))
    best = call(ToolCall("demand_forecast", {"days": 28, "by": "product", "limit": 1}), then, TOOLS)
    product, name = map(str, best.tables[0].rows[0][:2])
    call_of = ToolCall("demand_forecast", {"days": 28, "where": [{"dimension": "product", "values": [name]}]})
    Ledger(home).record(call(call_of, then, TOOLS).promises)
    told = account(context_of(home), what="promised")
    names = [column.name for column in told.tables[0].columns]
    wanted = truth(home, promise_of(today, product, starts_on=today - timedelta(days=27), made_as_of=today - timedelta(days=28)))
    assert wanted > 0 and float(str(told.tables[0].rows[0][names.index("sold_units")])) == pytest.approx(wanted, abs=0.1)


def test_a_query_that_takes_too_long_is_a_refusal_and_no_zero(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise CannotDo("units", "it took longer than 20 s")

    context = context_of(home)
    Ledger(home).record([promise_of(context.served.context.as_of, "P0005")])
    monkeypatch.setattr("tools.forecasting.happened.run_query", late)
    with pytest.raises(CannotDo, match="took longer than"):
        account(context, what="promised")


def test_who_sees_some_places_only_is_not_told_of_the_whole_company(home: Path) -> None:
    context = context_of(home)
    Ledger(home).record([promise_of(context.served.context.as_of, "P0005")])
    limited = replace(context, served=replace(context.served, context=replace(context.served.context, locations=("L1",))))
    for what in ("promised", "advised"):
        with pytest.raises(CannotDo, match="only some places") as refused:
            account(limited, what=what)
        assert "train" not in str(refused.value) and "every place" in refused.value.remedy


def test_what_is_not_counted_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = context_of(home)
    today = context.served.context.as_of
    monkeypatch.setattr("tools.forecasting.happened._MOST_STRETCHES", 2)
    stretches = [promise_of(today, "P0005", ends_on=today - timedelta(days=back)) for back in range(4)]
    Ledger(home).record([*stretches, promise_of(today, "NOBODY")])
    told = account(context, what="promised")
    assert told.tables[0].rows[0][1] == 2
    assert any("2 older ones are not counted" in note for note in told.notes)
    assert any("1 about goods that are not in the data" in note for note in told.notes)


def test_a_score_that_was_not_measured_is_none_and_no_zero(home: Path) -> None:
    unscored = CARD.model_copy(update={"scores": ({**ROWS[0], "rmsse": None}, ROWS[3])})
    artifacts.write(home, KIND, {artifacts.CARD: unscored.model_dump_json()})
    model = account(context_of(home)).evidence[0]
    assert isinstance(model, ModelEvidence) and (model.score, model.naive_score) == (None, None)


def truth(home: Path, promise: Promise) -> float:
    """What was sold on the days of a promise, in SQL of its own."""
    column = {"product": "l.product_id = $s", "category": "p.category = $s", "total": "$s = ''"}[promise.scope]
    snapshot = Warehouse(home).snapshot()
    sql = f"""SELECT coalesce(sum(l.quantity), 0) FROM order_lines l JOIN orders o USING (order_id) JOIN products p USING (product_id)
        WHERE o.status <> 'cancelled' AND {column}
        AND CAST(o.ordered_at AT TIME ZONE 'UTC' AT TIME ZONE '{snapshot.card.company.timezone}' AS DATE) BETWEEN $a AND $b"""
    with open_readonly(snapshot.database) as connection:
        row = connection.execute(sql, {"s": promise.subject, "a": promise.starts_on, "b": promise.ends_on}).fetchone()
    return float(row[0]) if row else 0.0


def test_goods_that_are_not_loaded_are_left_out_and_a_product_that_sold_nothing_sold_nothing(home: Path) -> None:
    context = context_of(home)
    today = context.served.context.as_of
    promise = promise_of(today, "NOBODY")
    Ledger(home).record([promise])
    with pytest.raises(CannotDo):
        account(context, what="promised")
    quiet = str(context.served.source.fetch("SELECT product_id FROM products ORDER BY launched_on DESC, product_id LIMIT 1")[0][0])
    Ledger(home).record([replace(promise, subject=quiet)])
    told = account(context, what="promised")
    assert [row[1] for row in told.tables[0].rows] == [1]
