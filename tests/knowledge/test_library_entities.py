"""What a document is about: names and codes of the warehouse in title and text, however they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse, open_readonly
from knowledge.contract import Block, Entity
from knowledge.entities import find_entities
from knowledge.entities_known import known_entities

KNOWN = (
    Entity(kind="supplier", id="S01", name="Công ty TNHH Cà phê Cao Nguyên Xanh"),
    Entity(kind="supplier", id="S02", name="Highland Coffee"),
    Entity(kind="product", id="CF-ARA-001", name="Arabica beans 1kg"),
    Entity(kind="product", id="CF-ARA-002", name="Arabica beans 1kg Gold"),
    Entity(kind="category", id="Beverages", name="Beverages"),
    Entity(kind="category", id="Tea", name="Tea"),
    Entity(kind="location", id="L1", name="Kho Bình Tân"),
)


def ids(title: str, *texts: str) -> list[str]:
    return [each.id for each in find_entities(title, [Block(kind="text", text=text) for text in texts], KNOWN)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("made with HIGHLAND COFFEE today", ["S02"]),
        ("cong ty tnhh ca phe cao nguyen xanh", ["S01"]),
        ("code CF-ARA-001 only", ["CF-ARA-001"]),
        ("we count Arabica beans 1kg Gold", ["CF-ARA-002"]),
        ("stored in kho binh tan", ["L1"]),
        ("Beverages sell well", ["Beverages"]),
        ("some beverages sell well", []),
        ("a cup of Tea", []),
        ("the highlands and their coffee", []),
        ("L1 is short", []),
    ],
)
def test_names_and_codes_are_found_and_common_words_are_not(text: str, found: list[str]) -> None:
    assert ids("A note", text) == found


def test_the_title_goes_first_and_then_what_is_named_most() -> None:
    text = "CF-ARA-001 and CF-ARA-001 and Highland Coffee and Kho Bình Tân"
    assert ids("Agreement with Highland Coffee", text, text) == ["S02", "CF-ARA-001", "L1"]


def test_nothing_known_means_nothing_found() -> None:
    assert list(find_entities("Highland Coffee", [], ())) == []


def test_the_warehouse_names_its_suppliers_and_products_and_no_private_person(tmp_path: Path) -> None:
    assert known_entities(tmp_path) == ()
    found(Warehouse(tmp_path), "tiny", 7)
    known = known_entities(tmp_path)
    with open_readonly(Warehouse(tmp_path).snapshot().database) as connection:
        suppliers = {str(row[0]) for row in connection.execute("SELECT name FROM suppliers").fetchall()}
        private = {str(row[0]) for row in connection.execute("SELECT customer_id FROM customers WHERE kind <> 'business'").fetchall()}
    assert {each.name for each in known if each.kind == "supplier"} == suppliers
    assert private and not private & {each.id for each in known if each.kind == "customer"}
    assert {each.kind for each in known} == {"supplier", "product", "category", "location", "carrier", "customer"}
