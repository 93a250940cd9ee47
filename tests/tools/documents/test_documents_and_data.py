"""Clauses joined with the data, against pandas and contracts written for the test."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.warehouse import Snapshot, open_readonly
from knowledge.clauses import LateDelivery
from knowledge.contract import Entity
from knowledge.demo.company import Company, read_company
from knowledge.demo.contracts import Terms, agreed, key_of
from knowledge.library import Filing, Library
from tests.tools.documents.conftest import indexed
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext
from tools.documents.documents_and_data_match import penalty
from tools.errors import CannotDo, NeedsPermission
from tools.facts import Fact, Findings
from tools.query.run import open_database
from tools.query.served import serve_snapshot
from tools.query.source import Source

ZONE, LAST = "Asia/Ho_Chi_Minh", date(2026, 10, 31)


def ask(context: ToolContext, clause: str, **more: object) -> Findings:
    return call(ToolCall("documents_and_data", {"clause": clause, **more}), context, TOOLS)


def fact(found: Findings, name: str) -> Fact:
    return next(each for each in found.facts if each.name == name)


@pytest.fixture(scope="session")
def purchases(company: Snapshot) -> pd.DataFrame:
    """Lines of purchase orders with their order, times on the clock of the business."""
    with open_readonly(company.database) as connection:
        lines = connection.execute("SELECT * FROM purchase_order_lines").df()
        orders = connection.execute("SELECT * FROM purchase_orders").df()
    both = lines.merge(orders, on="po_id")
    for column in ("received_at", "ordered_at"):
        both[column] = both[column].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    both["expected_on"] = pd.to_datetime(both["expected_on"])
    for column in ("quantity", "received_quantity", "rejected_quantity", "unit_cost"):
        both[column] = both[column].astype(float)
    return both


@pytest.fixture(scope="session")
def known(company: Snapshot) -> Company:
    """The suppliers as the contracts are written from them."""
    with open_readonly(company.database) as connection:
        return read_company(connection, "Sao Viet Trading", ZONE, LAST, 7)


def terms_of(known: Company, supplier: str, ordered: date) -> Terms:
    """What was agreed on a day, from the generator of the contracts and not from their text."""
    found = next(each for each in known.suppliers if each.id == supplier)
    return agreed(found, 7, 2 if ordered >= known.middle else 1)


def expected_penalties(known: Company, purchases: pd.DataFrame) -> dict[tuple[str, str], float]:
    """By order and day of receipt; goods that are still missing count up to the last day."""
    rows = purchases.copy()
    missing = rows["received_at"].isna()
    rows = rows[~missing | rows["status"].isin(["open", "partial"])]
    rows["day"] = rows["received_at"].fillna(pd.Timestamp(LAST))
    units = rows["received_quantity"].where(rows["received_at"].notna(), rows["quantity"] - rows["received_quantity"])
    rows["worth"] = units * rows["unit_cost"]
    found: dict[tuple[str, str], float] = {}
    for (po, day, missed), group in rows.groupby(["po_id", "day", rows["received_at"].isna()]):
        first = group.iloc[0]
        late = (day - first["expected_on"]).days
        terms = terms_of(known, first["supplier_id"], first["ordered_at"].date())
        if late > terms.grace_days:
            counted = late if terms.from_first_day else late - terms.grace_days
            share = min(terms.rate_per_day * counted, terms.cap) / 100
            found[str(po), "missing" if missed else str(day)[:10]] = round(group["worth"].sum() * share, 2)
    return found


@pytest.fixture(scope="session")
def penalties(known: Company, purchases: pd.DataFrame) -> dict[tuple[str, str], float]:
    return expected_penalties(known, purchases)


def test_every_late_delivery_and_its_penalty(reading: ToolContext, penalties: dict[tuple[str, str], float]) -> None:
    found = ask(reading, "late_delivery", limit=200)
    assert fact(found, "purchase_orders").value == len({po for po, _ in penalties})
    assert float(str(fact(found, "total_penalty").value)) == pytest.approx(sum(penalties.values()), abs=1)
    table = found.tables[0]
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    shown = {(str(row["po_id"]), str(row["received_on"] or "missing")): float(str(row["penalty"])) for row in rows}
    assert shown
    assert all(penalties[key] == pytest.approx(value, abs=0.01) for key, value in shown.items())
    assert min(shown.values()) >= sorted(penalties.values(), reverse=True)[len(shown) - 1] - 0.01


def test_amounts_stand_on_a_rule_a_query_and_words_of_the_contract(reading: ToolContext, library: Library) -> None:
    found = ask(reading, "late_delivery", limit=5)
    evidence = {each.id: each for each in found.evidence}
    by_name = {each.name: evidence[each.evidence_id].kind for each in found.facts}
    assert (by_name["penalty"], by_name["value"], by_name["penalty_rate"]) == ("rule", "query", "document")
    texts = {chunk.text for _, chunk in library.chunks()}
    for each in found.evidence:
        if each.kind == "document":
            assert any(each.quote in text for text in texts)
        if each.kind == "query":
            assert len(reading.served.source.fetch(each.sql, each.parameters)) == each.row_count


def test_the_contract_of_the_day_of_the_order_decides(reading: ToolContext, known: Company) -> None:
    renewed = next(supplier for supplier in known.suppliers if supplier.slug in ("prinova", "hat-vang"))
    found = ask(reading, "late_delivery", suppliers=[renewed.id], limit=200)
    names = [column.name for column in found.tables[0].columns]
    for row in (dict(zip(names, cells, strict=True)) for cells in found.tables[0].rows):
        terms = agreed(renewed, 7, 2 if row["ordered_on"] >= known.middle else 1)  # type: ignore[operator]
        assert f"more than {terms.grace_days} days" in str(row["condition"])


def test_as_of_a_day_neither_later_goods_nor_later_contracts_are_known(
    reading: ToolContext, company: Snapshot, purchases: pd.DataFrame
) -> None:
    day = date(2026, 6, 15)
    past = replace(reading, served=serve_snapshot(company, day))
    found = ask(past, "lead_time", limit=200)
    names = [column.name for column in found.tables[0].columns]
    rows = [dict(zip(names, row, strict=True)) for row in found.tables[0].rows]
    assert rows
    assert all(row["received_on"] <= day for row in rows)  # type: ignore[operator]
    assert all(row[3] <= day for table in found.tables[1:] for row in table.rows if row[3])  # type: ignore[operator]


def test_orders_below_the_minimum(reading: ToolContext, purchases: pd.DataFrame, known: Company) -> None:
    valid = purchases[purchases["status"] != "cancelled"]
    worth = (valid["quantity"] * valid["unit_cost"]).groupby(valid["po_id"]).sum()
    first = valid.groupby("po_id").first()
    rows = zip(first.index, first["supplier_id"], first["ordered_at"].dt.date, worth[first.index], strict=True)
    below = {str(po) for po, supplier, ordered, value in rows if value < terms_of(known, supplier, ordered).minimum}
    found = ask(reading, "minimum_order", limit=200)
    assert fact(found, "purchase_orders").value == len(below)
    assert {row[0] for row in found.tables[0].rows} <= below


def test_short_and_rejected_lines(reading: ToolContext, purchases: pd.DataFrame, known: Company) -> None:
    terms = {supplier.id: agreed(supplier, 7) for supplier in known.suppliers}
    came = purchases[purchases["received_at"].notna() & (purchases["received_quantity"] > 0)]
    fill = came["supplier_id"].map(lambda supplier: terms[supplier].fill / 100)
    most = came["supplier_id"].map(lambda supplier: terms[supplier].reject / 100)
    short = came[came["received_quantity"] < fill * came["quantity"] - 1e-9]
    bad = came[came["rejected_quantity"] > most * came["received_quantity"] + 1e-9]
    assert fact(ask(reading, "short_delivery"), "purchase_orders").value == short["po_id"].nunique()
    assert fact(ask(reading, "rejects"), "purchase_orders").value == bad["po_id"].nunique()


def test_other_conditions_narrow_the_purchases(reading: ToolContext) -> None:
    """A maker is no supplier, and must not be passed over."""
    whole = ask(reading, "late_delivery", limit=200)
    named = ask(reading, "late_delivery", limit=200, where=[{"dimension": "manufacturer", "values": ["Prinova"]}])
    supplier = ask(reading, "late_delivery", limit=200, suppliers=["Prinova Technology Co."])
    assert fact(named, "total_penalty").value == fact(supplier, "total_penalty").value
    assert float(str(fact(named, "total_penalty").value)) < float(str(fact(whole, "total_penalty").value))


def test_receipts_fall_due_after_the_agreed_days(reading: ToolContext) -> None:
    found = ask(reading, "payment", period={"kind": "calendar", "year": 2026, "month": 10}, limit=200)
    names = [column.name for column in found.tables[0].columns]
    rows = [dict(zip(names, row, strict=True)) for row in found.tables[0].rows]
    assert rows and [row["due_on"] for row in rows] == sorted(row["due_on"] for row in rows)  # type: ignore[type-var]
    for row in rows:
        days = int(str(row["condition"]).split("within ")[1].split()[0])
        assert row["due_on"] == row["received_on"] + timedelta(days=days)  # type: ignore[operator]
        assert row["received_on"].month == 10  # type: ignore[union-attr]


@given(st.integers(0, 90), st.integers(0, 20), st.integers(1, 30), st.integers(1, 20), st.booleans(), st.integers(1, 10**9))
def test_a_penalty_never_falls_with_delay_and_never_passes_its_cap(
    late: int, grace: int, rate: int, cap: int, after: bool, value: int
) -> None:
    clause = LateDelivery(
        grace_days=grace, rate=Decimal(rate) / 1000, cap=Decimal(cap) / 100, counting="after_grace" if after else "from_first_day", quote=""
    )
    now, later = penalty(clause, late, Decimal(value)), penalty(clause, late + 1, Decimal(value))
    assert 0 <= now <= later <= Decimal(value) * cap / 100 + Decimal("0.01")
    assert (now == 0) == (late <= grace) or now < Decimal("0.01") * rate


def test_who_may_not_read_documents_or_data_is_refused(reading: ToolContext) -> None:
    for scopes in ({"data:read"}, {"documents:read"}):
        with pytest.raises(NeedsPermission):
            ask(replace(reading, caller=Caller("guest", frozenset(scopes))), "late_delivery")  # type: ignore[arg-type]


def test_refusals_say_what_would_help(reading: ToolContext, tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="Nearest"):
        ask(reading, "late_delivery", suppliers=["Bia Rồng Vàng"])
    with pytest.raises(CannotDo, match="docs add"):
        ask(replace(reading, documents=None), "late_delivery")
    with pytest.raises(CannotDo, match="no contract"):
        ask(replace(reading, documents=indexed(Library(tmp_path / "documents"))), "late_delivery")


CONTRACT = "# {title}\n\n{clause}\n"


def own_contracts(folder: Path, company: Snapshot, *contracts: tuple[str, str, str]) -> Library:
    """Contracts of a person: title, clause and scope, all about the first supplier."""
    library = Library(folder / "documents")
    for number, (title, clause, scope) in enumerate(contracts):
        filing = Filing(
            name=f"own{number}.md",
            doc_id=f"own-{number}",
            kind="contract",
            scope=scope,
            effective_from=date(2025, 1, 1),
            entities=(Entity(kind="supplier", id="S01", name="x"),),
        )
        library.add(CONTRACT.format(title=title, clause=clause).encode(), filing)
    return library


def test_contracts_that_contradict_each_other_are_shown_and_not_calculated_with(
    reading: ToolContext, company: Snapshot, tmp_path: Path
) -> None:
    clause = "Goods that are late by more than {} days cost the Supplier 0.5 % of their value per day."
    library = own_contracts(tmp_path, company, ("Frame", clause.format(2), "documents:read"), ("Annex", clause.format(5), "documents:read"))
    found = ask(replace(reading, documents=indexed(library)), "late_delivery")
    assert fact(found, "purchase_orders").value == 0
    assert any("Annex" in note and "Frame" in note and "different" in note for note in found.notes)
    assert len(found.tables[0].rows) == 2


def test_a_document_the_caller_may_not_see_has_no_terms(reading: ToolContext, company: Snapshot, tmp_path: Path) -> None:
    clause = "Goods that are late by more than 2 days cost the Supplier 0.5 % of their value per day."
    library = own_contracts(tmp_path, company, ("Secret", clause, "documents:board"))
    with pytest.raises(CannotDo, match="you may read"):
        ask(replace(reading, documents=indexed(library)), "late_delivery")


def test_an_amount_in_another_currency_is_not_compared(reading: ToolContext, company: Snapshot, tmp_path: Path) -> None:
    library = own_contracts(tmp_path, company, ("Dollars", "The minimum order value is USD 5,000.", "documents:read"))
    with pytest.raises(CannotDo):
        ask(replace(reading, documents=indexed(library)), "minimum_order", suppliers=["S01"])


@pytest.fixture(scope="module")
def gaps(company: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the company with holes: orders without a cost in one of their lines, lines whose count was not taken down."""
    place = Path(shutil.copy(company.database, tmp_path_factory.mktemp("gaps") / "warehouse.duckdb"))
    with duckdb.connect(str(place)) as connection:
        connection.execute("UPDATE purchase_order_lines SET unit_cost = NULL WHERE line_no = 1 AND hash(po_id) % 5 = 0")
        connection.execute("UPDATE purchase_order_lines SET received_quantity = NULL WHERE received_at IS NULL")
        connection.execute(
            "UPDATE purchase_order_lines SET received_quantity = NULL WHERE received_at IS NOT NULL AND hash(po_id, line_no) % 23 = 0"
        )
    return place


