"""The checker: every number of an answer is bound to a fact that says it, or its sentence is taken out and reported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from agents.derive import is_true
from agents.grounding_binding import Binder
from agents.grounding_sentence import Sentence
from agents.grounding_words import Place, collect
from agents.mentions import Span
from agents.phrases.book import Known
from agents.plan import Language, Plan
from agents.writer import PLACEHOLDER, Draft, type_fact
from tools.facts import Fact, Frozen

Reason = Literal["placeholder", "derivation", "number", "unit", "sign", "entity", "metric", "period", "claim"]
_BREAK = re.compile(r"(?<=[.!?])(?:\*{1,2}|_)?\s+(?=[^a-z\s])")

_LIST_NUMBER = re.compile(r"\s*\d{1,2}[.)]")


class Removed(Frozen):
    """A sentence that was taken out, the number in it and what was wrong."""

    sentence: str
    said: str
    reason: Reason


class Checked(Frozen):
    """The answer as it may be shown."""

    text: str
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True)
class _Typed:
    """A draft with its digits, and which fact typed which stretch."""

    text: str
    bound: Mapping[Span, Fact]
    unknown: tuple[Span, ...]


def check(
    answer: Draft | str, facts: Sequence[Fact], plan: Plan, language: Language, currency: str = "VND", known: Known | None = None
) -> Checked:
    """The answer without the sentences whose numbers are not bound; of a draft, numbers count by their placeholder first."""
    declared = answer.facts if isinstance(answer, Draft) else ()
    by_id = {fact.id: fact for fact in (*declared, *facts)}
    true = {id: fact for id, fact in by_id.items() if is_true(fact, by_id)}
    typed = _type_out(answer.text if isinstance(answer, Draft) else answer, by_id, language, currency)
    words = collect(true.values(), known, language).within(typed.text)
    binder = Binder(words, plan, currency)
    kept, removed = [], []
    lead: Sentence | None = None
    for line_span in _lines(typed.text):
        line, bad = [], False
        for span in _sentences(typed.text, line_span, words.find_whole(typed.text[slice(*line_span)])):
            sentence = binder.open(typed.text[slice(*span)], _shifted(typed.bound, span), lead)
            fault = _placeholder_fault(typed, span, true) or binder.fault(sentence)
            if fault is None:
                line.append(sentence.text)
            else:
                bad = True
                removed.append(Removed(sentence=sentence.text.strip(), said=fault[0], reason=fault[1]))
            lead = _next_lead(sentence, lead)
        if line or not bad:
            kept.append(" ".join(part.strip() if place else part for place, part in enumerate(line)))
    return Checked(text=re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), removed=tuple(removed))


def _type_out(text: str, by_id: Mapping[str, Fact], language: Language, currency: str) -> _Typed:
    typed, bound, unknown, end = "", {}, [], 0
    for found in PLACEHOLDER.finditer(text):
        typed += text[end : found.start()]
        fact = by_id.get(found[2])
        said = type_fact(fact, found[1], found[3], language, currency) if fact else None
        span = (len(typed), len(typed) + len(said or found[0]))
        typed += said or found[0]
        if fact is None or said is None:
            unknown.append(span)
        else:
            bound[span] = fact
        end = found.end()
    return _Typed(typed + text[end:], bound, tuple(unknown))


def _placeholder_fault(typed: _Typed, span: Span, true: Mapping[str, Fact]) -> tuple[str, Reason] | None:
    for place in typed.unknown:
        if span[0] <= place[0] < span[1]:
            return typed.text[slice(*place)], "placeholder"
    for place, fact in typed.bound.items():
        if span[0] <= place[0] < span[1] and fact.id not in true:
            return typed.text[slice(*place)], "derivation"
    return None


def _lines(text: str) -> list[Span]:
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def _sentences(text: str, line: Span, whole: Sequence[Place]) -> list[Span]:
    """Sentences of a line; a full stop within a name or a text ends none."""
    said = text[slice(*line)]
    breaks = [found.start() for found in _BREAK.finditer(said) if not _LIST_NUMBER.fullmatch(said[: found.start()])]
    cuts = [cut for cut in breaks if not any(_belongs(cut, place, said) for place in whole)]
    edges = [0, *cuts, line[1] - line[0]]
    return [(line[0] + first, line[0] + last) for first, last in pairwise(edges) if last > first or len(edges) == 2]


def _belongs(cut: int, place: Place, text: str) -> bool:
    """Whether a full stop is part of a name; at the end of one ("Sdn. Bhd.") only a capital after it begins a sentence."""
    first, last = place.span
    return first < cut < last or (cut == last and not text[cut:].lstrip()[:1].isupper())


def _shifted(bound: Mapping[Span, Fact], span: Span) -> dict[Span, Fact]:
    return {(a - span[0], b - span[0]): fact for (a, b), fact in bound.items() if span[0] <= a and b <= span[1]}


def _next_lead(sentence: Sentence, lead: Sentence | None) -> Sentence | None:
    """List items speak under the line before the list; an empty line ends that."""
    if sentence.is_item:
        return lead
    return None if not sentence.text.strip() else sentence
