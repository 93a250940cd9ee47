"""Labels: every language says everything, and everything said is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from ui.labels import LANGUAGES, choose_language, labels

UI = Path(__file__).parents[2] / "ui"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(UI.rglob("*.py")))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_labels_with_the_same_places() -> None:
    english, vietnamese = (labels(language).texts for language in LANGUAGES)
    assert english.keys() == vietnamese.keys()
    assert {key for key in english if places(english[key]) != places(vietnamese[key])} == set()


def test_every_label_asked_for_exists_and_every_label_is_asked_for() -> None:
    known = set(labels("en").texts)
    literal = set(re.findall(r"(?:labels|say)\(\s*['\"](\w+)['\"]", SOURCE))
    assert literal - set(LANGUAGES) <= known
    begun = (*re.findall(r"(?:labels|say|known)\(\s*f['\"](\w+_)\{", SOURCE), "step_", "agent_")
    quoted = set(re.findall(r"['\"](\w+)['\"]", SOURCE))
    assert {key for key in known if key not in quoted and not key.startswith(begun)} == set()


@pytest.mark.parametrize(
    ("preferred", "accepted", "expected"),
    [
        (None, "vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        (None, "de-DE,de;q=0.9", "en"),
        (None, "fr, en;q=0.4, vi;q=0.6", "vi"),
        (None, "en-US", "en"),
        (None, "", "en"),
        (None, ";;q=,,=vi;q=x", "en"),
        ("en", "vi", "en"),
        ("vi", "en", "vi"),
    ],
)
def test_the_language_is_wished_for_or_the_browsers(preferred: str | None, accepted: str, expected: str) -> None:
    assert choose_language(preferred, accepted) == expected  # type: ignore[arg-type]


def test_a_name_nobody_foresaw_is_shown_as_it_is() -> None:
    assert labels("en").known("step_dream_up", "dream_up") == "dream up"
    assert labels("en").known("step_check", "check") == "check"
