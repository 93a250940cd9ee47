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


@app.command("library")
def library(
    home: Annotated[Path | None, typer.Option(help="An installation that holds the demo company; without it one is founded")] = None,
    split: Annotated[str, typer.Option(help="dev, test or both")] = "both",
    size: Annotated[str, typer.Option(help="tiny or demo, where one is founded")] = "demo",
    seed: Annotated[int, typer.Option(help="Seed, where one is founded")] = 7,
) -> None:
    """Documents: the demo library searched and quoted with its gold questions, each arm beside the hybrid."""
    from evals.score_documents_bench import bench_library

    if split not in ("dev", "test", "both") or size not in ("tiny", "demo"):
        raise typer.BadParameter("--split is dev, test or both; --size is tiny or demo")
    bench_library(home, None if split == "both" else split, size, seed)  # type: ignore[arg-type]


@app.command("ablation")
def ablation(
    home: Annotated[Path | None, typer.Option(help="An installation that holds the demo company; without it one is founded")] = None,
    size: Annotated[str, typer.Option(help="tiny or demo, where one is founded")] = "demo",
    seed: Annotated[int, typer.Option(help="Seed, where one is founded")] = 7,
) -> None:
    """Documents: the demo library searched with one part of the search left out or changed at a time."""
    from evals.bench_retrieval_library import bench_ablation

    if size not in ("tiny", "demo"):
        raise typer.BadParameter("--size is tiny or demo")
    bench_ablation(home, size, seed)  # type: ignore[arg-type]


# Which options of `forecast` each of its sources reads; "" is none of them.
_READ = {
    "data": {"data", "calendar", "future_prices", "horizon", "predict", "network"},
    "home": {"home", "horizon"},
    "retail": {"retail"},
    "": {"largest"},
}


@app.command("forecast")
def forecast(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Daily sales as Parquet: store_id, item_id, date, units, sell_price")] = None,
    calendar: Annotated[Path | None, typer.Option(help="Its calendar as Parquet: date, event_name_1, snap_<state>")] = None,
    future_prices: Annotated[Path | None, typer.Option(help="Prices of the days to come, as far as they are known")] = None,
    horizon: Annotated[int, typer.Option(min=1, max=180, help="Days ahead")] = 28,
    predict: Annotated[Path | None, typer.Option(help="Write the forecast of the days after the file here, as Parquet")] = None,
    network: Annotated[bool, typer.Option("--network", help="Also teach the network on each origin that is scored")] = False,
    home: Annotated[Path | None, typer.Option(help="Instead of a file: the warehouse of an installation")] = None,
    retail: Annotated[Path | None, typer.Option(help="Instead of a file: UCI Online Retail as Parquet, by week and month")] = None,
    largest: Annotated[int, typer.Option(help="Without a file: most products measured")] = 10_000,
) -> None:
    """Forecasting: a file of daily sales backtested beside the ladder and predicted; without one, time and memory as products grow."""
    from evals.bench_forecast import SIZES, bench_files, bench_home
    from evals.bench_forecast_growth import bench_growth
    from evals.bench_forecast_weekly import bench_retail

    missing = [path for path in (data, calendar, future_prices, home, retail) if path and not path.exists()]
    if missing:
        raise typer.BadParameter(f"{missing[0]} is not there")
    if data and calendar is None:
        raise typer.BadParameter("--calendar names the days of the sales file; it is needed with --data")
    _refuse_unread(context)
    if data and calendar:
        bench_files(data, calendar, future_prices, horizon, predict, network)
    elif home:
        bench_home(home, horizon)
    elif retail:
        bench_retail(retail)
    else:
        bench_growth(tuple(size for size in SIZES if size <= largest))


