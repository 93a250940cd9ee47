"""Papers of businesses nothing here was made for, filed as anybody would file them, with questions and the words that answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import yaml

from knowledge.cite import Reply
from knowledge.contract import DocumentKind, Passage
from knowledge.embed import Embedder
from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.search import Searcher

FOLDER = Path(__file__).parent / "strangers"
BUSINESSES = ("hotel", "pharma_wholesale", "building_dealer", "farm_coop", "furniture_export")
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
class Asked:
    """A question with the words that answer it, by document; none where no paper answers."""

    ask: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Told:
    """What came back for a question."""

    asked: Asked
    passages: Sequence[Passage]
    reply: Reply


@dataclass(frozen=True)
class Scores:
    """Shares over the questions; a quote where nothing answers is a wrong one, `detection` is of all judged rightly."""

    hit_5: float
    precision: float
    recall: float
    silence: float
    detection: float


def papers(business: str) -> list[Path]:
    """The files of a business."""
    return sorted(path for path in (FOLDER / business).iterdir() if path.suffix != ".yaml")


def searcher_of(business: str, folder: Path, embedder: Embedder | None = None) -> Searcher:
    """The library of a business, filed through the parsers and indexed."""
    library = Library(folder / "documents")
    for path in papers(business):
        library.add(path.read_bytes(), Filing(name=path.name, doc_id=_id(path.stem), kind=_KINDS.get(path.stem, "policy")))
    index = DocumentIndex(folder / "index", embedder=embedder) if embedder else DocumentIndex(folder / "index")
    index.update(library)
    return Searcher(library, index)


def questions_of(business: str) -> Iterator[Asked]:
    """All sixty."""
    for group in yaml.safe_load((FOLDER / business / "questions.yaml").read_text(encoding="utf-8")).values():
        for ask, *answers in group:
            yield Asked(ask, tuple((each.partition(": ")[0], _plain(each.partition(": ")[2])) for each in answers))


def ask_all(business: str, searcher: Searcher) -> list[Told]:
    """Every question of a business, asked."""
    found = []
    for asked in questions_of(business):
        passages = searcher.search(asked.ask, top=8).passages
        found.append(Told(asked, passages, searcher.reply(asked.ask, passages)))
    return found


def scores_of(told: Sequence[Told]) -> Scores:
    """Passages and quotes against the words that answer; silence against what nothing answers."""
    answerable = [each for each in told if each.asked.answers]
    quoted = [each for each in told if each.reply.quotes]
    silent = [not each.reply.answered for each in told if not each.asked.answers]
    return Scores(
        hit_5=mean(any(_stands(p.document.doc_id, p.chunk.text, each.asked) for p in each.passages[:5]) for each in answerable),
        precision=mean(mean(_stands(quote.doc_id, quote.text, each.asked) for quote in each.reply.quotes) for each in quoted),
        recall=mean(mean(_is_quoted(answer, each.reply) for answer in each.asked.answers) for each in answerable),
        silence=mean(silent),
        detection=mean(each.reply.answered == bool(each.asked.answers) for each in told),
    )


def _stands(doc_id: str, text: str, asked: Asked) -> bool:
    return any(doc_id == _id(stem) and words in _plain(text) for stem, words in asked.answers)


def _is_quoted(answer: tuple[str, str], reply: Reply) -> bool:
    return any(quote.doc_id == _id(answer[0]) and answer[1] in _plain(quote.text) for quote in reply.quotes)


def _id(stem: str) -> str:
    return stem.replace("_", "-")


def _plain(text: str) -> str:
    return " ".join(text.split())
