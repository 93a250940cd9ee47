"""Totals are of all rows or of none, and what was left out of a join is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.clauses import read_conditions, unread_penalties
from knowledge.contract import Entity
from knowledge.library import Filing, Library
from tests.tools.documents.conftest import indexed
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.documents import documents_and_data_rows
from tools.errors import CannotDo

PENALTY = "Goods that are late by more than 2 days cost the Supplier 0.5 % of their value a day."
STEPS = "For late goods the Supplier pays a penalty of 2 % in the first week of delay, then 5 % for each further week."


def with_contract(reading: ToolContext, folder: Path, text: str, *suppliers: str) -> ToolContext:
    library = Library(folder / "documents")
    entities = tuple(Entity(kind="supplier", id=each, name=each) for each in suppliers)
    filing = Filing(name="own.md", title="Own contract", kind="contract", effective_from=date(2020, 1, 1), entities=entities)
    library.add(f"# Own contract\n\n{text}".encode(), filing)
    return replace(reading, documents=indexed(library))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("documents_and_data", {"clause": "payment"}), ("review_themes", {}), ("market_context", {"period": {"kind": "all"}})],
)
def test_more_rows_than_are_read_is_a_refusal_not_a_total(
    reading: ToolContext, monkeypatch: pytest.MonkeyPatch, tool: str, arguments: dict[str, Any]
) -> None:
    monkeypatch.setattr(documents_and_data_rows, "MOST_ROWS", 10)
    with pytest.raises(CannotDo, match="more than 10 rows"):
        call(ToolCall(tool, arguments), reading, TOOLS)


def test_more_purchases_than_an_answer_shows_are_all_counted(reading: ToolContext) -> None:
    narrow = replace(reading, served=replace(reading.served, context=replace(reading.served.context, max_rows=3)))
    found, whole = (call(ToolCall("documents_and_data", {"clause": "payment"}), each, TOOLS) for each in (narrow, reading))
    assert [fact.value for fact in found.facts if fact.name == "purchase_orders"] == [
        fact.value for fact in whole.facts if fact.name == "purchase_orders"
    ]


@pytest.mark.parametrize("suppliers", [(), ("S01", "S02")])
def test_a_contract_without_its_one_supplier_is_told(reading: ToolContext, tmp_path: Path, suppliers: Sequence[str]) -> None:
    with pytest.raises(CannotDo, match=r"no supplier of the data, or several.*Own contract"):
        call(ToolCall("documents_and_data", {"clause": "late_delivery"}), with_contract(reading, tmp_path, PENALTY, *suppliers), TOOLS)


def test_a_penalty_in_steps_is_told_with_its_words_and_not_calculated(reading: ToolContext, tmp_path: Path) -> None:
    with pytest.raises(CannotDo) as refused:
        call(ToolCall("documents_and_data", {"clause": "late_delivery"}), with_contract(reading, tmp_path, STEPS, "S01"), TOOLS)
    assert "in steps or in fixed sums" in str(refused.value)
    assert STEPS in str(refused.value)


def test_what_is_read_is_not_told_to_be_unread() -> None:
    assert read_conditions(STEPS) == ()
    assert unread_penalties(f"{PENALTY} {STEPS}") == (STEPS,)
    assert unread_penalties(PENALTY) == ()
    assert unread_penalties("A truck that is late pays a penalty of 500,000 VND a day.") != ()
    assert unread_penalties("Late payment bears interest of 1 % in the first and 2 % in the second month.") == ()


def test_one_connection_a_document(reading: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(library: Library, chunk_id: str) -> None:
        asked.append(chunk_id)

    monkeypatch.setattr(Library, "chunk", counted)
    call(ToolCall("documents_and_data", {"clause": "late_delivery", "limit": 5}), reading, TOOLS)
    assert asked == []


@pytest.mark.parametrize("month", [8, 9, 10])
def test_market_notes_are_of_the_days_or_it_is_said_that_there_are_none(reading: ToolContext, month: int) -> None:
    assert reading.documents is not None
    period = {"kind": "calendar", "year": 2026, "month": month}
    found = call(ToolCall("market_context", {"about": "coffee prices", "period": period, "competitors": False}), reading, TOOLS)
    about = {document.title: (document.period_from, document.period_until) for document in reading.documents.library.versions()}
    cited = [about[each.title] for each in found.evidence if each.kind == "document"]
    assert len(cited) <= 3
    assert cited or "the library has no market note of these days" in found.notes
    for first, last in cited:
        assert first is None or last is None or (first <= date(2026, month, 28) and last >= date(2026, month, 1))
