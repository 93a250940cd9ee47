"""`./oiis docs ...`: documents in, listed, found by what they say, and removed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import complain, progress_bar, say, table
from cli.options import AsJson

if TYPE_CHECKING:
    from knowledge.contract import Document, Passage
    from knowledge.index import DocumentIndex
    from knowledge.library import Added, Library
    from knowledge.library_filing import Filing

app = typer.Typer(help="Add, list, search and remove documents.", no_args_is_help=True, rich_markup_mode=None)
_REFUSED = 3
_SHOWN = 400


class Kind(StrEnum):
    """What a document is; DocumentKind in knowledge/contract.py."""

    contract = "contract"
    procedure = "procedure"
    policy = "policy"
    catalogue = "catalogue"
    manual = "manual"
    regulation = "regulation"
    report = "report"
    market = "market"
    review = "review"
    insight = "insight"
    other = "other"


Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it was on this day")]
OfKind = Annotated[Kind | None, typer.Option(help="What it is; found from its folder, name and title when left out")]


@app.command()
def add(
    sources: Annotated[list[Path], typer.Argument(help="Documents, or folders of them")],
    title: Annotated[str | None, typer.Option(help="Its title, when the document names none or a wrong one")] = None,
    kind: OfKind = None,
    scope: Annotated[str, typer.Option(help="What a caller needs to see it")] = "documents:read",
    doc_id: Annotated[str | None, typer.Option("--id", help="The document that this is a new version of")] = None,
    published_on: Day = None,
    effective_from: Day = None,
    effective_until: Day = None,
    index: Annotated[bool, typer.Option(help="Make it searchable at once")] = True,
    as_json: AsJson = False,
) -> None:
    """Take in PDF, DOCX, XLSX, HTML, Markdown, text, CSV and e-mail files; what is there already is passed over."""
    from knowledge.library_filing import Filing

    filing = Filing(
        title=title,
        kind=kind.value if kind else None,
        scope=scope,
        doc_id=doc_id,
        published_on=_day(published_on),
        effective_from=_day(effective_from),
        effective_until=_day(effective_until),
    )
    files = list(_files(sources))
    if not files:
        complain(f"there is no file to read in {', '.join(map(str, sources))}. Next: name a file, or a folder that holds some.")
        raise typer.Exit(_REFUSED)
    if len(files) > 1 and (title or doc_id):
        raise typer.BadParameter("--title and --id are for one document; give one file")
    refused = _take_in(files, filing, as_json)
    if index:
        _update(as_json)
    if refused:
        raise typer.Exit(_REFUSED)


@app.command("list")
def list_documents(as_of: AsOf = None, kind: OfKind = None, as_json: AsJson = False) -> None:
    """The documents there are, each in its newest version or in the one in force on a day."""
    found = [each for each in _library().list(_day(as_of)) if kind is None or each.kind == kind.value]
    if as_json:
        say(json.dumps([each.model_dump(mode="json") for each in found], ensure_ascii=False, indent=1))
        return
    table(("id", "version", "kind", "language", "from", "title"), [_row(each) for each in found])
    say(f"\n{len(found):,} documents")


@app.command()
def remove(
    doc_id: Annotated[str, typer.Argument(help="Its id, as `list` shows it")],
    version: Annotated[int | None, typer.Option(help="Only this version; all of them when left out")] = None,
    as_json: AsJson = False,
) -> None:
    """Delete a document everywhere: original, text, chunks and index."""
    gone = _library().remove(doc_id, version)
    _update(as_json)
    if as_json:
        say(json.dumps([{"doc_id": each.doc_id, "version": each.version} for each in gone]))
    else:
        say(f"removed {gone[-1].title}: {len(gone)} version{'s' if len(gone) > 1 else ''}")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in words")],
    top: Annotated[int, typer.Option(min=1, max=50, help="How many passages")] = 5,
    kind: OfKind = None,
    scope: Annotated[list[str] | None, typer.Option(help="Whose documents; may be repeated")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """The passages that say most about something."""
    from knowledge.search import Searcher

    scopes = frozenset(scope or ["documents:read"])
    found = Searcher(_library(), _index()).search(query, scopes=scopes, kinds=(kind.value,) if kind else (), as_of=_day(as_of), top=top)
    for note in found.notes:
        complain(f"note: {note}")
    if as_json:
        say(json.dumps([each.model_dump(mode="json") for each in found.passages], ensure_ascii=False, indent=1))
        return
    for passage in found.passages:
        _show(passage)
    if not found.passages:
        say("no document says anything about it")


@app.command()
def reindex(as_json: AsJson = False) -> None:
    """Build the search index again from the documents alone."""
    with progress_bar(as_json) as progress:
        progress("building the index", None)
        built = _index().rebuild(_library())
    told = {"version": built.version, "documents": built.documents, "chunks": built.chunks, "embedded": built.embedded}
    if as_json:
        say(json.dumps(told | {"seconds": round(built.seconds, 2), "notes": list(built.notes)}))
        return
    say(
        f"{built.version}: {built.documents:,} documents, {built.chunks:,} chunks, {built.embedded:,} newly embedded, {built.seconds:.1f} s"
    )
    for note in built.notes:
        complain(f"note: {note}")


@app.command()
def demo(as_json: AsJson = False) -> None:
    """File the documents of the demo company and what its data show; only where the demo company is served."""
    from ingestion.warehouse import Warehouse
    from knowledge.demo.found import found_library
    from knowledge.insights import refresh_insights

    snapshot = Warehouse(_home()).snapshot()
    with progress_bar(as_json) as progress:
        told = found_library(_library(), snapshot, progress)
        shown = refresh_insights(_library(), snapshot, progress=progress)
    _update(as_json)
    say(json.dumps({"documents": told.papers, "added": told.added, "insights": shown.added}) if as_json else f"{told}; {shown}")


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="Folder whose documents are taken in as they come")],
    seconds: Annotated[float, typer.Option(min=0.2, help="How often to look")] = 5.0,
    once: Annotated[bool, typer.Option(help="Look once and end")] = False,
) -> None:
    """Take in what is put into a folder, until Ctrl-C; a file that is deleted there stays in the library."""
    from knowledge.library_filing import Filing
    from knowledge.library_inbox import settled

    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder")
    seen: set[tuple[str, int, int]] = set()
    while True:
        fresh = [found for found in settled(folder, quiet_seconds=0 if once else 1) if found.mark not in seen]
        seen |= {found.mark for found in fresh}
        refused = _take_in([(found.path, found.folder) for found in fresh], Filing(), as_json=False) if fresh else 0
        if fresh:
            _update(quiet=False)
        if once:
            _tell_round(folder, len(fresh), refused)
            return
        time.sleep(seconds)


def _tell_round(folder: Path, files: int, refused: int) -> None:
    """What one look at a folder came to; refused documents are an error, an empty folder is not."""
    if not files:
        complain(f"there is no file to read in {folder}")
    if refused:
        complain(f"{refused} of {files} documents were refused")
        raise typer.Exit(_REFUSED)


def _take_in(files: list[tuple[Path, str]], filing: Filing, as_json: bool) -> int:
    """Add each file; how many were refused. One that is refused does not keep the others out."""
    from knowledge.entities_known import known_entities
    from knowledge.library_filing import clean_folder
    from knowledge.parse_errors import BadDocument

    library, refused = _library(), 0
    known = known_entities(_home())
    with progress_bar(as_json) as progress:
        for place, (path, folder) in enumerate(files):
            progress(f"reading {path.name}", place / len(files))
            try:
                added = library.add(path, replace(filing, folder=clean_folder(folder)), known)
            except BadDocument as error:
                refused += 1
                _tell_refused(path, error, as_json)
            else:
                _tell_added(path, added, as_json)
    return refused


def _tell_added(path: Path, added: Added, as_json: bool) -> None:
    document = added.document
    if as_json:
        told = {"file": path.name, "outcome": added.outcome, "chunks": added.chunks, "notes": added.notes}
        say(json.dumps(told | {"document": document.model_dump(mode="json")}, ensure_ascii=False))
        return
    said = {"new_version": f"version {document.version}"}
    say(f"{said.get(added.outcome, added.outcome)}: {document.title} ({document.doc_id}, {document.kind}, {added.chunks} chunks)")
    for note in added.notes:
        complain(f"  note: {note}")


def _tell_refused(path: Path, error: Exception, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"file": path.name, "outcome": "refused", "why": str(error)}, ensure_ascii=False))
    else:
        complain(f"refused: {error}")


def _files(sources: list[Path]) -> Iterator[tuple[Path, str]]:
    """Files with the folder they lie in below the one that was named; hidden ones are left out."""
    for source in sources:
        if not source.is_dir():
            yield source, ""
            continue
        for path in sorted(source.rglob("*")):
            below = path.relative_to(source)
            if path.is_file() and not any(part.startswith(".") for part in below.parts):
                yield path, str(below.parent)


def _update(quiet: bool) -> None:
    """Bring the index up to what the library holds."""
    with progress_bar(quiet) as progress:
        progress("updating the index", None)
        built = _index().update(_library())
    for note in built.notes:
        complain(f"note: {note}")


def _show(passage: Passage) -> None:
    document, chunk = passage.document, passage.chunk
    place = f"page {chunk.page}" if chunk.page else ""
    where = ", ".join(part for part in (chunk.section, place) if part)
    say(f"{passage.score:.3f}  {document.title}{f' ({where})' if where else ''}  [{chunk.chunk_id}]")
    text = " ".join(chunk.text.split())
    say(f"       {text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}\n")


def _row(document: Document) -> tuple[object, ...]:
    day = document.effective_from or document.published_on or document.period_until
    return document.doc_id, document.version, document.kind, document.language, day, document.title


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _home() -> Path:
    from settings import read_settings

    return read_settings().home


def _library() -> Library:
    from knowledge.library import Library

    return Library(_home() / "documents")


def _index() -> DocumentIndex:
    from knowledge.index import DocumentIndex
    from settings import read_settings

    settings = read_settings()
    return DocumentIndex(settings.home / "documents_index", settings.documents_vectors_url)
