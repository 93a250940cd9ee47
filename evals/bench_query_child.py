"""How fast free SQL comes back from the guarded child, warm: the guard reads it, a child of its own runs it, rows return through a pipe."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from tools.query.guard import RowScope, guard
from tools.query.sandbox import Sandbox

TARGET_MS = 60
REPEATS = 40

# Simple ones, for which the promise holds, and one that reads every order line: the child has one thread.
STATEMENTS: Mapping[str, str] = {
    "one order": "SELECT order_id, status, ordered_at FROM orders WHERE order_id = 'O00000042'",
    "a count": "SELECT COUNT(*) FROM orders WHERE status = 'delivered'",
    "orders by channel": "SELECT channel, COUNT(*) AS orders FROM orders GROUP BY channel ORDER BY orders DESC",
    "newest 20 orders": "SELECT order_id, ordered_at FROM orders ORDER BY ordered_at DESC LIMIT 20",
    "revenue by category": (
        "SELECT products.category, SUM(order_lines.net_amount) AS revenue FROM order_lines "
        "JOIN products ON products.product_id = order_lines.product_id GROUP BY products.category"
    ),
}
SIMPLE = tuple(name for name in STATEMENTS if name != "revenue by category")


@dataclass(frozen=True)
class ChildTiming:
    """Milliseconds of one statement, guard and child together, and of the guard alone."""

    name: str
    p50_ms: float
    p95_ms: float
    guard_ms: float


@dataclass(frozen=True)
class ChildTimings:
    """What one warehouse took: until the first answer of a fresh child, and each statement when warm."""

    first_ms: float
    statements: tuple[ChildTiming, ...]

    @property
    def simple_p50_ms(self) -> float:
        return statistics.median(timing.p50_ms for timing in self.statements if timing.name in SIMPLE)

    @property
    def simple_p95_ms(self) -> float:
        return max(timing.p95_ms for timing in self.statements if timing.name in SIMPLE)


def time_child(database: Path, repeats: int = REPEATS) -> ChildTimings:
    """A fresh child over a warehouse, asked each statement again and again."""
    start = time.perf_counter()
    with Sandbox(database, workers=1) as sandbox:
        sandbox.run(guard("SELECT COUNT(*) FROM products", RowScope()))
        first_ms = _ms_since(start)
        return ChildTimings(first_ms, tuple(_time(sandbox, name, sql, repeats) for name, sql in STATEMENTS.items()))


def child_table(measured: Mapping[int, ChildTimings]) -> Table:
    """One row for each size: the child's first answer, simple statements, and each statement's middle."""
    simple = f"simple p95 ms (< {TARGET_MS})"
    table = Table("order lines", "first answer ms", "simple p50 ms", simple, "of it guard ms", *STATEMENTS, title="guarded child")
    for size, timings in measured.items():
        guards = statistics.median(timing.guard_ms for timing in timings.statements)
        cells = (timings.first_ms, timings.simple_p50_ms, timings.simple_p95_ms, guards, *(timing.p50_ms for timing in timings.statements))
        table.add_row(f"{size:,}", *(f"{cell:.1f}" for cell in cells))
    return table


def _time(sandbox: Sandbox, name: str, sql: str, repeats: int) -> ChildTiming:
    guards, wholes = [], []
    sandbox.run(guard(sql, RowScope()))  # warm
    for _ in range(repeats):
        start = time.perf_counter()
        guarded = guard(sql, RowScope())
        guards.append(_ms_since(start))
        sandbox.run(guarded)
        wholes.append(_ms_since(start))
    return ChildTiming(name, statistics.median(wholes), _p95(wholes), statistics.median(guards))


def _ms_since(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
