"""Sao Viet Trading: a Vietnamese distributor that never was, to learn, show and test on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.demo.scale import Size
from ingestion.progress import Progress, silent

if TYPE_CHECKING:
    import duckdb

__all__ = ["COMPANY_NAME", "CURRENCY", "TIMEZONE", "Size", "build_demo"]

COMPANY_NAME = "Sao Viet Trading"
TIMEZONE = "Asia/Ho_Chi_Minh"
CURRENCY = "VND"


def build_demo(connection: duckdb.DuckDBPyConnection, truth: Path, size: Size, seed: int = 7, progress: Progress = silent) -> None:
    """Fill the (already created, empty) contract tables of `connection`, and write `truth`, a separate DuckDB file."""
    import duckdb

    from ingestion.demo.books import Books
    from ingestion.demo.market import write_market
    from ingestion.demo.masters import write_masters
    from ingestion.demo.simulation import Simulation
    from ingestion.demo.sink import Sink
    from ingestion.demo.truth import Truth, truth_file
    from ingestion.demo.world import make_world

    progress("demo company: planning", 0.0)
    world = make_world(size, seed)
    books = Books(world, Sink(connection))
    with duckdb.connect(str(truth_file(truth))) as answers:
        answers.execute("SET threads = 1")
        collected = Truth(world, books, answers)
        write_masters(world, books)
        write_market(world, books)
        Simulation(world, books, collected).run(progress)
        collected.write_rest((COMPANY_NAME, TIMEZONE, CURRENCY))
