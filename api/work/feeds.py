"""Feeds: news become documents, one an entry; market indicators go into the warehouse, where they can be counted with."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.work.contract import Workplace
from api.work.documents import library_of
from api.work.errors import Refused
from api.work.fetch import fetch
from ingestion.progress import Progress

if TYPE_CHECKING:
    from knowledge.contract import Block
    from knowledge.library import Item
    from knowledge.library_filing import Filing

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
    parsed = read.parsed
    items: list[Item] = []
    for title, blocks in entries_of(parsed):
        entry = parsed.model_copy(update={"title": title, "blocks": blocks, "dates": (), "notes": ()})
        items.append((entry, _as_text(title, entry.blocks), _filing(name, title)))
    progress("keeping the news", 0.7)
    added = library_of(place.home).add_many(items, known_entities(place.home))
    new = sum(each.outcome in ("added", "new_version") for each in added)
    return f"{name}: {new} of {len(added)} entries are new"


def _filing(feed: str, title: str) -> Filing:
    from knowledge.library_filing import Filing

    key = hashlib.sha256(f"{feed}\n{title}".encode()).hexdigest()[:16]
    return Filing(name=f"{key}.txt", doc_id=f"news-{key}", kind="market", folder=f"feeds/{feed}", media_type="text/plain")


def _as_text(title: str, blocks: tuple[Block, ...]) -> bytes:
    return "\n\n".join((title, *(block.text for block in blocks))).encode()
