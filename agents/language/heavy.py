"""Unread words that may be what the question is about: a name, a code, a word after a preposition or just before a figure."""

from __future__ import annotations

from agents.language.sketch import Sketch

_ARTICLES = frozenset({
    "the", "a", "an", "our", "my", "your", "their", "its", "any", "all", "some", "these", "those", "this", "that",
})  # fmt: skip
_PREPOSITIONS = frozenset({
    "for", "from", "in", "of", "by", "per", "with", "at", "to", "on", "into", "about", "under", "over", "through", "via", "without",
    "excluding", "except", "which", "what", "each", "every", "than", "is", "are", "was", "were", "as", "between", "and", "or", "many",
    "much", "no", "not", "never", "like", "buy", "buys", "bought", "sell", "sold", "take", "took", "return", "returned", "ordered",
})  # fmt: skip
_MOST_LIGHT = 2


def heavy(sketch: Sketch) -> tuple[int, ...]:
    """Unread words that may be what the question is about; the others are told and left out."""
    return tuple(place for place in sketch.unread if _is_heavy(sketch, place))


def _is_heavy(sketch: Sketch, place: int) -> bool:
    """A verb or an adverb elsewhere than after a preposition or before a figure is not."""
    token = sketch.tokens[place]
    if (
        sketch.language != "en"
        or not token.text.isalpha()
        or token.lower != token.folded
        or (place and token.text[0].isupper())
        or len(sketch.unread) > _MOST_LIGHT
    ):
        return True
    before = next((each.folded for each in reversed(sketch.tokens[:place]) if each.folded not in _ARTICLES), "")
    after = next((group for group in sketch.groups if group.start == place + 1), None)
    verbal = token.folded.endswith(("ing", "ed", "ly"))
    if before in _PREPOSITIONS and not verbal:
        return True
    following = after is not None and bool(after.of("metric", "dimension", "value"))
    previous = next((group for group in sketch.groups if group.end == place), None)
    compound = previous is not None and bool(previous.of("metric", "dimension", "value")) and not verbal and place == len(sketch.tokens) - 1
    return (following and not token.folded.endswith("ly")) or compound
