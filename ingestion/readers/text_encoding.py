"""Which encoding a text file is in, found by one quick pass over its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.errors import BadFile
from ingestion.readers.byte_source import READ_BYTES, ByteSource

SAMPLE_BYTES = 1 << 16
ZERO_END = bytes(16)  # room that was reserved for a file and never written
HIGH_BYTES = bytes(range(128, 256))
# Longest first: the UTF-32 mark starts with the UTF-16 one.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Scripts that write whole words with bytes over 127; among Latin code pages our own rule decides.
DENSE_ENCODINGS = ["cp1251", "koi8_r", "cp1253", "cp874", "shift_jis", "gb18030", "big5", "cp949"]
DENSE_RUN = re.compile(rb"[\x80-\xff]{3,}")
# cp1258 writes Vietnamese tones as separate marks after the vowel; in cp1252 these bytes are letters that hardly follow one.
VIETNAMESE_TONE = re.compile(rb"[aeiouyAEIOUY\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd][\xcc\xd2\xde\xec\xf2]")
VIETNAMESE_LETTER = re.compile(rb"[\xd0\xf0\xc3\xe3\xd5\xf5\xdd\xfd\xe2\xea\xf4]")


@dataclass(frozen=True)
class TextFormat:
    """How bytes become text; `proven` when a pass over the whole file found every byte to decode."""

    encoding: str
    proven: bool = False
    has_nul: bool = True
    note: str | None = None

    @property
    def decomposed(self) -> bool:
        """Tones stand as separate characters and have to be joined to their vowel."""
        return self.encoding == "cp1258"


def find_format(source: ByteSource, wanted: str | None, *, by_line: bool = True) -> TextFormat:
    """The byte order mark, else what a person said, else UTF-8 when it is, else one legacy encoding; mixed is refused."""
    head = source.head(SAMPLE_BYTES)
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return TextFormat(encoding, note=None if encoding == "utf-8-sig" else f"encoding {encoding}")
    if wide := find_wide_encoding(head):
        return TextFormat(wide, note=f"encoding {wide} (no byte order mark)")
    scan = scan_text(source, tell_mixed=wanted is None, by_line=by_line)
    if wanted is not None:
        name = check_encoding(wanted, source.path.name)
        return TextFormat(name, name == "utf-8" and scan.bad_at is None, scan.has_nul, f"encoding {name} as told")
    if scan.bad_at is None:
        return TextFormat("utf-8", True, scan.has_nul)
    legacy = guess_legacy(scan.sample)
    return TextFormat(legacy, False, scan.has_nul, f"encoding {legacy} (a guess: the file is not UTF-8)")


def find_wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a mark shows as text with every second byte zero."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 2:
        return None
    even_share, odd_share = even.count(0) / len(even), odd.count(0) / len(odd)
    if odd_share > 0.4 and even_share < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even_share > 0.4 and odd_share < 0.05 else None


def check_encoding(name: str, where: str) -> str:
    """The proper name of an encoding that Python can read text in."""
    try:
        "a,b\n".encode(name)
        return codecs.lookup(name).name
    except (LookupError, UnicodeError) as error:
        raise BadFile(
            f"unknown encoding {name!r}", where=where, expected="a name such as utf-8, cp1258, cp1252, utf-16", remedy="correct --encoding"
        ) from error


@dataclass
class Scan:
    """What one pass over the bytes found."""

    has_nul: bool = False
    multibyte: bool = False  # some line outside ASCII is valid UTF-8
    bad_at: int | None = None  # where the first line starts that is not UTF-8
    sample: bytes = b""
    zero_end: bool = False

    @property
    def mixed(self) -> bool:
        return self.multibyte and self.bad_at is not None


def scan_text(source: ByteSource, *, tell_mixed: bool, by_line: bool) -> Scan:
    """Looks at every line once; stops with BadFile at an endless line, and at mixed encodings when asked to."""
    scan = Scan()
    for offset, block in line_blocks(source) if by_line else text_blocks(source):
        scan.has_nul = scan.has_nul or b"\0" in block
        if not block.isascii():
            look_at_block(scan, offset, block)
        if scan.mixed and tell_mixed:
            raise mixed_encodings(source, scan.bad_at or 0)
        scan.zero_end = block.endswith(ZERO_END)
    if scan.zero_end:
        raise bad_end(source)
    return scan


def look_at_block(scan: Scan, offset: int, block: bytes) -> None:
    """Decodes whole blocks, and single lines only where a block holds both good and bad ones."""
    try:
        block.decode("utf-8")
        scan.multibyte = True
        return
    except UnicodeDecodeError as error:
        start = max(block.rfind(b"\n", 0, error.start), block.rfind(b"\r", 0, error.start)) + 1
        scan.bad_at = offset + start if scan.bad_at is None else scan.bad_at
    scan.sample = scan.sample or block[start : start + SAMPLE_BYTES]
    if not scan.multibyte and not block.decode("utf-8", "ignore").isascii():
        scan.multibyte = any(is_multibyte(line) for line in re.split(rb"[\r\n]", block))


def is_multibyte(line: bytes) -> bool:
    if line.isascii():
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def line_blocks(source: ByteSource) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole lines with their offsets; an endless line is refused without being held."""
    limit, offset, carry = source.limits.line_bytes, 0, b""
    with source.open() as opened:
        while chunk := opened.stream.read(min(READ_BYTES, limit)):
            cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
            first = min((at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0), default=len(chunk))
            if len(carry) + first > limit:
                raise endless_line(source, offset)
            if not cut:
                carry += chunk
                continue
            block, carry = carry + chunk[:cut], chunk[cut:]
            yield offset, block
            offset += len(block)
    if carry:
        yield offset, carry


