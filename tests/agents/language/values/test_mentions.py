"""Mentions in sentences, in English and Vietnamese: whole names, aliases, codes, parts, typos, and names that several members share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.language.spans import ValueSpan
from agents.language.tokens import tidy, tokens_of
from agents.language.values.index import LOW, SURE
from tests.agents.language.values.conftest import Link

SURELY = ("exact", "alias", "code")


@dataclass(frozen=True)
class Mention:
    """A line of the file."""

    kind: str
    language: str
    sentence: str
    start: int
    end: int
    names: tuple[tuple[str, str], ...]


def read_mentions() -> list[Mention]:
    """Every mention of the file; brackets become places among the tokens."""
    lines = Path(__file__).with_name("mentions.txt").read_text(encoding="utf-8").splitlines()
    return [_mention(line) for line in lines if line and not line.startswith("#")]


def _mention(line: str) -> Mention:
    kind, language, marked, expected = (part.strip() for part in line.split(" | "))
    before, rest = marked.split("[")
    inside, after = rest.split("]")
    start = len(tokens_of(tidy(before)))
    names = [tuple(name.strip().split("=")) for name in expected.split(";")]
    return Mention(kind, language, before + inside + after, start, start + len(tokens_of(tidy(inside))), tuple((d, v) for d, v in names))


MENTIONS = read_mentions()


@pytest.mark.parametrize("mention", MENTIONS, ids=lambda mention: f"{mention.kind}: {mention.sentence}")
def test_mention_is_found(mention: Mention, link: Link) -> None:
    spans = link(mention.sentence, mention.language)
    here = [span for span in spans if (span.start, span.end) == (mention.start, mention.end)]
    found = [(span.dimension, span.value) for span in here]
    assert set(mention.names) <= set(found), spans
    if mention.kind == "both":
        return
    assert found[0] == mention.names[0]
    if mention.kind in SURELY:
        assert here[0].score >= SURE
        assert here[0] == _chosen(spans, mention), "a better reading stands in the way"
    else:
        assert here[0].score >= 0.4


def _chosen(spans: tuple[ValueSpan, ...], mention: Mention) -> ValueSpan:
    """What a reader takes who prefers sure readings, then long ones."""
    there = [span for span in spans if span.start < mention.end and span.end > mention.start]
    return max(there, key=lambda span: (span.score * (1 + 0.1 * (span.end - span.start)), -spans.index(span)))


def test_there_are_enough_mentions() -> None:
    assert len(MENTIONS) >= 150
    assert sum(mention.language == "vi" for mention in MENTIONS) >= 40
    assert {mention.kind for mention in MENTIONS} == {*SURELY, "partial", "typo", "both"}
    assert 0 < LOW < SURE
