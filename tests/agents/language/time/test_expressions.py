"""Every expression of the tables means the oracle's days, on an ordinary day and on the days where calendars go wrong."""

from __future__ import annotations

from itertools import pairwise

import pytest

from agents.plan import Language
from tests.agents.language.time import expressions_en, expressions_en_more, expressions_vi
from tests.agents.language.time.grid import GRID, MAIN
from tests.agents.language.time.oracle import Meant
from tests.agents.language.time.reading import read, spans_of

TABLES: tuple[tuple[Language, tuple[tuple[Meant, tuple[str, ...]], ...]], ...] = (
    ("en", (*expressions_en.GROUPS, *expressions_en_more.GROUPS)),
    ("vi", expressions_vi.GROUPS),
)
ROWS = [(language, meant, text) for language, groups in TABLES for meant, texts in groups for text in texts]


def test_the_tables_are_as_large_as_promised() -> None:
    assert sum(language == "en" for language, _, _ in ROWS) >= 500
    assert sum(language == "vi" for language, _, _ in ROWS) >= 250


@pytest.mark.parametrize(("language", "meant", "text"), ROWS, ids=[text for _, _, text in ROWS])
def test_an_expression_means_the_days_of_the_oracle(language: Language, meant: Meant, text: str) -> None:
    for as_of in (MAIN, *GRID):
        wanted = meant(as_of)
        assert not wanted or read(text, as_of, language) == wanted, f"{text!r} as of {as_of}"


@pytest.mark.parametrize(("language", "meant", "text"), ROWS, ids=[text for _, _, text in ROWS])
def test_spans_run_in_order_over_whole_tokens(language: Language, meant: Meant, text: str) -> None:
    spans = spans_of(text, MAIN, language)
    assert spans
    assert all(0 <= span.start < span.end for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
