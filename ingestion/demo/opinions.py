"""Reviews in words that fit the stars and the goods."""

from __future__ import annotations

from functools import cache
from typing import TypedDict

import yaml

from ingestion.demo import sink
from ingestion.demo.books import Books
from ingestion.demo.families import Family
from ingestion.demo.journal import Rows
from ingestion.demo.places import FOLDER

FOOD = ("Coffee & Tea", "Dairy", "Staples", "Sauces & Spices", "Snacks & Sweets", "Beverages")


class Phrases(TypedDict):
    """The parts of a review; a body fits anything, or food, or other goods."""

    openings: list[str]
    any: list[str]
    food: list[str]
    goods: list[str]
    closings: list[str]


@cache
def phrases() -> tuple[Phrases, ...]:
    """The phrases for one star to five."""
    loaded: dict[str, Phrases] = yaml.safe_load((FOLDER / "opinions.yaml").read_text(encoding="utf-8"))
    return tuple(loaded[stars] for stars in ("one", "two", "three", "four", "five"))


def review_text(stars: int, draw: int, family: Family) -> str:
    """One review; `draw` is a random number that picks the phrases."""
    parts = phrases()[stars - 1]
    bodies = parts["any"] + (parts["food"] if family.category in FOOD else parts["goods"])
    draw, opening = divmod(draw, len(parts["openings"]))
    draw, body = divmod(draw, len(bodies))
    closing = draw % len(parts["closings"])
    return f"{parts['openings'][opening]} {family.noun.lower()}: {bodies[body]}. {parts['closings'][closing]}"


def write_reviews(books: Books, rows: Rows | None) -> None:
    """Writes the reviews of a month."""
    if rows is None:
        return
    goods = books.world.products
    families = [goods.families[family] for family in goods.family]
    trio = zip(rows["stars"].tolist(), rows["words"].tolist(), rows["product"].tolist(), strict=True)
    books.sink.write(
        "reviews",
        review_id=sink.numbered("RV", 6, rows["number"]),
        product_id=sink.labels(rows["product"], books.products),
        customer_id=sink.labels(rows["customer"], books.customers),
        order_id=sink.numbered("SO", 7, rows["order"]),
        reviewed_at=sink.moments(rows["second"]),
        rating=sink.numbers(rows["stars"]),
        text=sink.texts([review_text(stars, draw, families[product]) for stars, draw, product in trio]),
    )
