"""A case: what somebody asks, and what a careful analyst would accept as an answer; read from YAML, checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from tools.facts import Frozen

Behaviour = Literal["answer", "clarify", "decline", "refuse", "talk"]
Noise = Literal["typo", "case", "abbreviation", "synonym", "order", "punctuation", "keywords"]
Language = Literal["en", "vi"]
Accepted = tuple["Call", ...]

CASES = Path(__file__).parent / "cases"


class BadCase(ValueError):
    """A case file that cannot be used; the text says which file, which case and why."""


class Call(Frozen):
    """One tool call as a plan holds it; strings in it may be placeholders until the case is filled."""

    tool: str
    arguments: dict[str, object] = Field(default_factory=dict)


class Turn(Frozen):
    """One message. `expect` lists what is right to do, the best first; `accept` the plans whose result is right."""

    ask: str
    expect: tuple[Behaviour, ...] = ("answer",)
    accept: tuple[Accepted, ...] = ()
    why: str = ""
    ordered: bool = False  # the order of the rows was asked for

    @field_validator("expect", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_what_is_right(self) -> Turn:
        if "answer" in self.expect and not self.accept:
            raise ValueError("expect: answer needs at least one accepted plan")
        if self.accept and self.expect in (("decline",), ("refuse",), ("talk",)):
            raise ValueError(f"expect: {self.expect[0]} takes no accepted plan")
        return self


class Case(Frozen):
    """A question, or a dialogue of several turns, with its buckets."""

    id: str
    turns: tuple[Turn, ...] = Field(min_length=1, max_length=8)
    language: Language = "en"
    archetype: int = Field(ge=1, le=60)
    noise: Noise | None = None

    @property
    def is_dialogue(self) -> bool:
        return len(self.turns) > 1


_OF_A_TURN = ("ask", "expect", "accept", "why", "ordered")


def read_case(written: Mapping[str, object]) -> Case:
    """One entry of a case file; a single question is a dialogue of one turn."""
    if "turns" in written:
        return Case.model_validate(written)
    turn = {key: written[key] for key in _OF_A_TURN if key in written}
    rest = {key: value for key, value in written.items() if key not in _OF_A_TURN}
    return Case.model_validate({**rest, "turns": [turn]})


def read_file(path: Path) -> tuple[Case, ...]:
    """The cases of one file."""
    written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or []
    if not isinstance(written, list):
        raise BadCase(f"{path.name}: expected a list of cases, got {type(written).__name__}")
    return tuple(_read(path, each) for each in written)


def _read(path: Path, written: object) -> Case:
    if not isinstance(written, Mapping):
        raise BadCase(f"{path.name}: a case is a mapping, got {str(written)[:60]!r}")
    try:
        return read_case(written)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadCase(f"{path.name}, case {written.get('id', '?')}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


@lru_cache(maxsize=16)
def read_folder(folder: Path) -> tuple[Case, ...]:
    """The cases of every file of a folder; ids are unique across it."""
    cases = tuple(case for path in sorted(folder.glob("*.yaml")) for case in read_file(path))
    if twice := [each for each, count in Counter(case.id for case in cases).items() if count > 1]:
        raise BadCase(f"{folder.name}: ids used twice: {', '.join(twice[:5])}")
    return cases


def intents(cases: Iterable[Case]) -> dict[str, tuple[Case, ...]]:
    """Single questions whose best plan is the same: wordings of one intent, by the id of the first."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        if not case.is_dialogue and case.turns[0].accept:
            plan = " ".join(call.model_dump_json() for call in case.turns[0].accept[0])
            groups.setdefault(plan, []).append(case)
    return {group[0].id: tuple(group) for group in groups.values()}
