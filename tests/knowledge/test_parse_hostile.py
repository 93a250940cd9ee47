"""Documents that would do harm: each is refused with its reason or read for what it is, in time, and this process goes on."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from knowledge.parse import MOST_BYTES, ParseLimits, parse, read_bounded
from knowledge.parse_errors import BadDocument, Trouble
from knowledge.sniff import sniff
from tests.knowledge.hostile import HOSTILE, HOSTILE_TEXTS, directory_bomb, one_page, saved_states, unclosed_comments
from tests.knowledge.pdfs import Line, flowing, pdf, stream

ROOT = Path(__file__).parents[2]
READABLE = {"table_loop", "previous_table_is_this_one", "places_out_of_this_world", "outline_loop"}


def refused(content: bytes, name: str, code: Trouble, limits: ParseLimits | None = None) -> str:
    with pytest.raises(BadDocument) as caught:
        parse(content, name, limits)
    told = str(caught.value)
    assert caught.value.code == code, told
    assert told.startswith(f"{name}: ") and "Expected: " in told and "Next: " in told
    assert "Traceback" not in told and "/" + "root" not in told and ".py" not in told
    return told


@pytest.mark.parametrize("made", HOSTILE, ids=lambda made: made.__name__)
def test_hostile_pdfs_end_in_time_with_a_reason(made: Callable[[], bytes]) -> None:
    content, start = made(), time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        read = parse(content, "hostile.pdf")
    except BadDocument as error:
        assert made.__name__ not in READABLE, error
        assert error.code in ("broken", "bomb", "no_text", "slow", "memory", "too_much_text")
        assert error.remedy and "Error" not in str(error).partition(":")[0]
    else:
        assert made.__name__ in READABLE and read.parsed.blocks
    assert time.monotonic() - start < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "the parent paid for it"


@pytest.mark.parametrize("made", HOSTILE_TEXTS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("name", ["a.html", "a.xml", "a.md", "a"])
def test_telling_what_a_text_is_takes_no_time_whatever_it_begins_with(made: Callable[[], bytes], name: str) -> None:
    content, before = made(), time.process_time()
    assert sniff(content, name).format in ("html", "markdown", "text")
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize("made", HOSTILE_TEXTS, ids=lambda made: made.__name__)
def test_a_text_of_comments_is_read_in_time(made: Callable[[], bytes]) -> None:
    start = time.monotonic()
    text = parse(made(), "a.html").parsed.blocks[0].text
    assert text.endswith("<p>hello") if made is unclosed_comments else text == "hello"
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (b"", "feed"),
        (b'<?xml version="1.0"?>\n', "feed"),
        (b"<!-- one --><!-- two -->\n<?xml-stylesheet href='a'?>  ", "feed"),
        (b"<!-- a > b -- c -->", "feed"),
        (b"<!-- open", "html"),
        (b"<p>text</p>", "html"),
    ],
)
def test_a_feed_is_told_by_its_root_after_any_comments(before: bytes, expected: str) -> None:
    assert sniff(before + b"<rss version='2.0'></rss>", "a.html").format == expected


def test_the_list_of_an_archives_parts_is_not_read_before_its_length_is_known() -> None:
    before = time.process_time()
    assert "65,535 parts" in refused(directory_bomb(600_000), "a.docx", "bomb")
    assert "the list of its parts takes 37,800,000 bytes" in refused(directory_bomb(600_000, told=1), "a.docx", "bomb")
    assert "the list of its parts" in refused(directory_bomb(600_000, told=1, remark=b"with a remark"), "a.docx", "bomb")
    assert time.process_time() - before < 1.5
    assert sniff(directory_bomb(3, told=1, remark=b"with a remark"), "a.docx").format == "docx"


def test_a_document_that_takes_too_long_is_stopped() -> None:
    assert "longer than 1 seconds" in refused(saved_states(), "slow.pdf", "slow", ParseLimits(processor_seconds=1))
    assert "longer" in refused(saved_states(), "slow.pdf", "slow", ParseLimits(seconds=0.2))


def test_a_document_that_takes_too_much_memory_is_stopped() -> None:
    told = refused(("word " * 4_000_000).encode(), "big.txt", "memory", ParseLimits(memory_bytes=60_000_000))
    assert "memory" in told


def test_a_document_with_too_much_text_is_refused() -> None:
    assert "10,000,000 characters" in refused(b"all work and no play " * 600_000, "endless.txt", "too_much_text")
    small = ParseLimits(output_bytes=10_000)
    refused(b"all work and no play " * 1_000, "endless.txt", "too_much_text", small)


def encrypted(user_password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([flowing(["Behind a lock."])])))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def test_an_encrypted_pdf_says_so_and_one_that_is_only_locked_against_changes_is_read() -> None:
    assert "encrypted with a password" in refused(encrypted("secret"), "locked.pdf", "encrypted")
    assert parse(encrypted(""), "open.pdf").parsed.blocks[0].text == "Behind a lock."


def test_a_scan_says_that_it_holds_no_text() -> None:
    picture = stream(b"\0" * 300, b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 /ColorSpace /DeviceRGB ")
    told = refused(one_page(stream(b"q 500 0 0 500 0 0 cm /X Do Q"), picture), "scan.pdf", "no_text")
    assert "it is a scan or only pictures" in told and "OCR" in told


@pytest.mark.parametrize(
    ("content", "name", "code", "said"),
    [
        (b"", "empty.pdf", "empty", "the file is empty"),
        (b"\0" * 5_000, "zeros.txt", "empty", "empty"),
        (b" \r\n\t", "blank.md", "empty", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\1" * 50, "photo.pdf", "unsupported", "PNG picture"),
        (b"\x7fELF" + bytes(60), "tool.docx", "unsupported", "program"),
        (b"{\\rtf1 text}", "old.doc", "unsupported", "RTF"),
        (bytes(range(256)) * 40, "noise.pdf", "unsupported", "does not begin like a PDF"),
        (bytes(range(256)) * 40, "noise.bin", "unsupported", "neither text nor a document"),
        (b"PK\x03\x04" + b"broken" * 50, "cut.docx", "broken", "damaged"),
        (b"<p hidden>nothing to see</p>", "hidden.html", "no_text", "no text"),
    ],
)
def test_what_is_no_document_is_told_by_its_true_name(content: bytes, name: str, code: Trouble, said: str) -> None:
    assert said in refused(content, name, code)


def archive(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as handle:
        for name, content in parts.items():
            handle.writestr(name, content)
    return packed.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("parts", "code", "said"),
    [
        ({"word/document.xml": b"<x/>" + b" " * 300_000_000}, "bomb", "unfolds"),
        ({"word/document.xml": ENTITIES}, "bomb", "defines XML entities"),
        ({"word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}, "unsupported", "macros"),
        ({"word/document.xml": b"<not closed"}, "broken", "damaged"),
        ({"xl/workbook.xml": ENTITIES}, "bomb", "defines XML entities"),
        ({"xl/workbook.xml": b"<x/>"}, "broken", "damaged"),
        ({f"word/{number}.xml": b"" for number in range(6_000)} | {"word/document.xml": b"<x/>"}, "bomb", "6,001 parts"),
        ({"ppt/presentation.xml": b"<x/>"}, "unsupported", "PowerPoint"),
        ({"content.xml": b"<x/>"}, "unsupported", "OpenDocument"),
        ({"a.txt": b"text"}, "unsupported", "zip archive"),
    ],
    ids=["zip bomb", "entities", "macros", "broken xml", "entities in a sheet", "no sheet", "many parts", "slides", "odt", "zip"],
)
def test_office_files_are_looked_into_before_they_unfold(parts: dict[str, bytes], code: Trouble, said: str) -> None:
    start = time.monotonic()
    assert said in refused(archive(parts), "file.docx", code)
    assert time.monotonic() - start < 10


def test_old_and_encrypted_office_files_share_a_container_and_are_told_apart() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    refused(head + "EncryptedPackage".encode("utf-16-le"), "secret.docx", "encrypted")
    assert ".msg" in refused(head + "__substg1.0_".encode("utf-16-le"), "mail.msg", "unsupported")
    assert ".doc" in refused(head, "old.doc", "unsupported")


def test_three_hundred_megabytes_are_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as handle:
        handle.truncate(300_000_000)
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadDocument, match="300,000,000 bytes") as caught:
        read_bounded(large, "large.pdf")
    assert caught.value.code == "too_large" and f"{MOST_BYTES:,}" in str(caught.value)
    assert time.monotonic() - start < 1 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_deeply_nested_pages_and_lists_are_read_or_refused() -> None:
    deep = b"<div>" * 50_000 + b"the innermost words" + b"</div>" * 50_000
    assert parse(deep, "deep.html").parsed.blocks[0].text == "the innermost words"
    quotes = (">" * 5_000 + " text\n").encode()
    assert parse(quotes, "quotes.md").parsed.blocks
    lists = "".join(f"{'  ' * depth}- item {depth}\n" for depth in range(300)).encode()
    assert parse(lists, "lists.md").parsed.blocks
    tables = b"<table><tr><td>" * 3_000 + b"x"
    assert parse(tables, "tables.html").parsed.blocks


PROBE = """
import json, os, resource, socket, sys
from knowledge.parse_fence import put_up
put_up(300_000_000, 20)
found = {}
def attempt(name, act):
    try:
        act()
        found[name] = "done"
    except BaseException as error:
        found[name] = type(error).__name__
