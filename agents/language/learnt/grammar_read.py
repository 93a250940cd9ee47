"""The grammar of questions as it is written, and one question drawn from a pattern."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field

from agents.plan import Language
from tools.facts import Frozen

_FOLDER = Path(__file__).with_name("grammar")
_INNERMOST = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
SLOT = re.compile(r"\{([a-z0-9]+)\}")


class Template(Frozen):
    """One tool call with blanks, and patterns of how it is asked for."""

    tool: str
    of: str = "any"
    way: str = ""
    arguments: dict[str, object] = Field(default_factory=dict)
    say: tuple[str, ...]


class Grammar(Frozen):
    """All that is said in one language."""

    lead: tuple[str, ...]
    tail: tuple[str, ...]
    periods: tuple[str, ...]
    templates: tuple[Template, ...]
    deeds: Mapping[str, tuple[str, ...]] = {}
    best_at: Mapping[str, tuple[str, ...]] = {}
    none: tuple[str, ...] = ()


class Families(Frozen):
    """Which metrics go together with which cuts."""

    metrics: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, int]
    cuts: Mapping[str, tuple[str, ...]]
    listed: Mapping[str, tuple[str, ...]]

    def of(self, metric: str) -> str:
        """The family of a metric; those nobody put anywhere are cut like sales."""
        return next((name for name in self.weights if metric in self.metrics[name]), "sales")


@lru_cache(maxsize=2)
def read_grammar(language: Language) -> Grammar:
    """The grammar of a language."""
    return Grammar.model_validate(_loaded(language))


@lru_cache(maxsize=1)
def read_families() -> Families:
    """The families of metrics."""
    return Families.model_validate(_loaded("families"))


def _loaded(name: str) -> object:
    return yaml.load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def drawn(pattern: str, chance: random.Random) -> str:
    """One of the sentences a pattern stands for; the innermost choices are made first."""
    text = pattern
    while found := _INNERMOST.search(text):
        if found[1] is not None:
            chosen = chance.choice(found[1].split("|"))
        else:
            chosen = chance.choice(found[2].split("|")) if chance.random() < 0.5 else ""
        text = text[: found.start()] + chosen + text[found.end() :]
    return " ".join(text.split())
