"""Documents: upload, list, read, search, delete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import ValidationError
from starlette.responses import Response

from api import schemas
from api import schemas_documents as bodies
from api.blocking import beside
from api.identity import Identity
from api.reach import House
from api.store.jobs import Job
from api.store.limits import new_id
from api.work.catalog import INDEX_DOCUMENT
from api.work.documents import IndexDocument, staging
from knowledge.contract import Document, DocumentKind, Passage
from knowledge.library import missing
from knowledge.library_filing import WRITE_SCOPE, checked
from knowledge.parse import MOST_BYTES, refuse_size
from knowledge.parse_errors import NoDocument
from knowledge.sniff import sniff
from tools.call import AuditEntry
from tools.contract import Caller
from tools.errors import BadInput, NeedsPermission

router = APIRouter(prefix="/documents", tags=["documents"])
_BLOCK = 1 << 20
_STATES: dict[str, schemas.JobState] = {"queued": "queued", "leased": "running", "done": "done", "dead": "failed"}
_LIBRARY_SCOPE = "documents:"
Day = Annotated[date | None, Form()]
_BYTES: dict[int | str, dict[str, object]] = {200: {"description": "The file as it was given", "content": {"application/octet-stream": {}}}}


@router.post("", status_code=202)
async def add_document(
    house: House,
    caller: Identity,
    response: Response,
    file: Annotated[UploadFile, File(description="PDF, DOCX, XLSX, HTML, Markdown, text, CSV, e-mail or feed; 50 MB at most")],
    title: Annotated[str | None, Form(max_length=300)] = None,
    kind: Annotated[DocumentKind | None, Form()] = None,
    doc_id: Annotated[str | None, Form(max_length=40, description="The document that this is a new version of")] = None,
    published_on: Day = None,
    effective_from: Day = None,
    effective_until: Day = None,
    scope: Annotated[str | None, Form(max_length=81, description="What a caller needs to see it; documents:read when left out")] = None,
) -> bodies.Upload:
    """Give a document. It is kept and read in the background; the upload says how far it is and, in the end, what became of it."""
    _check_may_write(caller, "adding a document")
    given: dict[str, object] = {"title": title or None, "kind": kind, "doc_id": doc_id or None, "published_on": published_on}
    if scope:
        given["scope"] = scope
    wanted = _arguments(file.filename or "", given | {"effective_from": effective_from, "effective_until": effective_until})
    staged, sha256 = await beside(_stage, file, staging(house.settings.home), wanted.name)
    wanted = wanted.model_copy(update={"staged": staged, "sha256": sha256})
    job = await _asked(house, wanted)
    await beside(_note, house, caller, "documents.add", f"{wanted.name} {sha256}")
    response.headers["Location"] = f"/api/v1/documents/uploads/{job.id}"
    return bodies.Upload(id=job.id, state=_STATES[job.status])


@router.get("/uploads/{upload_id}")
def read_upload(house: House, caller: Identity, upload_id: str) -> bodies.Upload:
    """How far a document that was given is."""
    job = house.store.jobs.get(upload_id)
    if job.kind != INDEX_DOCUMENT.name:
        raise NoDocument(f"there is no upload {upload_id!r}")
    wanted = IndexDocument.model_validate_json(job.payload)
    there = [each for each in _shown(house.documents.library.versions(), caller) if wanted.sha256 and each.sha256 == wanted.sha256]
    shown = there[-1] if there and job.status == "done" else None
    return bodies.Upload(id=job.id, state=_STATES[job.status], message=job.error or job.progress or "", document=shown)


@router.get("")
def list_documents(
    house: House,
    caller: Identity,
    as_of: Annotated[date | None, Query(description="Each in the version that was in force on this day")] = None,
    kind: Annotated[DocumentKind | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> bodies.DocumentPage:
    """The documents you may see, by title."""
    found = [each for each in _shown(house.documents.library.list(as_of), caller) if kind in (None, each.kind)]
    return bodies.DocumentPage(documents=tuple(found[offset : offset + limit]), total=len(found))


@router.get("/search")
async def search_documents(
    house: House,
    caller: Identity,
    query: Annotated[str, Query(min_length=1, max_length=1_000)],
    top: Annotated[int, Query(ge=1, le=50)] = 5,
    kind: Annotated[DocumentKind | None, Query()] = None,
    as_of: Annotated[date | None, Query(description="Only what was in force on this day")] = None,
) -> bodies.FoundPassages:
    """The passages that say most about something, word for word."""
    scopes = _scopes(caller)
    kinds = (kind,) if kind else ()
    found = await beside(lambda: house.documents.searcher.search(query, scopes=scopes, kinds=kinds, as_of=as_of, top=top))
    return bodies.FoundPassages(passages=tuple(map(_passage, found.passages)), notes=found.notes)


@router.get("/{doc_id}")
def read_document(house: House, caller: Identity, doc_id: str, version: Annotated[int | None, Query(ge=1)] = None) -> bodies.DocumentDetail:
    """A document: its card, its outline and its versions."""
    library = house.documents.library
    document = _seen(house, caller, doc_id, version)
    parsed = library.parsed(doc_id, document.version)
    sections = dict.fromkeys(" > ".join(block.section) for block in parsed.blocks if block.section)
    versions = tuple(each.version for each in _shown(library.versions(), caller) if each.doc_id == doc_id)
    counted = library.count_chunks(doc_id, document.version)
    return bodies.DocumentDetail(
        **document.model_dump(), sections=tuple(sections)[:500], chunks=counted, versions=versions, notes=parsed.notes
    )


@router.get("/{doc_id}/original", response_class=Response, responses=_BYTES)
def read_original(house: House, caller: Identity, doc_id: str, version: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The file as it was given. It is always offered for saving, never shown: what others wrote runs in no page of ours."""
    document = _seen(house, caller, doc_id, version)
    disposition = f"attachment; filename*=UTF-8''{quote(document.source, safe='')}"
    content = house.documents.library.original(doc_id, document.version)
    return Response(content, headers={"Content-Disposition": disposition}, media_type="application/octet-stream")


