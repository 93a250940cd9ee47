"""Documents, pages, questions and labels of a retrieval set, from the files they usually come in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Labels = Mapping[str, frozenset[str]]
ReportPages = dict[str, dict[int, str]]


class BadSet(ValueError):
    """A file of the set that cannot be used: which, what is wrong, what was expected."""


@dataclass(frozen=True)
class Article:
    """A document of the set."""

    doc_id: str
    title: str
    content: str


def read_articles(file: Path) -> list[Article]:
    """Documents with doc_id and content, and a title where there is one."""
    frame = _frame(file, ("doc_id", "content"))
    titles = frame["title"] if "title" in frame else [""] * len(frame)
    rows = zip(frame["doc_id"], titles, frame["content"], strict=True)
    return [Article(str(doc), _text(title), _text(content)) for doc, title, content in rows]


def read_pages(files: Iterable[Path]) -> ReportPages:
    """Reports by their pages: tables of doc, page and text; PDF files; folders of either."""
    found: ReportPages = {}
    for file in files:
        if file.is_dir():
            found |= read_pages(sorted(each for each in file.iterdir() if each.suffix.lower() in {".pdf", ".parquet", ".csv"}))
        elif file.suffix.lower() == ".pdf":
            found[file.stem] = _pdf_pages(file)
        else:
            frame = _frame(file, ("doc", "page", "text"))
            for doc, page, text in zip(frame["doc"], frame["page"], frame["text"], strict=True):
                found.setdefault(str(doc), {})[int(page)] = _text(text)
    if not found:
        raise BadSet("no pages were found; expected PDF files, or tables with the columns doc, page and text")
    return found


def read_questions(file: Path) -> dict[str, str]:
    """A JSON object of id to text."""
    read = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(read, dict) or not all(isinstance(text, str) for text in read.values()):
        raise BadSet(f"{file.name} holds no questions; expected a JSON object of id to text")
    return {str(key): text for key, text in read.items()}


def read_labels(file: Path) -> dict[str, frozenset[str]]:
    """Right documents by question: a question column first, then doc_id, or doc and page; a relevance of 0 is none."""
    frame = _frame(file, ())
    if "relevance" in frame:
        frame = frame[frame["relevance"] > 0]
    keys = frame[frame.columns[0]].astype(str)
    if {"doc", "page"} <= set(frame.columns):
        named = [f"{doc}#{page}" for doc, page in zip(frame["doc"], frame["page"], strict=True)]
    elif "doc_id" in frame:
        named = list(frame["doc_id"].astype(str))
    else:
        raise BadSet(f"{file.name} holds no labels; expected a question column, then doc_id, or doc and page")
    right: dict[str, set[str]] = {}
    for key, doc in zip(keys, named, strict=True):
        right.setdefault(key, set()).add(doc)
    return {key: frozenset(docs) for key, docs in right.items()}


def _frame(file: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    if file.suffix == ".parquet":
        frame = pd.read_parquet(file)
    elif file.suffix in {".json", ".jsonl"}:
        frame = pd.read_json(file, lines=file.suffix == ".jsonl", dtype=False)
    else:
        frame = pd.read_csv(file, sep="\t" if file.suffix == ".tsv" else ",")
    if missing := [name for name in needed if name not in frame]:
        raise BadSet(f"{file.name} has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}")
    return frame


def _pdf_pages(file: Path) -> dict[int, str]:
    """Text by page, as the library's own reader gives it."""
    from knowledge.parse import parse

    pages: dict[int, list[str]] = {}
    for block in parse(file.read_bytes(), file.name).parsed.blocks:
        pages.setdefault(block.page or 1, []).append(block.text)
    return {number: "\n".join(texts) for number, texts in pages.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
