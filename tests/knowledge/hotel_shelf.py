"""The papers of a small hotel, filed as anybody would file them, with questions and the words that answer: nothing was chosen by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import yaml

from knowledge.cite import Reply
from knowledge.contract import DocumentKind
from knowledge.embed import Embedder
from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.search import Searcher

FOLDER = Path(__file__).parent / "hotel"
_KINDS: dict[str, DocumentKind] = {
    "lease": "contract",
    "laundry_contract": "contract",
    "internet_vi": "contract",
    "fire_plan": "procedure",
    "pool_manual": "manual",
    "minutes": "report",
    "minibar": "catalogue",
}


@dataclass(frozen=True)
class HotelQuestion:
    """A question with the words that answer it, by document; none where no paper answers."""

    ask: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HotelScores:
    """Shares over all questions; `silence` of those that nothing answers, `detection` of all judged rightly as answerable or not."""

    precision: float
    recall: float
    silence: float
    detection: float


def hotel_searcher(folder: Path, embedder: Embedder | None = None) -> Searcher:
    """The hotel's library, filed through the parsers and indexed."""
    library = Library(folder / "documents")
    for path in sorted(FOLDER.iterdir()):
        if path.suffix != ".yaml":
            library.add(path.read_bytes(), Filing(name=path.name, doc_id=path.stem.replace("_", "-"), kind=_KINDS.get(path.stem, "policy")))
    index = DocumentIndex(folder / "index", embedder=embedder) if embedder else DocumentIndex(folder / "index")
    index.update(library)
    return Searcher(library, index)


def hotel_questions() -> Iterator[HotelQuestion]:
    """All sixty."""
    for group in yaml.safe_load((FOLDER / "questions.yaml").read_text(encoding="utf-8")).values():
        for ask, *answers in group:
            yield HotelQuestion(ask, tuple((each.partition(": ")[0], each.partition(": ")[2]) for each in answers))


def scores_of(replies: list[tuple[HotelQuestion, Reply]]) -> HotelScores:
    """Quotes against the words that answer; silence against what nothing answers."""
    right = [
        [any(_holds(quote.doc_id, quote.text, each) for each in question.answers) for quote in reply.quotes] for question, reply in replies
    ]
    answerable = [hits for (question, _), hits in zip(replies, right, strict=True) if question.answers]
    silent = [not reply.answered for question, reply in replies if not question.answers]
    return HotelScores(
        precision=mean(mean(hits) for hits in answerable if hits),
        recall=mean(any(hits) for hits in answerable),
        silence=mean(silent),
        detection=mean(reply.answered == bool(question.answers) for question, reply in replies),
    )


def _holds(doc_id: str, text: str, answer: tuple[str, str]) -> bool:
    return doc_id == answer[0].replace("_", "-") and " ".join(answer[1].split()) in " ".join(text.split())
