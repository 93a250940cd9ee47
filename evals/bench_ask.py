"""How fast, how right and in how much memory questions are answered, from 500 to 50,000 products; each size in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from ingestion.schema import TABLES, ddl
from tools.facts import Frozen

SIZES = (500, 5_000, 50_000)
LINES = 200_000
_ROOT = Path(__file__).parents[1]


class Measured(Frozen):
    """What one process reached with so many products."""

    products: int
    questions: int
    first_seconds: float
    planner_p50: float
    planner_p95: float
    total_p50: float
    total_p95: float
    peak_mb: int
    heavy: tuple[str, ...] = ()  # of the libraries that must not be loaded to serve, those that were
    execution_accuracy: float | None = None
    silent_substitution: float | None = None


def bench_ask(sizes: Sequence[int] = SIZES, brain: str = "embedded", judged: bool = True, lines: int = LINES) -> list[Measured]:
    """Print a line for each size; with `judged` the answers are held against what is right as well."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as scratch:
        found = []
        for size in sizes:
            console.print(f"building {size:,} products with {lines:,} order lines")
            database = build_shop(Path(scratch) / f"shop_{size}.duckdb", size, lines)
            found.append(_in_own_process(database, size, brain, judged))
            database.unlink()
    console.print(f"engine {brain}, 2 engine threads on {os.cpu_count()} cores; the machine's load is {os.getloadavg()[0]:.1f} by now")
    console.print(_table(found))
    return found


def build_shop(database: Path, products: int, lines: int) -> Path:
    """A made-up shop whose products have names that people would say."""
    sizes = {"lines": lines, "orders": lines * 2 // 5, "customers": max(lines // 15, 100), "products": products}
    sizes |= {"returns": lines // 25, "movements": lines // 10, "purchases": max(lines // 100, 50)}
    script = (Path(__file__).parent / "bench_query.sql").read_text(encoding="utf-8").format(**sizes)
    names = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    engine = create_engine(f"duckdb:///{database}")
    with engine.begin() as connection:
        for statement in (*(ddl(table) for table in TABLES), *script.split(";"), *names.split(";")):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return database


def _in_own_process(database: Path, products: int, brain: str, judged: bool) -> Measured:
    command = [sys.executable, "-m", "evals.bench_ask_child", str(database), str(products), brain, *(["--judged"] if judged else [])]
    told = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode:
        raise RuntimeError(f"the process with {products:,} products ended with {told.returncode}: {told.stderr.strip()[-500:]}")
    return Measured.model_validate(json.loads(told.stdout.strip().splitlines()[-1]))


def _table(found: Sequence[Measured]) -> Table:
    heads = ("products", "first s", "plan p50", "plan p95", "answer p50", "answer p95", "peak MB", "torch", "accuracy", "silent")
    table = Table(*heads, caption="milliseconds; targets: plan p95 < 120, answer p50 < 250 and p95 < 1,000, peak < 1,200 MB, no torch")
    for each in found:
        spent = (each.planner_p50, each.planner_p95, each.total_p50, each.total_p95)
        table.add_row(
            f"{each.products:,}",
            f"{each.first_seconds:.1f}",
            *(f"{seconds * 1000:.0f}" for seconds in spent),
            f"{each.peak_mb:,}",
            ", ".join(each.heavy) or "no",
            *("" if rate is None else f"{rate:.3f}" for rate in (each.execution_accuracy, each.silent_substitution)),
        )
    return table
