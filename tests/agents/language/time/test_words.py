"""The word files hold together: every pattern speaks of known categories and known productions, and both languages say the same things."""

from __future__ import annotations

import pytest

from agents.language.time.lexicon import Guard, Item, Node, _item, open_lexicon
from agents.language.time.productions import PRODUCTIONS
from agents.language.time.terms import _corrected

LEXICON = open_lexicon()
FIGURES = {"digits", "fraction", "year", "short_year", "ordinal", "date", "unclear_date", "year_month", "day_month"}
PATTERNS = [pattern for rows in LEXICON.opening.values() for _, pattern in rows]


def _categories(node: Node) -> set[str]:
    return {form.category for form in node.forms}.union(*(_categories(child) for child in node.after.values()))


KNOWN = _categories(LEXICON.phrases) | FIGURES | set(LEXICON.opening)
KNOWN |= {form.category for forms in LEXICON.glued.values() for form in forms}


def test_every_category_of_a_pattern_exists() -> None:
    used = {category for pattern in PATTERNS for item in pattern.items for category, _ in item.options}
    assert used <= KNOWN


def test_every_production_is_used_and_known() -> None:
    assert {pattern.production for pattern in PATTERNS} == set(PRODUCTIONS)


def test_every_guard_guards_something() -> None:
    assert set(LEXICON.guards) <= set(PRODUCTIONS)


def test_languages_say_the_same_assumptions() -> None:
    english, *others = LEXICON.languages.values()
    for other in others:
        assert set(other.say) == set(english.say)
        assert set(other.labels) == set(english.labels)
        assert set(other.grains) == set(english.grains)
        assert len(other.months) == 12


def test_words_of_time_are_many() -> None:
    assert set(LEXICON.languages) == {"en", "vi"}
    assert len(PATTERNS) >= 60


def test_an_item_is_read_from_its_text() -> None:
    assert _item("a:point|unit=month?") == Item("a", (("point", None), ("unit", "month")), True)
    with pytest.raises(ValueError, match="is no item of a pattern"):
        _item("a b:c")


def test_guards_look_at_both_sides() -> None:
    guard = Guard(not_after=frozenset({"over"}), only_before=frozenset({"$"}))
    assert guard.allows("in", "$")
    assert not guard.allows("over", "$")
    assert not guard.allows("in", "units")


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("septmber", "september"),
        ("febuary", "february"),
        ("yestarday", "yesterday"),
        ("quater", "quarter"),
        ("novmber", "november"),
        ("prevoius", "previous"),
    ],
)
def test_slips_are_corrected(slip: str, word: str) -> None:
    assert _corrected(slip) == word


@pytest.mark.parametrize(
    "word",
    [
        "mouth",
        "precious",
        "fridge",
        "currency",
        "quartz",
        "octopus",
        "member",
        "sundry",
        "actually",
        "mostly",
        "money",
        "weakly",
        "thirds",
        "dealer",
        "juniper",
    ],
)
def test_ordinary_words_are_no_slips(word: str) -> None:
    assert _corrected(word) == word
