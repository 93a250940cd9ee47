"""Catalogue pages: the range of one category or family with carton sizes and list prices from the table of products."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from knowledge.contract import Entity
from knowledge.demo.company import Company, Product, catalogue_day, slug
from knowledge.demo.figures import day_in_words, grouped
from knowledge.demo.paper import Clause, Grid, Paper, PaperLanguage, Part, draw
from knowledge.demo.wordings import Values, fill, pick, read

_KEY_CHARACTERS = 40


def catalogue_papers(company: Company) -> Iterator[Paper]:
    """One page a family of products."""
    for family, group in groupby(company.products, key=lambda product: product.family):
        yield _paper(company, family, tuple(group))


def _paper(company: Company, family: str, products: tuple[Product, ...]) -> Paper:
    key = f"catalogue-{slug(family)}"[:_KEY_CHARACTERS]
    language: PaperLanguage = "en" if draw(key, "language") % 2 == 0 else "vi"
    seed, book, day = company.seed, read("catalogue.yaml"), catalogue_day(company.as_of)
    values = _values(company, family, products, language)

    def say(name: str, wordings: object) -> Clause:
        return Clause(name, fill(pick(wordings, key, name, seed), values))  # type: ignore[arg-type]

    heads = book["heads"][language]
    order = [say("cartons", book["order"][language])]
    order += [say("shelf-life", book["life"][language])] if values["shelf"] else []
    category = products[0].category
    parts = (
        Part(heads[0], (say("range", book["intro"][language]),)),
        Part(heads[1], (say("storage", book["storage"][category][language]),)),
        Part(heads[2], tuple(order)),
        Part(heads[3], (_table(book, products, values, language),)),
    )
    return Paper(
        key=key,
        title=fill(pick(book["titles"][language], key, "title", seed), values),
        kind="catalogue",
        language=language,
        published_on=day,
        parts=parts,
        entities=(Entity(kind="category", id=category, name=category),),
        effective_from=day,
    )


def _values(company: Company, family: str, products: tuple[Product, ...], language: PaperLanguage) -> Values:
    names = {supplier.id: supplier.maker for supplier in company.suppliers}
    makers = sorted({names[product.supplier_id] for product in products})
    shelf = min((product.shelf_days for product in products if product.shelf_days), default=0)
    noun = _noun(products)
    return {
        "group": family if language == "en" else noun,
        "families": family.lower() if language == "en" else noun.lower(),
        "count": len(products),
        "suppliers": ", ".join(makers),
        "day": day_in_words(catalogue_day(company.as_of), language),
        "packs": ", ".join(str(size) for size in sorted({product.pack for product in products})),
        "shelf": shelf,
    }


def _noun(products: tuple[Product, ...]) -> str:
    """What all of them are called: the words their names begin with."""
    first, *rest = (product.name.split() for product in products)
    count = len(first) - 3 if not rest else 0
    while not count or (rest and count < len(first) and all(words[: count + 1] == first[: count + 1] for words in rest)):
        count += 1
    return " ".join(first[: max(1, count)])


def _table(book: dict[str, dict[str, dict[str, str]]], products: tuple[Product, ...], values: Values, language: PaperLanguage) -> Grid:
    rows = tuple(
        (product.sku, product.name, str(product.pack), str(product.minimum_units), grouped(product.price, language)) for product in products
    )
    return Grid("price-list", fill(book["table"]["caption"][language], values), tuple(book["table"]["header"][language]), rows)
