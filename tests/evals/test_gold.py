"""What forecasts and stock advice are held against: the tool's own result, and that it is said so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evals.catalog import suite_called
from evals.company import Company
from evals.gold import READ_ONCE
from evals.report import page
from evals.results import Judged, Run
from evals.run import run_suite

CASES = """
- id: ahead
  ask: How much will we sell next month?
  archetype: 34
  expect: answer
  accept:
    - [{tool: demand_forecast, arguments: {starts_on: '{month_start:1}', ends_on: '{month_end:1}', grain: month}}]
- id: advice
  ask: what do I reorder?
  archetype: 33
  expect: answer
  accept:
    - [{tool: reorder_advice, arguments: {}}]
- id: accuracy
  ask: how good were our forecasts?
  archetype: 35
  expect: answer
  accept:
    - [{tool: forecast_accuracy, arguments: {what: promised}}]
    - [{tool: forecast_accuracy, arguments: {}}]
- id: plain
  ask: revenue?
  archetype: 1
  expect: answer
  accept:
    - [{tool: metric_value, arguments: {metrics: [revenue]}}]
"""


def asked(brain: str, company: Company, folder: Path) -> Run:
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    return asyncio.run(run_suite(suite_called(str(folder)), brain, [company]))


@pytest.fixture(scope="module")
def right(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asked("gold", company, tmp_path_factory.mktemp("ahead"))


def by_case(run: Run) -> dict[str, Judged]:
    return {turn.case: turn for turn in run.turns}


def test_a_forecast_is_held_against_what_its_tool_gives(right: Run) -> None:
    assert {name: (turn.correct, turn.executed, turn.read_once) for name, turn in by_case(right).items()} == {
        "ahead": (True, True, True),
        "advice": (True, True, True),
        "accuracy": (True, None, False),
        "plain": (True, True, False),
    }
    assert right.left == ()


def test_the_accuracy_of_forecasts_never_made_is_to_be_declined(company: Company, tmp_path: Path) -> None:
    silent = by_case(asked("abstain", company, tmp_path))
    assert (silent["accuracy"].expect, silent["accuracy"].correct) == (("decline",), True)
    assert not silent["ahead"].correct


def test_the_report_says_which_gold_nothing_else_agrees_with(right: Run) -> None:
    assert "2 turns ask for forecasts or stock advice" in page(right, {})
    plain = right.model_copy(update={"turns": (by_case(right)["plain"],)})
    assert "second implementation" not in page(plain, {})


def test_what_is_read_once_is_what_looks_ahead_or_advises() -> None:
    assert {"demand_forecast", "forecast_accuracy", "reorder_advice", "stockout_risk", "what_if_inventory", "budget_buying"} <= READ_ONCE
    assert not READ_ONCE & {"metric_value", "ranking", "stock_ageing", "search_documents"}
