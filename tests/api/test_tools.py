"""Tools over HTTP: the definitions and the gate of the agents, with every act in the audit."""

from __future__ import annotations

import time

import httpx
import pytest

from api.routes import tools as routes
from ingestion.warehouse import Warehouse
from tests.api.stage import JSON, RANKING, STAGE_TOOLS, Live, ask, problem
from tools.call import call
from tools.contract import ToolCall, ToolContext
from tools.query.served import serve_snapshot

RANK = {"metric": "revenue", "by": "category", "n": 3}


def test_every_tool_is_listed_with_what_it_takes(client: httpx.Client) -> None:
    listed = client.get("/api/v1/tools").json()["tools"]
    assert {each["name"] for each in listed} == {each.name for each in STAGE_TOOLS}
    ranking = next(each for each in listed if each["name"] == "ranking")
    assert ranking["effect"] == "read" and "metric" in ranking["arguments"]["properties"]


def test_a_tool_finds_what_the_gate_finds(client: httpx.Client, stage: Live) -> None:
    found = client.post("/api/v1/tools/ranking", json=RANK).json()
    served = serve_snapshot(Warehouse(stage.installation.settings.home).snapshot())
    direct = call(ToolCall("ranking", RANK), ToolContext(served), STAGE_TOOLS)
    assert found == direct.model_dump(mode="json")


def test_the_day_asked_for_hides_what_came_later(client: httpx.Client) -> None:
    now, then = (
        client.post("/api/v1/tools/metric_value", json={"metrics": ["orders"]}, params=day).json() for day in ({}, {"as_of": "2026-06-30"})
    )
    assert then["facts"][0]["value"] < now["facts"][0]["value"]


@pytest.mark.parametrize(
    ("name", "arguments", "status", "kind"),
    [
        ("rankin", "{}", 422, "bad_input"),
        ("ranking", '{"metric": "revenu", "by": "category"}', 422, "bad_input"),
        ("ranking", '{"metric": "revenue", "by": "category", "n": -1}', 422, "bad_input"),
        ("ranking", '{"metric": "revenue", "by": "category", "tenant": "x"}', 422, "bad_input"),
        ("ranking", "[]", 422, "bad_input"),
        ("ranking", "null", 422, "bad_input"),
        ("ranking", "{", 422, "bad_input"),
        ("ranking", '{"metric": "' + "x" * 70_000 + '"}', 422, "bad_input"),
        ("ranking", '{"metric": "stock_on_hand", "by": "customer"}', 409, "cannot_do"),
        ("ranking", '{"metric": "revenue; DROP TABLE orders", "by": "category"}', 422, "bad_input"),
        ("%2e%2e%2fetc", "{}", 404, "not_found"),
    ],
)
def test_calls_that_cannot_be_are_refused(client: httpx.Client, name: str, arguments: str, status: int, kind: str) -> None:
    problem(client.post(f"/api/v1/tools/{name}", content=arguments, headers=JSON), status, kind)


def test_a_misspelt_name_is_told_with_the_nearest(client: httpx.Client) -> None:
    assert problem(client.post("/api/v1/tools/rankin", json={}), 422, "bad_input")["nearest"][0] == "ranking"


def test_every_act_is_in_the_audit_and_the_chain_holds(client: httpx.Client, stage: Live) -> None:
    audit = stage.installation.store.audit
    before = audit.verify_chain().rows
    client.post("/api/v1/tools/ranking", json=RANK)
    client.post("/api/v1/tools/rankin", json={})
    ask(client, RANKING)
    deadline = time.monotonic() + 5
    while audit.verify_chain().rows < before + 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    new = audit.after(before)
    assert [(act.tool, act.outcome, act.caller) for act in new] == [
        ("ranking", "done", "local"),
        ("rankin", "bad_input", "local"),
        ("ranking", "done", "local"),
    ]
    assert audit.verify_chain().whole


def test_a_tool_that_takes_too_long_is_given_up(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "CALL_SECONDS", 0.0)
    problem(client.post("/api/v1/tools/ranking", json=RANK), 504, "too_slow")
