"""The tiny company's stock, asked through the gate, and copies of its warehouse that may be changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.warehouse import Warehouse
from tools.call import call
from tools.catalog import TOOLS
from tools.contract import ToolCall, ToolContext
from tools.facts import Findings
from tools.query.contract import QueryContext
from tools.query.run import open_database
from tools.query.served import Served, serve_snapshot
from tools.query.source import Source

Asking = Callable[..., Findings]


@pytest.fixture(scope="session")
def served(tiny_home: Path) -> Served:
    return serve_snapshot(Warehouse(tiny_home).snapshot())


@pytest.fixture(scope="session")
def today(served: Served) -> date:
    return served.context.as_of


def run(served: Served, tool: str, **arguments: object) -> Findings:
    """One call through the gate."""
    return call(ToolCall(tool, arguments), ToolContext(served), TOOLS)


@pytest.fixture
def asked(served: Served) -> Asking:
    return lambda tool, **arguments: run(served, tool, **arguments)


class Copies:
    """Warehouses that started as the tiny company's and were changed by statements."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._database, self._folder, self._made = Warehouse(home).snapshot().database, folder, 0

    def changed(self, *statements: str, as_of: date | None = None) -> Served:
        """A copy after these statements, asked as of a day."""
        self._made += 1
        path = self._folder / f"copy{self._made}.duckdb"
        shutil.copy(self._database, path)
        connection = duckdb.connect(str(path))
        for statement in statements:
            connection.execute(statement)
        day = as_of or connection.execute("SELECT CAST(max(ordered_at) + INTERVAL 7 HOURS AS DATE) FROM orders").fetchall()[0][0]
        connection.close()
        context = QueryContext(as_of=day, timezone="Asia/Ho_Chi_Minh", snapshot="copy")
        return Served(Source(open_database(path), "copy"), context, "VND")


@pytest.fixture
def copies(tiny_home: Path, tmp_path: Path) -> Copies:
    return Copies(tiny_home, tmp_path)


@pytest.fixture(scope="session")
def kept_copies(tiny_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """For copies that several tests only read."""
    return Copies(tiny_home, tmp_path_factory.mktemp("stock_copies"))


@pytest.fixture(scope="session")
def sql(tiny_home: Path) -> Callable[..., list[tuple[object, ...]]]:
    """Rows of a statement written by hand on the tiny warehouse."""
    path = Warehouse(tiny_home).snapshot().database

    def rows(statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[object, ...]]:
        with duckdb.connect(str(path), read_only=True, config={"threads": 2}) as connection:
            return connection.execute(statement, dict(parameters or {})).fetchall()

    return rows


def before(day: date, days: int) -> date:
    """A day earlier."""
    return day - timedelta(days=days)
