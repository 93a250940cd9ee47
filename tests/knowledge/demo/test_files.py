"""Papers as files: readable by the libraries that everybody uses, the same bytes each time."""

from __future__ import annotations

import io
import re
from datetime import date
from html.parser import HTMLParser

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from knowledge.demo.files import file_bytes, pages_of
from knowledge.demo.paper import Clause, Grid, Paper, words_of
from knowledge.demo.pdf import Line, plain, wrap, write_pdf

DAY = date(2026, 3, 1)


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def read_back(paper: Paper) -> str:
    content = file_bytes(paper)
    if paper.carrier == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if paper.carrier == "docx":
        read = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
        return "\n".join([paragraph.text for paragraph in read.paragraphs] + cells)
    if paper.carrier == "html":
        words = Words()
        words.feed(content.decode())
        return " ".join(words.found)
    return content.decode()


def squeezed(text: str) -> str:
    return re.sub(r"[\s|]+", " ", plain(text))


def test_every_carrier_holds_every_clause_and_the_first_cells_of_every_table(papers: tuple[Paper, ...]) -> None:
    seen = set()
    for paper in papers:
        text = squeezed(read_back(paper))
        seen.add(paper.carrier)
        for part in paper.parts:
            assert squeezed(part.title) in text
            for item in part.items:
                shown = [item.text] if isinstance(item, Clause) else [item.caption, *(row[0] for row in item.rows)]
                assert all(squeezed(words) in text for words in shown), (paper.key, item.key)
    assert seen == {"pdf", "docx", "html", "md"}


def test_a_word_document_has_the_headings_and_tables_of_one(papers: tuple[Paper, ...]) -> None:
    paper = next(paper for paper in papers if paper.carrier == "docx" and paper.kind == "catalogue")
    read = docx.Document(io.BytesIO(file_bytes(paper)))
    headings = [paragraph.text for paragraph in read.paragraphs if paragraph.style is not None and paragraph.style.name == "Heading 1"]
    assert headings == [f"{number}. {part.title}" for number, part in enumerate(paper.parts, 1)]
    table = next(item for part in paper.parts for item in part.items if isinstance(item, Grid))
    assert [cell.text for cell in read.tables[0].rows[0].cells] == list(table.header)
    assert len(read.tables[0].rows) == len(table.rows) + 1
    assert read.core_properties.title == paper.title


def test_a_clause_stands_on_the_page_it_is_said_to_stand_on(papers: tuple[Paper, ...]) -> None:
    longest = max((paper for paper in papers if paper.carrier == "pdf"), key=lambda paper: max(pages_of(paper).values()))
    read = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(file_bytes(longest))).pages]
    assert len(read) > 1
    for key, page in pages_of(longest).items():
        if key:
            opening = squeezed(longest.places()[key])[:30]
            assert opening in read[page - 1]


def test_vietnamese_never_comes_as_a_pdf_and_keeps_its_marks(papers: tuple[Paper, ...]) -> None:
    vietnamese = [paper for paper in papers if paper.language == "vi"]
    assert vietnamese
    assert all(paper.carrier != "pdf" for paper in vietnamese)
    assert all("ngày" in read_back(paper) for paper in vietnamese)


def test_the_same_papers_are_the_same_bytes(papers: tuple[Paper, ...]) -> None:
    assert [file_bytes(paper) for paper in papers] == [file_bytes(paper) for paper in papers]


@given(st.lists(st.text(max_size=300), min_size=1, max_size=60))
def test_any_text_becomes_a_pdf_that_can_be_read(texts: list[str]) -> None:
    lines = tuple(line for text in texts for line in wrap("text", plain(text)))
    read = PdfReader(io.BytesIO(write_pdf("any", DAY, lines or (Line("gap"),))))
    assert len(read.pages) >= 1
    said = "".join(page.extract_text() for page in read.pages)
    words = [word for line in lines for word in re.findall(r"[A-Za-z0-9]{3,}", line.text)]
    assert all(word in said for word in words)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (52, 1), (53, 2), (200, 4)])
def test_pages_break_where_they_are_full(lines: int, pages: int) -> None:
    content = write_pdf("pages", DAY, tuple(Line("text", f"line {number}") for number in range(lines)))
    assert len(PdfReader(io.BytesIO(content)).pages) == pages


def test_brackets_and_backslashes_are_letters() -> None:
    content = write_pdf("a (b", DAY, (Line("text", r"c) \d (e"),))
    assert PdfReader(io.BytesIO(content)).pages[0].extract_text() == r"c) \d (e"


def test_a_table_in_words_names_every_cell(papers: tuple[Paper, ...]) -> None:
    table = next(item for paper in papers for part in paper.parts for item in part.items if isinstance(item, Grid))
    assert all(cell in words_of(table) for row in table.rows for cell in row)
