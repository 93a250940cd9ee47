"""What a run found out, turn by turn, as it is kept in `results.json`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from evals.cases import Behaviour, Language, Noise
from tools.facts import Frozen

RESULTS = "results.json"


class Trace(Frozen):
    """Enough of one turn to see why it failed without asking again."""

    text: str = ""
    reading: str = ""
    calls: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    why: str = ""
    sql: tuple[str, ...] = ()


class Judged(Frozen):
    """One message, what it should have led to and what it led to."""

    case: str
    turn: int
    company: str
    ask: str
    language: Language
    archetype: int
    noise: Noise | None = None
    dialogue: bool = False
    intent: str = ""
    expect: tuple[Behaviour, ...]
    did: str
    correct: bool
    read_once: bool = False  # what is right was run by the tool alone, no second implementation agrees with it
    executed: bool | None = None  # whether the result is the accepted one; None where no result was to be had
    slots: dict[str, tuple[int, int, int]] = Field(default_factory=dict)  # found, missing, too many
    asked_agents: tuple[str, ...] = ()
    right_agents: tuple[str, ...] = ()
    tools_match: bool | None = None
    ungrounded: int = 0
    relevance: float | None = None
    warned: bool = False
    sure: float = 1.0  # how sure the answer calls itself, 0 to 1
    clarified: bool | None = None  # whether one of the readings offered was the right one; None where nothing was offered
    steady: bool | None = None  # asked twice, the same both times; None when it was asked once
    calls: int = 0  # of tools
    tokens: int = 0  # a language model read and wrote
    cost_usd: float = 0.0
    seconds: float = 0.0
    planner_seconds: float = 0.0
    trace: Trace = Trace()

    @property
    def answered(self) -> bool:
        return self.did == "answer"

    @property
    def wants_answer(self) -> bool:
        return self.expect[0] == "answer"

    @property
    def silently_wrong(self) -> bool:
        """A number for another question, and nothing in the answer says so."""
        return self.answered and not self.correct and not self.warned


class Left(Frozen):
    """A case that could not be asked of a company, with the reason."""

    case: str
    company: str
    why: str


class Run(Frozen):
    """A whole run."""

    suite: str
    brain: str
    companies: tuple[str, ...]
    as_of: tuple[str, ...] = ()
    code: str = ""
    turns: tuple[Judged, ...]
    left: tuple[Left, ...] = ()


def write_run(run: Run, folder: Path) -> Path:
    """Keep a run in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RESULTS
    path.write_text(run.model_dump_json(indent=1), encoding="utf-8")
    return path


def read_run(folder: Path) -> Run:
    """A run kept in a folder, or in the file itself."""
    path = folder / RESULTS if folder.is_dir() else folder
    return Run.model_validate_json(path.read_text(encoding="utf-8"))
