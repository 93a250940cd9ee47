"""`./oiis bench documents`: how long documents take to come in and be found, and what that costs, as the library grows."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.bench_retrieval_shelf import AskedByModel, DrawnVectors, MadeShelf, made_questions, made_texts
from knowledge.embed import Embedder
from knowledge.index import DocumentIndex
from knowledge.library import Library
from knowledge.search import Searcher

WHOLE, LARGEST = 10_000, 100_000
_PDF_PAGES, _A_PAGE, _QUESTIONS = 200, 4.3, 200


@dataclass(frozen=True)
class Cost:
    """What something took: seconds by the clock, of the processor over all threads, and the most memory a process held."""

    what: str
    count: int
    clock: float
    processor: float
    megabytes: float


def bench_documents(whole: int = WHOLE, largest: int = LARGEST) -> None:
    """Measure and print: a PDF from its bytes to the index, an index built and rebuilt, questions to a large one."""
    console = Console()
    table = Table("what", "count", "seconds", "processor seconds", "memory, MB", title="documents")
    steps: list[tuple[str, int]] = [
        (_PDF, _PDF_PAGES),
        (_BUILD, whole),
        (_REBUILD, whole),
        (_ASK, whole),
        (_DRAWN, largest),
        (_ASK, largest),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for what, count in steps:
            cost = _apart(what, Path(folder), count)
            table.add_row(cost.what, f"{cost.count:,}", f"{cost.clock:.3f}", f"{cost.processor:.3f}", f"{cost.megabytes:,.0f}")
    console.print(table)


_PDF = "pages of a PDF read, cut, kept and indexed"
_BUILD = "chunks embedded and indexed"
_REBUILD = "chunks indexed again from kept vectors"
_DRAWN = "chunks indexed with drawn vectors"
_ASK = "a question to so many chunks, 95th percentile"


def _apart(what: str, folder: Path, count: int) -> Cost:
    """Done in a process of its own, so that memory is that of this step alone."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_step, args=(what, folder, count, there))
    process.start()
    there.close()
    try:
        cost: Cost = here.recv()
    finally:
        process.join()
    return cost


def _step(what: str, folder: Path, count: int, answer: Connection) -> None:
    clock, processor = _pdf(folder, count) if what == _PDF else _ask(folder, count) if what == _ASK else _build(what, folder, count)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send(Cost(what, count, clock, processor, most))


def _pdf(folder: Path, pages: int) -> tuple[float, float]:
    content = made_pdf(pages)
    file = folder / "long.pdf"
    file.write_bytes(content)
    library, index = Library(folder / "long"), DocumentIndex(folder / "long_index")
    started, worked = time.monotonic(), _processor()
    library.add(file)
    index.update(library)
    return time.monotonic() - started, _processor() - worked


def _build(what: str, folder: Path, count: int) -> tuple[float, float]:
    shelf = MadeShelf(count)
    embedder: Embedder | None = DrawnVectors() if what == _DRAWN else None
    index = DocumentIndex(folder / f"index-{count}", embedder=embedder)
    started, worked = time.monotonic(), _processor()
    index.rebuild(shelf)
    return time.monotonic() - started, _processor() - worked


def _ask(folder: Path, count: int) -> tuple[float, float]:
    """The 95th percentile over questions, by the clock and of the processor, one after another in a process that has answered some."""
    shelf = MadeShelf(count)
    built = DocumentIndex(folder / f"index-{count}")
    card = built.card()
    embedder = AskedByModel() if card is not None and card.embedder == DrawnVectors.name else None
    searcher = Searcher(shelf, DocumentIndex(built.root, embedder=embedder))
    questions = made_questions(_QUESTIONS + 10)
    for question in questions[:10]:
        searcher.search(question)
    clock, processor = [], []
    for question in questions[10:]:
        started, worked = time.monotonic(), time.process_time()
        searcher.search(question)
        clock.append(time.monotonic() - started)
        processor.append(time.process_time() - worked)
    return float(np.percentile(clock, 95)), float(np.percentile(processor, 95))


def _processor() -> float:
    """Of this process and of the children that read documents for it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def made_pdf(pages: int) -> bytes:
    """A PDF of about so many dense pages, four sections each and some more."""
    from knowledge.demo.pdf import Line, wrap, write_pdf

    lines: list[Line] = []
    for number, text in enumerate(made_texts(round(_A_PAGE * pages)), 1):
        lines += [Line("heading", f"{number}. Section {number}"), *wrap("text", text), Line("gap")]
    return write_pdf("Long report", date(2026, 1, 2), tuple(lines))
