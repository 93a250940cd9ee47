"""The library agrees with the tables of its company; pandas counts beside the SQL of the papers."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pandas as pd
import pytest

from ingestion.founding import found
from ingestion.warehouse import Snapshot, Warehouse
from knowledge.clauses import LateDelivery, LeadTime, MinimumOrder, Payment, read_conditions
from knowledge.demo.company import slug
from knowledge.demo.contracts import RENEWED, agreed, contracts, key_of
from knowledge.demo.found import demo_seed, papers_for
from knowledge.demo.library import write_papers
from knowledge.demo.paper import Grid, Paper, split_of
from knowledge.demo.wordings import read
from tests.knowledge.demo.conftest import Frames


def named(papers: tuple[Paper, ...], key: str) -> Paper:
    return [paper for paper in papers if paper.key == key][-1]


def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", ""))


def test_every_supplier_has_a_contract_and_every_full_month_a_report(papers: tuple[Paper, ...], frames: Frames) -> None:
    suppliers = set(frames["suppliers"]["supplier_id"])
    assert {paper.entities[0].id for paper in papers if paper.kind == "contract"} == suppliers
    assert [paper.key for paper in papers if paper.kind == "report"] == [f"report-2026-{month:02d}" for month in range(3, 10)]


def test_ids_are_those_the_library_takes_and_versions_count_up(papers: tuple[Paper, ...]) -> None:
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", paper.key) for paper in papers)
    for key, versions in pd.Series([paper.version for paper in papers]).groupby([paper.key for paper in papers]):
        assert list(versions) == list(range(1, len(versions) + 1)), key
    twice = {paper.key for paper in papers if paper.version == 2}
    assert "policy-returns" in twice
    assert any(key.startswith("contract-") for key in twice)


def test_contracts_say_what_the_table_of_suppliers_says(papers: tuple[Paper, ...], frames: Frames) -> None:
    table = frames["suppliers"].set_index("supplier_id")
    for paper in papers:
        if paper.kind != "contract" or paper.key.removeprefix("contract-") in RENEWED:
            continue
        row = table.loc[paper.entities[0].id]
        said = {condition.kind: condition for condition in read_conditions("\n\n".join(paper.places().values()))}
        lead, pay, least = said["lead_time"], said["payment"], said["minimum_order"]
        assert isinstance(lead, LeadTime) and lead.within_days == row["contract_lead_time_days"]
        assert isinstance(pay, Payment) and pay.within_days == row["payment_terms_days"]
        assert isinstance(least, MinimumOrder) and float(least.amount) == float(row["min_order_value"])


def test_the_old_contract_was_laxer_and_the_new_one_holds_today(papers: tuple[Paper, ...]) -> None:
    key = next(f"contract-{name}" for name in RENEWED if any(paper.key == f"contract-{name}" for paper in papers))
    old, new = (paper for paper in papers if paper.key == key)
    late = [read_conditions(paper.places()["late-penalty"])[0] for paper in (old, new)]
    assert isinstance(late[0], LateDelivery) and isinstance(late[1], LateDelivery)
    assert (late[0].grace_days, late[0].rate) == (late[1].grace_days + 3, late[1].rate / 2)
    assert old.effective_from and new.effective_from and old.effective_from < new.effective_from
    assert str(new.effective_from) not in str(old)  # what was replaced later does not know it


def test_reports_say_what_happened(papers: tuple[Paper, ...], frames: Frames) -> None:
    orders, lines = frames["orders"], frames["order_lines"]
    month = (orders["ordered_at"].dt.strftime("%Y-%m") == "2026-08") & (
        (orders["status"] != "cancelled") | (orders["cancelled_at"] >= pd.Timestamp("2026-09-01"))
    )
    sold = orders[month].merge(lines, on="order_id").merge(frames["products"][["product_id", "category"]], on="product_id")
    report = named(papers, "report-2026-08").places()
    revenue = re.findall(r"([\d.]+) đồng", report["revenue"])[0]
    count = re.findall(r"([\d.]+) đơn", report["revenue"])[0]
    assert number(revenue) == round(float(sold["net_amount"].sum()))
    assert number(count) == sold["order_id"].nunique()
    table = next(item for part in named(papers, "report-2026-08").parts for item in part.items if isinstance(item, Grid))
    by_category = sold.groupby("category")["net_amount"].sum().astype(float).sort_values(ascending=False)
    assert [(row[0], number(row[1])) for row in table.rows] == [(name, round(value)) for name, value in by_category.items()]


def test_price_lists_are_those_of_the_first_of_the_quarter(papers: tuple[Paper, ...], frames: Frames) -> None:
    history = frames["price_history"]
    before = history[pd.to_datetime(history["valid_from"]) <= pd.Timestamp("2026-10-01")].sort_values("valid_from")
    newest = before.groupby("product_id")["list_price"].last()
    skus = frames["products"].set_index("sku")["product_id"]
    checked = 0
    for paper in papers:
        for item in (item for part in paper.parts for item in part.items if paper.kind == "catalogue" and isinstance(item, Grid)):
            for sku, *_, price in item.rows:
                assert number(price) == float(newest[skus[sku]])
                checked += 1
    assert checked > 40


def test_market_notes_say_where_indicators_began_and_ended(papers: tuple[Paper, ...], frames: Frames) -> None:
    values = frames["market_indicators"]
    values["observed_on"] = pd.to_datetime(values["observed_on"])
    daily = values[values["indicator"] == "robusta_coffee"].set_index("observed_on")["value"]
    note = named(papers, "market-2026-q3").places()["robusta-coffee"]
    for value in (daily["2026-07-01"], daily["2026-09-30"]):
        assert f"{value:,.2f}" in note or f"{value:,.2f}".translate(str.maketrans(",.", ".,")) in note


def test_competitor_notes_compare_with_the_price_of_the_day(papers: tuple[Paper, ...], frames: Frames) -> None:
    seen, listed = frames["competitor_prices"], frames["price_history"]
    seen["observed_on"], listed["valid_from"] = pd.to_datetime(seen["observed_on"]), pd.to_datetime(listed["valid_from"])
    seen = seen[(seen["observed_on"] >= "2026-07-01") & (seen["observed_on"] <= "2026-09-30")]
    both = pd.merge_asof(
        seen.sort_values("observed_on"), listed.sort_values("valid_from"), left_on="observed_on", right_on="valid_from", by="product_id"
    ).dropna(subset=["list_price"])
    gaps = (both["price"].astype(float) / both["list_price"].astype(float) - 1).groupby(both["competitor"]).mean()
    places = named(papers, "competitors-2026-q3").places()
    said = " ".join(text for key, text in places.items() if key.startswith("rival"))
    for rival, gap in gaps.items():
        shown = f"{abs(gap) * 100:.1f} %"
        assert str(rival) in said
        assert shown in said or shown.replace(".", ",") in said


def test_no_document_tells_of_days_after_it_was_written(snapshot: Snapshot) -> None:
    """Change the future, and what was written before must not move."""
    from ingestion.warehouse import open_readonly

    def written(as_of: date) -> dict[tuple[str, int], dict[str, str]]:
        with open_readonly(snapshot.database) as connection:
            papers = write_papers(connection, "Sao Viet Trading", snapshot.card.company.timezone, as_of, 7)
        return {(paper.key, paper.version): paper.places() for paper in papers if paper.kind in ("report", "market")}

    early, late = written(date(2026, 8, 31)), written(date(2026, 10, 31))
    assert early and set(early) < set(late)
    assert all(late[key] == places for key, places in early.items())


def test_the_same_seed_gives_the_same_library_and_another_one_another(snapshot: Snapshot, papers: tuple[Paper, ...]) -> None:
    assert papers_for(snapshot) == papers
    from ingestion.warehouse import open_readonly

    with open_readonly(snapshot.database) as connection:
        other = write_papers(connection, "Sao Viet Trading", snapshot.card.company.timezone, date(2026, 10, 31), 8)
    assert [paper.key for paper in other] == [paper.key for paper in papers]
    assert sum(one.places() != two.places() for one, two in zip(papers, other, strict=True)) > len(papers) / 3


def test_the_two_halves_share_no_wording_of_a_contract(papers: tuple[Paper, ...]) -> None:
    book = read("contracts.yaml")
    wordings = [words[language] for part in book["parts"] for words in part["clauses"].values() for language in ("en", "vi")
                if language in words]  # fmt: skip
    for choices in wordings:
        shapes = [re.compile(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(wording))) for wording in choices]
        used: dict[str, set[int]] = {"dev": set(), "test": set()}
        for paper in papers:
            if paper.kind == "contract":
                for text in paper.places().values():
                    used[split_of(paper.key)] |= {place for place, shape in enumerate(shapes) if shape.fullmatch(text)}
        assert not used["dev"] & used["test"]


def test_there_is_one_labelled_contradiction_and_it_is_one(papers: tuple[Paper, ...]) -> None:
    (paper,) = [paper for paper in papers if paper.contradicts]
    key, clause = paper.contradicts[0].split("#")
    other = named(papers, key).places()[clause]
    assert "48 hours" in paper.places()["late-notice"] and "not refunded" in paper.places()["late-notice"]
    assert re.search(r"within \d days", other) and "refunded in full" in other


def test_both_languages_and_all_kinds_are_there(papers: tuple[Paper, ...]) -> None:
    kinds = Counter(paper.kind for paper in papers)
    assert set(kinds) == {"contract", "procedure", "policy", "manual", "regulation", "catalogue", "report", "market"}
    languages = Counter(paper.language for paper in papers)
    assert min(languages.values()) > 0.3 * len(papers)


@pytest.mark.slow
def test_the_demo_size_has_about_150_documents(warehouse: Warehouse) -> None:
    found(warehouse, "demo", 7)
    papers = papers_for(warehouse.snapshot())
    assert 140 <= len({paper.key for paper in papers}) <= 180
    assert len({paper.key for paper in papers if paper.kind == "contract"}) == 30


def test_every_contract_of_any_seed_reads_back_as_it_was_agreed(snapshot: Snapshot) -> None:
    from dataclasses import replace

    from ingestion.warehouse import open_readonly
    from knowledge.demo.company import read_company

    with open_readonly(snapshot.database) as connection:
        company = read_company(connection, "Sao Viet Trading", "Asia/Ho_Chi_Minh", date(2026, 10, 31), 1)
    for seed in range(1, 6):
        company = replace(company, seed=seed)
        by_key = {key_of(supplier): supplier for supplier in company.suppliers}
        for paper in contracts(company):
            terms = agreed(by_key[paper.key], seed, paper.version)
            (late,) = read_conditions(paper.places()["late-penalty"])
            assert isinstance(late, LateDelivery)
            assert (late.grace_days, float(late.rate), float(late.cap or 0)) == pytest.approx(
                (terms.grace_days, terms.rate_per_day / 100, terms.cap / 100)
            )
            assert (late.counting == "from_first_day") == terms.from_first_day


def test_what_is_no_demo_company_has_no_seed(snapshot: Snapshot) -> None:
    loads = snapshot.card.loads
    mixed = snapshot.card.model_copy(update={"loads": (*loads, loads[0])})
    own = snapshot.card.model_copy(update={"loads": (loads[0].model_copy(update={"fingerprint": "sales.csv"}),)})
    from dataclasses import replace

    assert demo_seed(snapshot) == 7
    assert demo_seed(replace(snapshot, card=mixed)) is None
    assert demo_seed(replace(snapshot, card=own)) is None


def test_slugs_are_plain() -> None:
    assert [slug(name) for name in ("Cao Nguyên Xanh", "Ớt Đỏ", "Bánh Nhà Gấu")] == ["cao-nguyen-xanh", "ot-do", "banh-nha-gau"]
