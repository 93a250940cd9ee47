"""Which reader a file gets: by its first bytes, with the name only as a witness."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.readers.contract import Reader
from ingestion.readers.identity import EXPORT, FOREIGN_SUFFIXES, HEAD_BYTES, bad, refuse_foreign


def choose_reader(source: Path, readers: Sequence[Reader]) -> Reader:
    """The reader for a file, or BadFile saying what the file really is."""
    if source.is_dir():
        raise BadFile("this is a folder", where=source.name, expected="a file", remedy="load the files inside it")
    if source.exists() and not source.is_file():
        raise BadFile("this is not an ordinary file", where=source.name, expected="a file on disk", remedy="save the data to a file first")
    if not source.is_file():
        raise BadFile("there is no such file", where=str(source), expected="a readable file", remedy="check the path")
    try:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except PermissionError as error:
        raise BadFile("this file may not be read", where=source.name, expected="a readable file", remedy="check its permissions") from error
    refuse_foreign(head, source)
    for reader in readers:
        if reader.recognises(head, source.name):
            refuse_wrong_name(source, source.name, reader, readers)
            return reader
    raise bad(source, "this is binary data of a kind that no reader knows", EXPORT)


def refuse_wrong_name(source: Path, name: str, reader: Reader, readers: Sequence[Reader]) -> None:
    """A known suffix that says something else than the content: better to ask than to guess."""
    suffix = Path(name).suffix.lower()
    others = {known for other in readers for known in other.suffixes} | FOREIGN_SUFFIXES
    if suffix in others and suffix not in reader.suffixes:
        raise BadFile(
            f"the name says {suffix}, but the content is {reader.name}",
            where=source.name,
            expected="a name that fits the content",
            remedy=f"check that it is the right file, then rename it to {Path(name).with_suffix(reader.suffixes[0]).name}",
        )
