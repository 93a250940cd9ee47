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


@app.command("spine")
def spine(
    home: Annotated[
        Path | None, typer.Option(help="An installation whose warehouse is asked; without it a demo company is founded")
    ] = None,
    chats: Annotated[int, typer.Option(help="Chats at the same time")] = 20,
) -> None:
    """Answering: what graph, gate, writer and checker add to the tools' own time, many chats at once, memory."""
    from evals.bench_spine import bench_spine

    bench_spine(home, chats)


@app.command("ask")
def ask(
    largest: Annotated[int, typer.Option(help="Most products measured")] = 50_000,
) -> None:
    """Understanding: the planner and whole answers as the company grows from 500 to 50,000 products, memory, what is imported."""
    from evals.bench_ask import SIZES, bench_ask

    bench_ask(sizes=tuple(size for size in SIZES if size <= largest))
