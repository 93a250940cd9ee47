"""The cues of clauses, from the file beside this module."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import cast

import yaml

_GAP = r"[^.%;\d]{0,32}$"  # between "at most" and its number stand a few words and no other number


@cache
def _patterns() -> dict[str, str]:
    path = Path(__file__).with_suffix(".yaml")
    read = cast(dict[str, list[str]], yaml.safe_load(path.read_text(encoding="utf-8")))
    return {name: "(?:" + "|".join(cues) + ")" for name, cues in read.items()}


@cache
def _compiled(name: str, around: str) -> re.Pattern[str]:
    return re.compile(around.format(_patterns()[name]) if around else _patterns()[name])


def has(name: str, said: str) -> bool:
    """Whether one of these cues stands in a folded sentence."""
    return bool(_compiled(name, "").search(said))


def before(name: str, said: str) -> bool:
    """Whether one of them stands at the end of what comes before a number."""
    around = r"{}\s*(?:a delay of )?$" if name == "grace_before" else r"{}" + _GAP.replace("{", "{{").replace("}", "}}")
    return bool(_compiled(name, around).search(said))


def after(name: str, said: str) -> bool:
    """Whether one of them begins what comes after a number, two words aside."""
    return bool(_compiled(name, r"^(?: \w+){{0,2}}? ?{}").search(said))
