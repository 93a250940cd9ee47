"""A unit in parts: nothing of it is left out, each part is short and stands under its own heading."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.embed import DIMENSIONS
from knowledge.index_corpus import Corpus, Unit
from knowledge.index_parts import MOST_PARTS, PART_WORDS, table_parts, text_parts
from tests.knowledge.shelf import WordEmbedder

CHUNK = """2. Storage and use

Store tea dry. Open bags last three weeks.

3. Ordering

Cartons are not broken for business customers."""
words = st.lists(st.sampled_from(["alpha", "bravo", "carol", "delta.", "echo!"]), min_size=1, max_size=30).map(" ".join)


def test_each_sentence_stands_under_its_own_heading() -> None:
    assert text_parts("Herbal tea", "1. Range", CHUNK) == (
        "Herbal tea > 2. Storage and use\nStore tea dry. Open bags last three weeks.",
        "Herbal tea > 3. Ordering\nCartons are not broken for business customers.",
    )


def test_marked_headings_are_headings_and_lists_are_sentences() -> None:
    parts = text_parts("Lost card", "", "## Fees\n- A new card costs 10.\n- Express costs 20.\n## Limits\n- One a year.")
    assert parts == ("Lost card > Fees\nA new card costs 10. Express costs 20.", "Lost card > Limits\nOne a year.")


def test_rows_of_a_table_keep_what_stands_before_it() -> None:
    rows = [f"SKU-{number} | Tea {number} | 12 | 111,000" for number in range(40)]
    parts = table_parts("Prices > columns: SKU", "\n".join(rows))
    assert len(parts) > 4 and all(part.startswith("Prices > columns: SKU\n") for part in parts)
    assert [row for part in parts for row in part.split("\n")[1:]] == rows


@given(st.lists(words, min_size=1, max_size=200).map("\n".join), st.sampled_from(["", "Section"]))
def test_no_word_is_lost_and_the_parts_are_bounded(text: str, section: str) -> None:
    parts = text_parts("Title", section, text)
    told = " ".join(part.partition("\n")[2] for part in parts)
    held = " ".join(parts)
    assert 1 <= len(parts) <= MOST_PARTS
    assert all(word in held for word in text.split())
    assert len(re.findall(r"\w+", told)) <= len(re.findall(r"\w+", text)) + MOST_PARTS
    if len(parts) < MOST_PARTS:
        longest = max(len(line.split()) for line in text.splitlines())
        assert all(len(part.partition("\n")[2].split()) <= max(PART_WORDS, longest) for part in parts)


def test_likeness_is_half_of_the_middle_and_half_of_the_best_part() -> None:
    units = [Unit("a", "a", "A", "x", ("tea dry", "bags weeks")), Unit("b", "b", "B", "cartons business"), Unit("c", "c", "C", "", ())]
    corpus = Corpus.build(units, WordEmbedder())
    asked = WordEmbedder().embed(["dry tea", "business"])
    found = corpus.similar(asked, np.array([1, 0, 2], np.int32))
    parts = [WordEmbedder().embed(list(unit.parts or (unit.text,))) for unit in units]
    for row, vector in enumerate(asked):
        for column, unit in enumerate((1, 0, 2)):
            middle = parts[unit].mean(axis=0)
            middle = middle / (np.linalg.norm(middle) or 1)
            assert abs(found[row, column] - 0.5 * (middle @ vector) - 0.5 * max(parts[unit] @ vector)) < 5e-3
    assert corpus.vectors.shape == (3, DIMENSIONS)
    assert corpus.similar(asked, np.zeros(0, np.int32)).shape == (2, 0)
