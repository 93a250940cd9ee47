"""The suites that can be run: which cases, and whether noise is put on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from evals.cases import CASES, Case, read_folder


@dataclass(frozen=True)
class Suite:
    """Cases under a name."""

    name: str
    about: str
    folders: tuple[str, ...] = ("dev", "test")
    keep: Callable[[Case], bool] = lambda case: True
    noise: bool = False  # every clean question is also asked with each kind of noise

    def cases(self, root: Path = CASES) -> tuple[Case, ...]:
        """The cases of the suite, in the order of their files."""
        return tuple(case for folder in self.folders for case in read_folder(root / folder) if self.keep(case))


def _expects_none(case: Case) -> bool:
    return any(turn.expect[0] != "answer" for turn in case.turns)


def _third(case: Case) -> bool:
    return crc32(case.id.encode()) % 3 == 0


def _clean_question(case: Case) -> bool:
    return not case.is_dialogue and case.noise is None and case.turns[0].expect[0] == "answer"


SUITES: tuple[Suite, ...] = (
    Suite("dev", "questions and dialogues that may be looked at while building", ("dev",)),
    Suite("dev2", "questions of a second author that may be looked at", ("dev2",)),
    Suite("dev3", "questions of a third author that may be looked at", ("dev3",)),
    Suite("dev4", "questions of a fourth and a fifth author that may be looked at", ("dev4",)),
    Suite("dev5", "half of the questions of a seventh and an eighth author, which may be looked at", ("dev5",)),
    Suite("dev6", "plain questions of ours over all figures and cuts, which may be looked at", ("dev6",)),
    Suite(
        "quick", "every third question of dev and dev2: what CI asks", ("dev", "dev2"), lambda case: not case.is_dialogue and _third(case)
    ),
    Suite("test", "questions and dialogues of which only totals are looked at", ("test",)),
    Suite("test3", "questions of a third author of which only totals are looked at", ("test3",)),
    Suite("test4", "questions of a sixth author of which only totals are looked at", ("test4",)),
    Suite("test5", "the other half of the questions of a seventh and an eighth author: only totals are looked at", ("test5",)),
    Suite("all", "everything"),
    Suite("smoke", "every tenth question of dev", ("dev",), lambda case: not case.is_dialogue and case.id.endswith("1")),
    Suite("dialogues", "conversations of several turns", keep=lambda case: case.is_dialogue),
    Suite("abstain", "what must be asked back, declined or refused", keep=_expects_none),
    Suite("vietnamese", "questions in Vietnamese, with and without diacritics", keep=lambda case: case.language == "vi"),
    Suite("noise", "clean test questions, each also with every kind of noise", ("test",), _clean_question, noise=True),
)


class NoSuite(LookupError):
    """No suite of that name, nor a folder of cases."""


def suite_called(name: str) -> Suite:
    """A suite by name; a folder of case files is a suite too."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    folder = Path(name)
    if not folder.is_dir():
        raise NoSuite(f"no suite is called {name!r}, and it is no folder; there are {', '.join(suite.name for suite in SUITES)}")
    return Suite(folder.name, f"the cases under {folder}", (str(folder.resolve()),))
