"""The child that runs SQL: opens one snapshot read-only, gives up every right it has, then answers until it is told to stop."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING

from tools.query.sandbox_limits import allow_processor, cut_network, drop_rights, give_up_everything
from tools.query.sandbox_protocol import HEADER_BYTES, MAX_REQUEST_BYTES, TRUSTED_AFTER, encode, encode_row, frame, kind_of

if TYPE_CHECKING:
    import duckdb

STDIN, STDOUT = 0, 1
BATCH_ROWS = 256
# One value of each kind, fetched while files may still be opened: the engine's client imports some modules on first use.
WARM_UP = """
    SELECT 1, 1.5::DECIMAL(9, 2), 1e0, 'x', true, DATE '2024-01-01', TIME '01:02:03', TIMESTAMP '2024-01-01', INTERVAL 1 DAY,
        TIMESTAMPTZ '2024-01-01 00:00:00+00', TIMESTAMP '2024-01-01' AT TIME ZONE 'Asia/Ho_Chi_Minh', uuid(), [1], {'a': 1}, 'x'::BLOB
"""


def main() -> None:
    """Arguments: the database file and the bytes of memory a query may take."""
    database, memory_bytes = sys.argv[1], int(sys.argv[2])
    no_network = cut_network()
    connection = connect(database, memory_bytes)
    no_rights = drop_rights()
    give_up_everything(memory_bytes)
    send(encode({"ready": True, "no_network": no_network, "no_rights": no_rights}))
    while (request := receive()) is not None:
        if not answer(connection, request):
            return


def connect(database: str, memory_bytes: int) -> duckdb.DuckDBPyConnection:
    """The snapshot, read-only, in an engine that can reach nothing else and cannot be told otherwise."""
    import duckdb

    connection = duckdb.connect(
        database,
        read_only=True,
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": "",
            "max_temp_directory_size": "0B",
            "threads": "1",
            # The engine's own limit comes first, so that an honest query gets an error instead of a dead child.
            "memory_limit": f"{memory_bytes * 3 // 5}B",
        },
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    connection.execute(WARM_UP).fetchall()
    connection.execute("SET lock_configuration = true")
    return connection


def answer(connection: duckdb.DuckDBPyConnection, request: dict[str, object]) -> bool:
    """Run one statement and send its rows or what went wrong; False when this child should not be asked again."""
    import duckdb

    allow_processor(float(str(request["seconds"])))
    cursor = connection.cursor()  # what a statement leaves behind, temporary tables or variables, goes with it
    try:
        send(rows_of(cursor, request))
    except (duckdb.Error, MemoryError, UnicodeError, ValueError, OverflowError, ImportError) as error:
        code = code_of(error)
        send(encode({"error": code, "reason": reason_of(error) if code == "query" else ""}))
        return code in TRUSTED_AFTER
    finally:
        cursor.close()
    return True


def rows_of(cursor: duckdb.DuckDBPyConnection, request: dict[str, object]) -> bytes:
    """The result as one message: as many whole rows as are asked for and fit, and whether there were more."""
    start = time.perf_counter()
    result = cursor.execute(str(request["sql"]))
    columns = [{"name": name, "type": str(kind), "kind": kind_of(str(kind))} for name, kind, *_ in result.description or ()]
    rows, cut = take(result, int(str(request["rows"])), int(str(request["bytes"])))
    head = encode({"columns": columns, "cut": cut, "seconds": time.perf_counter() - start})
    return head[:-1] + b',"rows":[' + b",".join(rows) + b"]}"


def take(result: duckdb.DuckDBPyConnection, most_rows: int, most_bytes: int) -> tuple[list[bytes], bool]:
    rows: list[bytes] = []
    size = 0
    while batch := result.fetchmany(BATCH_ROWS):
        for row in batch:
            # Measured before it is encoded: one cell can be larger than everything that may be sent.
            if len(rows) == most_rows or any(isinstance(cell, str | bytes) and len(cell) > most_bytes for cell in row):
                return rows, True
            encoded = encode_row(row)
            size += len(encoded) + 1
            if size > most_bytes:
                return rows, True
            rows.append(encoded)
    return rows, False


def code_of(error: BaseException) -> str:
    import duckdb

    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return "memory"
    if isinstance(error, duckdb.CatalogException):
        return "missing"
    if isinstance(error, duckdb.FatalException | duckdb.InternalException):
        return "crashed"
    honest = (duckdb.BinderException, duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)
    return "query" if isinstance(error, (*honest, duckdb.TypeMismatchException)) else "failed"


def reason_of(error: BaseException) -> str:
    """The engine's first sentence when it holds nothing but words: no candidates, paths or quoted names."""
    first = re.split(r"\n|Did you mean|Candidate|LINE \d", str(error))[0]
    text = re.sub(r"^[A-Za-z ]*Error: ", "", first).strip(" :.")[:200]
    return "" if re.search(r'["/\\]', text) else text


def receive() -> dict[str, object] | None:
    """The next request; None when the parent has gone or talks nonsense."""
    head = read_bytes(HEADER_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < HEADER_BYTES or size > MAX_REQUEST_BYTES:
        return None
    body = read_bytes(size)
    request = json.loads(body) if len(body) == size else None
    return request if isinstance(request, dict) else None


def read_bytes(count: int) -> bytes:
    parts = b""
    while len(parts) < count and (part := os.read(STDIN, count - len(parts))):
        parts += part
    return parts


def send(payload: bytes) -> None:
    waiting = memoryview(frame(payload))
    while waiting:
        waiting = waiting[os.write(STDOUT, waiting) :]
