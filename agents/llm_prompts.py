"""Prompts are the files in `prompts/`; data enters them fenced."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Literal

PROMPTS = Path(__file__).with_name("prompts")
PromptName = Literal["understand", "understand_question", "plan", "plan_question", "repair", "write", "write_draft"]


def prompt(name: PromptName, /, **values: str) -> str:
    """A prompt with every `$value` of it filled; one too many or too few is an error."""
    template = _template(name)
    if set(values) != set(template.get_identifiers()):
        raise ValueError(f"prompts/{name}.md takes {sorted(template.get_identifiers())}, was given {sorted(values)}")
    return template.substitute(values).strip()


@lru_cache
def _template(name: PromptName) -> Template:
    return Template((PROMPTS / f"{name}.md").read_text(encoding="utf-8"))


def fenced(what: str, content: object) -> str:
    """Data, marked as data. Nothing inside can close the fence: it is JSON without angle brackets."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<data of="{what}">\n{text}\n</data>'
