"""Insights agree with pandas, keep their days, and follow the snapshot."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.warehouse import Snapshot, open_readonly
from knowledge.insights import Insight, insights_of, month_insights, read_opinions, refresh_insights, review_insights
from knowledge.insights_months import read_months
from knowledge.insights_themes import Review, complaints, mentions, praises, telling_terms, theme_names
from knowledge.library import Filing, Library
from tests.knowledge.demo.conftest import Frames

ZONE = "Asia/Ho_Chi_Minh"
LAST = date(2026, 10, 31)


@pytest.fixture(scope="module")
def insights(snapshot: Snapshot) -> tuple[Insight, ...]:
    return insights_of(snapshot)


def test_months_are_counted_as_pandas_counts_them(snapshot: Snapshot, frames: Frames) -> None:
    with open_readonly(snapshot.database) as connection:
        months = {month.first: month for month in read_months(connection, ZONE, LAST)}
    assert list(months) == [date(2026, month, 1) for month in range(3, 11)]
    orders, lines, shipments = frames["orders"], frames["order_lines"], frames["shipments"]
    received = frames["purchase_order_lines"].merge(frames["purchase_orders"], on="po_id")
    received = received[received["received_at"].notna()]
    punctual = received["received_at"].dt.normalize() <= pd.to_datetime(received["expected_on"])
    for first, month in months.items():
        start, end = pd.Timestamp(first), pd.Timestamp(first) + pd.DateOffset(months=1)
        placed = orders[(orders["ordered_at"] >= start) & (orders["ordered_at"] < end)]
        placed = placed[(placed["status"] != "cancelled") | (placed["cancelled_at"] >= end)]
        sold = placed.merge(lines, on="order_id")
        assert month.revenue == pytest.approx(float(sold["net_amount"].sum()))
        assert (month.orders, month.customers) == (sold["order_id"].nunique(), sold["customer_id"].nunique())
        cost = (sold["quantity"].astype(float) * sold["unit_cost"].astype(float)).sum()
        assert month.margin == pytest.approx(float(sold["net_amount"].sum()) - cost)
        arrived = shipments[(shipments["delivered_at"] >= start) & (shipments["delivered_at"] < end)]
        on_time = (arrived["delivered_at"].dt.normalize() <= pd.to_datetime(arrived["promised_on"])).mean()
        assert month.deliveries == len(arrived)
        assert month.on_time == pytest.approx(on_time)
        own = received["received_at"].dt.to_period("M") == start.to_period("M")
        by_supplier = punctual[own].groupby(received["supplier_id"][own]).mean()
        assert sorted(part.value for part in month.suppliers) == pytest.approx(sorted(by_supplier))


def test_an_insight_carries_its_period_and_tells_of_no_later_day(snapshot: Snapshot, insights: tuple[Insight, ...]) -> None:
    with open_readonly(snapshot.database) as connection:
        early = {each.key: each for each in month_insights(connection, ZONE, date(2026, 7, 31), "VND", "en")}
    now = {each.key: each for each in insights}
    assert len(early) == 5
    assert all(now[key] == insight for key, insight in early.items())
    assert all(each.period_from <= each.period_until <= each.published_on <= LAST for each in insights)


def test_reviews_are_told_by_quarter_with_counts_that_hold(snapshot: Snapshot, frames: Frames) -> None:
    reviews = frames["reviews"]
    quarters = reviews["reviewed_at"].dt.to_period("Q")
    counted = Counter(zip(reviews["product_id"], quarters.dt.start_time.dt.date, strict=True))
    with open_readonly(snapshot.database) as connection:
        found = {(opinions.product_id, first): len(opinions.reviews) for opinions, first in read_opinions(connection, ZONE, LAST)}
        written = list(review_insights(connection, ZONE, LAST, "vi"))
    assert found == {key: count for key, count in counted.items() if count >= 5}
    assert len(written) == len(found) > 0
    assert all(each.sections[0].title == "Tóm tắt" and each.entities[0].kind == "product" for each in written)


def test_a_new_snapshot_replaces_what_changed_and_nothing_else(snapshot: Snapshot, tmp_path: Path) -> None:
    library = Library(tmp_path / "documents")
    earlier = replace(snapshot, card=snapshot.card.model_copy(update={"as_of": date(2026, 9, 30)}))
    first = refresh_insights(library, earlier)
    state = library.state()
    assert refresh_insights(library, earlier).added == 0
    assert library.state() == state
    second = refresh_insights(library, snapshot)
    assert 0 < second.added < first.added
    kept = {document.doc_id: library.original(document.doc_id).decode() for document in library.list()}
    assert kept == {each.key: each.markdown() for each in insights_of(snapshot)}
    back = refresh_insights(library, earlier)
    assert back.removed > 0
    assert {document.kind for document in library.list()} == {"insight"}


def test_documents_that_people_call_insights_are_left_alone(snapshot: Snapshot, tmp_path: Path) -> None:
    library = Library(tmp_path / "documents")
    tet, august = b"# Tet 2026\n\nOur own look at the peak.", b"# August\n\nWhat we think of August."
    given = library.add(tet, Filing(name="insight-tet-2026.md"))
    assert given.document.doc_id.startswith("insight-") and given.document.kind == "insight"
    library.add(august, Filing(name="insight-2026-08.md", doc_id="insight-2026-08", folder="insights"))
    for _ in range(2):
        refresh_insights(library, snapshot)
    assert library.original(given.document.doc_id) == tet
    assert library.original("insight-2026-08") == august and library.get("insight-2026-08").version == 1


def test_an_insight_that_a_person_removed_is_not_written_again(snapshot: Snapshot, tmp_path: Path) -> None:
    library = Library(tmp_path / "documents")
    refresh_insights(library, snapshot)
    library.remove("insight-2026-08")
    state = library.state()
    assert refresh_insights(library, snapshot).added == 0
    assert library.state() == state
    assert "insight-2026-08" not in {document.doc_id for document in library.list()}


def test_the_library_finds_an_insight_by_its_period(snapshot: Snapshot, tmp_path: Path) -> None:
    library = Library(tmp_path / "documents")
    refresh_insights(library, snapshot)
    august = library.get("insight-2026-08")
    assert (august.period_from, august.period_until) == (date(2026, 8, 1), date(2026, 8, 31))
    assert "insight-2026-08" not in {document.doc_id for document in library.list(date(2026, 8, 30))}
    assert "insight-2026-08" in {document.doc_id for document in library.list(date(2026, 8, 31))}


SAID = [
    ("The parcel arrived two weeks late and the box was crushed.", {"late delivery", "damaged on arrival"}, set()),
    ("Fast delivery, great quality at a fair price", set(), {"late delivery", "quality", "price"}),
    ("Not broken, not late, everything fine.", set(), set()),
    ("Giao hàng rất chậm, hộp bị móp", {"late delivery", "damaged on arrival", "packaging"}, set()),
    ("Hàng không bị vỡ, giao nhanh", set(), {"late delivery"}),
    ("Trà thảo mộc thơm ngon", set(), {"taste and smell"}),
    ("Bánh bị mốc, sắp hết hạn", {"freshness and date"}, set()),
    ("They sent the wrong size and nobody answers: no reply from support", {"wrong item", "customer service"}, set()),
    ("Máy kêu to, hướng dẫn khó hiểu", {"noise", "instructions"}, set()),
    ("Ổn, sẽ mua lại", set(), set()),
    ("Overpriced and it stopped working after a week", {"price", "defective"}, set()),
]


@pytest.mark.parametrize(("text", "bad", "good"), SAID)
def test_themes_of_sentences_written_by_hand(text: str, bad: set[str], good: set[str]) -> None:
    review = Review("r", 3, text)
    assert set(complaints(review)) == bad
    assert set(praises(review)) == good


def test_words_of_the_unhappy_are_found_without_a_list() -> None:
    reviews = [Review(str(number), 1, "the lid squeaks loudly") for number in range(5)]
    reviews += [Review(str(number), 5, "the lid is lovely") for number in range(9)]
    found = telling_terms(reviews)
    assert "squeaks loudly" in {term.words for term in found}
    assert "lid" not in {term.words for term in found}


@given(st.text(max_size=300))
def test_any_review_is_read(text: str) -> None:
    assert {mention.theme for mention in mentions(text)} <= set(theme_names())


def test_products_with_long_codes_have_reviews_of_their_own() -> None:
    from knowledge.insights import PREFIX, _own

    codes = [f"WAREHOUSE-PRODUCT-{number:04d}" for number in range(50)] + ["A-1", "a-1", "A_1", "A 1"]
    parts = [_own(code) for code in codes]
    assert len(set(parts)) == len(codes)
    assert all(len(f"{PREFIX}reviews-{part}-2609") <= 40 for part in parts)
