"""The coverage tables in the documentation are what the compiler says today."""

from __future__ import annotations

from pathlib import Path

from tools.query.catalog import OPERATORS
from tools.query.coverage import coverage_markdown

DOCS = Path(__file__).parents[3] / "docs"


def test_the_coverage_page_is_up_to_date() -> None:
    page = (DOCS / "query_coverage.md").read_text(encoding="utf-8")
    assert page == coverage_markdown(), "tools.query.coverage.write_page makes it anew"


def test_every_operator_is_documented() -> None:
    page = (DOCS / "query.md").read_text(encoding="utf-8")
    assert [operator.kind for operator in OPERATORS if f"`{operator.kind}`" not in page] == []