@pytest.fixture
def holed(reading: ToolContext, gaps: Path) -> ToolContext:
    return replace(reading, served=replace(reading.served, source=Source(open_database(gaps), "gaps")))


@pytest.fixture(scope="module")
def holed_purchases(purchases: pd.DataFrame, gaps: Path) -> pd.DataFrame:
    with duckdb.connect(str(gaps), read_only=True) as connection:
        lines = connection.execute("SELECT po_id, line_no, received_quantity, unit_cost FROM purchase_order_lines").df()
    rows = purchases.drop(columns=["received_quantity", "unit_cost"]).merge(lines, on=["po_id", "line_no"])
    return rows.assign(**{name: rows[name].astype(float) for name in ("received_quantity", "unit_cost")})


def left_out(found: Findings) -> int:
    return sum(int(note.split()[0]) for note in found.notes if "so it is not known" in note)


def test_penalties_of_goods_without_a_cost_or_count_are_left_out_and_counted(
    holed: ToolContext, holed_purchases: pd.DataFrame, penalties: dict[tuple[str, str], float]
) -> None:
    came = holed_purchases["received_at"].notna()
    unvalued = holed_purchases["unit_cost"].isna() | (came & holed_purchases["received_quantity"].isna())
    days = holed_purchases["received_at"].dt.strftime("%Y-%m-%d").where(came, "missing")
    holes = set(zip(holed_purchases["po_id"][unvalued], days[unvalued], strict=True))
    expected = {key: amount for key, amount in penalties.items() if key not in holes}
    found = ask(holed, "late_delivery", limit=200)
    assert 0 < len(expected) < len(penalties)
    assert float(str(fact(found, "total_penalty").value)) == pytest.approx(sum(expected.values()), abs=1)
    assert fact(found, "purchase_orders").value == len({po for po, _ in expected})
    assert left_out(found) == len({po for po, day in penalties if (po, day) in holes}) > 0


