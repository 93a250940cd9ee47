"""Terms: the pieces of a message the grammar reads, finer than tokens ("last30days", "q3'25"), and the words each may be."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agents.language.time.lexicon import Form, Lexicon, Node, Word, open_lexicon
from agents.language.time.numeric import numeric_readings
from agents.language.time.units import Unit
from agents.language.tokens import Token, fold

Value = Word | float | Unit
Edge = tuple[int, Value]

_MIXED = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+|[^\w\s]|_|\d")
_SPLIT = re.compile(r"(?=.*\d)(?=.*[^\W\d])|.+[-_/]")
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_JOINTS = frozenset("-_/'.")
_LONGEST_NUMERIC = 7
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_FIGURES = frozenset("0123456789")


@dataclass(frozen=True)
class Term:
    """A piece of token `token`; `glued` when nothing separates it from the piece before it."""

    lower: str
    folded: str
    token: int
    opens: bool
    closes: bool
    glued: bool

    @property
    def is_joint(self) -> bool:
        return self.glued and self.lower in _JOINTS

    @property
    def is_marked(self) -> bool:
        return self.lower != self.folded


def terms_of(tokens: tuple[Token, ...]) -> tuple[Term, ...]:
    """The terms of a message, in order."""
    found: list[Term] = []
    end = -1
    for place, token in enumerate(tokens):
        pieces = _pieces(token.lower)
        for index, piece in enumerate(pieces):
            glued = index > 0 or token.start == end
            found.append(Term(piece, fold(piece) or piece, place, index == 0, index == len(pieces) - 1, glued))
        end = token.end
    return tuple(found)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    if _SPLIT.match(text) and "@" not in text:
        return tuple(part for piece in _with_ordinals(_MIXED.findall(text)) for part in _joined_words(piece))
    return _joined_words(text)


def _with_ordinals(pieces: list[str]) -> Iterator[str]:
    """Digits and the "th" behind them as one piece."""
    skip = False
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if skip:
            skip = False
        elif piece[0].isdigit() and following in _ORDINAL:
            skip = True
            yield piece + following
        else:
            yield piece


def _joined_words(text: str) -> tuple[str, ...]:
    """ "lastmonth" as its words; anything else as it is."""
    lexicon = open_lexicon()
    if len(text) < 7 or fold(text) in lexicon.never_typos:
        return (text,)
    for cut in range(2, len(text) - 1):
        head, tail = text[:cut], text[cut:]
        if fold(head) in lexicon.joinable:
            rest = (tail,) if fold(tail) in lexicon.joinable else _joined_words(tail)
            if all(fold(word) in lexicon.joinable for word in rest):
                return (head, *rest)
    return (text,)


def edges_of(terms: tuple[Term, ...]) -> tuple[dict[str, list[Edge]], ...]:
    """For every term the categories that begin there, with the place after them and their value."""
    lexicon = open_lexicon()
    has_marks = any(term.is_marked for term in terms)
    found: list[dict[str, list[Edge]]] = []
    for place, term in enumerate(terms):
        edges: dict[str, list[Edge]] = defaultdict(list)
        for form, end in _phrases(terms, place, lexicon, has_marks):
            edges[form.category].append((end, form.value))
        for form in _glued_forms(terms, place, lexicon):
            edges[form.category].append((place + 1, form.value))
        if term.folded[0] in _FIGURES:
            for category, end, value in _numbers(terms, place):
                edges[category].append((end, value))
        found.append(dict(edges))
    return tuple(found)


def _phrases(terms: tuple[Term, ...], place: int, lexicon: Lexicon, has_marks: bool) -> Iterator[tuple[Form, int]]:
    if place and terms[place - 1].folded in lexicon.blocked.get(terms[place].folded, ()):
        return
    stack: list[tuple[int, Node]] = [(place, lexicon.phrases)]
    while stack:
        at, node = stack.pop()
        for form in node.forms:
            if _agrees(form, terms[place:at], lexicon, has_marks):
                yield form, at
        if at == len(terms):
            continue
        word = terms[at].folded
        following = node.after.get(word) or (node.after.get(_corrected(word)) if len(word) > 4 else None)
        if following is not None:
            stack.append((at + 1, following))
        if at > place and terms[at].is_joint and node.after:
            stack.append((at + 1, node))


def _agrees(form: Form, said: tuple[Term, ...], lexicon: Lexicon, has_marks: bool) -> bool:
    """Whether the words as written can be the form: a word with its own diacritics must have just those."""
    words = [term for term in said if not term.is_joint]
    for word, wanted in zip(words, form.text.split(), strict=False):
        if word.is_marked and word.lower not in (wanted, _toneless(wanted)):
            return False
        if not word.is_marked and has_marks and wanted != word.lower and word.lower in lexicon.needs_marks:
            return False
    return len(said) == 1 or not said[-1].is_joint


@lru_cache(maxsize=4096)
def _toneless(text: str) -> str:
    """The word as it stands before its tone mark is typed: "trươc" for "trước"."""
    return unicodedata.normalize("NFC", "".join(letter for letter in unicodedata.normalize("NFD", text) if letter not in _TONES))


def _glued_forms(terms: tuple[Term, ...], place: int, lexicon: Lexicon) -> tuple[Form, ...]:
    """Letters that mean something only against a digit: q in "q3", d in "90d"."""
    forms = lexicon.glued.get(terms[place].lower, ())
    if not forms:
        return ()
    before = place > 0 and terms[place].glued and terms[place - 1].folded[-1] in _FIGURES
    after = place + 1 < len(terms) and terms[place + 1].glued and terms[place + 1].folded[0] in _FIGURES
    return forms if before or after else ()


def _numbers(terms: tuple[Term, ...], place: int) -> Iterator[tuple[str, int, Value]]:
    """The numeric readings of the digits at a place, dates written in figures among them."""
    text = terms[place].folded
    before = terms[place - 1].lower if place and terms[place].glued else ""
    yield from ((category, place + 1, value) for category, value in _plain(text, before, place > 0 and terms[place].glued))
    end, run = place + 1, text
    while end < len(terms) and terms[end].glued and end - place < _LONGEST_NUMERIC and not terms[end].folded[-1].isalpha():
        run += terms[end].folded
        end += 1
        yield from ((category, end, value) for category, value in numeric_readings(run))
    yield from ((category, place + 1, value) for category, value in numeric_readings(text))


def _plain(text: str, before: str, glued: bool) -> Iterator[tuple[str, Value]]:
    if text[-2:] in _ORDINAL and text[:-2].isascii() and text[:-2].isdigit():
        yield "ordinal", int(text[:-2])
    elif text.isascii() and text.isdigit():
        yield "digits", int(text)
        if len(text) == 4 and 1990 <= int(text) <= 2100:
            yield "year", int(text)
        if len(text) == 2 and (before in ("'", "-", "/") or (glued and before not in (".", ","))):
            yield "short_year", 2000 + int(text)
    else:
        yield from _fraction(text)


def _fraction(text: str) -> Iterator[tuple[str, Value]]:
    plain = text.replace(",", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        yield "digits", int(plain)
    elif re.fullmatch(r"\d+\.\d", text):
        yield "fraction", float(text)


@lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    """The time word a misspelling stands for; the word itself when none is near enough."""
    lexicon = open_lexicon()
    if word in lexicon.never_typos or not (word.isascii() and word.isalpha()):
        return word
    from rapidfuzz.distance import OSA

    best, least = word, 3
    for target in lexicon.typo_targets:
        if target[0] == word[0] and abs(len(target) - len(word)) <= 2:
            distance = OSA.distance(word, target, score_cutoff=2)
            if distance < least and _is_near(word, target, distance):
                best, least = target, distance
    return best


def _is_near(word: str, target: str, distance: int) -> bool:
    """One slip in a word of six letters or more, two in one of eight; in five letters only two letters swapped."""
    length = min(len(word), len(target))
    if distance == 1:
        return length >= 6 or sorted(word) == sorted(target)
    return distance == 2 and length >= 7 and len(target) >= 8
