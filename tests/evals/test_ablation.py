"""Taking a stage away is felt where it was needed, and nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evals.ablation import ABLATIONS
from evals.brains import BRAINS, STAGES
from evals.catalog import Suite, suite_called
from evals.company import Company
from evals.run import run_suite
from evals.summary import summary

CASES = """
- {id: plain, ask: revenue last month, language: en, archetype: 1, expect: answer,
   accept: [[{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month}}}]]}
- {id: misspelt, ask: marign last month, language: en, archetype: 59, expect: answer, noise: typo,
   accept: [[{tool: metric_value, arguments: {metrics: [margin], period: {kind: named, name: last_month}}}]]}
- {id: named, ask: 'revenue of {category:1} last month', language: en, archetype: 4, expect: answer,
   accept: [[{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month},
     where: [{dimension: category, values: ['{category:1}']}]}}]]}
- {id: likely, ask: 'revenue of {category:1|typo} last month', language: en, archetype: 59, expect: answer, noise: typo,
   accept: [[{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month},
     where: [{dimension: category, values: ['{category:1}']}]}}]]}
- id: followed
  language: en
  archetype: 57
  turns:
    - {ask: revenue last month, expect: answer,
       accept: [[{tool: metric_value, arguments: {metrics: [revenue], period: {kind: named, name: last_month}}}]]}
    - {ask: and by channel?, expect: answer,
       accept: [[{tool: breakdown, arguments: {metrics: [revenue], by: [channel], period: {kind: named, name: last_month}}}]]}
"""
NEEDED = {
    "without-dialogue": {"followed.2"},
    "without-spelling": {"misspelt.1"},
    "without-likeness": {"likely.1"},
    "without-names": {"named.1", "likely.1"},
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("stages")
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    return suite_called(str(folder))


def wrong(suite: Suite, brain: str, company: Company) -> set[str]:
    """The turns an engine does not get right."""
    run = asyncio.run(run_suite(suite, brain, [company]))
    return {f"{turn.case}.{turn.turn}" for turn in run.turns if not turn.correct}


def test_the_whole_planner_reads_them_all(suite: Suite, company: Company) -> None:
    assert wrong(suite, "embedded", company) == set()


@pytest.mark.parametrize("stage", NEEDED)
def test_without_a_stage_only_what_needs_it_is_lost(suite: Suite, company: Company, stage: str) -> None:
    assert wrong(suite, stage, company) == NEEDED[stage]


def test_every_stage_can_be_called_by_its_name() -> None:
    assert set(STAGES) == set(ABLATIONS) <= set(BRAINS)


def test_the_page_names_the_company_where_there_are_several(suite: Suite, company: Company, tmp_path: Path) -> None:
    run = asyncio.run(run_suite(suite, "abstain", [company]))
    other = run.model_copy(update={"companies": ("retail",)})
    page = summary([run, other])
    assert f"{suite.name} · abstain · retail" in page and f"{suite.name} · abstain · {company.name.split('-')[0]}" in page
    assert "retail" not in summary([run, run])
