"""Where conversations are kept between turns: a SQLite file, or PostgreSQL when a URL says so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiosqlite
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow
    from psycopg_pool import AsyncConnectionPool

# A kill of the process loses nothing that was written; only a power cut may lose the last turn, which the run's own record replays.
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA busy_timeout=10000")
_PRUNE = (
    "DELETE FROM writes WHERE thread_id = ? AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?)",
    "DELETE FROM checkpoints WHERE thread_id = ? AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?)",
)

_PRUNE_SERVER = (
    "DELETE FROM checkpoint_writes WHERE thread_id = %s"
    " AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = %s)",
    "DELETE FROM checkpoints WHERE thread_id = %s AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = %s)",
    # A server keeps the values of channels apart from the states that name them.
    "DELETE FROM checkpoint_blobs AS old WHERE thread_id = %s AND NOT EXISTS (SELECT 1 FROM checkpoints AS kept WHERE kept.thread_id = %s"
    " AND kept.checkpoint_ns = old.checkpoint_ns AND kept.checkpoint -> 'channel_versions' ->> old.channel = old.version)",
)


class Checkpoints(ABC):
    """A saver, and the one thing savers do not do: keep only the newest state of a conversation."""

    def __init__(self, saver: BaseCheckpointSaver[str]) -> None:
        self.saver = saver

    @abstractmethod
    async def prune(self, thread_id: str) -> None:
        """Drop every state of the thread but the newest."""

    async def forget(self, thread_id: str) -> None:
        """Drop the thread."""
        await self.saver.adelete_thread(thread_id)


@asynccontextmanager
async def open_checkpoints(where: str | Path) -> AsyncIterator[Checkpoints]:
    """Checkpoints in the file `where`, in memory for ":memory:", or in the database a postgresql:// URL names."""
    opened = _postgres(str(where)) if str(where).startswith(("postgresql://", "postgres://")) else _sqlite(where)
    async with opened as checkpoints:
        yield checkpoints


@asynccontextmanager
async def _sqlite(where: str | Path) -> AsyncIterator[Checkpoints]:
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    if str(where) != ":memory:":
        Path(where).parent.mkdir(parents=True, exist_ok=True)
    async with aiosqlite.connect(where) as connection:
        for pragma in _PRAGMAS:
            await connection.execute(pragma)
        saver = AsyncSqliteSaver(connection, serde=_json_only())
        await saver.setup()
        yield _InSqlite(saver, connection)


class _InSqlite(Checkpoints):
    """States in SQLite, where each one is whole, so that older ones are not needed."""

    def __init__(self, saver: BaseCheckpointSaver[str], connection: aiosqlite.Connection) -> None:
        super().__init__(saver)
        self._connection = connection

    async def prune(self, thread_id: str) -> None:
        for statement in _PRUNE:
            await self._connection.execute(statement, (thread_id, thread_id))
        await self._connection.commit()


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[Checkpoints]:
    try:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("conversations in PostgreSQL need the extra `postgres`: ./oiis extra postgres") from error
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url, max_size=8, open=False, kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    )
    async with pool:
        saver = AsyncPostgresSaver(pool, serde=_json_only())
        await saver.setup()
        yield _InPostgres(saver, pool)


class _InPostgres(Checkpoints):
    """States on a server, where several share the values that did not change between them."""

    def __init__(self, saver: BaseCheckpointSaver[str], pool: AsyncConnectionPool[AsyncConnection[DictRow]]) -> None:
        super().__init__(saver)
        self._pool = pool

    async def prune(self, thread_id: str) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            for statement in _PRUNE_SERVER:
                await connection.execute(statement, (thread_id, thread_id))


def _json_only() -> JsonPlusSerializer:
    """Reads back plain values and the graph's own types, and no class of anybody else."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    return JsonPlusSerializer(allowed_msgpack_modules=None)
