"""A reading does not change with case, missing diacritics, the language hint or the words around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest

from agents.language.tokens import fold
from agents.plan import Language
from tests.agents.language.time.grid import MAIN
from tests.agents.language.time.oracle import Expected
from tests.agents.language.time.reading import read
from tests.agents.language.time.test_expressions import ROWS

SPELLINGS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "title": str.title,
    "folded": fold,
    "folded upper": lambda text: fold(text).upper(),
    "spaced": lambda text: f"  {text}  ?",
    "composed apart": lambda text: text.replace("ă", "a\u0306").replace("ý", "y\u0301"),
}
AROUND = (
    ("revenue by category ", " in Hanoi"),
    ("doanh thu theo kênh ", " ở Huế"),
    ("show top 5 customers ", " please"),
    ("what was the margin ", ", for gold customers?"),
    ("tp 5 custmers revnue ", " pls"),
)


@lru_cache(maxsize=1)
def plainly_read() -> list[tuple[Language, str, list[Expected]]]:
    return [(language, text, read(text, MAIN, language)) for language, _, text in ROWS]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_variants_read_alike(spelling: str) -> None:
    spell = SPELLINGS[spelling]
    changed = [text for language, text, plain in plainly_read() if read(spell(text), MAIN, language) != plain]
    assert not changed


@pytest.mark.parametrize("around", AROUND, ids=[before for before, _ in AROUND])
def test_words_around_change_nothing(around: tuple[str, str]) -> None:
    before, after = around
    changed = [text for language, text, plain in plainly_read() if read(before + text + after, MAIN, language) != plain]
    assert not changed


def test_the_language_is_a_hint_only() -> None:
    other: dict[Language, Language] = {"en": "vi", "vi": "en"}
    assert not [text for language, text, plain in plainly_read() if read(text, MAIN, other[language]) != plain]


@pytest.mark.parametrize(
    ("mixed", "plain"),
    [
        ("doanh thu last month theo tỉnh", "last month"),
        ("revenue tháng này by category", "this month"),
        ("top 5 customers quý 3/2025", "Q3 2025"),
        ("sales 30 ngày qua per week", "sales last 30 days per week"),
        ("revenue Q3 2025 so với Q2 2025", "Q3 2025 vs Q2 2025"),
        ("tháng này vs last month", "this month vs last month"),
    ],
)
def test_two_languages_in_one_message(mixed: str, plain: str) -> None:
    assert read(mixed, MAIN, "vi") == read(plain, MAIN, "en")
