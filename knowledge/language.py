"""Which language a text is in, by its letters and its smallest words; no model, no network."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

from knowledge.contract import Language

_SAMPLE_WORDS = 4_000
_FEW_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+")
# Letters and tones that no other language of Latin script writes together.
_VIETNAMESE_LETTERS = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")


def detect(text: str) -> Language:
    """English, Vietnamese (with or without its marks), or another language; a few words in plain letters count as English."""
    words = Counter(word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", text[: _SAMPLE_WORDS * 12]))[:_SAMPLE_WORDS])
    total = words.total()
    if not total:
        return "en"
    marked = sum(count for word, count in words.items() if _VIETNAMESE_LETTERS & set(word))
    if marked > 0.12 * total:
        return "vi"
    if sum(count for word, count in words.items() if not _latin(word)) > 0.3 * total:
        return "other"
    return _by_small_words(words, total)


def _by_small_words(words: Counter[str], total: int) -> Language:
    shares = {name: sum(words[small] for small in known) / total for name, known in _small_words().items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.08:  # names, codes and labels: nothing says that it is not English, unless its letters do
        accented = sum(count for word, count in words.items() if not word.isascii())
        return "other" if total >= _FEW_WORDS and accented > 0.2 * total else "en"
    return "en" if best == "en" else "vi" if best == "vi" else "other"


@lru_cache(maxsize=1)
def _small_words() -> dict[str, frozenset[str]]:
    import yaml

    told = yaml.safe_load(Path(__file__).with_name("language.yaml").read_text(encoding="utf-8"))
    # YAML reads `no` and `on` as truth values only where they stand alone; here each language is one text.
    return {str(name): frozenset(str(words).split()) for name, words in told.items()}


def _latin(word: str) -> bool:
    return all(letter.isascii() or ord(letter) < 0x250 or 0x1E00 <= ord(letter) < 0x1F00 for letter in word)
