"""A draft on its way to a model and back: it leaves without a value or a digit, and comes back with every placeholder in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.llm_masks import Masks, UnknownMask
from agents.llm_schema import Invalid
from agents.llm_words import faults, new_claims
from tools.facts import Fact

_PLACEHOLDER = re.compile(r"\{[a-z]+:[^{}]+\}")
_WITH_DIGITS = re.compile(r"\S*\d\S*(?:[ \u00a0]\S*\d\S*)*")
_SPARE_CHARACTERS = 400


@dataclass(frozen=True)
class Sealed:
    """A text for a model: numbers and names are placeholders already, what else has digits is sealed as well."""

    text: str
    kept: Masks


def seal(text: str) -> Sealed:
    """The text with everything that holds a digit behind a placeholder."""
    kept = Masks("kept")
    sealed, place = [], 0
    for found in _PLACEHOLDER.finditer(text):
        sealed += [_without_digits(text[place : found.start()], kept), found[0]]
        place = found.end()
    return Sealed("".join([*sealed, _without_digits(text[place:], kept)]), kept)


def legend(text: str, facts: Iterable[Fact]) -> dict[str, str]:
    """What each placeholder of a text stands for, without its value."""
    by_id = {fact.id: fact for fact in facts}
    return {placeholder: _meaning(placeholder, by_id) for placeholder in dict.fromkeys(_PLACEHOLDER.findall(text))}


def unseal(written: str, sealed: Sealed) -> str:
    """The words of the model around the same placeholders in the same order, or what is wrong with them."""
    problems = [
        f"the text holds {fault}" for fault in faults(_PLACEHOLDER.sub("", written), limit=2 * len(sealed.text) + _SPARE_CHARACTERS)
    ]
    problems += [f"the text claims {claim} that the draft does not" for claim in new_claims(written, sealed.text)]
    if _PLACEHOLDER.findall(written) != _PLACEHOLDER.findall(sealed.text):
        problems.append("the placeholders are not those of the draft in their order")
    if problems:
        raise Invalid(*problems)
    try:
        return sealed.kept.show(written)
    except UnknownMask as error:
        raise Invalid(str(error)) from error


def _without_digits(text: str, kept: Masks) -> str:
    return _WITH_DIGITS.sub(lambda found: kept.hide(found[0]), text)


def _meaning(placeholder: str, by_id: Mapping[str, Fact]) -> str:
    kind, _, rest = placeholder.strip("{}").partition(":")
    if kind == "period":
        return "a span of days"
    fact = by_id.get(rest.partition("|")[0])
    if fact is None or fact.name == "text":
        return "a name or words"
    return fact.name + (f" in {fact.unit}" if fact.unit else "")
