"""Business sentences that name no member: nothing is linked with any confidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.language.values.index import LOW
from tests.agents.language.values.conftest import Link

SENTENCES = Path(__file__).with_name("nothing.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_nothing_is_named(sentence: str, link: Link) -> None:
    for language in ("en", "vi"):
        assert [span for span in link(sentence, language) if span.score > LOW] == []


def test_there_are_enough_sentences() -> None:
    assert len(set(SENTENCES)) >= 150
