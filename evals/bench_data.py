"""How fast and in how much memory data comes in: each step runs in a process of its own, as a person would start it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measure:
    """One step: wall seconds, and the peak memory of the largest process it ran."""

    step: str
    seconds: float
    peak_mb: int
    detail: str = ""
    target: str = ""


def bench_data(retail: Path, large: bool) -> None:
    """Print the table of measures."""
    measures = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if retail.exists():
            measures += _retail(home, retail)
        else:
            Console().print(f"{retail} is not there: the UCI steps are left out")
        measures.append(_command("demo company, tiny", home / "tiny", ["demo", "--size", "tiny"], "< 3 s"))
        measures.append(_command("demo company, demo", home / "demo", ["demo"], "< 25 s"))
        if large:
            measures.append(_command("demo company, large", home / "large", ["demo", "--size", "large"], "< 360 s, < 4,000 MB"))
            measures += _export_and_reload(home)
    _print(measures)


def _retail(home: Path, retail: Path) -> list[Measure]:
    source = home / "online_retail.csv"
    _to_csv(retail, source)
    first = _command("UCI Online Retail, CSV to snapshot", home / "retail", ["load", str(source)], "< 12 s, < 1,500 MB")
    with _reading(home / "retail") as waits:
        again = _command("the same with --again, beside a reader", home / "retail", ["load", str(source), "--again"])
    same = _command("the same file once more", home / "retail", ["load", str(source)], "< 3 s, nothing changed")
    longest = Measure("longest read beside the writer", max(waits.seconds, default=0.0), 0, f"{len(waits.seconds)} reads", "never waits")
    return [first, again, longest, same]


def _export_and_reload(home: Path) -> list[Measure]:
    files = home / "files"
    export = _command("export of large as CSV", home / "large", ["export", str(files), "--format", "csv"])
    names = ["suppliers", "products", "customers", "locations", "promotions", "orders", "order_lines"]
    paths = [str(files / f"{name}.csv") for name in names]
    reload = _command("5 million lines, CSV to snapshot", home / "reload", ["load", *paths], "< 4,000 MB")
    return [export, reload]


def _to_csv(parquet: Path, into: Path) -> None:
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    pa_csv.write_csv(pq.read_table(parquet), into)


def _command(step: str, home: Path, arguments: list[str], target: str = "") -> Measure:
    """One `data` command in a fresh process; its memory is the largest of itself and its children."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        command = [sys.executable, "-m", "cli", "data", *arguments, "--json"]
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(home), stdout=out, stderr=errors)  # noqa: S603 - our own program
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            return Measure(step, seconds, 0, f"failed: {errors.read().strip()[:100]}", target)
        return Measure(step, seconds, used.ru_maxrss // 1024, _told(out.read()), target)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "OIIS_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _told(output: str) -> str:
    document = json.loads(output)
    if isinstance(document, list):
        return f"{len(document)} files"
    if "summary" in document:
        return f"{document['verdict']}: {document['summary']}"
    return f"{sum(document['rows'].values()):,} rows, {document['rows']['order_lines']:,} order lines"


class _reading:
    """Opens the current snapshot and counts its lines, over and over, while the block runs."""

    def __init__(self, home: Path) -> None:
        self.home, self.seconds = home, list[float]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> _reading:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        from ingestion.warehouse import Warehouse, count_rows, open_readonly

        while not self._stop.wait(0.05):
            started = time.monotonic()
            with open_readonly(Warehouse(self.home).snapshot().database, threads=1) as connection:
                count_rows(connection)
            self.seconds.append(time.monotonic() - started)


def _print(measures: list[Measure]) -> None:
    table = Table(title="data in")
    for heading in ("step", "seconds", "peak MB", "target", "what happened"):
        table.add_column(heading, justify="right" if heading in ("seconds", "peak MB") else "left")
    for measure in measures:
        peak = f"{measure.peak_mb:,}" if measure.peak_mb else ""
        table.add_row(measure.step, f"{measure.seconds:.2f}", peak, measure.target, measure.detail)
    Console(width=170).print(table)
    Console().print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