attempt("read", lambda: open("/etc/hostname"))
attempt("write", lambda: open("/tmp/oiis-probe", "w").write("x"))
attempt("socket", lambda: socket.socket())
attempt("process", lambda: os.fork())
attempt("pipe", lambda: os.pipe())
attempt("memory", lambda: bytearray(2_000_000_000))
attempt("raise limits", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
attempt("directory", lambda: os.listdir("/"))
attempt("remove", lambda: os.unlink(sys.argv[1]))
os.write(1, json.dumps(found).encode())
os._exit(0)
"""


def test_behind_the_fence_nothing_can_be_reached(tmp_path: Path) -> None:
    """What a document could do if it took over its reader."""
    kept = tmp_path / "kept"
    kept.write_text("x")
    tmp_path.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", PROBE, str(kept)], cwd=ROOT, capture_output=True, timeout=30, check=True)
    found = json.loads(done.stdout)
    assert {name for name, outcome in found.items() if outcome == "done"} <= ({"remove", "process"} if os.geteuid() else set()), found
    assert os.geteuid() or kept.exists()


def test_the_child_sees_no_secret_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge import parse as parsing

    monkeypatch.setenv("OIIS_MODEL_KEY", "a-key-that-nobody-may-see")
    assert not any("key" in value for value in parsing._ENVIRONMENT.values())
    started: list[dict[str, str]] = []
    popen = subprocess.Popen

    def spied(*args: object, **options: object) -> object:
        started.append(dict(options["env"]))  # type: ignore[call-overload]
        return popen(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", spied)
    parse(b"some words", "a.txt")
    assert started and "OIIS_MODEL_KEY" not in started[0]


def test_no_child_is_left_behind() -> None:
    for made in (lambda: parse(b"words", "a.txt"), lambda: refused(saved_states(), "s.pdf", "slow", ParseLimits(seconds=0.3))):
        made()
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("this system does not list children")
    for child in children.read_text().split():
        command = Path(f"/proc/{child}/cmdline")
        assert not command.exists() or b"parse_child" not in command.read_bytes()


def test_a_file_of_many_pages_of_text_is_read_well_within_time() -> None:
    lines = [Line(f"Line {number} says something about stock, orders and suppliers.", y=740 - 15 * number) for number in range(46)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    parsed = parse(pdf([lines] * 200), "long.pdf").parsed
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert parsed.pages == 200
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15
