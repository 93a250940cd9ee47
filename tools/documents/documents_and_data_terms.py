"""The terms that contracts of the library set, as typed conditions with the place they were read in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from knowledge.clauses import Condition, ConditionKind, read_conditions, unread_penalties
from knowledge.contract import Chunk, Document
from knowledge.library_visibility import in_force, known_from
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import DocumentEvidence

if TYPE_CHECKING:
    from knowledge.search import Searcher

_TITLES = 3  # named in a note; the rest are counted


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
    nobodys: list[Document] = []
    notes: list[str] = []
    for document in documents:
        supplier, chunks = supplier_of(document), searcher.library.chunks_of(document)
        if supplier is not None:
            found += _terms(context, document, chunks, supplier, kind, len(found))
            notes += _not_understood(document, chunks, kind)
        elif any(read_conditions(chunk.text, (kind,)) for chunk in chunks):
            nobodys.append(document)
    return Terms(tuple(found), documents, [*_of_nobody(nobodys), *notes])


def _of_nobody(documents: Sequence[Document]) -> Iterator[str]:
    """That some contracts were left out, and why."""
    if documents:
        titles = ", ".join(document.title for document in documents[:_TITLES])
        more = f" and {len(documents) - _TITLES} more" if len(documents) > _TITLES else ""
        yield f"contracts that name no supplier of the data, or several, were not held against purchases: {titles}{more}"


def _not_understood(document: Document, chunks: Sequence[Chunk], kind: ConditionKind) -> Iterator[str]:
    """Penalties in steps or in sums of money, told with their words."""
    if kind == "late_delivery":
        for words in (words for chunk in chunks for words in unread_penalties(chunk.text)):
            yield f"a penalty of {document.title} is in steps or in fixed sums and was not calculated: “{words}”"


def documents_of(context: ToolContext) -> Searcher:
    """The library of this installation, or a refusal that says how to fill one."""
    if context.documents is None:
        raise CannotDo("what documents say", "this installation has no library of documents yet", "./oiis docs add FILE takes documents in")
    return context.documents


def supplier_of(document: Document) -> str | None:
    """The one supplier a document is about."""
    suppliers = _suppliers_of(document)
    return suppliers.pop() if len(suppliers) == 1 else None


def _known(document: Document, day: date) -> bool:
    since = known_from(document)
    return since is None or since <= day


def _of(document: Document, suppliers: tuple[str, ...]) -> bool:
    return not suppliers or bool(_suppliers_of(document) & set(suppliers)) or not _suppliers_of(document)


def _suppliers_of(document: Document) -> set[str]:
    return {entity.id for entity in document.entities if entity.kind == "supplier"}


def _terms(
    context: ToolContext, document: Document, chunks: Sequence[Chunk], supplier: str, kind: ConditionKind, before: int
) -> Iterator[Term]:
    seen: set[object] = set()
    for chunk in chunks:
        for condition in read_conditions(chunk.text, (kind,)):
            if _values(condition) in seen:
                continue
            seen.add(_values(condition))
            evidence = quoted(f"{context.call_id}.d{before + len(seen)}", document, chunk, condition.quote)
            yield Term(condition, document, supplier, evidence)


def quoted(id: str, document: Document, chunk: Chunk, quote: str) -> DocumentEvidence:
    """Words of a document with the place they stand in."""
    since = known_from(document)
    place = ", ".join(
        part for part in (chunk.section, f"page {chunk.page}" if chunk.page else "", f"in force from {since}" if since else "") if part
    )
    return DocumentEvidence(id=id, title=document.title, place=place, quote=quote)


def _values(condition: Condition) -> Condition:
    return condition.model_copy(update={"quote": ""})
