"""Immutable folders behind a pointer: the one idea that warehouse snapshots, trained models and document indexes share.

A writer fills a draft aside, under a lock; publishing hashes and fsyncs its files, renames the folder into place and
moves the pointer `CURRENT`. A kill at any moment leaves the old version serving; drafts left behind are swept by the
next writer. Readers take no lock: they read the pointer and open what it names.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingestion.errors import Busy, NoWarehouse, StorageFull

POINTER = "CURRENT"
MANIFEST = "MANIFEST.json"
LOCK = ".lock"
DRAFT_PREFIX = ".building-"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class FileRecord:
    """What a file of a version must look like for the version to be whole."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Version:
    """One published folder; nothing in it changes again."""

    name: str
    path: Path
    parent: str | None
    created_at: str
    files: dict[str, FileRecord] = field(hash=False)


@dataclass
class Draft:
    """A version being built: write into `path`; `scratch` is thrown away."""

    name: str
    path: Path
    scratch: Path
    publish: bool = False

    def keep(self) -> None:
        """Say that the draft is complete and shall become current when its block ends."""
        self.publish = True


class Versions:
    """The versions under one root folder."""

    def __init__(self, root: Path, keep: int = 5) -> None:
        if keep < 1:
            raise ValueError(f"keep must be at least 1 version, got {keep}")
        self.root, self.keep = root, keep

    def current(self) -> Version | None:
        """The version the pointer names; None when nothing was ever published."""
        try:
            name = (self.root / POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return self.get(name)

    def get(self, name: str) -> Version:
        """The version called `name`, or NoWarehouse naming what is wrong with it."""
        found = self._read(self.root / name) if _is_name(name) else None
        if found is None:
            there = ", ".join(version.name for version in self.all()) or "none"
            raise NoWarehouse(
                f"version {name!r} is missing or has no readable {MANIFEST}",
                where=str(self.root),
                expected=f"one of: {there}",
                remedy="roll back to one of these",
            )
        return found

    def all(self) -> list[Version]:
        """Every complete version, oldest first."""
        folders = sorted(path for path in self.root.glob("v*") if _is_name(path.name))
        return [version for version in map(self._read, folders) if version]

    @contextmanager
    def building(self, wait_seconds: float = 0.0) -> Iterator[Draft]:
        """A draft under the writer's lock; published when the block called `keep()` and ended without an error."""
        self.root.mkdir(parents=True, exist_ok=True)
        with writer_lock(self.root / LOCK, wait_seconds):
            self._sweep()
            base = self.root / f"{DRAFT_PREFIX}{os.getpid()}-{time.time_ns()}"
            draft = Draft(self._next_name(), base / "version", base / "scratch")
            try:
                draft.path.mkdir(parents=True)
                draft.scratch.mkdir()
                yield draft
                if draft.publish:
                    self._publish(draft)
            except OSError as error:
                if error.errno in _FULL:
                    raise full(self.root) from error
                raise
            finally:
                shutil.rmtree(base, ignore_errors=True)

    def point_to(self, name: str, wait_seconds: float = 0.0) -> Version:
        """Move the pointer to an existing version (rollback, or forward again)."""
        with writer_lock(self.root / LOCK, wait_seconds):
            version = self.get(name)
            damaged = self.damage(version)
            if damaged:
                raise NoWarehouse(
                    f"{damaged[0]} of {name} does not match its manifest", where=str(version.path), remedy="choose another version"
                )
            self._move_pointer(name)
            return version

    def damage(self, version: Version, thorough: bool = True) -> list[str]:
        """Names of the files that are missing or changed; only sizes are compared when not `thorough`."""
        return [name for name, record in version.files.items() if not _matches(version.path / name, record, thorough)]

    def _publish(self, draft: Draft) -> None:
        version = self._seal(draft)
        os.rename(draft.path, version.path)
        sync_folder(self.root)
        self._move_pointer(version.name)
        self._reclaim()

    def _seal(self, draft: Draft) -> Version:
        current = self.current()
        files = {str(path.relative_to(draft.path)): _seal_file(path) for path in sorted(draft.path.rglob("*")) if path.is_file()}
        version = Version(draft.name, self.root / draft.name, current.name if current else None, datetime.now(UTC).isoformat(), files)
        body = {
            "name": version.name,
            "parent": version.parent,
            "created_at": version.created_at,
            "files": {name: {"bytes": record.bytes, "sha256": record.sha256} for name, record in files.items()},
        }
        _write_durably(draft.path / MANIFEST, json.dumps(body, indent=1))
        for folder in [draft.path, *(path for path in draft.path.rglob("*") if path.is_dir())]:
            sync_folder(folder)
        return version

    def _next_name(self) -> str:
        taken = [int(path.name[1:]) for path in self.root.glob("v*") if _is_name(path.name)]
        return f"v{max(taken, default=0) + 1:06d}"

    def _move_pointer(self, name: str) -> None:
        aside = self.root / f"{POINTER}.new"
        _write_durably(aside, name + "\n")
        os.replace(aside, self.root / POINTER)
        sync_folder(self.root)

    def _reclaim(self) -> None:
        """Delete all but the newest `keep` versions and the current one; open readers keep their files."""
        current = self.current()
        for version in self.all()[: -self.keep]:
            if current is None or version.name != current.name:
                shutil.rmtree(version.path, ignore_errors=True)

    def _sweep(self) -> None:
        for leftover in self.root.glob(f"{DRAFT_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _read(self, folder: Path) -> Version | None:
        try:
            body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            files = {name: FileRecord(int(record["bytes"]), str(record["sha256"])) for name, record in body["files"].items()}
            return Version(str(body["name"]), folder, body["parent"], str(body["created_at"]), files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def full(root: Path) -> StorageFull:
    """The error for a disk without room."""
    free_mb = shutil.disk_usage(root).free // 1_000_000
    return StorageFull(
        "no room left on the disk; nothing was changed",
        where=str(root),
        remedy=f"free some space ({free_mb} MB are left) or point OIIS_HOME at a larger disk, then run the same command again",
    )


def _is_name(name: str) -> bool:
    return len(name) > 1 and name[0] == "v" and name[1:].isdigit()


@contextmanager
def writer_lock(path: Path, wait_seconds: float) -> Iterator[None]:
    """One writer at a time, over processes and threads; Busy names the one at work when it does not end within `wait_seconds`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(handle.fileno()):
            if time.monotonic() >= deadline:
                handle.seek(0)
                raise Busy(
                    f"another writer is at work ({handle.read().strip() or 'unknown process'})",
                    where=str(path.parent),
                    remedy="wait until it ends, or say how long to wait with --wait SECONDS",
                )
            time.sleep(0.05)
        handle.truncate(0)
        handle.write(f"process {os.getpid()} since {datetime.now(UTC).isoformat(timespec='seconds')}")
        handle.flush()
        yield  # the lock goes with the handle, also when the process is killed


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _seal_file(path: Path) -> FileRecord:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
        os.fsync(handle.fileno())
    return FileRecord(path.stat().st_size, digest.hexdigest())


def _matches(path: Path, record: FileRecord, thorough: bool) -> bool:
    try:
        if path.stat().st_size != record.bytes:
            return False
        if not thorough:
            return True
        with path.open("rb") as handle:  # a piece at a time: a file may be hundreds of megabytes
            return hashlib.file_digest(handle, "sha256").hexdigest() == record.sha256
    except OSError:
        return False


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(path: Path) -> None:
    """Make what was renamed within a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
