"""demand_forecast on the tiny company: the past is what pandas counts, buckets add up, nothing after as_of is used, refusals are named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse, open_readonly
from ml import artifacts
from ml.forecast.boosted import Settings
from ml.forecast.ladder import RUNGS
from ml.forecast.serving import KIND, MEMBERS, Card
from ml.forecast.training import Plan, train
from ml.panel_warehouse import panel_of_snapshot
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.errors import BadInput, CannotDo
from tools.facts import Findings, ModelEvidence
from tools.query.served import serve_snapshot


def forecast(context: ToolContext, **arguments: Any) -> Findings:
    return call(ToolCall("demand_forecast", arguments), context, TOOLS)


def total(found: Findings, name: str = "expected_units") -> float:
    return float(str(next(fact.value for fact in found.facts if fact.id.endswith(f".total.{name}"))))


@pytest.fixture(scope="module")
def sold(tiny_home: Path) -> pd.DataFrame:
    """Units by local day and product, counted by pandas."""
    snapshot = Warehouse(tiny_home).snapshot()
    with open_readonly(snapshot.database) as connection:
        orders, lines, products = (connection.execute(f"SELECT * FROM {name}").df() for name in ("orders", "order_lines", "products"))
    orders = orders[orders["status"] != "cancelled"]
    orders["day"] = orders["ordered_at"].dt.tz_localize("UTC").dt.tz_convert(snapshot.card.company.timezone).dt.date
    joined = lines.merge(orders[["order_id", "day"]], on="order_id").merge(products[["product_id", "category"]], on="product_id")
    return joined.assign(quantity=joined["quantity"].astype(float))


def test_the_past_beside_the_forecast_is_what_was_sold(context: ToolContext, sold: pd.DataFrame) -> None:
    found = forecast(context)
    by_day = sold.groupby("day")["quantity"].sum()
    assert len(found.tables[1].rows) == 56
    for day, units in found.tables[1].rows:
        assert float(str(units)) == pytest.approx(by_day.get(day, 0.0), abs=0.51 if float(str(units)) >= 100 else 0.051)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_buckets_add_up_to_the_total_and_cover_the_days_asked_about(context: ToolContext, grain: str) -> None:
    found = forecast(context, days=60, grain=grain)
    rows = found.tables[0].rows
    assert sum(float(str(row[1])) for row in rows) == pytest.approx(total(found), rel=0.01)
    assert total(found, "low_units") <= total(found) <= total(found, "high_units")
    assert all(float(str(row[2])) <= float(str(row[3])) for row in rows)
    as_of = context.served.context.as_of
    assert found.period and (found.period.start, found.period.end) == (as_of + timedelta(days=1), as_of + timedelta(days=60))
    days = [fact.period for fact in found.facts if fact.name == "expected_units" and ".total." not in fact.id]
    assert sum((each.end - each.start).days + 1 for each in days if each) == 60


def test_it_is_near_what_is_usually_sold(context: ToolContext, sold: pd.DataFrame) -> None:
    """A plain account: the last eight weeks, day for day."""
    recent = sold[sold["day"] > context.served.context.as_of - timedelta(days=56)]["quantity"].sum() / 56 * 28
    assert total(forecast(context)) == pytest.approx(recent, rel=0.35)


def test_categories_are_parts_of_the_whole(context: ToolContext, sold: pd.DataFrame) -> None:
    found = forecast(context, by="category", limit=100)
    assert {str(row[0]) for row in found.tables[0].rows} <= set(sold["category"].dropna())
    assert sum(float(str(row[1])) for row in found.tables[0].rows) == pytest.approx(total(forecast(context)), rel=0.25)
    order = [float(str(row[1])) for row in found.tables[0].rows]
    assert order == sorted(order, reverse=True)


def test_the_best_sellers_ahead_are_named_with_their_ids(context: ToolContext, sold: pd.DataFrame) -> None:
    found = forecast(context, by="product", limit=3)
    assert [column.name for column in found.tables[0].columns][:2] == ["product_id", "product"]
    recent = sold[sold["day"] > context.served.context.as_of - timedelta(days=56)].groupby("product_id")["quantity"].sum()
    assert {str(row[0]) for row in found.tables[0].rows} <= set(recent.nlargest(6).index)


def test_nothing_after_as_of_is_used(context: ToolContext, sold: pd.DataFrame, tiny_home: Path) -> None:
    day = context.served.context.as_of - timedelta(days=60)
    then = ToolContext(serve_snapshot(Warehouse(tiny_home).snapshot(), day))
    found = forecast(then, days=28)
    assert found.period and found.period.start == day + timedelta(days=1)
    assert max(row[0] for row in found.tables[1].rows if isinstance(row[0], date)) == day
    until = sold[sold["day"] <= day].groupby("day")["quantity"].sum()
    assert float(str(found.tables[1].rows[-1][1])) == pytest.approx(until.get(day, 0.0), abs=0.51)


def test_a_calendar_month_is_asked_for_by_its_days(context: ToolContext) -> None:
    as_of = context.served.context.as_of
    first = (as_of.replace(day=28) + timedelta(days=10)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = forecast(context, starts_on=first.isoformat(), ends_on=last.isoformat())
    assert found.period and (found.period.start, found.period.end) == (first, last)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 10_000}, "days"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ends_on": "2199-01-01"}, "ends_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "starts_on"),
        ({"starts_on": "2199-01-01"}, "starts_on"),
        ({"starts_on": "2027-02-01", "ends_on": "2027-01-01"}, "arguments"),
        ({"by": "customer"}, "by"),
        ({"by": "product", "grain": "day"}, "arguments"),
        ({"where": [{"dimension": "flavour", "values": ["x"]}]}, "dimension"),
        ({"measure": "margin"}, "measure"),
    ],
)
def test_what_cannot_be_forecast_is_refused_by_name(context: ToolContext, arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        forecast(context, **arguments)
    assert field in refused.value.field


def test_days_that_begin_in_time_and_end_too_late_are_refused_as_days(context: ToolContext) -> None:
    first = context.served.context.as_of + timedelta(days=360)
    with pytest.raises(BadInput, match=r"days: 28 is not accepted.*Allowed: 1 to 6 from") as refused:
        forecast(context, starts_on=first.isoformat())
    assert refused.value.field == "days"
    assert (found := forecast(context, starts_on=first.isoformat(), days=6).period) and found.end == first + timedelta(days=5)


def test_what_never_sold_has_no_forecast(context: ToolContext) -> None:
    with pytest.raises(CannotDo):
        forecast(context, where=[{"dimension": "product", "values": ["P9999"]}])


def test_the_evidence_is_the_model_with_its_score_and_the_query_it_read(context: ToolContext) -> None:
    found = forecast(context)
    model, query = found.evidence
    assert isinstance(model, ModelEvidence) and model.trained_until == context.served.context.as_of
    assert (model.score or 9) < 1 and (model.naive_score or 0) > 0 and "past origins" in model.score_name
    assert query.kind == "query" and "SELECT" in query.sql
    assert {fact.evidence_id for fact in found.facts} == {model.id}
    assert any("./oiis train forecast" in note for note in found.notes)


def test_what_is_shown_is_promised(context: ToolContext) -> None:
    found = forecast(context)
    (promise,) = found.promises
    assert (promise.scope, promise.subject, promise.made_as_of) == ("total", "", context.served.context.as_of)
    assert promise.value == pytest.approx(total(found), rel=0.01)
    assert {each.scope for each in forecast(context, by="product", limit=2).promises} == {"product"}
    assert forecast(context, measure="revenue").promises == ()
    assert forecast(context, where=[{"dimension": "channel", "values": ["web"]}]).promises == ()
    assert "promises" not in found.model_dump()


def test_a_promise_is_about_the_id_however_the_part_is_named(context: ToolContext) -> None:
    row = context.served.source.fetch("SELECT product_id, name, sku, category FROM products WHERE product_id = 'P0005'", {})[0]
    for said in (row[0], row[1], str(row[1]).lower(), row[2]):
        (promise,) = forecast(context, where=[{"dimension": "product", "values": [said]}]).promises
        assert (promise.scope, promise.subject) == ("product", "P0005")
    (promise,) = forecast(context, where=[{"dimension": "category", "values": [str(row[3]).upper()]}]).promises
    assert (promise.scope, promise.subject) == ("category", row[3])


def test_who_sees_some_places_only_is_promised_nothing(context: ToolContext) -> None:
    place = str(context.served.source.fetch("SELECT min(location_id) AS id FROM locations", {})[0][0])
    limited = replace(context, served=replace(context.served, context=replace(context.served.context, locations=(place,))))
    assert forecast(limited).facts and forecast(limited).promises == ()
    assert forecast(limited, by="product", limit=2).promises == ()


def test_lines_from_their_own_past_stand_on_a_rule_and_not_on_the_score_of_one_of_them(context: ToolContext) -> None:
    found = forecast(context, by="category")
    rule, query = found.evidence
    assert rule.kind == "rule" and "own past" in rule.rule and query.kind == "query"
    assert {fact.evidence_id for fact in found.facts} == {rule.id}


RUNGS_NEEDED = ("seasonal_naive", *(rung for rung in RUNGS if rung in MEMBERS))


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a forecast trained in a hurry, on its history up to forty days before its last day."""
    home = tmp_path_factory.mktemp("trained")
    found(Warehouse(home), "tiny", 7)
    snapshot = Warehouse(home).snapshot()
    day = (snapshot.card.as_of or date.max) - timedelta(days=40)
    plan = Plan(horizon=14, warm=1, scored=1, settings=Settings(rounds=15, threads=1), rungs=RUNGS_NEEDED)
    made = train(panel_of_snapshot(snapshot, day), plan, snapshot.name)
    artifacts.write(home, KIND, made.served.files())
    return home


