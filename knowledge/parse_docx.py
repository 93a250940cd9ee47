"""Word documents: headings by their styles, paragraphs, lists and tables in the order of the page."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree.ElementTree import ParseError

from docx import Document as open_document
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge.contract import Parsed
from knowledge.parse_archive import check_archive
from knowledge.parse_errors import BadDocument
from knowledge.parse_outline import Outline
from knowledge.parse_text import heading_level

# Word names its styles in the language of who wrote; the id stays English in most of them.
_HEADING = re.compile(r"^(?:heading|tiêu đề|đề mục|titre|überschrift|título)\s*(\d)$", re.I)
_TITLE = re.compile(r"^(?:title|tiêu đề|titre|titel)$", re.I)
_UNTITLED = re.compile(r"^(?:|document\d*|untitled.*|microsoft word.*|word document)$", re.I)
_OUTLINE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}outlineLvl"
_VALUE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}val"
_PLAIN_LEVEL = 9.0


def read(content: bytes, name: str) -> Parsed:
    """The text of a Word document; pages are made by whoever prints it, so there are none."""
    check_archive(content, name)
    try:
        document = open_document(io.BytesIO(content))
        outline = Outline()
        title = _fill(outline, document)
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError, ParseError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:120]
        raise BadDocument(
            "broken",
            f"this Word document is damaged ({reason})",
            where=name,
            expected="a complete .docx",
            remedy="open it in Word and save it",
        ) from error
    told = (document.core_properties.title or "").strip()
    return outline.parsed(title or ("" if _UNTITLED.match(told) else told))


def _fill(outline: Outline, document: WordDocument) -> str:
    """Everything in the body; the title, when a paragraph has that style."""
    title = ""
    listed: list[str] = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            _end_list(outline, listed)
            _add_table(outline, part)
            continue
        text, style = part.text.strip(), _style(part)
        if not text:
            continue
        if not title and _TITLE.match(style):
            title = text
        elif _is_listed(part, style):
            listed.append(text if text[:1] in "-•*" else f"- {text}")
        else:
            _end_list(outline, listed)
            _add_paragraph(outline, part, text, style)
    _end_list(outline, listed)
    return title


def _add_paragraph(outline: Outline, paragraph: Paragraph, text: str, style: str) -> None:
    level = _level(paragraph, style)
    if level is None and _is_bold(paragraph):
        level = heading_level(text)
        level = None if level is None else (_PLAIN_LEVEL, *level)
    if level is None:
        outline.text(text)
    else:
        outline.heading(level, text)


def _level(paragraph: Paragraph, style: str) -> tuple[float, ...] | None:
    """The level that the style names, or that the paragraph or its style has in the outline."""
    if found := _HEADING.match(style):
        return (float(found.group(1)),)
    places = (paragraph._p, paragraph.style.element if paragraph.style is not None else None)
    for place in places:
        for told in () if place is None else place.iter(_OUTLINE):
            value = str(told.get(_VALUE, ""))
            if value.isdecimal() and int(value) < 9:
                return (float(value) + 1,)
    return None


def _style(paragraph: Paragraph) -> str:
    return (paragraph.style.name or "") if paragraph.style is not None else ""


def _is_listed(paragraph: Paragraph, style: str) -> bool:
    return style.startswith("List") or (paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None and not _HEADING.match(style))


def _is_bold(paragraph: Paragraph) -> bool:
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(run.bold for run in runs)


def _end_list(outline: Outline, listed: list[str]) -> None:
    outline.text("\n".join(listed))
    listed.clear()


def _add_table(outline: Outline, table: Table) -> None:
    """Rows of cells; a cell that spans columns stands once."""
    rows: list[list[str]] = []
    for row in table.rows:
        cells: list[str] = []
        before = None
        for each in row.cells:
            cells.append("" if each._tc is before else each.text)
            before = each._tc
        rows.append(cells)
    filled = [row for row in rows if any(map(str.strip, row))]
    if filled and all(sum(bool(each.strip()) for each in row) == 1 for row in filled):
        outline.text("\n".join(each for row in filled for each in row if each.strip()))  # a box around text
    elif filled:
        outline.table(filled[0], filled[1:])
