"""A paper as the bytes of a file, in the carrier it comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from knowledge.demo import docx
from knowledge.demo.paper import Carrier, Clause, Grid, Paper
from knowledge.demo.pdf import Line, first_pages, plain, wrap, write_pdf

_COLUMN = 34


def file_bytes(paper: Paper) -> bytes:
    """The file; the same paper gives the same bytes on any machine."""
    return _WRITERS[paper.carrier](paper)


def opening(paper: Paper) -> str:
    """The line under the title: number, dates, what it is about."""
    vi = paper.language == "vi"
    said = [f"{'Mã tài liệu' if vi else 'Document'} {paper.key}", f"{'phiên bản' if vi else 'version'} {paper.version}"]
    said.append(f"{'ban hành ngày' if vi else 'issued on'} {paper.published_on:%Y-%m-%d}")
    if paper.effective_from:
        said.append(f"{'có hiệu lực từ ngày' if vi else 'in force from'} {paper.effective_from:%Y-%m-%d}")
    return ", ".join(said) + "."


def _markdown(paper: Paper) -> bytes:
    lines = [f"# {paper.title}", opening(paper)]
    for number, part in enumerate(paper.parts, 1):
        lines.append(f"## {number}. {part.title}")
        for item in part.items:
            lines += [item.text] if isinstance(item, Clause) else [item.caption, _pipes(item)]
    return ("\n\n".join(lines) + "\n").encode()


def _pipes(item: Grid) -> str:
    rows = (item.header, tuple("---" for _ in item.header), *item.rows)
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)


def _html(paper: Paper) -> bytes:
    body = [f"<h1>{escape(paper.title)}</h1>", f"<p>{escape(opening(paper))}</p>"]
    for number, part in enumerate(paper.parts, 1):
        body.append(f"<h2>{number}. {escape(part.title)}</h2>")
        body += [f"<p>{escape(item.text)}</p>" if isinstance(item, Clause) else _html_table(item) for item in part.items]
    head = f'<meta charset="utf-8"><meta name="date" content="{paper.published_on:%Y-%m-%d}"><title>{escape(paper.title)}</title>'
    page = f'<!DOCTYPE html>\n<html lang="{paper.language}">\n<head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body>\n</html>\n"
    return page.encode()


def _html_table(item: Grid) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in item.header)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in item.rows)
    return f"<p>{escape(item.caption)}</p>\n<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _docx(paper: Paper) -> bytes:
    body = [docx.paragraph(paper.title, "Title"), docx.paragraph(opening(paper))]
    for number, part in enumerate(paper.parts, 1):
        body.append(docx.paragraph(f"{number}. {part.title}", "Heading1"))
        for item in part.items:
            body += (
                [docx.paragraph(item.text)]
                if isinstance(item, Clause)
                else [docx.paragraph(item.caption), docx.grid((item.header, *item.rows))]
            )
    return docx.write_docx(paper.title, paper.published_on, "".join(body))


def _pdf(paper: Paper) -> bytes:
    return write_pdf(paper.title, paper.published_on, tuple(_pdf_lines(paper)))


def pages_of(paper: Paper) -> dict[str, int]:
    """The page on which each clause and table of a PDF begins; nothing for carriers without pages."""
    return first_pages(tuple(_pdf_lines(paper))) if paper.carrier == "pdf" else {}


def _pdf_lines(paper: Paper) -> Iterator[Line]:
    yield from wrap("title", plain(paper.title))
    yield from wrap("text", plain(opening(paper)))
    for number, part in enumerate(paper.parts, 1):
        yield Line("gap")
        yield from wrap("heading", plain(f"{number}. {part.title}"))
        for item in part.items:
            yield Line("gap")
            caption = item.text if isinstance(item, Clause) else item.caption
            yield from wrap("text", plain(caption), item.key)
            if isinstance(item, Grid):
                yield from _columns(item)


def _columns(item: Grid) -> Iterator[Line]:
    rows = [tuple(plain(cell)[:_COLUMN] for cell in row) for row in (item.header, *item.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(item.header))]
    for row in rows:
        yield from wrap("row", "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


_WRITERS: dict[Carrier, Callable[[Paper], bytes]] = {"pdf": _pdf, "docx": _docx, "html": _html, "md": _markdown}
