"""Questions about the demo library with the places that answer them, made concrete for one company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from evals.cases import CASES, BadCase
from knowledge.contract import Passage
from knowledge.demo.paper import Grid, Paper, Split, words_of
from knowledge.demo.pdf import plain
from tools.facts import Frozen

QuestionType = Literal[
    "clause", "paraphrase", "procedure", "policy", "id", "catalogue", "report", "market", "as_of", "contradiction", "unanswerable"
]
When = Literal["now", "old", "new"]
FOLDER = CASES / "documents"
_SHINGLE, _ENOUGH, _ENOUGH_OF_TABLE = 3, 0.5, 0.2


class Group(Frozen):
    """Questions of one type; each is the question, then the places (document#clause) that answer it."""

    type: QuestionType
    language: Literal["en", "vi"]
    as_of: When = "now"
    cases: tuple[tuple[str, ...], ...] = Field(min_length=1)


@dataclass(frozen=True)
class Place:
    """A place of the library as text: a passage that holds enough of it holds the answer."""

    document: str
    version: int
    clause: str
    shingles: frozenset[str]
    enough: float

    def stands_in(self, passage: Passage) -> bool:
        """Whether the passage holds this place."""
        document = passage.document
        if (document.doc_id, document.version) != (self.document, self.version):
            return False
        return self.covered(f"{passage.chunk.prefix}\n{passage.chunk.text}")

    def covered(self, text: str) -> bool:
        """Whether enough of the place stands in the text."""
        return len(self.shingles & shingles(text)) >= self.enough * len(self.shingles)


@dataclass(frozen=True)
class Question:
    """One question, as it is asked of one company."""

    id: str
    ask: str
    type: QuestionType
    language: Literal["en", "vi"]
    as_of: date
    places: tuple[Place, ...]


def read_groups(split: Split, folder: Path = FOLDER) -> tuple[Group, ...]:
    """The questions of one half, as they are written."""
    path = folder / f"{split}.yaml"
    try:
        return TypeAdapter(tuple[Group, ...]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        raise BadCase(f"{path.name}: {error}") from error


def questions(split: Split, papers: Iterable[Paper], as_of: date, folder: Path = FOLDER) -> tuple[Question, ...]:
    """The questions of one half for this library; those about documents that a smaller company does not have are left out."""
    shelf = Shelf(tuple(papers), as_of)
    found = []
    for number, group in enumerate(read_groups(split, folder), 1):
        for place, (ask, *references) in enumerate(group.cases, 1):
            day = shelf.day(group.as_of)
            if all(shelf.holds(reference, day) for reference in references) and shelf.can_fill(ask):
                places = tuple(shelf.place(reference, ask, day) for reference in references)
                found.append(Question(f"{split}-{number}-{place}", shelf.fill(ask), group.type, group.language, day, places))
    return tuple(found)


class Shelf:
    """The papers of one company, as references mean them."""

    def __init__(self, papers: tuple[Paper, ...], as_of: date) -> None:
        self._papers, self._as_of = papers, as_of

    def day(self, when: When) -> date:
        """Old is the day before the documents with two versions got their second."""
        renewed = min(paper.published_on for paper in self._papers if paper.version == 2)
        return renewed - timedelta(days=1) if when == "old" else self._as_of

    def holds(self, reference: str, day: date) -> bool:
        """Whether the document is there and in force on the day; a clause it does not have is a mistake of the case."""
        key, _, clause = reference.partition("#")
        paper = self._in_force(key, day)
        if paper is not None and clause and clause not in paper.places():
            raise BadCase(f"{reference}: {key} has no clause {clause!r}; it has {', '.join(paper.places())}")
        return paper is not None

    def place(self, reference: str, ask: str, day: date) -> Place:
        """What the reference names, or the one row of it that the question is about."""
        key, _, clause = reference.partition("#")
        paper = self._the(key, day)
        item = next(item for part in paper.parts for item in part.items if item.key == clause)
        rows = [row for kind, document, row in _PLACEHOLDER.findall(ask) if document == key and kind != "number" and isinstance(item, Grid)]
        if rows and isinstance(item, Grid):
            return _place(paper, clause, " ".join(item.rows[int(rows[0]) - 1]), _ENOUGH)
        return _place(paper, clause, words_of(item), _ENOUGH_OF_TABLE if isinstance(item, Grid) else _ENOUGH)

    def can_fill(self, ask: str) -> bool:
        """Whether the company has the documents and rows that the codes of a question come from."""
        for kind, key, row in _PLACEHOLDER.findall(ask):
            paper = self._in_force(key, self._as_of)
            if paper is None or (kind != "number" and int(row) > len(_price_list(paper).rows)):
                return False
        return True

    def fill(self, ask: str) -> str:
        """The question with the codes and names of this company."""
        return _PLACEHOLDER.sub(lambda found: self._cell(found[1], found[2], found[3]), ask)

    def _cell(self, kind: str, key: str, row: str) -> str:
        paper = self._the(key, self._as_of)
        if kind == "number":
            found = re.search(r"SVT-\d{4}-\d+", paper.places()["subject"])
            return found[0] if found else ""
        return _price_list(paper).rows[int(row) - 1][("sku", "article").index(kind)]

    def _the(self, key: str, day: date) -> Paper:
        paper = self._in_force(key, day)
        if paper is None:
            raise BadCase(f"{key} is not in force on {day}")
        return paper

    def _in_force(self, key: str, day: date) -> Paper | None:
        versions = [paper for paper in self._papers if paper.key == key and _begins(paper) <= day]
        return max(versions, key=lambda paper: paper.version, default=None)


_PLACEHOLDER = re.compile(r"\{(sku|article|number) ([a-z0-9-]+)(?: (\d+))?\}")


def _price_list(paper: Paper) -> Grid:
    return next(item for part in paper.parts for item in part.items if isinstance(item, Grid))


def shingles(text: str) -> frozenset[str]:
    """Every three words in a row, without marks and case."""
    words = re.findall(r"\w+", plain(text).casefold())
    return frozenset(" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)))


def _begins(paper: Paper) -> date:
    return paper.effective_from or paper.published_on


def _place(paper: Paper, clause: str, text: str, enough: float) -> Place:
    return Place(paper.key, paper.version, clause, shingles(text), enough)


def by_type(asked: Iterable[Question]) -> Mapping[str, tuple[Question, ...]]:
    """Questions by type and by language."""
    groups: dict[str, list[Question]] = {}
    for question in asked:
        for name in (question.type, f"in {question.language}"):
            groups.setdefault(name, []).append(question)
    return {name: tuple(group) for name, group in sorted(groups.items())}
