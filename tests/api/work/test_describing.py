"""The worker makes products findable by what they mean, and the planner follows."""

from __future__ import annotations

from pathlib import Path

from agents.language.values.described import open_described
from api.work.catalog import KINDS, kind_named
from api.work.contract import Workplace
from api.work.describing import DescribeProducts, describe_products
from ingestion.founding import found
from ingestion.progress import silent
from ingestion.warehouse import Warehouse
from knowledge.embed import MiniLM
from tools.query.served import serve_snapshot
from tools.query.vocabulary import vocabulary


def test_every_product_has_its_vector_and_is_read_once(tmp_path: Path) -> None:
    found(Warehouse(tmp_path), "tiny", 7)
    products = {each.name for each in vocabulary(serve_snapshot(Warehouse(tmp_path).snapshot())) if each.dimension == "product"}
    place = Workplace(home=tmp_path)
    assert f"{len(products)} products" in describe_products(DescribeProducts(), place, silent)
    kept = open_described(tmp_path / "values", MiniLM())
    assert kept is not None and set(kept.names) == products
    assert "; 0 are new" in describe_products(DescribeProducts(), place, silent)


def test_the_worker_does_it_after_the_data_changed() -> None:
    assert kind_named("describe_products").run is describe_products
    assert {kind.name for kind in KINDS if "describe_products" in kind.then} == {"load_files", "sync_database", "apply_events"}