def text_blocks(source: ByteSource) -> Iterator[tuple[int, bytes]]:
    """Blocks that end with an ASCII byte, so that none cuts a character; for text whose lines may be endless."""
    offset, carry = 0, b""
    with source.open() as opened:
        while chunk := opened.stream.read(READ_BYTES):
            cut = len(chunk.rstrip(HIGH_BYTES)) or len(chunk)
            block, carry = carry + chunk[:cut], chunk[cut:]
            yield offset, block
            offset += len(block)
    if carry:
        yield offset, carry


def line_number(source: ByteSource, offset: int) -> int:
    """The line, counted from 1, that stands at a byte offset."""
    line, last = 1, b""
    with source.open() as opened:
        while offset > 0 and (chunk := opened.stream.read(min(READ_BYTES, offset))):
            pair = last == b"\r" and chunk.startswith(b"\n")
            line += chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n") - pair
            last, offset = chunk[-1:], offset - len(chunk)
    return line


def read_line_at(source: ByteSource, offset: int) -> bytes:
    with source.open() as opened:
        while offset > 0 and (skipped := opened.stream.read(min(READ_BYTES, offset))):
            offset -= len(skipped)
        return re.split(rb"[\r\n]", opened.stream.readline(source.limits.line_bytes), maxsplit=1)[0]


def endless_line(source: ByteSource, offset: int) -> BadFile:
    return BadFile(
        f"this line is longer than {source.limits.line_bytes:,} bytes",
        where=f"{source.path.name}, line {line_number(source, offset):,}",
        expected="one record per line",
        remedy="check that the file is an export of rows and not one long text; split or export it again",
    )


def bad_end(source: ByteSource) -> BadFile:
    return BadFile(
        "the file ends in zero bytes: it was not written or copied whole",
        where=source.path.name,
        expected="text up to the end",
        remedy="export or copy the file again",
    )


def mixed_encodings(source: ByteSource, offset: int) -> BadFile:
    line = read_line_at(source, offset)
    try:
        line.decode("utf-8")
        at = 0
    except UnicodeDecodeError as error:
        at = error.start
    character = len(line[:at].decode("utf-8")) + 1
    return BadFile(
        f"mixed encodings: other lines are UTF-8, byte 0x{line[at : at + 1].hex().upper()} at character {character:,} of this one is not",
        where=f"{source.path.name}, line {line_number(source, offset):,}, {name_cell(source, line[:at])}",
        expected="one encoding in the whole file",
        remedy="export the file again as UTF-8, or load it with --encoding utf-8, which keeps such rows and flags them"
        " (or with --encoding cp1252 or cp1258 if it is all in that)",
    )


def name_cell(source: ByteSource, before: bytes) -> str:
    """Which column the text before an offender ends in, by the delimiter that the file's first lines show."""
    import csv

    from ingestion.readers.dialect import guess_delimiter

    lines = source.head().decode("latin-1").splitlines(keepends=True)
    delimiter = guess_delimiter(lines)
    cells = next(csv.reader([before.decode("utf-8")], delimiter=delimiter), [""])
    return f"column {max(1, len(cells))}"


def guess_legacy(sample: bytes) -> str:
    """One single-byte or East Asian encoding for text that is not UTF-8: Vietnamese by its tones, else Western."""
    outside = sum(byte > 127 for byte in sample)
    tones = len(VIETNAMESE_TONE.findall(sample))
    if tones and (tones + len(VIETNAMESE_LETTER.findall(sample))) >= 0.5 * outside:
        return "cp1258"
    in_runs = sum(map(len, DENSE_RUN.findall(sample)))
    return guess_dense(sample) if in_runs > 0.5 * outside else "cp1252"


def guess_dense(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=[*DENSE_ENCODINGS, "cp1252"]).best()
    return best.encoding if best is not None else "cp1252"