def _refuse_unread(context: typer.Context) -> None:
    """Refuses options that would change nothing beside the others."""
    given = [name for name in context.params if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"]
    chosen = next((name for name in _READ if name in given), "")
    unread = [name for name in given if name not in _READ[chosen]]
    if unread:
        beside = f"with --{chosen}" if chosen else "without --data, --home or --retail"
        read = ", ".join(f"--{name.replace('_', '-')}" for name in sorted(_READ[chosen] - {chosen}))
        option = unread[0].replace("_", "-")
        raise typer.BadParameter(f"--{option} is not read {beside}" + (f"; read are {read}" if read else ""))


@app.command("retrieval")
def retrieval(
    docs: Annotated[list[Path] | None, typer.Option(help="doc_id, title, content; with --pages doc, page, text, or PDF files")] = None,
    queries: Annotated[Path | None, typer.Option(help="Questions as JSON: id to text")] = None,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Documents or pages for each question")] = 20,
    predict: Annotated[Path | None, typer.Option(help="Write them here, as CSV")] = None,
    qrels: Annotated[Path | None, typer.Option(help="Right documents or pages: print what each part of the search is worth")] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Find pages of long reports; without --docs, on a made-up shelf")] = False,
    vectors: Annotated[Path | None, typer.Option(help="Keep the vectors in this file for the next run")] = None,
) -> None:
    """Searching: any set of documents and questions ranked, and with labels each arm beside the hybrid."""
    from evals.bench_retrieval import bench_retrieval
    from evals.bench_retrieval_files import BadSet
    from evals.bench_retrieval_pages import bench_pages

    missing = [path for path in (*(docs or ()), queries, qrels) if path and not path.exists()]
    if missing or not (pages or (docs and queries)):
        raise typer.BadParameter(f"{missing[0]} is not there" if missing else "--docs and --queries are needed")
    try:
        if pages:
            bench_pages(docs or (), queries, top, predict, qrels, vectors)
        elif docs and queries:
            bench_retrieval(docs[0], queries, top, predict, qrels, vectors)
    except BadSet as error:
        raise typer.BadParameter(str(error)) from error


@app.command("documents")
def documents(
    whole: Annotated[int, typer.Option(min=100, help="Chunks that are embedded for it")] = 10_000,
    largest: Annotated[int, typer.Option(min=100, help="Chunks that are searched, with drawn vectors")] = 100_000,
) -> None:
    """Documents: a 200-page PDF from bytes to index, an index built and rebuilt, questions to a large one; seconds and memory."""
    from evals.bench_retrieval_growth import bench_documents

    bench_documents(whole, largest)


@app.command("history")
def history(
    m5: Annotated[Path, typer.Option(help="M5 sales as Parquet")] = Path("../shared/data/m5_subset.parquet"),
    retail: Annotated[Path, typer.Option(help="UCI Online Retail as Parquet")] = Path("../shared/data/online_retail.parquet"),
    write: Annotated[bool, typer.Option("--write", help="Keep what was measured as what the product tells")] = False,
) -> None:
    """Forecasts from a history alone: how often their intervals hold on real products, by class and horizon."""
    from evals.bench_history import bench_history

    bench_history(m5, retail, write)


@app.command("network")
def network(
    data: Annotated[Path, typer.Option(help="Daily sales as Parquet")] = Path("../shared/data/m5_subset.parquet"),
    calendar: Annotated[Path, typer.Option(help="Its calendar")] = Path("../shared/data/m5_calendar.parquet"),
    future_prices: Annotated[Path | None, typer.Option(help="Prices of the days to come")] = None,
    horizon: Annotated[int, typer.Option(min=1, max=180, help="Days ahead")] = 28,
    origins: Annotated[int, typer.Option(min=1, max=12, help="How many times it is asked")] = 4,
) -> None:
    """The network beside the boosted trees and the ladder on the same days, and how much its seeds differ."""
    from evals.bench_history import bench_network

    bench_network(data, calendar, future_prices, horizon, origins)


@app.command("inventory")
def inventory(
    data: Annotated[Path, typer.Option(help="M5 sales as Parquet; left out where absent")] = Path("../shared/data/m5_subset.parquet"),
    series: Annotated[int, typer.Option(help="M5 series replayed, drawn at random; 0 = all")] = 300,
    home: Annotated[Path | None, typer.Option(help="An installation to replay; without it a demo company is founded")] = None,
    picture: Annotated[Path | None, typer.Option(help="Where to write the curves as SVG")] = None,
) -> None:
    """Ordering rules replayed on M5 and the demo company: stock needed for the same fill rate; planning as products grow."""
    from evals.bench_inventory import bench_inventory

    bench_inventory(data, series, home, picture)
