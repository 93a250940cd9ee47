"""How fast the query algebra and the guarded child answer, and how their times grow from 150 thousand to 5 million order lines."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from evals.bench_query_child import child_table, time_child
from ingestion.metrics import load_definitions
from ingestion.schema import TABLES, ddl
from tools.query.catalog import OPERATORS
from tools.query.compile import compile_query
from tools.query.contract import Query, QueryContext
from tools.query.read import read_query
from tools.query.run import open_database, run_query
from tools.query.source import Source

AS_OF = date(2026, 10, 31)
SIZES = (150_000, 500_000, 1_000_000, 5_000_000)
METRICS = ("revenue", "units", "orders", "average_order_value", "margin", "margin_rate", "active_customers", "new_customers", "repeat_rate",
           "return_rate", "refunds", "delivery_days", "on_time_delivery_rate", "stock_on_hand", "stock_value", "days_of_cover",
           "inventory_turnover", "sell_through_rate", "purchase_spend", "supplier_on_time_rate")  # fmt: skip

MONTH: dict[str, object] = {"kind": "named", "name": "last_month"}
YTD: dict[str, object] = {"kind": "named", "name": "ytd"}
LAST_YEAR: dict[str, object] = {"to": "year_on_year"}
ONE = [{"dimension": "category", "values": ["Category 1"]}]
TWO = [{"dimension": "category", "values": ["Category 2"]}]

# One question of each operator, over all history where that makes sense: the dearest way to ask it.
QUESTIONS: tuple[dict[str, object], ...] = (
    {"kind": "value", "metrics": ["revenue", "orders", "margin_rate"], "period": YTD, "compare": LAST_YEAR},
    {"kind": "breakdown", "metrics": ["revenue", "return_rate"], "by": ["category", "month"]},
    {"kind": "series", "metrics": ["revenue", "orders"], "grain": "day"},
    {"kind": "top", "metric": "revenue", "by": "customer", "n": 20},
    {"kind": "top_per_group", "metric": "revenue", "by": "product", "within": "province", "n": 3},
    {"kind": "share", "metric": "revenue", "by": ["category"], "within": ["province"]},
    {"kind": "compare", "metric": "return_rate", "left": ONE, "right": TWO},
    {"kind": "change", "metric": "revenue", "by": "product", "period": MONTH, "n": 20},
    {"kind": "like_for_like", "metric": "revenue", "entity": "product", "period": YTD},
    {"kind": "rank_change", "metric": "revenue", "by": "customer", "period": YTD, "compare": LAST_YEAR},
    {"kind": "running", "metric": "revenue", "grain": "month", "restart": "year"},
    {"kind": "rolling", "metric": "units", "grain": "day", "n": 28},
    {"kind": "percentiles", "metric": "revenue", "per": "order"},
    {"kind": "histogram", "metric": "delivery_days", "bins": 12},
    {"kind": "streaks", "metric": "revenue", "by": ["product"], "run": "falling", "at_least": 3},
    {"kind": "gaps", "entity": "customer", "at_least_days": 90, "period": YTD},
    {"kind": "anti_join", "entity": "customer", "did": {"metric": "units", "where": ONE}, "never": {"metric": "units", "where": TWO}},
    {"kind": "set_comparison", "entity": "customer", "left": {"period": MONTH}, "right": {"period": YTD}},
    {"kind": "no_activity", "entity": "customer", "days": 90},
    {"kind": "moments", "entity": "product", "metric": "units"},
    {"kind": "nth_event", "n": 2, "within_days": 30},
    {"kind": "cohort", "offsets": 12},
    {"kind": "funnel"},
    {"kind": "basket", "n": 20, "at_least": 5, "period": MONTH},
    {"kind": "pareto", "metric": "revenue", "by": "product"},
    {"kind": "abc", "metric": "revenue", "by": "product", "summary": True},
    {"kind": "opening_closing", "by": ["category"], "period": MONTH},
    {"kind": "ageing"},
    {"kind": "price_in_force", "day": "2026-01-01"},
    {"kind": "overdue"},
    {"kind": "record", "of": "order", "ids": ["O00000042"]},
    {"kind": "record_lines", "of": "order", "ids": ["O00000042"]},
    {"kind": "by_metric", "entity": "customer", "metric": "orders"},
    {"kind": "pattern", "metric": "orders", "of": ["weekday", "hour"]},
    {"kind": "contribution", "metric": "revenue", "by": "category", "period": YTD, "compare": LAST_YEAR},
    {"kind": "decomposition", "period": YTD, "compare": LAST_YEAR},
    {"kind": "steps", "steps": [
        {"name": "best", "query": {"kind": "top", "metric": "revenue", "by": "product", "n": 10, "period": MONTH}},
        {"name": "who", "query": {"kind": "top", "metric": "revenue", "by": "customer", "n": 10,
                                  "where": [{"dimension": "product", "op": "in_step", "step": "best"}]}},
    ]},
)  # fmt: skip


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one question: to compile it, and the middle and worst of its runs."""

    name: str
    compile_ms: float
    median_ms: float
    p95_ms: float


