"""Feeds: news become documents, one an entry; market indicators go into the warehouse, where they can be counted with."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from api.work.contract import Workplace
from api.work.documents import library_of
from api.work.errors import Refused
from api.work.fetch import fetch
from ingestion.progress import Progress

if TYPE_CHECKING:
    from knowledge.contract import Parsed
    from knowledge.library import Item, Library
    from knowledge.library_filing import Filing
    from knowledge.parse_feed import Entry

WRITER: Literal["feed"] = "feed"
_INDICATOR_COLUMNS = {"indicator", "observed_on", "value"}


def take_in(address: str, private: bool, place: Workplace, progress: Progress) -> str:
    """What came of a feed, in a sentence; what was taken in before is passed over."""
    from knowledge.parse_errors import BadDocument

    progress("fetching it", 0.1)
    try:
        name, content = _content(address, private)
        if _holds_indicators(content):
            return _load_indicators(content, place, progress)
        return _keep_news(name, content, place, progress)
    except BadDocument as error:
        raise Refused(str(error)) from error


def _content(address: str, private: bool) -> tuple[str, bytes]:
    from knowledge.parse import read_bounded

    if address.startswith(("http://", "https://")):
        return urlsplit(address).hostname or "feed", fetch(address, private)
    path = Path(address)
    return path.name, read_bounded(path, path.name)


def _holds_indicators(content: bytes) -> bool:
    """Whether it is a table of indicators by its header."""
    head = content[:2_000].decode("utf-8-sig", "replace").splitlines()[:1]
    return {cell.strip().casefold() for cell in next(csv.reader(head), [])} >= _INDICATOR_COLUMNS


def _load_indicators(content: bytes, place: Workplace, progress: Progress) -> str:
    from api.work.loading import LoadFiles, load_files

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "market_indicators.csv"
        file.write_bytes(content)
        return load_files(LoadFiles(sources=(file,)), place, progress)


def _keep_news(name: str, content: bytes, place: Workplace, progress: Progress) -> str:
    from knowledge.entities_known import known_entities
    from knowledge.parse import parse
    from knowledge.parse_feed import entries_of

    progress("reading it", 0.4)
    read = parse(content, name)
    if read.media_type != "application/feed+xml":
        raise Refused(f"{name} is no feed but {read.media_type}. Expected: RSS, Atom or a CSV of {', '.join(sorted(_INDICATOR_COLUMNS))}.")
    entries = tuple(entries_of(read.parsed))
    library = library_of(place.home)
    progress("keeping the news", 0.7)
    new = tuple(_new(_items(name, read.parsed, entries), library))
    added = library.add_many(new, known_entities(place.home)) if new else ()
    counted = sum(each.outcome in ("added", "new_version") for each in added)
    return f"{name}: {counted} of {len(entries)} entries are new"


def _items(feed: str, parsed: Parsed, entries: tuple[Entry, ...]) -> Iterator[Item]:
    """Each entry as a document: under its own mark where no other entry has the same, else under all that it says."""
    marks = Counter(entry.mark for entry in entries)
    for entry in entries:
        content = "\n\n".join((entry.title, *(block.text for block in entry.blocks))).encode()
        own = entry.mark if entry.mark and marks[entry.mark] == 1 else hashlib.sha256(content).hexdigest()
        read = parsed.model_copy(update={"title": entry.title, "blocks": entry.blocks, "dates": (), "notes": ()})
        yield read, content, _filing(feed, own)


def _new(items: Iterable[Item], library: Library) -> Iterator[Item]:
    """What was never filed: what any version of any news says already is not, nor is what a person removed."""
    closed = library.closed_to(WRITER)
    there = {document.sha256 for document in library.written_by(WRITER)}
    for item in items:
        sha256 = hashlib.sha256(item[1]).hexdigest()
        if sha256 not in there and not closed.holds(item[2].doc_id or "", sha256):
            there.add(sha256)
            yield item


def _filing(feed: str, own: str) -> Filing:
    from knowledge.library_filing import Filing

    key = hashlib.sha256(f"{feed}\n{own}".encode()).hexdigest()[:16]
    folder = f"feeds/{feed}"
    return Filing(name=f"{key}.txt", doc_id=f"news-{key}", kind="market", folder=folder, media_type="text/plain", writer=WRITER)
