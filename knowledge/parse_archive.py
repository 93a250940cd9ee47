"""Office documents are zip archives: looked into before anything unfolds them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from knowledge.parse_errors import BadDocument, Trouble

MOST_PARTS, MOST_DIRECTORY_BYTES = 5_000, 2_000_000
MOST_UNFOLDED_BYTES = 400_000_000
MOST_RATIO, FREE_BYTES = 200, 20_000_000  # text shrinks 5 to 30 times; below the free size the ratio says nothing
_HEAD_BYTES = 4_096
_END, _END_SIGN, _LONGEST_REMARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06", 1 << 16
_END_64, _END_64_SIGN, _LOCATOR_BYTES, _LOCATOR_SIGN = struct.Struct("<4sQ2H2L4Q"), b"PK\x06\x06", 20, b"PK\x06\x07"
_XML = (".xml", ".rels", ".vml")
_CHECK = "check where the file comes from; if it is right, save its text as PDF or plain text and add that"


def refuse_directory(content: bytes, name: str) -> None:
    """BadDocument for an archive whose list of parts alone is too long to be read in this process; its end says how long it is."""
    parts, size = _directory(content)
    if parts > MOST_PARTS:
        raise _refused("bomb", f"it has {parts:,} parts, {MOST_PARTS:,} are the most", name, _CHECK)
    if size > MOST_DIRECTORY_BYTES:
        raise _refused("bomb", f"the list of its parts takes {size:,} bytes, {MOST_DIRECTORY_BYTES:,} are the most", name, _CHECK)


def _directory(content: bytes) -> tuple[int, int]:
    """How many parts an archive says it has and how many bytes list them, found as `zipfile` finds it; 0 where there is no end."""
    place = len(content) - _END.size
    if not (content.startswith(_END_SIGN, max(place, 0)) and content.endswith(b"\0\0")):
        place = content.rfind(_END_SIGN, max(place - _LONGEST_REMARK, 0))
    if place < 0 or len(content) - place < _END.size:
        return 0, 0
    _, _, _, _, parts, size, *_ = _END.unpack_from(content, place)
    longer = place - _LOCATOR_BYTES - _END_64.size
    if longer >= 0 and content.startswith(_LOCATOR_SIGN, place - _LOCATOR_BYTES) and content.startswith(_END_64_SIGN, longer):
        *_, parts, size, _ = _END_64.unpack_from(content, longer)
    return parts, size


def check_archive(content: bytes, name: str) -> None:
    """BadDocument for an archive that is encrypted, damaged, a bomb, carries macros or defines XML entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_bomb(entries, len(content), name)
            for entry in entries:
                if entry.filename.lower().endswith("vbaproject.bin"):
                    raise _refused("unsupported", "it carries macros, which are programs", name, "save it without macros (.docx, .xlsx)")
                if entry.filename.lower().endswith(_XML):
                    _refuse_entities(archive, entry, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        reason = " ".join(str(error).split())[:120]
        raise _refused(
            "broken", f"the file is damaged or was not copied whole ({reason})", name, "copy it again, or open it and save it"
        ) from error


def _refuse_bomb(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refused("encrypted", "it is encrypted with a password", name, "save it again without a password")
    unfolded = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PARTS:
        raise _refused("bomb", f"it has {len(entries):,} parts, {MOST_PARTS:,} are the most", name, _CHECK)
    if unfolded > MOST_UNFOLDED_BYTES or (unfolded > FREE_BYTES and unfolded > MOST_RATIO * size):
        told = f"it unfolds from {size:,} to {unfolded:,} bytes; {MOST_UNFOLDED_BYTES:,} bytes or {MOST_RATIO} times its size are the most"
        raise _refused("bomb", told, name, _CHECK)


def _refuse_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Office never defines XML entities; attacks that unfold in memory do."""
    with archive.open(entry) as part:
        head = part.read(_HEAD_BYTES).replace(b"\0", b"").upper()  # zero bytes: UTF-16
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise _refused(
            "bomb", f"its part {entry.filename[:80]} defines XML entities, which no document needs and attacks use", name, _CHECK
        )


def _refused(code: Trouble, what: str, name: str, remedy: str) -> BadDocument:
    return BadDocument(code, what, where=name, expected="an ordinary office document", remedy=remedy)
