"""Indicators and competitors' prices beside pandas, notes beside their documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ingestion.warehouse import Snapshot, open_readonly
from knowledge.library import Library
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext
from tools.errors import BadInput
from tools.facts import DocumentEvidence, Findings
from tools.query.served import serve_snapshot

AUGUST = {"kind": "calendar", "year": 2026, "month": 8}


def ask(context: ToolContext, **arguments: object) -> Findings:
    return call(ToolCall("market_context", arguments), context, TOOLS)


def notes_of(found: Findings) -> list[DocumentEvidence]:
    return [each for each in found.evidence if each.kind == "document"]


@pytest.fixture(scope="session")
def frames(company: Snapshot) -> dict[str, pd.DataFrame]:
    with open_readonly(company.database) as connection:
        found = {
            name: connection.execute(f"SELECT * FROM {name}").df() for name in ("market_indicators", "competitor_prices", "price_history")
        }
    for frame in found.values():
        for column in ("observed_on", "valid_from"):
            if column in frame:
                frame[column] = pd.to_datetime(frame[column])
    return found


def test_indicators_begin_and_end_where_pandas_says(reading: ToolContext, frames: dict[str, pd.DataFrame]) -> None:
    found = ask(reading, period=AUGUST, competitors=False)
    rows = frames["market_indicators"]
    rows = rows[rows["observed_on"].between("2026-08-01", "2026-08-31")].sort_values("observed_on")
    table = {row[0]: row for row in found.tables[0].rows}
    assert set(table) == set(rows["indicator"])
    for name, group in rows.groupby("indicator"):
        values = group["value"].tolist()
        expected = (values[0], values[-1], values[-1] / values[0] - 1, min(values), max(values))
        assert [float(str(cell)) for cell in table[str(name)][4:]] == pytest.approx(expected)


def test_a_change_follows_from_its_two_values(reading: ToolContext) -> None:
    found = ask(reading, indicators=["robusta_coffee"], period=AUGUST)
    facts = {each.id: each for each in found.facts}
    change = next(each for each in found.facts if each.name == "indicator_change_rate")
    assert change.derived_from and change.derived_from.op == "percent_change"
    last, first = (float(str(facts[id].value)) for id in change.derived_from.fact_ids)
    assert float(str(change.value)) == pytest.approx(last / first - 1)


def test_competitors_stand_beside_our_price_of_the_same_day(reading: ToolContext, frames: dict[str, pd.DataFrame]) -> None:
    found = ask(reading, period=AUGUST, indicators=["cpi"])
    seen = frames["competitor_prices"]
    seen = seen[seen["observed_on"].between("2026-08-01", "2026-08-31")].sort_values("observed_on")
    both = pd.merge_asof(
        seen, frames["price_history"].sort_values("valid_from"), left_on="observed_on", right_on="valid_from", by="product_id"
    ).dropna(subset=["list_price"])
    gap = (both["price"].astype(float) / both["list_price"].astype(float) - 1).groupby(both["competitor"]).mean()
    shown = {each.entity: float(str(each.value)) for each in found.facts if each.name == "price_gap"}
    assert shown == pytest.approx(gap.to_dict(), abs=1e-4)


def test_notes_are_words_of_documents_of_the_time(reading: ToolContext, library: Library) -> None:
    found = ask(reading, indicators=["robusta_coffee"], period={"kind": "calendar", "year": 2026, "quarter": 3}, about="Robusta coffee")
    notes = notes_of(found)
    texts = {chunk.text for _, chunk in library.chunks()}
    assert notes and all(any(note.quote in text for text in texts) for note in notes)
    assert any("3/2026" in note.title or "third quarter" in note.title for note in notes)


def test_as_of_a_day_no_later_value_or_note_is_told(reading: ToolContext, company: Snapshot) -> None:
    day = date(2026, 8, 10)
    found = ask(replace(reading, served=serve_snapshot(company, day)), about="Robusta coffee")
    assert all(each.period is None or each.period.end <= day for each in found.facts)
    assert not any("third quarter" in note.title or "3/2026" in note.title for note in notes_of(found))


def test_without_the_right_to_read_documents_there_are_figures_and_no_notes(reading: ToolContext) -> None:
    found = ask(replace(reading, caller=Caller("guest", frozenset({"data:read"}))))
    assert found.facts and not notes_of(found)
    assert not notes_of(ask(replace(reading, documents=None)))


def test_an_unknown_indicator_is_told_the_nearest(reading: ToolContext) -> None:
    with pytest.raises(BadInput, match="robusta_coffee"):
        ask(reading, indicators=["robusta"])
