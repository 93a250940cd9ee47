"""Products made findable by what they mean, after the data changed."""

from __future__ import annotations

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress


class DescribeProducts(Arguments):
    """There is nothing to choose."""


def describe_products(_: DescribeProducts, place: Workplace, progress: Progress) -> str:
    """Vectors of the product names there are now; those that were there already are kept."""
    from agents.language.values.described import describe
    from ingestion.warehouse import Warehouse
    from knowledge.embed import MiniLM
    from tools.query.served import serve_snapshot
    from tools.query.vocabulary import vocabulary

    served = serve_snapshot(Warehouse(place.home, place.keep_snapshots).snapshot())
    progress("reading names", 0.05)
    named = sorted((each for each in vocabulary(served) if each.dimension == "product"), key=lambda each: -each.weight)
    new = describe([each.name for each in named], MiniLM(), place.home / "values")
    return f"{len(named)} products can be found by what they mean; {new} are new"
