"""A message as tokens: the pieces everything after it points at, with their place in what was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# One token: an address, a number with separators (and a unit glued to it), a code of letters and digits, a word, or one sign.
_PIECES = re.compile(
    r"""[\w.+-]+@[\w-]+\.[\w.]+           # an e-mail address
    |\d{4}-\d{1,2}(?:-\d{1,2})?(?!\w)     # 2025-03-31, 2025-03
    |\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\w)  # 31/03/2025
    |(?:top|last|past|next|best|worst|bottom)(?=-?\d)  # the word of top-10 and top10
    |\d+(?=-(?:stars?|days?|weeks?|months?)-?\b)  # the number of 5-star
    |[^\W\d_]+(?:[-_.][^\W_]+)*[-_.]?\d[\w]*(?:[-_./]\w+)*  # SKU-0012, a1042, Q3
    |'(?:s|re|ve|ll|d|m)(?!\w)             # what's
    |\d+(?:[.,]\d+)*(?:[-_]\w+)+          # 10-A, 2024-Q3
    |\d+(?:[.,]\d+)*[^\W\d_]*             # 1,000.5 and 20k, 3rd, 90d
    |[^\W\d_]+                            # a word
    |[<>!=]=|\S                           # >=, or any other sign
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT = re.compile(r"\b(ca|wo|do|does|did|is|are|was|were|have|has|had|could|would|should)n'?t\b", re.IGNORECASE)
_WHOLE = {"ca": "can", "wo": "will"}
_DAYS = re.compile(r"(?<![\w/.-])(\d{1,2})-(\d{1,2}/\d{1,2})(?![\w/.-])")
_ABBREVIATED = re.compile(r"\b(?:i\.e\.|e\.g\.|etc\.)", re.IGNORECASE)
_YESTERDAY = re.compile(r"\by'day\b", re.IGNORECASE)
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})


@dataclass(frozen=True)
class Token:
    """`text` as written, `lower` casefolded with its diacritics, `folded` without them; `start` and `end` are places in the message."""

    text: str
    lower: str
    folded: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()


def tidy(message: str) -> str:
    """One composed form of every letter, plain apostrophes, single spaces, "not" written out."""
    plain = " ".join(unicodedata.normalize("NFKC", message).translate(_APOSTROPHES).split())
    plain = _ABBREVIATED.sub("", plain)
    plain = _DAYS.sub(r"\1 - \2", _YESTERDAY.sub("yesterday", plain))
    return _NOT.sub(lambda found: f"{_WHOLE.get(found[1].lower(), found[1])} not", plain)


# Where the tone of oa, oe and uy sits is a matter of taste.
_TONES = {
    new: old
    for pair in (
        [
            "oà òa",
            "oá óa",
            "oả ỏa",
            "oã õa",
            "oạ ọa",
            "oè òe",
            "oé óe",
            "oẻ ỏe",
            "oẽ õe",
            "oẹ ọe",
            "uỳ ùy",
            "uý úy",
            "uỷ ủy",
            "uỹ ũy",
            "uỵ ụy",
        ]
    )
    for new, old in [pair.split()]
}


# So is an i or a y that stands alone.
_SPELT = {"tỉ": "tỷ", "kì": "kỳ", "lí": "lý", "quí": "quý", "mĩ": "mỹ", "kĩ": "kỹ"}


@lru_cache(maxsize=4096)
def _toned(word: str) -> str:
    """The word with the tone on the first of two vowels at its end: "huỷ" is "hủy"; "quý" and "toán" stay."""
    if word in _SPELT:
        return _SPELT[word]
    old = _TONES.get(word[-2:]) if len(word) > 2 and not word.startswith("q") and not word.isascii() else None
    return word[:-2] + old if old else word


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Casefolded and without diacritics: "Đà Nẵng" becomes "da nang"."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def tokens_of(message: str) -> tuple[Token, ...]:
    """The tokens of a tidied message."""
    return tuple(
        Token(found.group(), _toned(found.group().casefold()), fold(found.group()), found.start(), found.end())
        for found in _PIECES.finditer(message)
    )
