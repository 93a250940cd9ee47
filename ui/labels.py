"""The page's labels in the language of the person who reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from ui.numbers import Language

LANGUAGES: tuple[Language, ...] = ("en", "vi")
OWN_NAMES: Mapping[Language, str] = {"en": "English", "vi": "Tiếng Việt"}
_FOLDER = Path(__file__).parent / "words"
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+))?\s*")


@dataclass(frozen=True)
class Labels:
    """One language's labels."""

    language: Language
    texts: Mapping[str, str]

    def __call__(self, key: str, **filled: object) -> str:
        """A label with its places filled."""
        text = self.texts[key]
        return text.format(**filled) if filled else text

    def known(self, key: str, otherwise: str) -> str:
        """The label of a name that may be new to this page."""
        return self.texts.get(key, otherwise.replace("_", " "))


@lru_cache(maxsize=len(LANGUAGES))
def labels(language: Language) -> Labels:
    """The labels of a language."""
    texts = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return Labels(language, {str(key): str(text) for key, text in texts.items()})


def choose_language(preferred: Language | None, accepted: str) -> Language:
    """What a person asked for, else the first language of the browser that the page speaks, else English."""
    if preferred:
        return preferred
    wished = sorted(_wishes(accepted), key=lambda wish: -wish[1])
    return next((known for name, _ in wished for known in LANGUAGES if name == known), "en")


def _wishes(accepted: str) -> list[tuple[str, float]]:
    found = [_RANGE.fullmatch(part) for part in accepted.split(",")]
    return [(match[1].lower(), _weight(match[2])) for match in found if match]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
