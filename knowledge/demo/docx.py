"""Text as a Word document of the smallest kind that word processors open; the same text gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from xml.sax.saxutils import escape

_MAIN = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier one; the clock of who writes must not show

_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
</Types>"""
_RELATIONS = f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>
<Relationship Id="r2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>
</Relationships>"""
_OWN_RELATIONS = f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/>
</Relationships>"""
_STYLE = '<w:style w:type="paragraph" w:styleId="{id}"{default}><w:name w:val="{name}"/>{more}</w:style>'
_BOLD = '<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr>'


def paragraph(text: str, style: str = "") -> str:
    """One paragraph as XML; `style` is Title, Heading1 or nothing."""
    chosen = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{chosen}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def grid(rows: tuple[tuple[str, ...], ...]) -> str:
    """A table as XML, its header first."""
    width = len(rows[0])
    body = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{'<w:gridCol/>' * width}</w:tblGrid>{body}</w:tbl>"


def write_docx(title: str, written_on: date, body: str) -> bytes:
    """The file around paragraphs and tables."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": _core(title, written_on),
        "word/_rels/document.xml.rels": _OWN_RELATIONS,
        "word/document.xml": f"<w:document {_MAIN}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": _styles(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}')
    return out.getvalue()


def _styles() -> str:
    styles = (
        _STYLE.format(id="Normal", default=' w:default="1"', name="Normal", more=""),
        _STYLE.format(id="Title", default="", name="Title", more=_BOLD.format(size=36)),
        _STYLE.format(id="Heading1", default="", name="heading 1", more=_BOLD.format(size=28)),
    )
    return f"<w:styles {_MAIN}>{''.join(styles)}</w:styles>"


def _core(title: str, written_on: date) -> str:
    names = f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    times = 'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    created = f'<dcterms:created xsi:type="dcterms:W3CDTF">{written_on.isoformat()}T00:00:00Z</dcterms:created>'
    return f"<cp:coreProperties {names} {times}><dc:title>{escape(title)}</dc:title>{created}</cp:coreProperties>"
