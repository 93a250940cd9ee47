"""Words written without the blanks between them: "lowstock", "revenuelastmonth", "doanhthu"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from agents.language.matters import is_matter_word
from agents.language.repair import well_spelt
from agents.language.time.lexicon import open_lexicon
from agents.language.tokens import Token
from agents.language.words import Lexicon
from agents.plan import Language

_SHORT = frozenset({"by", "of", "in", "on", "per", "for", "the", "va", "o"})
_LEAST = 7  # shorter words are names and misspelt words far more often
_LEAST_PIECE = 3
_MOST_PIECES = 5


def unglued(tokens: Sequence[Token], unread: Collection[int], lexicon: Lexicon, language: Language) -> dict[int, str]:
    """By place the words an unread one is made of, where it comes apart into known words only."""
    known = _words(lexicon, language)
    pieces = {place: _cut(tokens[place].folded, known) for place in unread if _may_be_glued(tokens[place])}
    return {place: " ".join(words) for place, words in pieces.items() if len(words) > 1}


def _may_be_glued(token: Token) -> bool:
    return token.folded.isalpha() and len(token.folded) >= _LEAST and not is_matter_word(token) and token.folded not in well_spelt()


@lru_cache(maxsize=4)
def _of_time(language: Language) -> frozenset[str]:
    """The words times are said with."""
    table = open_lexicon().languages[language].words
    spoken = [
        word
        for words in table.values()
        for word in (words if isinstance(words, tuple) else [each for some in words.values() for each in some])
    ]
    return frozenset(word for word in spoken if word.isalpha())


def _words(lexicon: Lexicon, language: Language) -> frozenset[str]:
    own = lexicon.written if language == "en" else frozenset(word for word in lexicon.known["vi"] if word.isascii())
    return frozenset(word for word in own | _of_time(language) if len(word) >= _LEAST_PIECE) | _SHORT


def _cut(word: str, known: Collection[str]) -> tuple[str, ...]:
    """The fewest known words the word is made of; nothing when it is not made of any."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 14), end):
            before = best[start]
            if before is not None and word[start:end] in known and len(before) < _MOST_PIECES:
                found = (*before, word[start:end])
                if best[end] is None or len(found) < len(best[end] or ()):
                    best[end] = found
    found = best[-1] or ()
    return found if sum(piece in _SHORT for piece in found) <= 1 else ()
