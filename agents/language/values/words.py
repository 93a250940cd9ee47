"""Names and messages cut the same way: folded words, the compact form behind a hash, codes without hyphens and zeros."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from agents.language.tokens import Token, fold, tidy

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_PIECES = re.compile(r"[a-z]+|\d+")
_CODE = re.compile(r"^(?=.*\d)[^\s]{2,40}$")
_MODEL = re.compile(r"[a-z]{1,4}\d{1,5}[a-z]?$")
SHORTHAND = re.compile(r"(?:p(?:10|25|50|75|80|90|95|99)|[qhtw]\d{1,2}|fy\d{2,4})$")  # percentiles and parts of a year are no models
_STOPS = frozenset(",;.?!")
SHORTEST_PLURAL = 4


class Word:
    """One word of a message: folded, as written, the token it is part of, whether a comma or a full stop stands before
    it, whether it is part of a model number such as X200."""

    __slots__ = ("after_stop", "folded", "lower", "of_model", "token")

    def __init__(self, folded: str, lower: str, token: int, after_stop: bool = False, of_model: bool = False) -> None:
        self.folded, self.lower, self.token, self.after_stop, self.of_model = folded, lower, token, after_stop, of_model


def message_words(tokens: Sequence[Token]) -> tuple[Word, ...]:
    """The words of a message; a token of letters and digits is several."""
    found = []
    for place, token in enumerate(tokens):
        folded, lower = _WORDS.findall(token.folded), _WORDS.findall(token.lower)
        same = len(folded) == len(lower)
        stopped = place > 0 and tokens[place - 1].text in _STOPS
        model = _MODEL.match(token.folded) is not None and SHORTHAND.match(token.folded) is None
        found += [Word(word, lower[at] if same else word, place, stopped and at == 0, model) for at, word in enumerate(folded)]
    return tuple(found)


def name_words(name: str) -> list[str]:
    """The folded words of a name."""
    return [word for piece in name.split() for word in _piece_words(piece)]


@lru_cache(maxsize=65_536)
def _piece_words(piece: str) -> tuple[str, ...]:
    """Names share most of their words: each is folded once."""
    return tuple(_WORDS.findall(fold.__wrapped__(tidy(piece))))


def lower_words(name: str) -> list[str]:
    """The words of a name with their diacritics."""
    return _WORDS.findall(tidy(name).casefold())


def singular(word: str) -> str:
    """An English plural without its ending; other words as they are."""
    if len(word) < SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses", "zes")) else word[:-1]


def looks_like_code(text: str) -> bool:
    """One run of letters, digits and signs with a digit in it."""
    return _CODE.match(text) is not None


def is_mostly_digits(text: str) -> bool:
    """Whether a code is nothing to say as words: "GC-0003" is one, "b2b" and "rice_5pct_broken" are not."""
    return looks_like_code(text) and sum(mark.isdigit() for mark in text) >= 2


def code_form(text: str) -> str:
    """A code without case, signs and leading zeros: "GC-CNX-0003" becomes "gccnx3"."""
    return "".join(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in _code_pieces(text))


def _code_pieces(text: str) -> list[str]:
    return _PIECES.findall(text.lower() if text.isascii() else fold.__wrapped__(text))


def code_tail(text: str) -> str:
    """The number a code ends on, without leading zeros; nothing when it does not end on one."""
    pieces = _code_pieces(text)
    return pieces[-1].lstrip("0") or "0" if pieces and pieces[-1].isdigit() else ""


def digest(space: str, text: str) -> int:
    """A stable 64-bit hash of a text in one of several spaces."""
    return int.from_bytes(blake2b(f"{space}:{text}".encode("utf-8", "replace"), digest_size=8).digest(), "little")
