"""The prediction endpoints as the order system calls them: its names, its bad input, products nobody has seen, and in time."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from ingestion.warehouse import Warehouse
from ml.contract import LEVELS
from ml.forecast.history_spread import measured_coverage
from ml.ledger import Ledger, LedgerFault
from tests.api.stage import JSON, Live, ask, problem
from tools.query.served import serve_snapshot

FIRST = date(2026, 1, 1)
NAMES = {
    "productId", "predicted_total_quantity", "forecast_range_start", "forecast_range_end", "confidence_score", "daily_predictions",
}  # fmt: skip


def days(quantities: list[float], first: date = FIRST) -> list[dict[str, Any]]:
    return [{"date": (first + timedelta(days=place)).isoformat(), "quantity": units} for place, units in enumerate(quantities)]


def asked(**changes: Any) -> dict[str, Any]:
    body = {
        "productId": "NEVER-SEEN-1",
        "historicalData": days([2, 0, 3, 1, 4, 9, 7] * 8),
        "features": {"seasonality": "weekly", "promotion_active": False},
        "forecast_horizon": 7,
    }
    return {**body, **changes}


def predicted(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    reply = client.post("/api/v1/predict", json=asked(**changes))
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_product_never_seen_gets_the_names_the_order_system_reads(client: httpx.Client) -> None:
    found = predicted(client)
    assert set(found) >= NAMES
    assert found["productId"] == "NEVER-SEEN-1"
    assert (found["forecast_range_start"], found["forecast_range_end"]) == ("2026-02-26", "2026-03-04")
    assert [each["date"] for each in found["daily_predictions"]] == [f"2026-02-{day}" for day in (26, 27, 28)] + [
        f"2026-03-0{day}" for day in (1, 2, 3, 4)
    ]
    assert found["predicted_total_quantity"] == pytest.approx(
        sum(each["predicted_quantity"] for each in found["daily_predictions"]), abs=0.05
    )
    assert all(set(each) == {"date", "predicted_quantity", "lower", "upper"} for each in found["daily_predictions"])
    assert all(each["lower"] <= each["upper"] for each in found["daily_predictions"])
    assert found["model"] and found["model_version"] and found["fallback"] is None


def test_a_week_that_repeats_is_forecast_as_it_is(client: httpx.Client) -> None:
    """56 days of the same week: the next one is known to whoever looks at it."""
    found = predicted(client)
    told = [each["predicted_quantity"] for each in found["daily_predictions"]]
    assert told == pytest.approx([2, 0, 3, 1, 4, 9, 7], abs=0.5)
    assert found["predicted_total_quantity"] == pytest.approx(26, rel=0.05)
    flat = predicted(client, features={"seasonality": False})
    assert {round(each["predicted_quantity"], 6) for each in flat["daily_predictions"]} != set(told)
    assert len({each["predicted_quantity"] for each in flat["daily_predictions"]}) == 1


def test_the_confidence_is_the_one_that_was_measured(client: httpx.Client) -> None:
    found = predicted(client)
    cell = measured_coverage().of(found["demand_class"], 7)
    assert found["confidence_score"] == cell.total_covered_80 == found["interval"]["measured_total"]
    assert found["interval"]["cases"] >= 100 and found["interval"]["measured_on"]


@pytest.mark.parametrize(("length", "word"), [(1, "few days"), (13, "few days"), (20, "median")])
def test_a_short_history_names_its_fallback(client: httpx.Client, length: int, word: str) -> None:
    found = predicted(client, historicalData=days([3] * length))
    assert word in found["model"] and "too little history" in found["fallback"]
    assert found["predicted_total_quantity"] == pytest.approx(21, rel=0.02)


def test_no_sale_in_the_history_says_so(client: httpx.Client) -> None:
    found = predicted(client, historicalData=days([0] * 40))
    assert found["predicted_total_quantity"] == 0 and "nothing was sold" in found["fallback"]


def test_days_out_of_order_and_gaps_are_read_and_said(client: httpx.Client) -> None:
    rows = days([5, 4] * 20)
    found = predicted(client, historicalData=[*rows[20:], *rows[:12]])
    assert any("put in order" in note for note in found["notes"])
    assert any("8 of 40 days" in note for note in found["notes"])


def test_a_promotion_is_counted_where_the_history_shows_its_effect(client: httpx.Client) -> None:
    rows = [{**row, "promotion_active": place % 5 == 0} for place, row in enumerate(days([10, 4, 4, 4, 4] * 20))]
    without, with_ = (
        predicted(client, historicalData=rows, features={"promotion_active": on})["predicted_total_quantity"] for on in (False, True)
    )
    assert with_ / without == pytest.approx(2.5, rel=0.25)
    unseen = predicted(client, features={"promotion_active": True})
    assert any("no effect of a promotion is added" in note for note in unseen["notes"])


def test_what_is_not_used_is_named(client: httpx.Client) -> None:
    rows = [{**row, "price": 9.5} for row in days([1, 2] * 20)]
    found = predicted(client, historicalData=rows, features={"seasonality": 1.2, "weather": "rain"})
    notes = " ".join(found["notes"])
    assert "price" in notes and "weather" in notes and "seasonality 1.2" in notes


WRONG = [
    ({"historicalData": days([3, -2, 4])}, "historicalData.1.quantity", "not negative"),
    ({"historicalData": [{"date": "2026-01-01", "quantity": "seven"}]}, "historicalData.0.quantity", "seven"),
    ({"historicalData": [{"date": "2026-01-01", "quantity": "7"}]}, "historicalData.0.quantity", "number"),
    ({"historicalData": [{"date": "2026-01-01", "quantity": None}]}, "historicalData.0.quantity", "number"),
    ({"historicalData": [{"date": "2026-01-01", "quantity": True}]}, "historicalData.0.quantity", "number"),
    ({"historicalData": [{"date": 20260101, "quantity": 3}]}, "historicalData.0.date", "20260101"),
    ({"historicalData": [{"date": "01/31/2026", "quantity": 3}]}, "historicalData.0.date", "date"),
    ({"historicalData": days([1e12])}, "historicalData.0.quantity", "too large"),
    ({"historicalData": [*days([3, 4]), *days([5])]}, "historicalData.date", "one day"),
    ({"historicalData": [*days([3]), *days([4], date(2028, 1, 1))]}, "historicalData.date", "missing"),
    ({"historicalData": days([3], date(1970, 1, 1))}, "historicalData.0.date", "out of range"),
    ({"historicalData": []}, "historicalData", "no such value"),
    ({"forecast_horizon": 0}, "forecast_horizon", "1 to 365"),
    ({"forecast_horizon": 10_000}, "forecast_horizon", "1 to 365"),
    ({"forecast_horizon": -7}, "forecast_horizon", "1 to 365"),
    ({"forecast_horizon": "seven"}, "forecast_horizon", "integer"),
    ({"forecast_horizon": 7.5}, "forecast_horizon", "integer"),
    ({"productId": ""}, "productId", "at least 1"),
    ({"productId": "x" * 201}, "productId", "at most 200"),
    ({"horizon": 7}, "horizon", "not permitted"),
]


@pytest.mark.parametrize(("changes", "field", "word"), WRONG)
def test_what_cannot_be_read_is_refused_by_name(client: httpx.Client, changes: dict[str, Any], field: str, word: str) -> None:
    body = problem(client.post("/api/v1/predict", json=asked(**changes)), 422, "bad_input")
    assert body["field"] == field and word in body["detail"]


def test_no_number_at_all_is_refused(client: httpx.Client) -> None:
    text = json.dumps(asked()).replace('"quantity": 9', '"quantity": NaN', 1)
    body = problem(client.post("/api/v1/predict", content=text, headers=JSON), 422, "bad_input")
    assert body["field"] == "historicalData.5.quantity"


def test_a_refusal_says_what_to_do(client: httpx.Client) -> None:
    body = problem(client.post("/api/v1/predict", json=asked(historicalData=days([3, -2]))), 422, "bad_input")
    assert body["value"] == "-2.0" and body["allowed"] == ["0 to 1,000,000,000"] and "returns" in body["next"]


def test_a_numbered_product_keeps_its_number(client: httpx.Client) -> None:
    assert predicted(client, productId=4711)["productId"] == "4711"


def test_a_loaded_product_needs_no_history(client: httpx.Client, stage: Live) -> None:
    served = serve_snapshot(Warehouse(stage.installation.settings.home).snapshot())
    product = str(served.source.fetch("SELECT product_id FROM order_lines GROUP BY 1 ORDER BY sum(quantity) DESC LIMIT 1")[0][0])
    found = predicted(client, productId=product, historicalData=[], forecast_horizon=14)
    assert found["forecast_range_start"] == (served.context.as_of + timedelta(days=1)).isoformat()
    assert any("loaded data" in note for note in found["notes"])


def test_what_was_predicted_is_in_the_ledger_once(client: httpx.Client, stage: Live) -> None:
    served = serve_snapshot(Warehouse(stage.installation.settings.home).snapshot())
    name = str(served.source.fetch("SELECT max(product_id) FROM products")[0][0])
    first, again = predicted(client, productId=name, forecast_horizon=9), predicted(client, productId=name, forecast_horizon=9)
    predicted(client, productId="NOT-LOADED", forecast_horizon=9)
    assert first == again
    kept = Ledger(stage.installation.settings.home).due("forecast", date(2026, 12, 31)).promises
    kept = tuple(each for each in kept if each.scope == "product" and (each.ends_on - each.made_as_of).days == 9)
    assert [(each.subject, each.value) for each in kept] == [(name, first["predicted_total_quantity"])]
    assert (kept[0].starts_on.isoformat(), kept[0].ends_on.isoformat()) == (first["forecast_range_start"], first["forecast_range_end"])


@pytest.mark.parametrize("way", ["tool", "agent"])
def test_a_forecast_given_in_an_answer_is_in_the_ledger(client: httpx.Client, stage: Live, way: str) -> None:
    days_ahead = {"tool": 11, "agent": 13}[way]
    if way == "tool":
        assert client.post("/api/v1/tools/demand_forecast", json={"days": days_ahead}).status_code == 200
    else:
        run = ask(client, f"{{tool: demand_forecast, arguments: {{days: {days_ahead}}}}}")
        assert run["status"] == "done" and "Expected units" in run["answer"]["text"]
        assert any(block["kind"] == "chart" for block in run["answer"]["blocks"])
    kept = Ledger(stage.installation.settings.home).due("forecast", date(2100, 1, 1)).promises
    assert [each.scope for each in kept if (each.ends_on - each.made_as_of).days == days_ahead] == ["total"]


def test_a_ledger_that_cannot_be_written_holds_up_no_forecast(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Ledger, promises: object) -> int:
        raise LedgerFault("no room", where="ledger.db")

    monkeypatch.setattr(Ledger, "record", full)
    assert client.post("/api/v1/tools/demand_forecast", json={"days": 5}).status_code == 200


def test_many_products_at_once_with_their_quantiles(client: httpx.Client) -> None:
    series = [
        {"product_id": "A", "starts_on": "2026-01-01", "quantities": [1, 0, 4] * 20},
        {"product_id": "B", "history": days([2] * 30)},
        {"product_id": "C", "history": days([2, -1])},
        {"product_id": "D", "starts_on": "2026-01-01"},
        {"product_id": "nobody knows it"},
    ]
    reply = client.post("/api/v1/forecasts", json={"series": series, "horizon": 10, "quantiles": list(LEVELS)})
    assert reply.status_code == 200, reply.text
    found = reply.json()
    assert [each["product_id"] for each in found["forecasts"]] == ["A", "B"]
    assert [(each["product_id"], each["place"], each["field"]) for each in found["problems"]] == [
        ("C", 2, "history.1.quantity"),
        ("D", 3, "starts_on"),
        ("nobody knows it", 4, "history"),
    ]
    for each in found["forecasts"]:
        assert len(each["days"]) == 10
        for day in (*each["days"], each["total"]):
            assert day["quantiles"] == sorted(day["quantiles"]) and min(day["quantiles"]) >= 0


@pytest.mark.parametrize(
    ("body", "field"),
    [({"quantiles": [0.42]}, "quantiles"), ({"horizon": 0}, "horizon"), ({"series": []}, "series"), ({"horizon": 10_000}, "horizon")],
)
def test_a_batch_nobody_can_answer_is_refused(client: httpx.Client, body: dict[str, Any], field: str) -> None:
    series = [{"product_id": "A", "starts_on": "2026-01-01", "quantities": [1] * 30}]
    assert problem(client.post("/api/v1/forecasts", json={"series": series, **body}), 422, "bad_input")["field"] == field


def test_one_is_answered_in_a_tenth_of_a_second_and_a_hundred_in_two(client: httpx.Client) -> None:
    predicted(client)  # loads what the first one waits for
    history = days([float(place % 9) for place in range(365)])
    single = min(timed(client, "predict", asked(historicalData=history, forecast_horizon=28)) for _ in range(5))
    series = [
        {"product_id": str(one), "starts_on": "2026-01-01", "quantities": [(one + day) % 9 for day in range(365)]} for one in range(100)
    ]
    batch = min(timed(client, "forecasts", {"series": series, "horizon": 28}) for _ in range(2))
    assert single < 0.1
    assert batch < 2.0


def timed(client: httpx.Client, path: str, body: dict[str, Any]) -> float:
    started = time.perf_counter()
    assert client.post(f"/api/v1/{path}", json=body).status_code == 200
    return time.perf_counter() - started
