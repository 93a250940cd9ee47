"""The terms that contracts of the library set, as typed conditions with the place they were read in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from knowledge.clauses import Condition, ConditionKind, read_conditions
from knowledge.contract import Chunk, Document
from knowledge.library_visibility import in_force, known_from
from knowledge.parse_errors import NoDocument
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import DocumentEvidence

if TYPE_CHECKING:
    from knowledge.search import Searcher

_MOST_CHUNKS = 400  # of one document: a contract of some 300 pages


@dataclass(frozen=True)
class Term:
    """A condition and the version of the contract that sets it."""

    condition: Condition
    document: Document
    supplier_id: str
    evidence: DocumentEvidence


@dataclass
class Terms:
    """All terms of one kind, and which of them governs a purchase of a day."""

    found: tuple[Term, ...]
    documents: tuple[Document, ...]
    notes: list[str] = field(default_factory=list)
    _governing: dict[tuple[str, date], Term | None] = field(default_factory=dict)

    def in_currency(self, currency: str) -> Terms:
        """Without the terms in another currency: the data are in one only, and nothing converts them."""
        kept = tuple(term for term in self.found if getattr(term.condition, "currency", currency) == currency)
        foreign = sorted({term.document.title for term in self.found} - {term.document.title for term in kept})
        notes = [f"the amounts in {', '.join(foreign)} are not in {currency} and were not compared"] if foreign else []
        return Terms(kept, self.documents, [*self.notes, *notes])

    def governing(self, supplier_id: str, day: date) -> Term | None:
        """The term in force for a supplier on a day; None when no contract sets one, or several set different ones."""
        key = (supplier_id, day)
        if key not in self._governing:
            self._governing[key] = self._decide(supplier_id, day)
        return self._governing[key]

    def _decide(self, supplier_id: str, day: date) -> Term | None:
        own = [document for document in self.documents if supplier_of(document) == supplier_id]
        valid = {(document.doc_id, document.version) for document in in_force(own, day)}
        terms = [term for term in self.found if term.supplier_id == supplier_id and (term.document.doc_id, term.document.version) in valid]
        if len({_values(term.condition) for term in terms}) > 1:
            titles = " and ".join(sorted({f"{term.document.title} ({known_from(term.document)})" for term in terms}))
            self._note(f"{titles} say different things about the same matter on {day}; nothing was calculated with either")
            return None
        return terms[0] if terms else None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def read_terms(context: ToolContext, kind: ConditionKind, suppliers: tuple[str, ...]) -> Terms:
    """The terms of one kind in the contracts that the caller may read and that were known on the day."""
    searcher = documents_of(context)
    day = context.served.context.as_of
    scopes = context.caller.scopes
    documents = tuple(
        document
        for document in searcher.library.versions()
        if document.kind == "contract" and document.scope in scopes and _known(document, day) and _of(document, suppliers)
    )
    found: list[Term] = []
    for document in documents:
        supplier = supplier_of(document)
        if supplier is not None:
            found += _terms(context, searcher, document, supplier, kind, len(found))
    return Terms(tuple(found), documents)


def documents_of(context: ToolContext) -> Searcher:
    """The library of this installation, or a refusal that says how to fill one."""
    if context.documents is None:
        raise CannotDo("what documents say", "this installation has no library of documents yet", "./oiis docs add FILE takes documents in")
    return context.documents


def supplier_of(document: Document) -> str | None:
    """The one supplier a document is about."""
    suppliers = [entity.id for entity in document.entities if entity.kind == "supplier"]
    return suppliers[0] if len(suppliers) == 1 else None


def _known(document: Document, day: date) -> bool:
    since = known_from(document)
    return since is None or since <= day


def _of(document: Document, suppliers: tuple[str, ...]) -> bool:
    return not suppliers or supplier_of(document) in suppliers


def _terms(context: ToolContext, searcher: Searcher, document: Document, supplier: str, kind: ConditionKind, before: int) -> Iterator[Term]:
    seen: set[object] = set()
    for chunk in chunks_of(searcher, document):
        for condition in read_conditions(chunk.text, (kind,)):
            if _values(condition) in seen:
                continue
            seen.add(_values(condition))
            evidence = quoted(f"{context.call_id}.d{before + len(seen)}", document, chunk, condition.quote)
            yield Term(condition, document, supplier, evidence)


def chunks_of(searcher: Searcher, document: Document) -> Iterator[Chunk]:
    """The pieces of one version of a document, in its order."""
    for ordinal in range(_MOST_CHUNKS):
        try:
            yield searcher.library.chunk(f"{document.doc_id}.{document.version}.{ordinal}")
        except NoDocument:
            return


def quoted(id: str, document: Document, chunk: Chunk, quote: str) -> DocumentEvidence:
    """Words of a document with the place they stand in."""
    since = known_from(document)
    place = ", ".join(
        part for part in (chunk.section, f"page {chunk.page}" if chunk.page else "", f"in force from {since}" if since else "") if part
    )
    return DocumentEvidence(id=id, title=document.title, place=place, quote=quote)


def _values(condition: Condition) -> Condition:
    return condition.model_copy(update={"quote": ""})
