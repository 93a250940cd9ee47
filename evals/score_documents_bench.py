"""`./oiis bench library`: the demo library searched with its gold questions, each arm beside the hybrid, and what answers quote."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from evals.score_documents import Citations, Scores, asking, cite, score
from evals.score_documents_cases import Question, questions
from ingestion.founding import found
from ingestion.warehouse import Snapshot, Warehouse
from knowledge.demo.found import found_library, papers_for
from knowledge.demo.paper import Split
from knowledge.fuse import Weights
from knowledge.index import DocumentIndex
from knowledge.library import Library
from knowledge.search import Searcher
from knowledge.views import QuestionKind

if TYPE_CHECKING:
    from ingestion.demo.company import Size

_KINDS: tuple[QuestionKind, ...] = ("question", "scenario", "exact", "vietnamese")
ARMS: Mapping[str, Weights] = {"words": Weights(keyword=1.0, heading=0.5, vector=0.0), "meaning": Weights(0.0, 0.0, 1.0)}
_QUOTED = 8


def bench_library(home: Path | None, split: Split | None, size: Size, seed: int) -> None:
    """Measure and print; without a home the demo company is founded for it."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(home or Path(folder))
        if warehouse.find() is None:
            found(warehouse, size, seed)
        _bench(warehouse.snapshot(), Path(folder), ("dev", "test") if split is None else (split,))


def _bench(snapshot: Snapshot, folder: Path, splits: Sequence[Split]) -> None:
    console = Console()
    library, index = Library(folder / "documents"), DocumentIndex(folder / "documents_index")
    told = found_library(library, snapshot)
    started = time.process_time()
    built = index.update(library)
    console.print(f"{told}; {built.chunks} chunks indexed in {time.process_time() - started:.1f} s of processor time")
    as_of = snapshot.card.as_of
    papers = papers_for(snapshot)
    for split in splits:
        asked = questions(split, papers, as_of) if as_of else ()
        console.print(_table(split, asked, library, index))
        console.print(_quoted(cite(asked, asking(Searcher(library, index), _QUOTED), index.embedder)))


def _table(split: Split, asked: Sequence[Question], library: Library, index: DocumentIndex) -> Table:
    """One line a type of question: the hybrid, and recall@5 of each arm alone."""
    hybrid = score(asked, asking(Searcher(library, index)))
    arms = {name: score(asked, asking(Searcher(library, index, dict.fromkeys(_KINDS, weights)))) for name, weights in ARMS.items()}
    table = Table("questions", "n", "recall@5", "hit@5", "nDCG@10", *(f"{name}: recall@5" for name in arms), title=f"library, {split}")
    for name in ("all", *(name for name in hybrid if name != "all")):
        table.add_row(name, *_cells(hybrid[name]), *(f"{scores[name].recall_5:.3f}" for scores in arms.values()))
    return table


def _cells(scores: Scores) -> tuple[str, ...]:
    return str(scores.n), f"{scores.recall_5:.3f}", f"{scores.hit_5:.3f}", f"{scores.ndcg_10:.3f}"


def _quoted(cited: Citations) -> str:
    return (
        f"quotes: precision {cited.precision:.3f}, recall {cited.recall:.3f}; answered {cited.answered:.3f} of the answerable; "
        f"silence told {cited.silence:.3f} of the unanswerable; judged rightly {cited.detection:.3f} of {cited.n}"
    )
