"""A message as a sketch: language, tokens, spelling, spans, slots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz

from agents.language.matters import Matter, matters_in
from agents.language.repair import Repair, respelt, unmarked, written_out
from agents.language.sketch import Sketch
from agents.language.sketch_read import sketch_of
from agents.language.spans import TimeSpan, ValueSpan
from agents.language.tags import Tag, cover, tag_all
from agents.language.time.reader import read_times
from agents.language.tokens import Token, fold, tidy, tokens_of
from agents.language.vocabulary import Names
from agents.language.words import Lexicon, stem
from agents.plan import Language

_MARKS = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")


_A_NAME = 0.9
_SURE = 0.6
_WHEN_NOTHING_ELSE = 0.25
_PART = 70


@dataclass(frozen=True)
class Parsed:
    """One clause of a message, read."""

    text: str
    sketch: Sketch
    repairs: tuple[Repair, ...]
    matters: tuple[Matter, ...]


def language_of(message: str, lexicon: Lexicon, values: Names | None = None) -> Language:
    """Vietnamese by its marks, else by which lexicon knows more of the words; names in the data belong to no language."""
    tokens = tokens_of(tidy(message))
    spans = values.link(tokens, "en") if values else ()
    named = {place for span in spans if span.score >= _A_NAME and span.end - span.start > 1 for place in range(span.start, span.end)}
    words = [token for place, token in enumerate(tokens) if token.is_word and place not in named]
    english = sum(stem(word.folded) in lexicon.known["en"] for word in words)
    marked = sum(bool(_MARKS.search(word.lower)) and word.lower in lexicon.known["vi"] for word in words)
    plain = sum(word.lower in lexicon.known["vi"] for word in words)
    if marked:
        return "vi" if plain >= english else "en"
    only = sum(word.folded in lexicon.known["vi"] and stem(word.folded) not in lexicon.known["en"] for word in words)
    return "vi" if only > english else "en"


def parse(text: str, lexicon: Lexicon, values: Names, as_of: date, language: Language) -> Parsed:
    """The clause with its short and misspelt words repaired; a word that names something is never repaired."""
    tokens = tokens_of(tidy(text))
    tokens = unmarked(tokens, lexicon, language, _named_places(tokens, values, language))
    spelt, short = written_out(tokens, lexicon, language)
    sketch = _sketch(spelt, lexicon, values, as_of, language)
    fixed, wrong = respelt(sketch.tokens, sketch.unread, lexicon)
    if wrong:
        sketch = _sketch(fixed, lexicon, values, as_of, language)
    return Parsed(text, sketch, (*short, *wrong), matters_in(sketch.tokens, language))


def _named_places(tokens: tuple[Token, ...], values: Names, language: Language) -> frozenset[int]:
    """Places of words that name something in the data as they are written."""
    if language != "vi" or all(token.lower == token.folded for token in tokens):
        return frozenset()
    spans = [span for span in values.link(tokens, language) if span.match in ("exact", "alias") and span.score >= _SURE]
    return frozenset(place for span in spans for place in range(span.start, span.end))


def _sketch(tokens: Sequence[Token], lexicon: Lexicon, values: Names, as_of: date, language: Language) -> Sketch:
    """The best cover; where words stay unread, weaker readings of them are let in."""
    whole = tuple(tokens)
    asking = [matter for matter in matters_in(whole, language) if matter.kind == "tool" and matter.end - matter.start > 1]
    spans = [span for span in values.link(whole, language) if not _is_money(whole, span) and not _crosses(span, asking)]
    times = read_times(whole, as_of, language)
    sure = [span for span in spans if span.score >= _SURE]
    tags = tag_all(whole, lexicon, times, sure, language)
    sketch = sketch_of(whole, cover(whole, tags), language)
    again = [*times, *(span for span in _times_between(sketch, tags, as_of) if span not in times)]
    if not sketch.unread and len(again) == len(times):
        return sketch
    open_ = set(sketch.unread)
    weak = [span for span in spans if _fills(span, open_)]
    return _with_name_parts(sketch_of(whole, cover(whole, tag_all(whole, lexicon, again, [*sure, *weak], language)), language))


def _crosses(span: ValueSpan, matters: Sequence[Matter]) -> bool:
    """Half inside a phrase, half outside: its words belong to the phrase."""
    return any(
        span.start < matter.end
        and matter.start < span.end
        and not (span.start <= matter.start and matter.end <= span.end)
        and not (matter.start <= span.start and span.end <= matter.end)
        for matter in matters
    )


def _is_money(tokens: Sequence[Token], span: ValueSpan) -> bool:
    """A currency after an amount names no index."""
    return span.end - span.start == 1 and tokens[span.start].folded in ("vnd", "usd", "eur", "dong")


def _fills(span: ValueSpan, unread: set[int]) -> bool:
    exact = span.match in ("exact", "alias", "code")
    return exact and _WHEN_NOTHING_ELSE <= span.score < _SURE and any(place in unread for place in range(span.start, span.end))


def _times_between(sketch: Sketch, tags: Sequence[Tag], as_of: date) -> Iterator[TimeSpan]:
    """Times read once more between the longer phrases, which may have taken a word of one."""
    long = [tag for tag in tags if tag.kind in ("metric", "dimension", "value", "cue") and tag.end - tag.start > 1]
    held = {place for tag in long for place in range(tag.start, tag.end)}
    if not held:
        return
    start = 0
    for place in range(len(sketch.tokens) + 1):
        if place == len(sketch.tokens) or place in held:
            run = sketch.tokens[start:place]
            yield from (replace(span, start=span.start + start, end=span.end + start) for span in read_times(run, as_of, sketch.language))
            start = place + 1


def _with_name_parts(sketch: Sketch) -> Sketch:
    """A misspelt word beside a name that has such a word belongs to the name."""
    names = {at: slot.best for slot in sketch.filters for at in (sketch.groups[slot.at].start - 1, sketch.groups[slot.at].end)}
    left = tuple(place for place in sketch.unread if not (place in names and _is_part(sketch.tokens[place], names[place])))
    return replace(sketch, unread=left)


def _is_part(token: Token, name: ValueSpan) -> bool:
    return any(fuzz.ratio(token.folded, word) >= _PART for word in fold(name.name).split())
