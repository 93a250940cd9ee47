"""Trained models as versions: text files, a card that says what they learnt from and how they scored, hashes checked when read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import NoWarehouse
from ingestion.versions import Version, Versions
from ml.errors import NoModel

CARD = "card.json"
FOLDER = "models"
KEEP = 5


@dataclass(frozen=True)
class Stored:
    """A version of a model, read whole."""

    name: str
    texts: dict[str, str]


def versions_of(home: Path, kind: str) -> Versions:
    """The versions of one kind of model under a home folder."""
    return Versions(home / FOLDER / kind, KEEP)


def write(home: Path, kind: str, files: dict[str, str], wait_seconds: float = 0.0) -> Version:
    """Publish a model's files as the current version; a kill at any moment leaves the one before."""
    if CARD not in files:
        raise ValueError(f"a model needs a {CARD}, got {sorted(files)}")
    versions = versions_of(home, kind)
    with versions.building(wait_seconds) as draft:
        for name, text in files.items():
            (draft.path / name).write_text(text, encoding="utf-8")
        draft.keep()
    current = versions.current()
    if current is None:
        raise NoModel(f"the {kind} model was not published; train again")
    return current


def read(home: Path, kind: str, name: str | None = None) -> Stored:
    """The current version's files, or those of the version called `name`, after their hashes were checked."""
    versions = versions_of(home, kind)
    try:
        version = versions.get(name) if name else versions.current()
    except NoWarehouse as error:
        raise NoModel(f"no {kind} model {name!r}: {error}") from error
    if version is None:
        raise NoModel(f"no {kind} model was trained yet under {home}; train one with ./oiis train {kind}")
    damaged = versions.damage(version)
    if damaged:
        raise NoModel(f"{damaged[0]} of the {kind} model {version.name} does not match its manifest; train again with ./oiis train {kind}")
    return Stored(version.name, {file: (version.path / file).read_text(encoding="utf-8") for file in version.files})
