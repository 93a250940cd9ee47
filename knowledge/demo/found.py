"""The demo company's library put into an installation: filed as it was written, without reading the files back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingestion.errors import NoWarehouse
from ingestion.progress import Progress, silent
from ingestion.warehouse import Snapshot, open_readonly
from knowledge.contract import Block, Parsed
from knowledge.demo.company import DEMO_SOURCE
from knowledge.demo.files import file_bytes, opening, pages_of
from knowledge.demo.library import write_papers
from knowledge.demo.paper import Clause, Grid, Paper
from knowledge.demo.pdf import plain

if TYPE_CHECKING:
    from knowledge.library import Filing, Library

FOLDER = "demo"
WRITER: Literal["demo"] = "demo"
Written = tuple[Paper, bytes]


@dataclass(frozen=True)
class FoundLibrary:
    """What was filed; `unchanged` were there before, word for word, and `left_out` a person removed or wrote on."""

    papers: int
    added: int
    unchanged: int
    left_out: int = 0

    def __str__(self) -> str:
        left_out = f", {self.left_out} left out because somebody removed them or gave a version of their own" if self.left_out else ""
        return f"{self.papers} documents of the demo company: {self.added} added, {self.unchanged} were there already{left_out}"


def found_library(library: Library, snapshot: Snapshot, progress: Progress = silent) -> FoundLibrary:
    """File all documents of the demo company; only for a warehouse that holds it, and again without harm."""
    progress("writing the documents of the demo company", 0.0)
    every = [(paper, file_bytes(paper)) for paper in papers_for(snapshot)]
    progress("filing the documents of the demo company", 0.3)
    closed = library.closed_to(WRITER)
    papers = [(paper, content) for paper, content in every if not closed.holds(paper.key, _hash(content))]
    new = _new(library, papers, closed.documents)
    if new:
        library.add_many((parsed_of(paper), content, filing_of(paper)) for paper, content in new)
    return FoundLibrary(len(every), len(new), len(papers) - len(new), len(every) - len(papers))


def _new(library: Library, papers: list[Written], closed: frozenset[str]) -> list[Written]:
    """What is not filed yet; what another demo company left here under these ids goes first, but nothing that anybody else gave."""
    there: dict[str, list[str]] = {}
    for document in library.written_by(WRITER):
        there.setdefault(document.doc_id, []).append(document.sha256)
    wanted: dict[str, list[str]] = {}
    for paper, content in papers:
        wanted.setdefault(paper.key, []).append(_hash(content))
    differing = {key for key, hashes in wanted.items() if there.get(key) != hashes}
    if left := (differing & there.keys()) - closed:
        library.withdraw(WRITER, left)
    return [(paper, content) for paper, content in papers if paper.key in differing]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def papers_for(snapshot: Snapshot) -> tuple[Paper, ...]:
    """The papers that go with a snapshot of the demo company, by the seed it was grown from."""
    seed = demo_seed(snapshot)
    if seed is None or snapshot.card.as_of is None:
        raise NoWarehouse(
            "this warehouse does not hold the demo company, so its documents would be about somebody else",
            where=snapshot.name,
            remedy="./oiis data demo builds the demo company, ./oiis docs add FILE files documents of your own",
        )
    with open_readonly(snapshot.database) as connection:
        company = snapshot.card.company
        return write_papers(connection, company.name, company.timezone, snapshot.card.as_of, seed)


def demo_seed(snapshot: Snapshot) -> int | None:
    """The seed of a demo company nothing was loaded into since; None for any other warehouse."""
    loads = snapshot.card.loads
    known = DEMO_SOURCE.match(loads[0].fingerprint) if len(loads) == 1 else None
    return int(known[2]) if known else None


def parsed_of(paper: Paper) -> Parsed:
    """What a parser finds in the file of this paper."""
    return Parsed(
        title=_as_shown(paper, paper.title),
        pages=max(pages_of(paper).values(), default=0),
        blocks=tuple(_blocks(paper)),
        language=paper.language,
        dates=(paper.published_on,),
    )


def _blocks(paper: Paper) -> Iterator[Block]:
    pages = pages_of(paper)
    yield Block(kind="text", text=opening(paper), page=1 if pages else None)
    for number, part in enumerate(paper.parts, 1):
        section = (f"{number}. {_as_shown(paper, part.title)}",)
        for item in part.items:
            page = pages.get(item.key)
            if isinstance(item, Clause):
                yield Block(kind="text", text=_as_shown(paper, item.text), page=page, section=section)
                continue
            yield Block(kind="text", text=_as_shown(paper, item.caption), page=page, section=section)
            yield _table(paper, item, page, section)


def _table(paper: Paper, item: Grid, page: int | None, section: tuple[str, ...]) -> Block:
    header, *rows = (tuple(_as_shown(paper, cell) for cell in row) for row in (item.header, *item.rows))
    text = "\n".join(" | ".join(row) for row in (header, *rows))
    return Block(kind="table", text=text, page=page, section=section, header=header, rows=tuple(rows))


def _as_shown(paper: Paper, text: str) -> str:
    return plain(text) if paper.carrier == "pdf" else text


def filing_of(paper: Paper) -> Filing:
    """Everything known of a paper, so that nothing has to be guessed."""
    from knowledge.library import Filing

    return Filing(
        name=paper.file_name,
        doc_id=paper.key,
        title=paper.title,
        kind=paper.kind,
        published_on=paper.published_on,
        effective_from=paper.effective_from,
        period_from=paper.period_from,
        period_until=paper.period_until,
        language=paper.language,
        media_type=paper.media_type,
        folder=FOLDER,
        entities=paper.entities,
        writer=WRITER,
    )
