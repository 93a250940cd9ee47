"""Words as the keyword arm sees them: marks folded away, English endings cut, ids and numbers kept whole."""

from __future__ import annotations

import importlib.util
import math
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from knowledge.embed import PACKAGE

_RUN = re.compile(r"[^\W_]+(?:[-_./,:][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?![\d.,])")
# Thai, Lao, Burmese, Khmer, Japanese and Chinese put no blanks between words: two letters that stand together are looked for instead.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_SMALL_WORDS = """
a an the and or but if then of to in on at for from by with as is are was were be been being am do does did have has had i you he she it we
they me him her us them my your his its our their this that these those not no yes so than too very can will just should would could may
might must shall what which who whom when where why how all any both each few more most other some such only own same into out up down over
under again further once here there about against between through during before after above below
"""
STOP = frozenset(_SMALL_WORDS.split())
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ing", ""), ("ed", ""), ("s", ""))
_COMMON, _UNLISTED = 1000, 30_522


def terms(text: str, pairs: bool = False) -> list[str]:
    """The words of a text in order; with `pairs` also neighbours joined, which is what a word of two syllables is."""
    found: list[str] = []
    before = ""
    for word, starts_run in _words(text):
        if word in STOP and word.isascii():
            before = ""
            continue
        term = stem(fold(word))
        found.append(term)
        if pairs:
            if before and starts_run:
                found.append(f"{before}_{term}")
            before = term
    return found


def is_vietnamese(text: str) -> bool:
    """Whether letters stand in a text that Vietnamese alone writes."""
    return _VIETNAMESE.search(unicodedata.normalize("NFC", text)) is not None


def exact_terms(text: str) -> tuple[str, ...]:
    """Ids, SKUs and numbers: what nobody means approximately."""
    return tuple(dict.fromkeys(term for term in terms(text) if len(term) > 1 and any(letter.isdigit() for letter in term)))


def fold(word: str) -> str:
    """Lower case without marks: Đơn hàng is don hang."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light English stem; a word with digits is left alone."""
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + instead
            if ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


@lru_cache(maxsize=200_000)
def rarity(term: str) -> float:
    """How little a word is said in English at large, up to 1: its place in the model's vocabulary, which is ordered by use.

    A long question is full of words that are rare in a library of manuals and common everywhere else; their rarity in the
    library says nothing about what is looked for.
    """
    places = _places()
    place = max(places.get(part, _UNLISTED) for part in term.split("_"))
    return math.log(place / _COMMON) / math.log(_UNLISTED / _COMMON)


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    spec = importlib.util.find_spec(PACKAGE)
    listed = Path(spec.submodule_search_locations[0]) / "model" / "vocab.txt" if spec and spec.submodule_search_locations else None
    if listed is None or not listed.is_file():
        return {}  # every word counts as rare then: plain BM25
    places: dict[str, int] = {}
    for place, word in enumerate(listed.read_text(encoding="utf-8").splitlines()):
        if place > _COMMON and word.isalpha():
            places.setdefault(stem(fold(word)), place)
    return places


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Words in lower case, each with whether it begins where the last one ended; ids come whole and in parts."""
    for run in _RUN.findall(_spaced(unicodedata.normalize("NFC", text))):
        lowered = run.lower()
        if not any(letter.isdigit() for letter in lowered):
            yield from ((part, True) for part in _PART.findall(lowered))
        elif _AMOUNT.fullmatch(lowered):
            yield _amount(lowered), True
        else:
            parts = _PART.findall(lowered)
            yield lowered.replace("/", "-").replace("_", "-") if len(parts) > 1 else lowered, True
            if len(parts) > 1:
                yield from ((part, False) for part in parts)


def _spaced(text: str) -> str:
    """The text with blanks between the pairs of letters where a script has none between its words."""
    return _UNSPACED.sub(lambda found: f" {' '.join(_pairs(found[0]))} ", text) if _UNSPACED.search(text) else text


def _pairs(run: str) -> list[str]:
    letters = [letter for letter in run if letter.isalnum()]
    return ["".join(pair) for pair in pairwise(letters)] if len(letters) > 1 else letters


def _amount(text: str) -> str:
    """1,250 and 1.250 are the same number, and so are 12,5 and 12.5."""
    return re.sub(r"[.,]", "", text) if _GROUPED.fullmatch(text) else text.replace(",", ".")
