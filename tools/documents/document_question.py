"""An answer in the documents' own words, or that they do not say."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.cite import Reply
from knowledge.cite_conflicts import Conflict
from knowledge.contract import Passage, Quote
from knowledge.library_visibility import known_from
from tools.contract import ToolContext, tool
from tools.documents.documents_and_data_terms import documents_of, quoted
from tools.documents.search_documents import DocumentSearch, look_up_passages, spoken_day
from tools.facts import DocumentEvidence, Fact, FactTable, Findings, TableColumn

_READ = 8  # passages that are read for an answer
_COLUMNS = ("document", "section", "page", "in_force_from", "quote")


@tool(scope="documents:read")
def document_question(context: ToolContext, query: DocumentSearch) -> Findings:
    """What the documents say to a question, in their own words: sentences quoted exactly, with title, section and page.

    Use it for "what does the contract with X say about ...", "how do we handle ...", "what is our policy on ...". Says so when the
    documents do not answer, and shows documents that contradict each other with their dates. Not for figures of the business
    (metric_value), nor for which purchases meet a clause (documents_and_data).
    """
    found = look_up_passages(context, query.model_copy(update={"top": max(query.top, _READ)}))
    reply = documents_of(context).reply(query.question, found.passages)
    passages = {each.chunk.chunk_id: each for each in found.passages}
    cited = [(quote, passages[quote.chunk_id]) for quote in reply.quotes]
    evidence = tuple(_evidence(context, number, quote, passage) for number, (quote, passage) in enumerate(cited, 1))
    return Findings(
        facts=tuple(_fact(context, number, quote) for number, (quote, _) in enumerate(cited, 1)),
        evidence=evidence,
        tables=(_table(cited),) if cited else (),
        notes=(*found.notes, *_notes(reply, found.passages)),
    )


def _evidence(context: ToolContext, number: int, quote: Quote, passage: Passage) -> DocumentEvidence:
    return quoted(f"{context.call_id}.d{number}", passage.document, passage.chunk, quote.text)


def _fact(context: ToolContext, number: int, quote: Quote) -> Fact:
    identity = f"{context.call_id}.q{number}"
    return Fact(id=identity, name="quote", value=quote.text, entity=quote.title, evidence_id=f"{context.call_id}.d{number}")


def _table(cited: list[tuple[Quote, Passage]]) -> FactTable:
    rows = tuple((quote.title, quote.section, quote.page, known_from(passage.document), quote.text) for quote, passage in cited)
    columns = tuple(TableColumn(name=name) for name in _COLUMNS)
    return FactTable(title="What the documents say", shape="table", columns=columns, rows=rows)


def _notes(reply: Reply, passages: tuple[Passage, ...]) -> Iterator[str]:
    if not reply.answered:
        nearest = "; ".join(dict.fromkeys(each.document.title for each in passages[:3]))
        yield f"The documents do not say this. Nearest: {nearest}" if nearest else "The documents do not say this."
    yield from map(_disagreement, reply.conflicts)


def _disagreement(conflict: Conflict) -> str:
    newer, older = (
        f"“{quote.title}” ({spoken_day(day)})"
        for quote, day in ((conflict.newer, conflict.newer_date), (conflict.older, conflict.older_date))
    )
    return f"The documents disagree: {newer} and {older} say different things; both are quoted."
