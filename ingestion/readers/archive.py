"""Looks into a zip archive before anything opens it: what it really is, and whether it is a bomb."""

from __future__ import annotations

import errno
import zipfile
import zlib
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.readers.contract import Limits
from ingestion.readers.identity import EXPORT, UNPACK, bad

WORKBOOK = "xl/workbook.xml"
XML_HEAD_BYTES = 4096
XML_SUFFIXES = (".xml", ".rels", ".vml")
# What other documents in a zip archive hold; the first that fits names the file.
DOCUMENTS = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "open it in Excel and save it as .xlsx"),
    ("word/document.xml", "a Word document", EXPORT),
    ("ppt/presentation.xml", "a PowerPoint presentation", EXPORT),
    ("content.xml", "an OpenDocument file (.ods, .odt)", "open it and save it as .xlsx or CSV"),
)


def check_workbook(path: Path, limits: Limits) -> None:
    """Raises BadFile unless the archive is an ordinary, bounded Excel workbook without macros."""
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(path, archive.infolist(), limits)
            names = archive.namelist()
            refuse_others(path, names)
            for name in names:
                if name.lower().endswith(XML_SUFFIXES):
                    refuse_entities(path, archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a directory that points before the start of the file
            raise
        raise damaged(path, "its directory points outside the file") from error


def refuse_bomb(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise bad(path, "this archive is encrypted with a password", "save it again without a password")
    expanded = sum(entry.file_size for entry in entries)
    ratio = expanded / max(1, path.stat().st_size)
    if len(entries) > limits.archive_entries:
        raise too_big(path, f"it has {len(entries):,} parts", f"at most {limits.archive_entries:,} parts")
    if expanded > limits.expanded_bytes:
        raise too_big(path, f"it unfolds to {expanded:,} bytes", f"at most {limits.expanded_bytes:,} bytes")
    if expanded > limits.free_expansion_bytes and ratio > limits.expansion_ratio:
        raise too_big(path, f"it unfolds to {ratio:,.0f} times its size", f"at most {limits.expansion_ratio} times")


def too_big(path: Path, what: str, expected: str) -> BadFile:
    remedy = "check where the file comes from; if it is right, open it in Excel and save the tables as CSV"
    return BadFile(what, where=path.name, expected=expected, remedy=remedy)


def refuse_others(path: Path, names: list[str]) -> None:
    for inside, what, remedy in DOCUMENTS:
        if inside in names:
            raise bad(path, f"this is {what}", remedy)
    if WORKBOOK not in names:
        raise bad(path, "this is a zip archive", UNPACK)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise bad(path, "this workbook carries macros, which are programs", "save it as .xlsx (without macros) and load that")


def refuse_entities(path: Path, archive: zipfile.ZipFile, name: str) -> None:
    """Workbooks never define XML entities; attacks that unfold in memory do."""
    with archive.open(name) as part:
        head = part.read(XML_HEAD_BYTES).replace(b"\0", b"").upper()  # zero bytes: UTF-16
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise bad(path, f"its part {name} defines XML entities, which no workbook needs and attacks use", EXPORT)


def damaged(path: Path, reason: str) -> BadFile:
    return BadFile(
        f"this workbook is damaged or was not written whole ({' '.join(reason.split())[:200]})",
        where=path.name,
        expected="a complete Excel workbook (.xlsx)",
        remedy="copy it again, or open it in Excel and save it",
    )
