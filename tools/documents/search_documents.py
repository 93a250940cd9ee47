"""Passages of the library that fit a question, for a reader to judge."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from ingestion.errors import IngestionError
from knowledge.cite_sentences import sentences
from knowledge.contract import DocumentKind, Passage
from knowledge.library_visibility import known_from
from knowledge.search import Found
from tools.contract import ToolContext, tool
from tools.documents.documents_and_data_terms import documents_of, quoted
from tools.errors import CannotDo
from tools.facts import FactTable, Findings, Frozen, TableColumn

_QUOTE_CHARACTERS = 400
_COLUMNS = ("document", "kind", "section", "page", "in_force_from", "passage")


class DocumentSearch(Frozen):
    """What to look for, in which documents; `entities` are ids of suppliers, products, categories, locations or carriers."""

    question: str = Field(min_length=1, max_length=4_000)
    kinds: tuple[DocumentKind, ...] = ()
    entities: tuple[str, ...] = Field(default=(), max_length=100)
    top: int = Field(default=5, ge=1, le=20)


@tool(scope="documents:read")
def search_documents(context: ToolContext, query: DocumentSearch) -> Findings:
    """Passages of contracts, procedures, policies, catalogues, manuals, reports and market notes that fit a question, best first.

    Use it for "find the document about ...", "where does it say ...". Not for a direct answer from the documents
    (document_question), nor for clauses joined with purchases (documents_and_data)."""
    found = look_up_passages(context, query)
    return Findings(
        evidence=tuple(
            quoted(f"{context.call_id}.d{number}", passage.document, passage.chunk, _opening(passage.chunk.text))
            for number, passage in enumerate(found.passages, 1)
        ),
        tables=(_table(found.passages),) if found.passages else (),
        notes=found.notes if found.passages else (*found.notes, "no document that you may read fits this"),
    )


def look_up_passages(context: ToolContext, query: DocumentSearch) -> Found:
    """The best passages of what the caller may read, as of the day that is asked for."""
    searcher = documents_of(context)
    day = context.served.context.as_of
    try:
        return searcher.search(query.question, context.caller.scopes, query.kinds, query.entities, day, query.top)
    except IngestionError as error:
        raise CannotDo("searching the documents", str(error.what), error.remedy) from error


def _table(passages: tuple[Passage, ...]) -> FactTable:
    rows = tuple(
        (each.document.title, each.document.kind, each.chunk.section, each.chunk.page, known_from(each.document), _opening(each.chunk.text))
        for each in passages
    )
    return FactTable(title="Passages", shape="table", columns=tuple(TableColumn(name=name) for name in _COLUMNS), rows=rows)


def _opening(text: str) -> str:
    """The first sentences of a passage, exactly as they stand."""
    lines = [line for line in text.splitlines() if len(line.split()) > 6] or [text.strip()]
    end = 0
    for sentence in sentences(lines[0]):
        reached = lines[0].index(sentence, end) + len(sentence)
        if end and reached > _QUOTE_CHARACTERS:
            break
        end = reached
    return lines[0][: end or None][: _QUOTE_CHARACTERS * 2]


def spoken_day(day: date | None) -> str:
    """A day as a note says it."""
    return f"of {day}" if day else "without a date"
