"""A question as the planner sees it: the person's own words, and placeholders for everything that was read from data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.brain import Mention, Understood
from agents.llm_masks import Masks
from agents.llm_prompts import prompt
from agents.plan import Plan

# Arguments that hold values of the data; all others are names of the algebra, numbers and days.
VALUE_FIELDS = ("values", "ids", "item")


@dataclass(frozen=True)
class Posed:
    """The prompt, the texts it hides, and which placeholder stands for which mention of the question."""

    prompt: str
    masks: Masks
    mentions: Mapping[str, Mention]


def pose(understood: Understood) -> Posed:
    """The question without a word that a person did not write."""
    masks = Masks("entity")
    mentions = {f"{{entity:e{number}}}": mention for number, mention in enumerate(understood.mentions, 1)}
    for placeholder, mention in mentions.items():
        masks.give(placeholder, mention.value)
    text = understood.standalone_question
    for placeholder, mention in mentions.items():
        if mention.text and not _own_words(mention.text, understood):
            text = text.replace(mention.text, placeholder)
    shown = prompt(
        "plan_question",
        question=text,
        moments=_moments(understood),
        entities=_lines(_named(placeholder, mention, understood) for placeholder, mention in mentions.items()),
        edits=_outline(understood.edits, masks) if understood.edits else "none",
    )
    return Posed(shown, masks, mentions)


def _own_words(text: str, understood: Understood) -> bool:
    return text.casefold() in understood.message.casefold()


def _named(placeholder: str, mention: Mention, understood: Understood) -> str:
    words = f", for the words {json.dumps(mention.text, ensure_ascii=False)}" if _own_words(mention.text, understood) else ""
    return f"- {placeholder} is a value of {mention.dimension}{words}"


def _moments(understood: Understood) -> str:
    return _lines(
        f"- {json.dumps(moment.text, ensure_ascii=False) if _own_words(moment.text, understood) else 'a period of the conversation'}"
        f": {moment.start} to {moment.end}"
        for moment in understood.moments
    )


def _outline(plan: Plan, masks: Masks) -> str:
    """The calls of a plan with the values in them hidden."""
    calls = [
        {"agent": part.agent, "tool": call.tool, "arguments": _hidden(call.arguments, masks)} for part in plan.parts for call in part.calls
    ]
    return json.dumps(calls, default=str)


def _hidden(value: object, masks: Masks, of_data: bool = False) -> object:
    if isinstance(value, str):
        return masks.hide(value) if of_data else value
    if isinstance(value, Mapping):
        return {key: _hidden(item, masks, of_data or key in VALUE_FIELDS) for key, item in value.items()}
    return [_hidden(item, masks, of_data) for item in value] if isinstance(value, list | tuple) else value


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) or "none"
