"""A folder that is watched: the files in it that have come to rest, however deep, and nothing outside it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_FILES, _DEEPEST = 20_000, 8


@dataclass(frozen=True)
class InboxFile:
    """A file that nobody writes to any more."""

    path: Path
    folder: str  # below the watched one
    mark: tuple[str, int, int]  # what changes when its content does


def settled(root: Path, quiet_seconds: float = 1.0) -> Iterator[InboxFile]:
    """The files under a folder that have not changed for a while, by name; hidden ones and links are left out."""
    before = time.time() - quiet_seconds
    for number, (entry, folder) in enumerate(_walk(root, "", 0)):
        if number >= MOST_FILES:
            return
        try:
            told = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # it went while we looked
        if told.st_mtime <= before and told.st_size:
            place = f"{folder}/{entry.name}".lstrip("/")
            yield InboxFile(Path(entry.path), folder, (place, told.st_mtime_ns, told.st_size))


def _walk(folder: Path, below: str, depth: int) -> Iterator[tuple[os.DirEntry[str], str]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_file(follow_symlinks=False):
            yield entry, below
        elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
            yield from _walk(Path(entry.path), f"{below}/{entry.name}".lstrip("/"), depth + 1)
