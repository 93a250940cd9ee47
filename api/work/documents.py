"""Documents taken in by the worker: uploads, files of the watched folder, feeds; and the index that follows the library."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from api.work.contract import Arguments, Workplace
from api.work.errors import Refused
from ingestion.progress import Progress
from knowledge.contract import DocumentKind

if TYPE_CHECKING:
    from knowledge.library import Added, Library
    from knowledge.library_filing import Filing

_STAGED_ID = r"^[0-9a-f]{32}$"


class IndexDocument(Arguments):
    """A document to take in: one that was uploaded (`staged`), or a file of the watched folder (`path`)."""

    staged: str | None = Field(default=None, pattern=_STAGED_ID)
    path: Path | None = None
    name: str
    folder: str = ""
    sha256: str = ""  # of an upload
    title: str | None = None
    kind: DocumentKind | None = None
    scope: str = "documents:read"
    doc_id: str | None = None
    published_on: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def filing(self) -> Filing:
        """How it is filed."""
        from knowledge.library_filing import Filing

        return Filing(**{name: getattr(self, name) for name in Filing.__dataclass_fields__ if name in type(self).model_fields})


class UpdateIndex(Arguments):
    """The index brought up to the library; there is nothing to choose."""


class FetchFeed(Arguments):
    """A feed of news or of market indicators: an address, or a file on the worker's disk."""

    address: str = Field(max_length=2_000)
    private: bool = False


def library_of(home: Path) -> Library:
    """The library of a home."""
    from knowledge.library import Library

    return Library(home / "documents")


def staging(home: Path) -> Path:
    """Where uploads wait for the worker, under names of ours."""
    return home / "documents_incoming"


def index_document(arguments: IndexDocument, place: Workplace, progress: Progress) -> str:
    """Read a document and keep it; a document that cannot be read is refused for good, with the reason."""
    from knowledge.entities_known import known_entities
    from knowledge.parse_errors import BadDocument

    library = library_of(place.home)
    source = staging(place.home) / arguments.staged if arguments.staged else arguments.path
    if source is None or not source.is_file():
        return _taken_before(arguments, library)
    progress(f"reading {arguments.name}", 0.1)
    try:
        added = library.add(source, arguments.filing, known_entities(place.home))
    except BadDocument as error:
        _let_go(arguments, source)
        raise Refused(str(error)) from error
    _let_go(arguments, source)
    return _told(added)


def update_index(_: UpdateIndex, place: Workplace, progress: Progress) -> str:
    """Build what is searched anew when the library has changed."""
    from knowledge.index import DocumentIndex

    progress("embedding what is new", None)
    built = DocumentIndex(place.home / "documents_index", place.vectors_url).update(library_of(place.home))
    return f"{built.documents:,} documents with {built.chunks:,} chunks can be searched ({built.version})"


def fetch_feed(arguments: FetchFeed, place: Workplace, progress: Progress) -> str:
    """Take in what a feed has that the library or the warehouse has not."""
    from api.work.feeds import take_in

    return take_in(arguments.address, arguments.private, place, progress)


def _taken_before(arguments: IndexDocument, library: Library) -> str:
    """A try that was cut off after its work was done finds the upload gone and the document there, for the same readers."""
    wanted = (arguments.sha256, arguments.scope)
    there = [each for each in library.versions() if (each.sha256, each.scope) == wanted and arguments.doc_id in (None, each.doc_id)]
    if not there:
        raise Refused(f"{arguments.name} is not there any more. Next: give it again.")
    return f"{there[-1].title} is there ({there[-1].doc_id})"


def _let_go(arguments: IndexDocument, source: Path) -> None:
    if arguments.staged:
        source.unlink(missing_ok=True)


def _told(added: Added) -> str:
    document = added.document
    said = {
        "added": "taken in",
        "new_version": f"taken in as version {document.version}",
        "corrected": "filed anew as",
        "unchanged": "unchanged,",
        "duplicate": "there already, as",
    }
    notes = f". Note: {'; '.join(added.notes)}" if added.notes else ""
    return f"{document.title}: {said[added.outcome]} {document.doc_id}, {added.chunks} chunks{notes}"