@pytest.fixture
def trained(trained_home: Path) -> ToolContext:
    return ToolContext(serve_snapshot(Warehouse(trained_home).snapshot()))


def test_a_trained_forecast_serves_and_says_so(trained: ToolContext) -> None:
    found = forecast(trained, days=14)
    model = found.evidence[0]
    assert isinstance(model, ModelEvidence) and (model.name, model.version) == ("trained forecast", "v000001")
    assert model.trained_until == trained.served.context.as_of - timedelta(days=40)
    assert not any("own past:" in note for note in found.notes)
    assert found.promises[0].version == "v000001"


def test_the_whole_is_the_sum_of_its_products(trained: ToolContext) -> None:
    """Coherent: categories add up to the total, and so do products."""
    whole = total(forecast(trained, days=14))
    categories = forecast(trained, days=14, by="category", limit=100)
    assert sum(float(str(row[1])) for row in categories.tables[0].rows) == pytest.approx(whole, rel=0.02)
    one = str(forecast(trained, days=14, by="product", limit=1).tables[0].rows[0][0])
    alone = forecast(trained, days=14, where=[{"dimension": "product", "values": [one]}])
    assert total(alone) == pytest.approx(float(str(forecast(trained, days=14, by="product", limit=1).tables[0].rows[0][2])), rel=0.01)
    assert total(alone, "low_units") <= total(alone) <= total(alone, "high_units")