def test_orders_without_a_cost_are_not_below_the_minimum_for_that(
    reading: ToolContext, holed: ToolContext, holed_purchases: pd.DataFrame, known: Company
) -> None:
    valid = holed_purchases[holed_purchases["status"] != "cancelled"]
    groups = valid.groupby("po_id")
    worth = (valid["quantity"] * valid["unit_cost"]).groupby(valid["po_id"]).sum()
    first, whole = groups.first(), groups["unit_cost"].count() == groups.size()
    rows = zip(first.index, first["supplier_id"], first["ordered_at"].dt.date, worth[first.index], whole[first.index], strict=True)
    cheap = [(str(po), bool(known_cost)) for po, supplier, day, value, known_cost in rows if value < terms_of(known, supplier, day).minimum]
    below = {po for po, known_cost in cheap if known_cost}
    found = ask(holed, "minimum_order", limit=200)
    assert {str(row[0]) for row in found.tables[0].rows} <= below
    assert fact(found, "purchase_orders").value == len(below)
    assert left_out(found) == len(cheap) - len(below) > 0
    assert left_out(ask(reading, "minimum_order")) == left_out(ask(reading, "late_delivery")) == 0


def test_a_day_of_payment_needs_no_value_and_no_value_is_made_up(reading: ToolContext, holed: ToolContext) -> None:
    period = {"kind": "calendar", "year": 2026, "month": 10}
    whole, found = (ask(context, "payment", period=period, limit=200) for context in (reading, holed))
    assert fact(found, "purchase_orders").value == fact(whole, "purchase_orders").value
    names = [column.name for column in found.tables[0].columns]
    values = [row[names.index("value")] for row in found.tables[0].rows]
    assert None in values and 0 not in values
    assert fact(found, "total_value").value == sum(Decimal(str(value)) for value in values if value is not None)
    assert any("the value of" in note and "is not known" in note for note in found.notes)


def test_lines_whose_count_is_not_known_are_neither_short_nor_complete(holed: ToolContext, holed_purchases: pd.DataFrame) -> None:
    came = holed_purchases[holed_purchases["received_at"].notna()]
    unknown = came[came["received_quantity"].isna()]["po_id"].nunique()
    assert left_out(ask(holed, "short_delivery")) == unknown > 0


def test_keys_of_contracts_are_stable(known: Company) -> None:
    assert {key_of(supplier) for supplier in known.suppliers} >= {"contract-prinova", "contract-ot-do"}