def bench_query(home: Path | None = None, sizes: Sequence[int] = SIZES, repeats: int = 7) -> None:
    """Print compile and answer times by size; databases are made in `home` and kept there, or in a folder that goes away."""
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        folder = home or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        measured = {size: _measure(folder, size, repeats, console) for size in sizes}
        children = {size: time_child(build_warehouse(_database(folder, size), size)) for size in sizes}
    console.print(f"2 engine threads on {os.cpu_count()} cores; the machine's load is {os.getloadavg()[0]:.1f} by now")
    console.print(_summary(measured))
    console.print(child_table(children))
    console.print(_table(measured))


def _database(folder: Path, lines: int) -> Path:
    return folder / f"bench_{lines}.duckdb"


def _measure(folder: Path, lines: int, repeats: int, console: Console) -> list[Timing]:
    console.print(f"building {lines:,} order lines")
    database = build_warehouse(_database(folder, lines), lines)
    engine = open_database(database)
    source, context = Source(engine, str(lines)), QueryContext(as_of=AS_OF, timezone="Asia/Ho_Chi_Minh")
    singles = [(f"{m}, {when}", read_query({"kind": "value", "metrics": [m], "period": p})) for m in METRICS for when, p in _PERIODS]
    questions = [(str(payload["kind"]), read_query(payload)) for payload in QUESTIONS]
    timings = [_time(name, query, context, source, repeats) for name, query in (*singles, *questions)]
    engine.dispose()
    return timings


_PERIODS: tuple[tuple[str, dict[str, object]], ...] = (("last month", MONTH), ("all history", {"kind": "all"}))


def _time(name: str, query: Query, context: QueryContext, source: Source, repeats: int) -> Timing:
    run_query(query, context, source)  # warm: what the source is asked once is known from here on
    compiles = [_elapsed_ms(lambda: compile_query(query, context, source, load_definitions())) for _ in range(repeats)]
    runs = sorted(_elapsed_ms(lambda: run_query(query, context, source)) for _ in range(repeats))
    return Timing(name, statistics.median(compiles), statistics.median(runs), runs[min(len(runs) - 1, round(0.95 * len(runs)))])


def _elapsed_ms(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _summary(measured: dict[int, list[Timing]]) -> Table:
    table = Table(
        "order lines", "single metric p50 ms", "p95 ms (< 40)", "operators p50 ms", "slowest operator ms (< 300)", "compile p95 ms (< 5)"
    )
    kinds = {operator.kind for operator in OPERATORS}
    for size, timings in measured.items():
        singles = [timing.median_ms for timing in timings if timing.name not in kinds]
        operators = [timing for timing in timings if timing.name in kinds]
        slowest = max(operators, key=lambda timing: timing.p95_ms)
        cells = (_quantile(singles, 0.5), _quantile(singles, 0.95), _quantile([t.median_ms for t in operators], 0.5))
        compiles = _quantile([timing.compile_ms for timing in timings], 0.95)
        table.add_row(f"{size:,}", *(f"{cell:.1f}" for cell in cells), f"{slowest.p95_ms:.0f} ({slowest.name})", f"{compiles:.1f}")
    return table


def _table(measured: dict[int, list[Timing]]) -> Table:
    table = Table("question", *(f"{size:,} ms" for size in measured), "compile ms")
    for row in zip(*measured.values(), strict=True):
        table.add_row(row[0].name, *(f"{timing.median_ms:.1f}" for timing in row), f"{row[-1].compile_ms:.1f}")
    return table


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def build_warehouse(database: Path, lines: int) -> Path:
    """A made-up snapshot with `lines` order lines over two years, and everything else in proportion."""
    if database.exists():
        return database
    sizes = {"lines": lines, "orders": lines * 2 // 5, "customers": max(lines // 15, 100), "products": 5_000}
    sizes |= {"returns": lines // 25, "movements": lines // 10, "purchases": lines // 100}
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").format(**sizes)
    draft = database.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    engine = create_engine(f"duckdb:///{draft}")
    with engine.begin() as connection:
        for statement in (*(ddl(table) for table in TABLES), *script.split(";")):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return draft.rename(database)
