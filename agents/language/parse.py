"""A message as a sketch: language, tokens, spelling, spans, slots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from rapidfuzz import fuzz

from agents.language import vietnamese
from agents.language.fillers import candidates_of
from agents.language.gapped import formed
from agents.language.glued import unglued
from agents.language.matters import Matter, matters_in
from agents.language.rank import Ranked, ranked
from agents.language.repair import Repair, exchanged, is_short, respelt, unmarked, written_out
from agents.language.rewording import reworded
from agents.language.settle import Doubt, settle
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
_DENYING = frozenset(
    {"never", "not", "nor", "neither", "but", "no", "without", "except", "versus", "vs", "or", "than", "chua", "khong", "tru"}
)


@dataclass(frozen=True)
class Parsed:
    """One clause of a message, read."""

    text: str
    sketch: Sketch
    repairs: tuple[Repair, ...]
    matters: tuple[Matter, ...]

    @cached_property
    def settled(self) -> tuple[Sketch, tuple[Doubt, ...]]:
        """The slots with one reading of each name, and the names that stay open."""
        return settle(self.sketch)

    @cached_property
    def readings(self) -> tuple[Ranked, ...]:
        """Everything the clause could mean, the best first: found once, asked for often."""
        return tuple(ranked(self.settled[0], candidates_of(self.settled[0])))


def language_of(message: str, lexicon: Lexicon, values: Names | None = None) -> Language:
    """Vietnamese by its marks, else by which lexicon knows more of the words; names in the data belong to no language."""
    tokens = tokens_of(tidy(message))
    linked = values.link(tokens, "en") if values else ()
    spans = [span for span in linked if span.score >= _A_NAME and span.end - span.start > 1 and span.match != "alias"]
    named = {place for span in spans for place in range(span.start, span.end)}
    words = [token for place, token in enumerate(tokens) if token.is_word and place not in named]
    english = sum(stem(word.folded) in lexicon.known["en"] for word in words)
    marked = sum(bool(_MARKS.search(word.lower)) and word.lower in lexicon.known["vi"] for word in words)
    plain = sum(word.lower in lexicon.known["vi"] for word in words)
    if marked:
        return "vi" if plain >= english else "en"
    known = [(stem(word.folded) in lexicon.known["en"], word.folded in lexicon.known["vi"] or is_short(word, "vi")) for word in words]
    ours, theirs = sum(vi and not en for en, vi in known), sum(en and not vi for en, vi in known)
    return "vi" if ours > theirs else "en"


def parse(text: str, lexicon: Lexicon, values: Names, as_of: date, language: Language) -> Parsed:
    """The clause with its short and misspelt words repaired; a word that names something is never repaired."""
    tokens = tokens_of(tidy(reworded(text)))
    tokens = unmarked(tokens, lexicon, language, _named_places(tokens, values, language))
    spelt, short = written_out(tokens, lexicon, language)
    sketch = _sketch(spelt, lexicon, values, as_of, language)
    if glued := unglued(sketch.tokens, sketch.unread, lexicon, language):
        parted, apart = exchanged(sketch.tokens, glued)
        sketch, short = _sketch(parted, lexicon, values, as_of, language), (*short, *apart)
    fixed, wrong = respelt(sketch.tokens, sketch.unread, lexicon)
    if wrong:
        sketch = _sketch(fixed, lexicon, values, as_of, language)
    return Parsed(text, replace(sketch, as_of=as_of), (*short, *wrong), matters_in(sketch.tokens, language))


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
    spans = [
        span for span in values.link(whole, language) if not (_is_money(whole, span) or _crosses(span, asking) or _denies(whole, span))
    ]
    spans = [span for span in spans if not (_is_word_as_written(whole, span, lexicon, language) or _has_other_marks(whole, span))]
    times = read_times(whole, as_of, language)
    sure = [span if span.score >= _SURE else replace(span, score=_A_NAME) for span in spans if span.score >= _SURE or _is_kind(whole, span)]
    sure += vietnamese.bought(spans, whole) if language == "vi" else []
    tags = _tagged(whole, lexicon, times, sure, language)
    sketch = _covered(whole, tags, language)
    again = [*times, *(span for span in _times_between(sketch, tags, as_of) if span not in times)]
    if not sketch.unread and len(again) == len(times):
        return sketch
    open_ = set(sketch.unread)
    weak = [span for span in spans if _fills(span, open_)]
    return _with_name_parts(_covered(whole, _tagged(whole, lexicon, again, [*sure, *weak], language), language))


def _tagged(
    tokens: tuple[Token, ...], lexicon: Lexicon, times: Sequence[TimeSpan], values: Sequence[ValueSpan], language: Language
) -> list[Tag]:
    """Every reading of every run that its neighbours allow."""
    tags = formed(tag_all(tokens, lexicon, times, values, language), tokens, language)
    return vietnamese.weeded(tags, tokens) if language == "vi" else tags


def _covered(tokens: tuple[Token, ...], tags: Sequence[Tag], language: Language) -> Sketch:
    """The best cover as slots; Vietnamese words are read with their neighbours."""
    groups = cover(tokens, tags)
    return sketch_of(tokens, vietnamese.settled(groups, tokens) if language == "vi" else groups, language)


def _is_kind(tokens: Sequence[Token], span: ValueSpan) -> bool:
    """Businesses in the plural are a kind of customers, "business" alone is how things go."""
    return span.dimension == "customer_kind" and span.end - span.start == 1 and tokens[span.start].folded in ("businesses", "firms")


def _crosses(span: ValueSpan, matters: Sequence[Matter]) -> bool:
    """Half inside a phrase, half outside: its words belong to the phrase."""
    return any(
        span.start < matter.end
        and matter.start < span.end
        and not (span.start <= matter.start and matter.end <= span.end)
        and not (matter.start <= span.start and span.end <= matter.end)
        for matter in matters
    )


def _is_word_as_written(tokens: Sequence[Token], span: ValueSpan, lexicon: Lexicon, language: Language) -> bool:
    """A word of the language in small letters is no misspelt name: "chia" is not China."""
    token = tokens[span.start]
    if span.match != "typo" or span.end - span.start > 1 or token.text[0].isupper():
        return False
    return (
        token.lower in lexicon.marked if language == "vi" else stem(token.folded) in lexicon.known["en"] and token.folded in lexicon.written
    )


def _denies(tokens: Sequence[Token], span: ValueSpan) -> bool:
    """A name that was guessed holds no "never": coffee and never tea are two."""
    inside = {token.folded for token in tokens[span.start + 1 : span.end - 1]}
    return span.score < _A_NAME and bool(inside & _DENYING)


def _is_money(tokens: Sequence[Token], span: ValueSpan) -> bool:
    """A currency after an amount names no index."""
    return span.end - span.start == 1 and tokens[span.start].folded in ("vnd", "usd", "eur", "dong")


def _has_other_marks(tokens: Sequence[Token], span: ValueSpan) -> bool:
    """One syllable with other marks than the name has: what is blamed ("chê") is no tea ("chè")."""
    single = span.end - span.start == 1 and not tokens[span.start].lower.isascii()
    return single and span.match in ("exact", "alias") and span.score <= _SURE


def _fills(span: ValueSpan, unread: set[int]) -> bool:
    exact = span.match in ("exact", "alias", "code")
    return exact and _WHEN_NOTHING_ELSE <= span.score < _SURE and any(place in unread for place in range(span.start, span.end))


def _times_between(sketch: Sketch, tags: Sequence[Tag], as_of: date) -> Iterator[TimeSpan]:
    """Times read once more between the longer phrases, which may have taken a word of one."""
    long = [tag for tag in tags if tag.kind in ("metric", "dimension", "value", "cue", "ordinal") and tag.end - tag.start > 1]
    held = {place for tag in long for place in range(tag.start, tag.end)} | vietnamese.counted(sketch.tokens)
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
