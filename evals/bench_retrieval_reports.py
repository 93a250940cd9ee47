"""A made-up shelf of annual reports whose pages are alike from company to company and from year to year, with questions and their pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from tools.facts import Frozen

_FILLER, _SENTENCES = 26, 14


class Topic(Frozen):
    """A page every report has: its title, the lines of its table, and how it is asked for."""

    title: str
    lines: tuple[str, ...]
    questions: tuple[str, ...]


class Shelf(Frozen):
    """What the reports are made of."""

    companies: tuple[str, ...]
    years: tuple[int, ...]
    prose: tuple[str, ...]
    subjects: tuple[str, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class ReportPage:
    """A page of a report."""

    doc: str
    page: int
    text: str


@dataclass(frozen=True)
class ReportQuestion:
    """A question and the page that answers it."""

    text: str
    doc: str
    page: int


def made_reports(seed: int = 7) -> tuple[list[ReportPage], list[ReportQuestion]]:
    """24 reports and a question for each of their statements and notes; the same seed gives the same ones."""
    draw = random.Random(seed)  # noqa: S311
    pages: list[ReportPage] = []
    questions: list[ReportQuestion] = []
    shelf = _shelf()
    for company in shelf.companies:
        for year in shelf.years:
            doc = f"{''.join(company.split()[: draw.randint(1, 2)]).upper()}_{year}_10K"
            titled = [("", _cover(company, year)), *(("", text) for text in _fillers(company, year, draw))]
            titled += [(topic.title, _page(topic, company, year, draw)) for topic in shelf.topics]
            pages += [ReportPage(doc, number, text) for number, (_, text) in enumerate(titled, 1)]
            numbers = {title: number for number, (title, _) in enumerate(titled, 1)}
            questions += [ReportQuestion(_asked(topic, company, year, draw), doc, numbers[topic.title]) for topic in shelf.topics]
    return pages, questions


def _asked(topic: Topic, company: str, year: int, draw: random.Random) -> str:
    spoken = company if draw.random() < 0.5 else company.split()[0]
    return draw.choice(topic.questions).format(c=spoken, y=year)


def _cover(company: str, year: int) -> str:
    head = f"FORM 10-K\nAnnual report for the fiscal year ended December 31, {year}"
    return f"{head}\n{company.upper()}, INC.\nCommission file number\nTable of contents"


def _fillers(company: str, year: int, draw: random.Random) -> Iterator[str]:
    return (f"{company} {year} Annual Report\n{_prose(_SENTENCES, draw)}" for _ in range(_FILLER))


def _page(topic: Topic, company: str, year: int, draw: random.Random) -> str:
    rows = (f"{line} {draw.randint(200, 9000):,} {draw.randint(200, 9000):,} {draw.randint(200, 9000):,}" for line in topic.lines)
    years = f"(in millions) {year} {year - 1} {year - 2}"
    return "\n".join([f"{company} {year} Annual Report", _prose(3, draw), topic.title, years, *rows, _prose(2, draw)])


def _prose(count: int, draw: random.Random) -> str:
    shelf = _shelf()
    return " ".join(draw.choice(shelf.prose).format(s=draw.choice(shelf.subjects), n=draw.randint(3, 90)) for _ in range(count))


@lru_cache(maxsize=1)
def _shelf() -> Shelf:
    return Shelf.model_validate(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))
