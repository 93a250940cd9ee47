"""A lexicon with words left out at random: what was written while questions were looked at reads strangers' wording too well."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from agents.language.words import Keys, Lexicon, Meaning, Phrases
from agents.plan import Language

EVERYDAY = "everyday"
# A stranger's word for a thing often stands among the words that are passed over, and is then missed in silence.
_PASSED = 0.5
_THINNED = frozenset({"metric", "verb", "dimension", "cue", "comparator"})


def thinned(lexicon: Lexicon, share: float, draw: int) -> Lexicon:
    """The lexicon without this share of its phrases, half of the single words passed over instead; the same draw, the same ones."""
    english, vietnamese, unmarked = (
        _kept(side, share, draw, name) for side, name in ((lexicon.english, "en"), (lexicon.vietnamese, "vi"), (lexicon.unmarked, "vi"))
    )
    known: Mapping[Language, frozenset[str]] = {"en": _keys(english), "vi": _keys(vietnamese) | _keys(unmarked)}
    written = frozenset(word for word in lexicon.written if word in known["en"] or not _leaves_out(word, share, draw))
    return replace(lexicon, english=english, vietnamese=vietnamese, unmarked=unmarked, known=known, written=written)


def _kept(side: Phrases, share: float, draw: int, name: str) -> Phrases:
    kept = Phrases()
    for phrases in side.by_first.values():
        for keys, meaning in phrases:
            if not _is_out(keys, meaning, share, draw, name):
                kept.add(keys, meaning)
            elif len(keys) == 1 and _leaves_out(f"passed {keys[0]}", _PASSED, draw):
                kept.add(keys, Meaning("skip", EVERYDAY))
    return kept


def _is_out(keys: Keys, meaning: Meaning, share: float, draw: int, name: str) -> bool:
    everyday = meaning.kind == "skip" and meaning.name == EVERYDAY
    return (meaning.kind in _THINNED or everyday) and _leaves_out(f"{name} {' '.join(keys)}", share, draw)


def _leaves_out(text: str, share: float, draw: int) -> bool:
    number = int.from_bytes(hashlib.blake2b(f"{draw} {text}".encode(), digest_size=4).digest(), "big")
    return number < share * 2**32


def _keys(side: Phrases) -> frozenset[str]:
    return frozenset(key for phrases in side.by_first.values() for keys, _ in phrases for key in keys)
