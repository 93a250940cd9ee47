"""A contract for every supplier: lead time, terms and minimum order from the table, the rest drawn from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.contract import Entity
from knowledge.demo.company import Company, Supplier
from knowledge.demo.figures import day_in_words, money, short
from knowledge.demo.paper import Clause, Paper, PaperLanguage, Part, draw
from knowledge.demo.wordings import among, fill, pick, read

# A contract that was replaced in the middle of the history: the old one stays in force for questions about the past.
RENEWED = ("suoi-ngoc", "prinova", "hat-vang")
_NOT_FOOD = ("Household", "Personal Care", "Stationery", "Home Appliances")
_LONG_BEFORE = 400


@dataclass(frozen=True)
class Terms:
    """What was agreed, as numbers; percentages as they are written."""

    lead_days: int
    payment_days: int
    minimum: int
    grace_days: int
    rate_per_day: float
    cap: float
    from_first_day: bool
    reject: float
    fill: int

    def daily(self) -> str:
        return f"{self.rate_per_day:g}"


def key_of(supplier: Supplier) -> str:
    """The key of a supplier's contract."""
    return f"contract-{supplier.slug}"


def agreed(supplier: Supplier, seed: int, version: int = 1) -> Terms:
    """The terms of one version of a contract; an older version was laxer about delay and wanted payment sooner."""
    key = key_of(supplier)
    older = supplier.slug in RENEWED and version == 1
    grace = among((2, 3, 5, 7), seed, key, "grace")
    rate = among((2, 3, 5, 8), seed, key, "rate") / 10
    return Terms(
        lead_days=supplier.lead_days + (4 if older else 0),
        payment_days=supplier.payment_days - (5 if older else 0),
        minimum=supplier.minimum + (2_000_000 if older else 0),
        grace_days=grace + (3 if older else 0),
        rate_per_day=round(rate / 2, 2) if older else rate,
        cap=float(among((5, 8, 10, 12), seed, key, "cap")),
        from_first_day=draw(seed, key, "counting") % 2 == 0,
        reject=float(among((1, 2, 3, 5), seed, key, "reject")),
        fill=among((90, 95, 97), seed, key, "fill"),
    )


def contracts(company: Company) -> Iterator[Paper]:
    """The contracts of all suppliers, superseded versions before those that replaced them."""
    renewed_on = company.middle
    for supplier in company.suppliers:
        began = company.first_day - timedelta(days=60 + draw(company.seed, supplier.slug, "signed") % _LONG_BEFORE)
        if supplier.slug in RENEWED:
            yield _paper(company, supplier, 1, began)
            yield _paper(company, supplier, 2, renewed_on)
        else:
            yield _paper(company, supplier, 1, began)


def language_of(supplier: Supplier) -> PaperLanguage:
    """Abroad in English, at home in Vietnamese two times out of three."""
    return "en" if supplier.is_foreign or draw(supplier.slug, "language") % 3 == 0 else "vi"


def _paper(company: Company, supplier: Supplier, version: int, begins: date) -> Paper:
    key, language, seed = key_of(supplier), language_of(supplier), company.seed
    book, values = read("contracts.yaml"), _values(company, supplier, version, begins)
    parts = []
    for part in book["parts"]:
        wanted = {name: words for name, words in part["clauses"].items() if _belongs(name, words.get("only"), supplier, seed)}
        clauses = [Clause(_plain_key(name), fill(pick(words[language], key, name, seed), values)) for name, words in wanted.items()]
        if draw(seed, key, part["key"], "turned") % 3 == 0:
            clauses.reverse()
        parts.append(Part(pick(part["title"][language], key, part["key"], seed), tuple(clauses)))
    return Paper(
        key=key,
        title=fill(pick(book["titles"][language], key, "title", seed), values),
        kind="contract",
        language=language,
        published_on=begins - timedelta(days=14),
        parts=tuple(parts),
        entities=(Entity(kind="supplier", id=supplier.id, name=supplier.name),),
        effective_from=begins,
        version=version,
    )


def _belongs(name: str, only: str | None, supplier: Supplier, seed: int) -> bool:
    """Whether a contract with this supplier has the clause."""
    if name.startswith("late-penalty"):
        return name.endswith("first") == agreed(supplier, seed).from_first_day
    food = supplier.category not in _NOT_FOOD
    return {None: True, "food": food, "goods": not food, "import": supplier.is_foreign}[only]


def _plain_key(name: str) -> str:
    return "late-penalty" if name.startswith("late-penalty") else name


def _values(company: Company, supplier: Supplier, version: int, begins: date) -> dict[str, object]:
    terms, key, seed = agreed(supplier, company.seed, version), key_of(supplier), company.seed
    language = language_of(supplier)

    def choose(name: str, *choices: int) -> int:
        return among(choices, seed, key, name)

    return {
        "buyer": company.name,
        "supplier": supplier.name,
        "maker": supplier.maker,
        "country": supplier.country if language == "en" else _COUNTRIES.get(supplier.country, supplier.country),
        "number": f"SVT-{begins.year}-{draw(seed, key, version) % 900 + 100}",
        "effective": day_in_words(begins, language),
        "lead": terms.lead_days,
        "pay": terms.payment_days,
        "minimum": money(terms.minimum, language),
        "grace": terms.grace_days,
        "rate": short(terms.rate_per_day, language),
        "cap": short(terms.cap, language),
        "reject": short(terms.reject, language),
        "fill": terms.fill,
        "announce": choose("announce", 12, 24, 48),
        "rest": choose("rest", 5, 7, 10),
        "price_notice": choose("price_notice", 30, 45, 60),
        "skonto": short(choose("skonto", 10, 15, 20) / 10, language),
        "visible": choose("visible", 2, 3, 5),
        "hidden": choose("hidden", 15, 30),
        "shelf": choose("shelf", 60, 67, 75),
        "warranty": choose("warranty", 6, 12, 18),
        "pallet": choose("pallet", 150, 165, 180),
        "papers": choose("papers", 3, 5, 7),
        "terminate": choose("terminate", 30, 60, 90),
        "force": choose("force", 24, 48, 72),
    }


_COUNTRIES = {"Vietnam": "Việt Nam"}
