"""The large company: millions of lines within a small memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUILD = """
import resource, sys
from pathlib import Path
import duckdb
from ingestion.demo.company import build_demo
from ingestion.schema import TABLES, ddl
folder = Path(sys.argv[1])
connection = duckdb.connect(str(folder / "large.duckdb"), config={"threads": 2})
for table in TABLES:
    connection.execute(ddl(table))
build_demo(connection, folder / "truth.duckdb", "large")
lines = connection.execute("SELECT count(*) FROM order_lines").fetchone()[0]
sys.stdout.write(f"{lines} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""


@pytest.mark.slow
def test_large_has_millions_of_lines_in_little_memory(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BUILD, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT)
    lines, peak_kilobytes = map(int, done.stdout.split())
    assert lines >= 5_000_000
    assert peak_kilobytes < 4 * 1024 * 1024
