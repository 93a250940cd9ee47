"""The Chroma collection of one index version: which units are near a vector. Chroma finds; scores come from the sealed vectors."""

from __future__ import annotations

import contextlib
import http.client
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from ingestion.errors import IngestionError
from knowledge.embed import Matrix
from knowledge.index_corpus import Places

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_COLLECTION, _BATCH = "units", 5_000  # Chroma takes at most 5461 at a time
_ALIVE_SECONDS, _ANSWER_SECONDS = 2.0, 20.0  # the client itself would wait for a silent server for ever
_HNSW = {"hnsw": {"space": "ip", "ef_search": 200, "ef_construction": 100, "max_neighbors": 32}}
# Its Rust core raises what it likes, down to a bare Exception for a damaged file: nothing narrower would catch a broken store.
_STORE_FAILURES = (Exception,)


class VectorsDown(IngestionError):
    """The vector store does not answer, or holds something else than it should."""


class StoreAway(VectorsDown):
    """Nothing answers where the vector store should be: it can be neither opened nor made again."""


class ChromaVectors:
    """Nearest units by vector, from a folder of this installation or from a server by URL."""

    def __init__(self, client: ClientAPI, collection: Collection) -> None:
        self._client, self._collection = client, collection

    @classmethod
    def build(cls, place: Path | str, name: str, vectors: Matrix) -> ChromaVectors:
        """Write a collection anew; whatever stood in its place is gone."""
        if isinstance(place, Path):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
        with _told(place), _kept(_client(place)) as client:
            collection_name = _COLLECTION if isinstance(place, Path) else name
            if isinstance(place, str) and collection_name in {each.name for each in client.list_collections()}:
                client.delete_collection(collection_name)
            collection = client.create_collection(collection_name, embedding_function=None, configuration=_HNSW)  # type: ignore[arg-type]
            for start in range(0, len(vectors), _BATCH):
                part = np.asarray(vectors[start : start + _BATCH])
                collection.add(ids=[str(start + place) for place in range(len(part))], embeddings=part)
            return cls(client, collection)

    @classmethod
    def open(cls, place: Path | str, name: str) -> ChromaVectors:
        """The collection that was built, or VectorsDown."""
        if isinstance(place, Path) and not (place / "chroma.sqlite3").is_file():
            raise VectorsDown("there is no vector store", expected="the collection of this index version")
        with _told(place), _kept(_client(place)) as client:
            return cls(client, client.get_collection(_COLLECTION if isinstance(place, Path) else name, embedding_function=None))

    def near(self, vectors: Matrix, count: int) -> Places:
        """The units nearest to any of the vectors, `count` of each; in no order."""
        with _told("the vector store"):
            found = self._collection.query(query_embeddings=vectors, n_results=count, include=[])["ids"]
        return np.unique(np.array([int(place) for row in found for place in row], dtype=np.int32))

    def check(self, vectors: Matrix, canaries: tuple[int, ...]) -> None:
        """VectorsDown unless it holds all units and each canary is found by its own vector."""
        with _told("the vector store"):
            count = self._collection.count()
        if count != len(vectors):
            raise VectorsDown(f"it holds {count} vectors", where="the vector store", expected=f"{len(vectors)}")
        for place in canaries:
            like = np.asarray(vectors[place : place + 1])
            found = self.near(like, min(10, count))
            if not np.any(np.abs(np.asarray(vectors[found]) @ like[0] - like[0] @ like[0]) < 1e-3):  # equal texts have equal vectors
                raise VectorsDown(f"unit {place} is not found by its own vector", where="the vector store")

    def close(self) -> None:
        """Let go of the files; without it Chroma keeps a store of its own per path and may answer from an old one."""
        _let_go(self._client)


def drop_collections(url: str, keep: set[str], among: str) -> None:
    """Delete the collections of a server whose names begin so, but those kept."""
    with _told(url), contextlib.ExitStack() as ending:
        client = _client(url)
        ending.callback(_let_go, client)
        for name in [each.name for each in client.list_collections()]:
            if name.startswith(among) and name not in keep:
                client.delete_collection(name)


def drop_others(root: Path, keep: set[str], among: str) -> None:
    """Delete the stores of a pattern but those kept; whoever has one open keeps its files."""
    for folder in root.glob(among):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


def _client(place: Path | str) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, Path):
        return chromadb.PersistentClient(str(place), settings=settings)
    address = urlsplit(place)
    secure = address.scheme == "https"
    host, port = address.hostname or "localhost", address.port or (443 if secure else 8000)
    _check_alive(host, port, secure)
    client = chromadb.HttpClient(host, port, ssl=secure, settings=settings)
    client._server._session.timeout = _ANSWER_SECONDS  # type: ignore[attr-defined]
    return client


def _check_alive(host: str, port: int, secure: bool) -> None:
    """StoreAway unless the server answers at once."""
    asked = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(host, port, timeout=_ALIVE_SECONDS)
    try:
        asked.request("GET", "/api/v2/heartbeat")
        with asked.getresponse() as reply:
            if reply.status != 200:
                raise StoreAway(f"it answers with status {reply.status}", where=f"{host}:{port}", expected="a Chroma server")
    except (OSError, http.client.HTTPException) as error:
        raise StoreAway(f"it does not answer ({type(error).__name__})", where=f"{host}:{port}", remedy="check the server") from error
    finally:
        asked.close()


@contextmanager
def _kept(client: ClientAPI) -> Iterator[ClientAPI]:
    """A client that outlives the block unless the block fails."""
    try:
        yield client
    except BaseException:
        _let_go(client)
        raise


def _let_go(client: ClientAPI) -> None:
    """Close a client; that of a server, and the one it keeps for its own use, leave their connections open otherwise."""
    for each in (client, getattr(client, "_admin_client", None)):
        session = getattr(getattr(each, "_server", None), "_session", None)
        if session is not None:
            session.close()
    client.close()  # type: ignore[attr-defined]


@contextmanager
def _told(place: Path | str) -> Iterator[None]:
    try:
        yield
    except VectorsDown:
        raise
    except _STORE_FAILURES as error:
        where = "the vector store" if isinstance(place, Path) else str(place)
        raise VectorsDown(f"it does not answer ({type(error).__name__})", where=where, remedy="reindex, or check the server") from error
