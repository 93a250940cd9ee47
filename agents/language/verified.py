"""Questions whose plan a person approved: asked again in the same words, that plan is taken as it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from agents.brain import World
from agents.language.agents_for import agent_of
from agents.language.figures import Json
from agents.language.reading import reading_of
from agents.language.replies import replies
from agents.language.tokens import tidy
from agents.plan import Language, Part, Plan, PlannedCall
from tools.facts import Frozen

FOLDER, FILE = "evals", "verified.yaml"
_LOG = logging.getLogger("oiis.agents")


class Call(Frozen):
    """One call as it was approved."""

    tool: str
    arguments: Json = Field(default_factory=dict)


class Approved(Frozen, extra="ignore"):
    """A question with the calls a person approved for it."""

    ask: str
    calls: tuple[Call, ...]


Known = Mapping[str, tuple[Call, ...]]
_PAIRS = TypeAdapter(tuple[Approved, ...])


class Verified:
    """The approved pairs under a home, read anew when somebody approved another."""

    def __init__(self, home: Path | None) -> None:
        self._path = home / FOLDER / FILE if home else None
        self._lock = threading.Lock()
        self._seen: object = None
        self._known: Known = {}

    def plan(self, question: str, language: Language, world: World) -> Plan | None:
        """The approved plan of exactly this question; case, spaces and the sign at its end aside."""
        calls = self._newest().get(key_of(question))
        return _plan(question, language, calls, world) if calls else None

    def _newest(self) -> Known:
        if self._path is None:
            return {}
        try:
            stat = self._path.stat()
        except OSError:
            return {}
        with self._lock:
            if (stat.st_ino, stat.st_mtime_ns) != self._seen:
                self._seen, self._known = (stat.st_ino, stat.st_mtime_ns), _read(self._path)
            return self._known


def key_of(question: str) -> str:
    """What two askings of one question share."""
    return tidy(question).casefold().rstrip("?!. ")


def _read(path: Path) -> Known:
    """The pairs of a file; one that cannot be read is told in the log, and questions are read as ever."""
    try:
        pairs = _PAIRS.validate_python(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or ())
    except (OSError, yaml.YAMLError, ValidationError) as error:
        _LOG.error("%s cannot be read, no question counts as verified: %s", path.name, error)
        return {}
    return {key_of(pair.ask): pair.calls for pair in pairs}


def _plan(question: str, language: Language, calls: tuple[Call, ...], world: World) -> Plan:
    parts = tuple(
        Part(
            agent=agent_of(call.tool, call.arguments, world),
            question=question,
            calls=(PlannedCall(id=f"c{number}", tool=call.tool, arguments=call.arguments),),
        )
        for number, call in enumerate(calls, 1)
    )
    said = replies(language).say("verified")
    reading = reading_of(tuple((call.tool, call.arguments) for call in calls))
    return Plan(
        standalone_question=question,
        language=language,
        parts=parts,
        reading=reading,
        assumptions=(said,),
        confidence="high",
        reasons=(said,),
        probability=1.0,
    )
