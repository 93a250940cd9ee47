"""An answer to what was asked back: by its place, by a name in it, or both."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.language.pointing import pointers
from agents.language.tokens import fold, tidy, tokens_of
from agents.language.words import LANGUAGES

_MOST_WORDS = 8
_BOTH = frozenset({"both", "all", "either", "ca hai", "tat ca", "both of them", "all of them", "show both", "both please", "ca 2"})
_NUMBER = re.compile(r"^\W*(?:(?:number|no\.?|option|choice|#|so|cai|lua chon|phuong an)\s*)?(\d)\W*$")
_AROUND = frozenset(
    {
        "the",
        "one",
        "please",
        "option",
        "i",
        "mean",
        "meant",
        "it",
        "is",
        "that",
        "by",
        "for",
        "of",
        "cai",
        "thu",
        "y",
        "toi",
        "la",
        "nhe",
        "a",
    }
)


def chosen_options(message: str, options: Sequence[str]) -> tuple[str, ...]:
    """The options that are meant; none when the message answers nothing."""
    said = fold(tidy(message)).strip(" .!?")
    words = said.split()
    if not words or len(words) > _MOST_WORDS:
        return ()
    exact = [option for option in options if fold(tidy(option)).strip(" .!?") == said]
    if exact:
        return (exact[0],)
    if said in _BOTH:
        return tuple(options)
    place = _place(said)
    if place is not None:
        return (options[place - 1],) if 1 <= place <= len(options) else (options[-1],) if place == -1 else ()
    return _named(words, options)


def _place(said: str) -> int | None:
    """The second, 2, option 2, the last one."""
    if found := _NUMBER.match(said):
        return int(found[1])
    for language in LANGUAGES:
        places = {fold(word): place for word, place in pointers(language).places.items()}
        kept = " ".join(word for word in said.split() if word not in _AROUND or word in places)
        full = " ".join(word for word in said.split() if word not in ("the", "please", "one", "option", "cai", "nhe"))
        for text in (kept, full):
            if text in places:
                return places[text]
    return None


def _named(words: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    """The one option that alone has all telling words of the message."""
    telling = [word for word in words if word not in _AROUND]
    keyed = [{token.folded for token in tokens_of(tidy(option))} for option in options]
    shared = set.intersection(*keyed) if keyed else set()
    hits = [option for option, keys in zip(options, keyed, strict=True) if telling and set(telling) <= keys]
    return (hits[0],) if len(hits) == 1 and not set(telling) <= shared else ()
