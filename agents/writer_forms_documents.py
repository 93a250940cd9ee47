"""Sentences about documents: their own words, exactly, with where they stand; what purchases meet a clause; the market."""

from __future__ import annotations

from agents.writer_forms import LISTED, labelled, more
from agents.writer_page import Page
from tools.facts import DocumentEvidence

_PLACE = ("section", "page")
_MOST_QUOTES, _MOST_NOTES = 6, 3


def write_quotes(page: Page) -> list[str]:
    """Each passage in quotation marks, with its document."""
    quote = "quote" if "quote" in page.columns else "passage"
    return [page.book.say("documents_say"), *(_quoted(page, row, quote) for row in range(min(len(page.rows), _MOST_QUOTES)))]


def _quoted(page: Page, row: int, column: str) -> str:
    said = page.text(f"{row}.quoted", " ".join(str(page.cell(row, column)).split()))
    title = page.text(f"{row}.title", str(page.cell(row, "document")))
    places = [_place(page, row, name) for name in _PLACE if page.cell(row, name) not in (None, "")]
    return f"- “{said}” — {', '.join([title, *places])}"


def _place(page: Page, row: int, name: str) -> str:
    """A section as it is called; the number of a page after the word for it."""
    told = page.text(f"{row}.{name}", str(page.cell(row, name)))
    return f"{page.book.columns.get(name, name)} {told}" if name == "page" else told


def write_clauses(page: Page) -> list[str]:
    """The purchases that meet a clause, with the figures that show it."""
    page.names = tuple(name for name in page.names if name in _WHO) or page.names[:1]
    return [
        page.book.say("clauses", when=page.when(), count=f"{{fact:{page.call}.purchase_orders}}"),
        *_lines(page, page.measured),
        *more(page),
    ]


_WHO = ("po_id", "supplier", "supplier_name", "product", "line")


def write_market(page: Page) -> list[str]:
    """Each indicator with where it stands and how it moved."""
    page.names = page.names[:1]
    return [page.book.say("market", when=page.when()), *_lines(page, page.measured), *more(page), *_of_papers(page)]


def _of_papers(page: Page) -> list[str]:
    """What market notes say, quoted."""
    papers = [each for each in page.findings.evidence if isinstance(each, DocumentEvidence)][:_MOST_NOTES]
    said = [(page.text(f"paper{number}.quoted", " ".join(each.quote.split())), each) for number, each in enumerate(papers)]
    lines = [f"- “{words}” — {page.text(f'paper{number}.title', each.title)}" for number, (words, each) in enumerate(said)]
    return [page.book.say("documents_say"), *lines] if lines else []


def _lines(page: Page, columns: tuple[str, ...]) -> list[str]:
    told = {row: [name for name in columns if page.cell(row, name) is not None] for row in range(min(len(page.rows), LISTED))}
    return [f"- {page.name(row)}: {labelled(page, row, found)}".removesuffix(": ") for row, found in told.items()]
