"""Themes counted beside a count by hand, quotes that are reviews, and nothing of who wrote them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from ingestion.warehouse import Snapshot, open_readonly
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.errors import BadInput
from tools.facts import Findings
from tools.query.served import serve_snapshot

Row = tuple[str, str, str, int, str, date]
# What the reviews of the invented company say, by the eye of a person: pieces of text and the theme they are of.
BY_EYE = {
    "late delivery": ("giao hơi chậm", "giao trễ", "arrived late"),
    "wrong item": ("giao sai sản phẩm",),
    "instructions": ("hướng dẫn khó hiểu",),
    "noise": ("hơi ồn",),
}


def ask(context: ToolContext, **arguments: object) -> Findings:
    return call(ToolCall("review_themes", arguments), context, TOOLS)


@pytest.fixture(scope="session")
def reviews(company: Snapshot) -> list[Row]:
    with open_readonly(company.database) as connection:
        sql = """SELECT review_id, product_id, p.category, rating, text,
                 CAST(((reviewed_at AT TIME ZONE 'UTC') AT TIME ZONE 'Asia/Ho_Chi_Minh') AS DATE)
                 FROM reviews JOIN products AS p USING (product_id)"""
        return connection.execute(sql).fetchall()


def counted(found: Findings) -> dict[str, object]:
    return {str(each.entity): each.value for each in found.facts if each.name == "reviews" and each.entity}


def test_themes_are_counted_as_a_person_counts_them(reading: ToolContext, reviews: list[Row]) -> None:
    found = ask(reading, limit=50)
    for theme, pieces in BY_EYE.items():
        by_eye = sum(any(piece in row[4] for piece in pieces) for row in reviews)
        assert counted(found).get(theme, 0) == by_eye, theme
    assert next(each.value for each in found.facts if each.name == "reviews") == len(reviews)


def test_a_cut_adds_up_to_the_whole(reading: ToolContext) -> None:
    whole = counted(ask(reading, limit=50))
    for by in ("category", "product", "month"):
        parts: Counter[str] = Counter()
        for entity, count in counted(ask(reading, by=by, limit=50, theme="late delivery", quotes=0)).items():
            parts[entity.split(" · ")[0]] += int(str(count))
        assert dict(parts) == {"late delivery": whole["late delivery"]}


def test_shares_follow_from_the_counts(reading: ToolContext) -> None:
    found = ask(reading)
    by_id = {each.id: each for each in found.facts}
    for each in found.facts:
        if each.derived_from:
            part, whole = (float(str(by_id[id].value)) for id in each.derived_from.fact_ids)
            assert float(str(each.value)) == pytest.approx(part / whole)


def test_filters_periods_and_the_day_are_kept(reading: ToolContext, company: Snapshot, reviews: list[Row]) -> None:
    dairy = ask(reading, where=[{"dimension": "category", "values": ["Dairy"]}])
    assert next(each.value for each in dairy.facts if each.name == "reviews") == sum(row[2] == "Dairy" for row in reviews)
    august = ask(reading, period={"kind": "calendar", "year": 2026, "month": 8})
    assert next(each.value for each in august.facts if each.name == "reviews") == sum(
        (row[5].year, row[5].month) == (2026, 8) for row in reviews
    )
    day = date(2026, 7, 15)
    past = ask(replace(reading, served=serve_snapshot(company, day)))
    assert next(each.value for each in past.facts if each.name == "reviews") == sum(row[5] <= day for row in reviews)


def test_quotes_are_reviews_word_for_word_and_name_nobody(reading: ToolContext, reviews: list[Row], company: Snapshot) -> None:
    found = ask(reading, quotes=10)
    quotes = [each for each in found.evidence if each.kind == "document"]
    texts = {row[4] for row in reviews}
    assert quotes and all(each.quote in texts for each in quotes)
    with open_readonly(company.database) as connection:
        people = {
            str(row[0]) for row in connection.execute("SELECT name FROM customers UNION SELECT customer_id FROM customers").fetchall()
        }
    assert not any(person in found.model_dump_json() for person in people)


def test_praise_is_another_list_and_an_unknown_theme_is_refused(reading: ToolContext) -> None:
    assert counted(ask(reading, tone="praise")) != counted(ask(reading))
    with pytest.raises(BadInput, match="late delivery"):
        ask(reading, theme="weather")


def test_nothing_said_is_told(reading: ToolContext) -> None:
    found = ask(reading, theme="noise", where=[{"dimension": "category", "values": ["Dairy"]}])
    assert not found.tables
    assert any("none of" in note for note in found.notes)
