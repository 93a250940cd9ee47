"""What a file really is, from its first bytes: what no reader takes is refused with its true name and a way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.readers.text_encoding import BYTE_ORDER_MARKS, find_wide_encoding

HEAD_BYTES = 1 << 16
EXPORT = "export the table as CSV (UTF-8) or XLSX and load that"
UNPACK = "unpack it and load the files inside, or pack a single CSV with gzip"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTROL = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 26, 27})


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is no table for us: how it starts, what it is, what to do."""

    magic: bytes
    what: str
    remedy: str
    offset: int = 0

    def starts(self, head: bytes) -> bool:
        return head[self.offset : self.offset + len(self.magic)] == self.magic and not (self.wordlike and looks_like_text(head))

    @property
    def wordlike(self) -> bool:
        """Letters only: a table may start with them as well, say with a column ORCID."""
        return self.magic.isalnum()


FOREIGN = (
    Foreign(b"SQLite format 3\0", "a SQLite database", "run ./oiis data sync sqlite:///{path}"),
    Foreign(b"DUCK", "a DuckDB database", "export its tables as Parquet and load those", offset=8),
    Foreign(b"%PDF-", "a PDF document", EXPORT),
    Foreign(b"\x89PNG\r\n\x1a\n", "a PNG picture", EXPORT),
    Foreign(b"\xff\xd8\xff", "a JPEG picture", EXPORT),
    Foreign(b"GIF8", "a GIF picture", EXPORT),
    Foreign(b"II*\0", "a TIFF picture", EXPORT),
    Foreign(b"MM\0*", "a TIFF picture", EXPORT),
    Foreign(b"WEBP", "a WebP picture", EXPORT, offset=8),
    Foreign(b"{\\rtf", "an RTF document", EXPORT),
    Foreign(b"\x7fELF", "a program", EXPORT),
    Foreign(b"MZ\x90\0", "a program", EXPORT),
    Foreign(b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    Foreign(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    Foreign(b"BZh", "a bzip2 file", UNPACK),
    Foreign(b"\xfd7zXZ\0", "an xz file", UNPACK),
    Foreign(b"\x28\xb5\x2f\xfd", "a Zstandard file", UNPACK),
    Foreign(b"ustar", "a tar archive", UNPACK, offset=257),
    Foreign(b"Obj\x01", "an Avro file", "export it as Parquet"),
    Foreign(b"ORC", "an ORC file", "export it as Parquet"),
    Foreign(b"ARROW1\0\0", "an Arrow (Feather) file", "export it as Parquet"),
)
# Suffixes of things that are never text: text under such a name is a mistake worth telling.
FOREIGN_SUFFIXES = frozenset({".xls", ".xlsb", ".ods", ".docx", ".pdf", ".html", ".xml", ".png", ".jpg", ".zip", ".rar", ".sqlite", ".db"})
MARKUP = re.compile(r"^\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|table|div|meta|\?xml)", re.IGNORECASE | re.DOTALL)


def find_foreign(head: bytes) -> Foreign | None:
    return next((foreign for foreign in FOREIGN if foreign.starts(head)), None)


def refuse_foreign(head: bytes, path: Path) -> None:
    """Raises BadFile for what is recognised and cannot be read as a table."""
    if not head:
        raise bad(path, "the file is empty", "export it again; a day without data still has its header row")
    if foreign := find_foreign(head):
        raise bad(path, f"this is {foreign.what}", foreign.remedy.format(path=path))
    if head.startswith(OLE_MAGIC):
        raise refuse_ole(path)
    refuse_markup(head, path)
    if not head.strip(b"\0"):
        raise bad(path, "the file holds only zero bytes: it was not written or copied whole", "export or copy it again")


def refuse_markup(head: bytes, path: Path) -> None:
    text = decode_head(head)[:4096]
    found = MARKUP.match(text)
    if found is None:
        return
    tag = found.group(2).lower()
    if tag != "?xml" or re.search(r"<html", text, re.IGNORECASE):
        raise bad(path, "this is a web page (HTML), perhaps a login page or a report saved as a table", EXPORT)
    raise bad(path, "this is an XML file", EXPORT)


def refuse_ole(path: Path) -> BadFile:
    """Old Office files and encrypted new ones share a container; its directory tells which it is."""
    names = read_ole_directory(path)
    if "EncryptedPackage".encode("utf-16-le") in names:
        return bad(
            path, "this workbook is encrypted with a password", "open it in Excel, remove the password (File, Info, Protect) and save it"
        )
    if "WordDocument".encode("utf-16-le") in names:
        return bad(path, "this is an old Word document (.doc)", EXPORT)
    return bad(path, "this is an old Excel workbook (.xls)", "open it and save it as .xlsx or CSV")


def read_ole_directory(path: Path) -> bytes:
    with path.open("rb") as file:
        header = file.read(512)
        sector_bytes = 1 << min(12, int.from_bytes(header[30:32], "little"))
        file.seek((int.from_bytes(header[48:52], "little") + 1) * sector_bytes)
        return file.read(4096)


def decode_head(head: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode(find_wide_encoding(head) or "utf-8", "replace")


def looks_like_text(head: bytes) -> bool:
    """Hardly any control characters; zero bytes only as damage or as half of UTF-16."""
    if any(head.startswith(mark) for mark, _ in BYTE_ORDER_MARKS) or find_wide_encoding(head):
        return True
    written = head.rstrip(b"\0")  # a half-written text is still text, and is told so later
    controls = len(written) - len(written.translate(None, CONTROL))
    return controls <= 8 + 0.05 * len(written) and written.count(0) <= 0.3 * len(written)


def bad(path: Path, what: str, remedy: str) -> BadFile:
    return BadFile(what, where=path.name, expected="CSV, TSV, XLSX, Parquet, JSON lines, or gzip of CSV or JSON lines", remedy=remedy)
