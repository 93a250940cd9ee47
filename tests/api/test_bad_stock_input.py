"""Forecasts and orders that cannot be: refused by name, or made with a fallback that is named, in the tool, over HTTP and in the answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from api.installation import Plugged
from ingestion.warehouse import Warehouse
from tests.api.stage import Live, ask, live, problem, stage_settings
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.errors import BadInput, CannotDo, ToolError
from tools.query.served import serve_snapshot

Case = tuple[str, str, dict[str, Any], type[ToolError], str]
NAMED = [{"dimension": "product", "values": ["Unobtainium"]}]
UNKNOWN = "no such value"
CASES: dict[str, Case] = {
    "service level 150 %": (
        "What should I reorder with a service level of 150%?", "reorder_advice", {"service_level": 1.5}, BadInput, "service_level",
    ),
    "horizon 0": ("How many units will we sell in the next 0 days?", "demand_forecast", {"days": 0}, BadInput, "days"),
    "horizon 10,000": ("How many units will we sell in the next 10000 days?", "demand_forecast", {"days": 10_000}, BadInput, "days"),
    "risk in 10,000 days": ("What runs out in the next 10000 days?", "stockout_risk", {"horizon_days": 10_000}, BadInput, "horizon_days"),
    "unknown product": ("How many units of Unobtainium will we sell next week?", "demand_forecast", {"where": NAMED}, CannotDo, UNKNOWN),
    "unknown product to order": ("How much Unobtainium should I reorder?", "reorder_advice", {"where": NAMED}, CannotDo, UNKNOWN),
    "unknown supplier": (
        "What should I reorder from supplier Zzyzx Traders?", "reorder_advice", {"supplier": "Zzyzx Traders"}, CannotDo, UNKNOWN,
    ),
    "unknown place": ("What should I reorder for warehouse Atlantis?", "reorder_advice", {"location": "Atlantis"}, CannotDo, UNKNOWN),
}  # fmt: skip


@pytest.fixture(scope="module")
def speaking(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with the planner that ships."""
    with live(stage_settings(company, tmp_path_factory.mktemp("speaking")), Plugged(background=False)) as opened:
        yield opened


def context(home: Path) -> ToolContext:
    return ToolContext(serve_snapshot(Warehouse(home).snapshot()))


@contextmanager
def asked_of(company: Path, folder: Path, *statements: str) -> Iterator[tuple[Path, httpx.Client]]:
    """A server over a copy of the company after some statements, and the copy's home."""
    home, old = folder / "changed", Warehouse(company).snapshot()
    with Warehouse(home).versions.building() as draft:
        for name in old.version.files:
            shutil.copy(old.version.path / name, draft.path / name)
        with duckdb.connect(str(draft.path / old.database.name)) as connection:
            for statement in statements:
                connection.execute(statement)
        draft.keep()
    with live(stage_settings(home, folder), Plugged(background=False)) as opened, opened.client() as client:
        yield home, client


def numbers(answer: dict[str, Any]) -> list[object]:
    return [fact["value"] for fact in answer["facts"] if isinstance(fact["value"], int | float)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_cannot_be_is_refused_by_name_everywhere(case: Case, company: Path, speaking: Live) -> None:
    question, tool, arguments, kind, word = case
    with pytest.raises(kind, match=word):
        call(ToolCall(tool, arguments), context(company), TOOLS)
    with speaking.client() as client:
        status, name = (422, "bad_input") if kind is BadInput else (409, "cannot_do")
        body = problem(client.post(f"/api/v1/tools/{tool}", json=arguments), status, name)
        assert word in json.dumps(body)
        plain = ask(client, question)["answer"]
        typed = ask(client, json.dumps({"tool": tool, "arguments": arguments}))["answer"]
    for answer in (plain, typed):
        assert answer["status"] in ("no_answer", "clarify", "refused"), answer["text"]
        assert numbers(answer) == [] and answer["text"] and "Traceback" not in answer["text"]


NOTHING_ORDERED = ("DELETE FROM purchase_orders", "DELETE FROM purchase_order_lines")
NO_SUPPLIER = (*NOTHING_ORDERED, "DELETE FROM suppliers", "UPDATE products SET supplier_id = NULL")
NO_LEAD_TIME = (*NOTHING_ORDERED, "UPDATE suppliers SET contract_lead_time_days = NULL")
UNDELIVERED = {"no supplier": (NO_SUPPLIER, "has no supplier on file"), "no lead time": (NO_LEAD_TIME, "no lead time of")}


@pytest.mark.parametrize(("statements", "why"), UNDELIVERED.values(), ids=UNDELIVERED.keys())
def test_goods_nobody_delivers_are_refused_with_what_would_help(
    statements: tuple[str, ...], why: str, company: Path, tmp_path: Path
) -> None:
    with asked_of(company, tmp_path, *statements) as (home, client):
        with pytest.raises(CannotDo, match=why):
            call(ToolCall("reorder_advice", {}), context(home), TOOLS)
        body = problem(client.post("/api/v1/tools/reorder_advice", json={}), 409, "cannot_do")
        answer = ask(client, "What should I reorder?")["answer"]
        assert answer["status"] == "no_answer" and numbers(answer) == []
        for told in (json.dumps(body), answer["text"]):
            assert why in told and "assumed_lead_time_days" in told
        given = client.post("/api/v1/tools/reorder_advice", json={"assumed_lead_time_days": 10}).json()
        assert any("given in the question" in note for note in given["notes"])


def test_too_little_history_names_its_fallback_in_the_answer_and_in_the_response(company: Path, tmp_path: Path) -> None:
    today = context(company).served.context.as_of
    with asked_of(company, tmp_path, f"DELETE FROM orders WHERE ordered_at < TIMESTAMP '{today - timedelta(days=5)}'") as (home, client):
        found = call(ToolCall("demand_forecast", {"days": 7}), context(home), TOOLS)
        body = client.post("/api/v1/tools/demand_forecast", json={"days": 7}).json()
        answer = ask(client, "How many units will we sell next week?")["answer"]
        assert answer["status"] == "answered"
        for told in (" ".join(found.notes), " ".join(body["notes"]), json.dumps(answer)):
            assert "too little history" in told
        advice = client.post("/api/v1/tools/reorder_advice", json={}).json()
        assert any("fallback" in note for note in advice["notes"])