@router.delete("/{doc_id}", status_code=204)
def delete_document(house: House, caller: Identity, doc_id: str, version: Annotated[int | None, Query(ge=1)] = None) -> None:
    """Delete a document, or one version of it, everywhere: it is found no more at once, and the index lets go of it within a minute."""
    document = _seen(house, caller, doc_id, version)
    _check_may_write(caller, "deleting a document")
    house.documents.library.remove(document.doc_id, version)
    _note(house, caller, "documents.delete", f"{document.doc_id} {version or 'all'}")


def _check_may_write(caller: Caller, what: str) -> None:
    if WRITE_SCOPE not in caller.scopes:
        raise NeedsPermission(what, WRITE_SCOPE)


def _arguments(name: str, given: Mapping[str, object]) -> IndexDocument:
    """What was said about an upload; the filing is checked now, so that a slip is told at once."""
    try:
        wanted = IndexDocument.model_validate({"name": name, **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadInput(".".join(map(str, first["loc"])), str(first["input"])[:100], first["msg"]) from error
    return wanted.model_copy(update={"name": checked(wanted.filing).name})


def _stage(file: UploadFile, folder: Path, name: str) -> tuple[str, str]:
    """The upload on the disk under a name of ours, and its hash; what is no document is refused before it is kept."""
    refuse_size(file.size or 0, name)
    folder.mkdir(parents=True, exist_ok=True)
    staged, digest = new_id(), hashlib.sha256()
    path = folder / staged
    try:
        with path.open("wb") as handle:
            for block in _blocks(file):
                digest.update(block)
                handle.write(block)
        sniff(path.read_bytes() if path.stat().st_size <= MOST_BYTES else b"", name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return staged, digest.hexdigest()


def _blocks(file: UploadFile) -> Iterator[bytes]:
    file.file.seek(0)
    while block := file.file.read(_BLOCK):
        yield block


async def _asked(house: House, wanted: IndexDocument) -> Job:
    """The job; the same upload twice is two jobs, the second of which finds nothing to do."""
    if house.dispatcher is not None:
        return await house.dispatcher.ask(INDEX_DOCUMENT, wanted, f"upload-{wanted.staged}")
    return await beside(house.store.jobs.enqueue, INDEX_DOCUMENT.name, wanted.model_dump_json(), f"upload-{wanted.staged}")


def _note(house: House, caller: Caller, act: str, about: str) -> None:
    """What was done to the library, in the audit."""
    digest = hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()
    house.store.audit.record(AuditEntry(datetime.now(UTC), caller.name, act, WRITE_SCOPE, digest, "done", 0.0))


def _seen(house: House, caller: Caller, doc_id: str, version: int | None) -> Document:
    """A document the caller may see; one that they may not is as good as not there."""
    document = house.documents.library.get(doc_id[:200], version)
    if document.scope not in _scopes(caller):
        raise missing(doc_id, version)
    return document


def _shown(documents: tuple[Document, ...], caller: Caller) -> list[Document]:
    scopes = _scopes(caller)
    return [each for each in documents if each.scope in scopes]


def _scopes(caller: Caller) -> frozenset[str]:
    return frozenset(scope for scope in caller.scopes if scope.startswith(_LIBRARY_SCOPE) and scope != WRITE_SCOPE)


def _passage(found: Passage) -> bodies.FoundPassage:
    document, chunk = found.document, found.chunk
    return bodies.FoundPassage(
        doc_id=document.doc_id,
        version=document.version,
        chunk_id=chunk.chunk_id,
        title=document.title,
        kind=document.kind,
        effective_from=document.effective_from,
        published_on=document.published_on,
        page=chunk.page,
        section=chunk.section,
        text=chunk.text,
        around=chunk.parent,
        score=found.score,
    )
