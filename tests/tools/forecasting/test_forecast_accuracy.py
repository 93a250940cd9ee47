"""forecast_accuracy: the card's own numbers, and promises against what pandas counts was sold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

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
    promise = Promise(
        kind="forecast",
        scope="product",
        subject="NOBODY",
        location_id="",
        made_as_of=today - timedelta(days=8),
        starts_on=today - timedelta(days=7),
        ends_on=today,
        value=5.0,
        low=0.0,
        high=9.0,
        coverage=0.8,
        model="m",
        version="1",
    )
    Ledger(home).record([promise])
    with pytest.raises(CannotDo):
        account(context, what="promised")
    quiet = str(context.served.source.fetch("SELECT product_id FROM products ORDER BY launched_on DESC, product_id LIMIT 1")[0][0])
    Ledger(home).record([replace(promise, subject=quiet)])
    told = account(context, what="promised")
    assert [row[1] for row in told.tables[0].rows] == [1]