def measured(found: Findings) -> list[float]:
    return [float(str(fact.value)) for fact in found.facts if fact.name == "measured_coverage"]


def test_a_share_that_was_measured_on_days_is_told_of_a_day_and_of_no_total(trained: ToolContext, trained_home: Path) -> None:
    """The backtest's card measures single days: how often totals of two weeks held it does not know."""
    card = Card.model_validate_json(artifacts.read(trained_home, KIND).texts[artifacts.CARD])
    one = str(forecast(trained, days=14, by="product", limit=1).tables[0].rows[0][0])
    alone = [{"dimension": "product", "values": [one]}]
    assert measured(forecast(trained, days=14, where=alone)) == []
    day = forecast(trained, days=1, where=alone)
    assert measured(day) == [round(card.coverage_of(day.promises[0].demand_class) or -1, 4)]
    whole = forecast(trained, days=14)
    assert measured(whole) and any("measured_coverage is that of such intervals" in note for note in whole.notes)


def test_lines_of_the_trained_forecast_stand_on_its_card(trained: ToolContext) -> None:
    found = forecast(trained, days=14, by="product", limit=3)
    model = found.evidence[0]
    assert isinstance(model, ModelEvidence) and model.version == "v000001"
    assert {fact.evidence_id for fact in found.facts} == {model.id}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"measure": "revenue"}, "units of products"),
        ({"where": [{"dimension": "channel", "values": ["web"]}]}, "units of products"),
        ({"by": "location", "days": 14}, "not by location"),
        ({"days": 15}, "measured 14 days ahead"),
    ],
)
def test_the_own_past_serves_and_says_why_where_the_trained_one_cannot(trained: ToolContext, arguments: dict[str, Any], word: str) -> None:
    found = forecast(trained, **arguments)
    assert any("own past" in note and word in note for note in found.notes)


def test_who_sees_some_places_only_gets_no_forecast_of_the_whole_company(trained: ToolContext) -> None:
    served = trained.served
    place = str(served.source.fetch("SELECT min(location_id) AS id FROM locations", {})[0][0])
    limited = replace(trained, served=replace(served, context=replace(served.context, locations=(place,))))
    whole, part = forecast(trained, days=14), forecast(limited, days=14)
    assert any("only some places" in note for note in part.notes)
    assert total(part) < total(whole)


def test_a_model_that_knows_later_days_does_not_serve_earlier_ones(trained_home: Path, trained: ToolContext) -> None:
    day = trained.served.context.as_of - timedelta(days=60)
    then = ToolContext(serve_snapshot(Warehouse(trained_home).snapshot(), day))
    found = forecast(then)
    assert any("not known on" in note for note in found.notes)


def test_files_of_another_release_are_named_and_the_own_past_serves(trained_home: Path, tmp_path: Path) -> None:
    shutil.copytree(trained_home / "warehouse", tmp_path / "warehouse")
    texts = artifacts.read(trained_home, KIND).texts
    artifacts.write(tmp_path, KIND, {**texts, "boosted.json": "{}"})
    notes = forecast(ToolContext(serve_snapshot(Warehouse(tmp_path).snapshot()))).notes
    assert any("own past" in note and "train forecast" in note for note in notes)


def test_without_a_folder_of_models_the_own_past_serves(context: ToolContext) -> None:
    away = replace(context, served=replace(context.served, home=None))
    assert any("no folder of models" in note for note in forecast(away).notes)
    assert np.isfinite(total(forecast(away)))
