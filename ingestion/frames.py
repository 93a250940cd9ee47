"""SQL over frames held in memory, in the engine of the warehouse; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd


@dataclass(frozen=True)
class FrameEngine:
    """Runs a query over the frames it is given, each under its name."""

    threads: int = 2
    memory_limit: str = "2GB"

    def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The result of `sql` over `tables`; every call starts empty."""
        connection = duckdb.connect(config={"threads": self.threads, "memory_limit": self.memory_limit})
        try:
            for name, frame in tables.items():
                connection.register(name, frame)
            return connection.execute(sql).df()
        finally:
            connection.close()
