"""Columns of numbers become columns of the contract: ids, labels, dates and times, written in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.arrays import Bools, Ints
from ingestion.demo.seasons import UTC_OFFSET_SECONDS

if TYPE_CHECKING:
    import duckdb

Column = Any  # a pyarrow array; pyarrow publishes no types


def numbered(prefix: str, width: int, numbers: Ints) -> Column:
    """Ids such as SO0000042."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, pa.scalar(""))


def labels(codes: Ints, names: Sequence[str | None]) -> Column:
    """The name of each code; a negative code is empty."""
    missing = codes < 0
    indices = pa.array(np.where(missing, 0, codes).astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def texts(values: Sequence[str | None]) -> Column:
    return pa.array(list(values), pa.string())


def numbers(values: npt.NDArray[Any], missing: Bools | None = None) -> Column:
    return pa.array(values, mask=missing)


def moments(seconds: Ints, missing: Bools | None = None) -> Column:
    """UTC timestamps of seconds on the business clock."""
    return pa.array((seconds - UTC_OFFSET_SECONDS) * 1_000_000, mask=missing).cast(pa.timestamp("us"))


def days(epoch_days: Ints, missing: Bools | None = None) -> Column:
    """Dates of days since 1970."""
    return pa.array(epoch_days.astype(np.int32), mask=missing).cast(pa.date32())


def where(keep: Bools, column: Column) -> Column:
    """`column` where `keep`, empty elsewhere."""
    return pc.if_else(pa.array(keep), column, pa.scalar(None, column.type))


def joined(left: Column, right: Column) -> Column:
    """Two columns of text as one."""
    return pc.binary_join_element_wise(pc.cast(left, pa.string()), right, pa.scalar(""))


class Sink:
    """Writes whole chunks into the tables of one database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def write(self, table: str, **columns: Column) -> None:
        """Appends the rows in the order they stand."""
        self._connection.register("demo_rows", pa.table(columns))
        names = ", ".join(columns)
        self._connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM demo_rows")
        self._connection.unregister("demo_rows")
