"""PDFs made to do harm: bombs, loops, lies and ruins, each a few kilobytes to a megabyte."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.knowledge.pdfs import FONTS, Line, assemble, content_of, flate, of_streams, pdf, stream

PAGES = b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
RESOURCES = b"<< /Font << /F1 3 0 R >> /XObject << /X 7 0 R >> >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 6 0 R /Resources %s >>" % RESOURCES
SHOW_FORM = stream(b"/X Do")


def one_page(content: bytes, *more: bytes) -> bytes:
    return assemble([CATALOG, PAGES, *FONTS, PAGE, content, *more])


def squeezed(pattern: bytes, times: int, rounds: int = 1) -> bytes:
    """A pattern many times over, compressed as often as wanted, without holding it whole."""
    packer = zlib.compressobj(9)
    block = pattern * 1_000
    data = b"".join(packer.compress(block) for _ in range(times // 1_000)) + packer.flush()
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%s] " % b" ".join([b"/FlateDecode"] * rounds))


def flate_bomb() -> bytes:
    return one_page(squeezed(b"\0" * 1_000, 300_000))


def nested_flate_bomb() -> bytes:
    return one_page(squeezed(b"(x) Tj " * 100, 400_000, rounds=3))


def many_filters() -> bytes:
    return one_page(stream(b"00>", b"/Filter [%s] " % b" ".join([b"/ASCIIHexDecode"] * 5_000)))


def run_length_bomb() -> bytes:
    return one_page(stream(bytes([129, 65]) * 700_000 + b"\x80", b"/Filter /RunLengthDecode "))


def page_tree_loop() -> bytes:
    return assemble([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])


def parent_loop() -> bytes:
    return assemble(
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R >>"]
    )


def deep_page_tree() -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (number + 3, number + 1) for number in range(20_000)]
    return assemble([CATALOG, *nodes, b"<< /Type /Page >>"])


def wide_page_tree_of_lies() -> bytes:
    kids = b" ".join([b"3 0 R"] * 60)
    levels = [b"<< /Type /Pages /Kids [%s] /Count 9 >>" % kids.replace(b"3 0", b"%d 0" % (number + 3)) for number in range(12)]
    return assemble([CATALOG, *levels, b"<< /Type /Page >>"])


def counts_a_thousand_million_pages() -> bytes:
    return assemble([CATALOG, b"<< /Type /Pages /Kids [] /Count 1000000000 >>"])


def length_that_is_itself() -> bytes:
    return one_page(b"<< /Length 6 0 R >>\nstream\n(x) Tj\nendstream")


def table_loop() -> bytes:
    return pdf([[Line("text")]]).replace(b"trailer\n<< ", b"trailer\n<< /Prev 9 ").replace(b"startxref\n", b"startxref\n1")


def previous_table_is_this_one() -> bytes:
    whole = pdf([[Line("text")]])
    place = whole.index(b"xref\n0")
    return whole.replace(b"trailer\n<< ", b"trailer\n<< /Prev %d " % place)


def form_that_draws_itself() -> bytes:
    form = stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 7 0 R >> >> ")
    return one_page(SHOW_FORM, form)


def forms_that_draw_each_other() -> bytes:
    forms = [
        stream(b"/X Do " * 12, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >> " % (number + 8))
        for number in range(12)
    ]
    return one_page(SHOW_FORM, *forms, stream(b"BT /F1 9 Tf (x) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "))


def deep_array() -> bytes:
    return one_page(stream(b"BT /F1 9 Tf " + b"[" * 200_000 + b"] TJ ET"))


def deep_dictionary() -> bytes:
    return one_page(b"<< /A " * 100_000 + b">>" * 100_000)


def endless_string() -> bytes:
    return one_page(flate(b"BT /F1 9 Tf (" + b"(" * 3_000_000))


def saved_states() -> bytes:
    return one_page(squeezed(b"q ", 3_000_000))


def places_out_of_this_world() -> bytes:
    text = b"BT /F1 1e300 Tf 1e300 0 0 1e300 1e308 1e308 Tm (x) Tj 9e999 -9e999 Td (y) Tj ET " + content_of([Line("still read")])
    return one_page(stream(text))


def letters_without_end() -> bytes:
    ranges = b"".join(b"<0000> <FFFF> <%04X>\n" % (number % 60_000) for number in range(3_000))
    unicode_map = flate(b"/CIDInit /ProcSet findresource begin begincmap 3000 beginbfrange\n" + ranges + b"endbfrange endcmap end end")
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 7 0 R >>"
    return assemble([CATALOG, PAGES, font, FONTS[1], PAGE, stream(b"BT /F1 9 Tf <00410042> Tj ET"), unicode_map])


def predictor_of_a_thousand_million_columns() -> bytes:
    parms = b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1000000000 >> "
    return one_page(stream(zlib.compress(b"\2" + b"x" * 50_000), parms))


def outline_loop() -> bytes:
    whole = of_streams([flate(content_of([Line("the text of the page is still there, whatever the bookmarks do")]))])
    loop = b"/Outlines << /First << /Title (a) /Next 1 0 R /First 1 0 R >> /Last 1 0 R >> "
    return whole.replace(b"/Type /Catalog ", b"/Type /Catalog " + loop)


def cut_in_half() -> bytes:
    whole = pdf([[Line(f"line {number}", y=700 - number)] for number in range(40)])
    return whole[: len(whole) // 2]


def noise_behind_a_header() -> bytes:
    return b"%PDF-1.7\n" + random.Random(7).randbytes(200_000)


def flipped_bytes() -> bytes:
    whole, chance = bytearray(pdf([[Line(f"line {number}", y=700 - number)] for number in range(40)])), random.Random(11)
    for _ in range(200):
        whole[chance.randrange(20, len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)


HOSTILE: tuple[Callable[[], bytes], ...] = (
    flate_bomb,
    nested_flate_bomb,
    many_filters,
    run_length_bomb,
    page_tree_loop,
    parent_loop,
    deep_page_tree,
    wide_page_tree_of_lies,
    counts_a_thousand_million_pages,
    length_that_is_itself,
    table_loop,
    previous_table_is_this_one,
    form_that_draws_itself,
    forms_that_draw_each_other,
    deep_array,
    deep_dictionary,
    endless_string,
    saved_states,
    places_out_of_this_world,
    letters_without_end,
    predictor_of_a_thousand_million_columns,
    outline_loop,
    cut_in_half,
    noise_behind_a_header,
    flipped_bytes,
)


def many_comments() -> bytes:
    return b"<!---->" * 580 + b"<p>hello</p>"


def many_instructions() -> bytes:
    return b"<?xml ?>" * 480 + b"<p>hello</p>"


def mixed_comments() -> bytes:
    return (b"<!-- --><?a?> <!---->" * 190) + b"<p>hello</p>"


def unclosed_comments() -> bytes:
    return b"<!--" * 16_000 + b"<p>hello</p>"


# Text that costs nothing to write and everything to look at carelessly; `sniff` reads its start in the parent.
HOSTILE_TEXTS: tuple[Callable[[], bytes], ...] = (many_comments, many_instructions, mixed_comments, unclosed_comments)


def directory_bomb(parts: int, told: int | None = None, remark: bytes = b"") -> bytes:
    """An archive whose list of parts is nearly all of it; `told` is how many parts its end claims."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    whole = packed.getvalue()
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    listed, claimed = entry * parts, min(parts if told is None else told, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, claimed, claimed, len(listed), start, len(remark))
    return whole[:start] + listed + end + remark
