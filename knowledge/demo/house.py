"""Procedures, policies, manuals and rules of the house, from the wordings beside this module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from knowledge.demo.company import Company
from knowledge.demo.paper import Clause, Paper, PaperLanguage, Part, draw
from knowledge.demo.wordings import among, fill, read, texts

_FILES: tuple[tuple[PaperLanguage, str], ...] = (("en", "house_en.yaml"), ("vi", "house_vi.yaml"))


def house_papers(company: Company) -> Iterator[Paper]:
    """All of them; where a document has two versions, the old one first."""
    for language, name in _FILES:
        for entry in read(name):
            for version in range(1, int(entry.get("versions", 1)) + 1):
                yield _paper(company, language, entry, version)


def _paper(company: Company, language: PaperLanguage, entry: Any, version: int) -> Paper:
    key = str(entry["key"])
    values = {name: among(tuple(choices), company.seed, key, name) for name, choices in entry["values"].items()}
    first = company.first_day - timedelta(days=30 + draw(company.seed, key, "issued") % 500)
    begins = first if version == 1 else company.middle
    return Paper(
        key=key,
        title=str(entry["title"]),
        kind=entry["kind"],
        language=language,
        published_on=begins - timedelta(days=7),
        parts=tuple(_part(company.seed, key, part, values, version) for part in entry["parts"]),
        effective_from=begins,
        version=version,
        contradicts=texts(entry.get("contradicts", ())),
    )


def _part(seed: int, key: str, part: Any, values: dict[str, int], version: int) -> Part:
    clauses = []
    for name, wordings in part["clauses"].items():
        choices = texts(wordings[f"v{version}"] if isinstance(wordings, dict) else wordings)
        clauses.append(Clause(name, fill(choices[draw(seed, key, name) % len(choices)], values)))
    return Part(str(part["title"]), tuple(clauses))
