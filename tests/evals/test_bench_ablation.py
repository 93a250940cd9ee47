"""Each form of the search is searched: what is left out makes a difference, and the served one is what the searcher gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evals.bench_retrieval_library import FORMS, Shelf, ablation
from evals.score_documents_cases import Place, Question, shingles
from knowledge.embed_cache import CachedEmbedder
from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.search import Searcher
from tests.knowledge.shelf import WordEmbedder

TEXTS = {
    "late": "# Late deliveries\n\n## Penalty\n\nA supplier that delivers late pays two percent a week.",
    "returns": "# Returns policy\n\n## Time\n\nGoods come back within thirty days of delivery.",
    "fees": "# Delivery fees\n\n## City\n\nDelivery in the city is free from ten dollars on.",
}


def test_every_form_is_searched_and_the_served_one_is_what_is_served(tmp_path: Path) -> None:
    library = Library(tmp_path / "documents")
    for name, text in TEXTS.items():
        library.add(text.encode(), Filing(name=f"{name}.md", doc_id=name))
    ask, day = "What does a supplier that is late pay?", date(2026, 1, 1)
    place = Place("late", 1, "penalty", shingles("A supplier that delivers late pays two percent a week."), 0.5)
    asked = (Question("q", ask, "clause", "en", day, (place,)),)
    embedder = CachedEmbedder(WordEmbedder(), tmp_path / "vectors.sqlite")
    table = ablation(library, {"dev": asked}, embedder)
    assert table.row_count == len(FORMS) == len({form.name for form in FORMS})
    assert set(table.columns[1].cells) == {"1.000"}
    searcher = Searcher(library, DocumentIndex(tmp_path / "index", embedder=WordEmbedder()))
    served = searcher.search(ask, as_of=day).passages
    searcher.close()
    forms = {form.name: Shelf(library, form, embedder).passages(asked[0]) for form in FORMS}
    assert [each.chunk.chunk_id for each in forms["as served"]] == [each.chunk.chunk_id for each in served]
    assert [round(each.score, 3) for each in forms["as served"]] == [round(each.score, 3) for each in served]
    scores = {name: round(found[0].score, 3) for name, found in forms.items()}
    assert scores["as served"] not in (scores["words alone"], scores["meaning alone"], scores["ranks fused"])
