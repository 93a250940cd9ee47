"""Which Vietnamese word a word with fewer marks may stand for: "trươc" can be "trước", "máy" is no "mấy"."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

from agents.language.tokens import fold
from agents.language.values.lexicon import lexicons

_TILDE, _HOOK = "\u0303", "\u0309"  # said alike in half the country, so often mistaken
_TONES = frozenset({"\u0300", "\u0301", _TILDE, _HOOK, "\u0323"})
Spelt = tuple[tuple[tuple[str, frozenset[str]], ...], str]


@lru_cache(maxsize=4096)
def _spelt(word: str) -> Spelt:
    """The letters with the marks that shape them, and the tone of the word, wherever it is set."""
    letters: list[tuple[str, frozenset[str]]] = []
    tone = ""
    for sign in unicodedata.normalize("NFD", word.casefold()):
        if sign in _TONES:
            tone = _HOOK if sign == _TILDE else sign
        elif unicodedata.combining(sign) and letters:
            letters[-1] = (letters[-1][0], letters[-1][1] | {sign})
        else:
            letters.append(("d", frozenset("đ")) if sign == "đ" else (sign, frozenset()))
    return tuple(letters), tone


def may_stand_for(written: str, meant: str) -> bool:
    """Whether the written word only lacks marks of the other."""
    (ours, tone), (theirs, other) = _spelt(written), _spelt(meant)
    if len(ours) != len(theirs) or tone not in ("", other):
        return False
    return all(letter == like and shape <= full for (letter, shape), (like, full) in zip(ours, theirs, strict=True))


def is_half_marked(word: str, known: Mapping[str, Collection[str]]) -> bool:
    """Whether the word is no word by itself and lacks marks of a known one; `known` by their letters without marks."""
    return word not in _whole_words() and any(may_stand_for(word, each) for each in known.get(fold(word), ()))


@lru_cache(maxsize=1)
def _whole_words() -> frozenset[str]:
    """Words that names of goods and everyday speech are made of."""
    vietnamese = lexicons()["vi"]
    names = [*vietnamese.goods.values(), *(said for by in vietnamese.aliases.values() for said in by.values())]
    return vietnamese.ordinary | {word for said in names for name in said for word in name.split()}
