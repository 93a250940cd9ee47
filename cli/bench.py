"""`./oiis bench ...`: measures and prints; nothing is asserted here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure speed and memory.", no_args_is_help=True, rich_markup_mode=None)


@app.command("data")
def data(
    retail: Annotated[Path, typer.Option(help="UCI Online Retail as Parquet")] = Path("../shared/data/online_retail.parquet"),
    large: Annotated[bool, typer.Option(help="Also 5 million lines: the large demo company and a file of that size")] = False,
) -> None:
    """Loading: a half-million-line file, the same again, the demo companies, readers beside a writer."""
    from evals.bench_data import bench_data

    bench_data(retail, large)


@app.command("query")
def query(
    largest: Annotated[int, typer.Option(help="Largest warehouse measured, in order lines")] = 5_000_000,
) -> None:
    """Asking: single metrics, every operator and compilation as the warehouse grows from 150 thousand to 5 million order lines."""
    from evals.bench_query import SIZES, bench_query

    bench_query(sizes=[size for size in SIZES if size <= largest])
