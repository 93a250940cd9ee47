"""One small company, on DuckDB and (when installed) PostgreSQL, asked through the query algebra."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.founding import found
from ingestion.load import LoadRequest, load
from ingestion.warehouse import Snapshot, Warehouse
from tests.tools.query.postgres import binaries, running_server
from tests.tools.query.shop import AS_OF, ZONE, Shop, build_shop, write_shop
from tools.query.contract import Query, QueryContext, Result
from tools.query.publish import publish
from tools.query.run import open_database, open_url, run_query
from tools.query.source import Source

Ask = Callable[[Query], Result]
RETAIL = Path(__file__).parents[3].parent / "shared" / "data" / "online_retail.parquet"
RETAIL_ZONE = "Europe/London"


@pytest.fixture(scope="session")
def shop() -> Shop:
    return build_shop()


@pytest.fixture(scope="session")
def database(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(shop, tmp_path_factory.mktemp("shop") / "warehouse.duckdb")


@pytest.fixture(scope="session")
def source(database: Path) -> Iterator[Source]:
    engine = open_database(database)
    yield Source(engine, "shop-1")
    engine.dispose()


@pytest.fixture(scope="session")
def context() -> QueryContext:
    return QueryContext(as_of=AS_OF, timezone=ZONE, snapshot="shop-1")


@pytest.fixture(scope="session")
def ask(source: Source, context: QueryContext) -> Ask:
    def answer(query: Query) -> Result:
        return run_query(query, context, source)

    return answer


@pytest.fixture(scope="session")
def published(database: Path) -> Iterator[Source]:
    """The same company on PostgreSQL; skipped with the reason where no server is installed."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): engine parity is not checked")
    with tempfile.TemporaryDirectory(prefix="oiis-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_server(folder) as url:
            publish(database, url)
            publish(database, url)  # a second snapshot takes the place of the first
            engine = open_url(url)
            yield Source(engine, "shop-1")
            engine.dispose()


@pytest.fixture(scope="session")
def demo_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The tiny demo company, as founded."""
    warehouse = Warehouse(tmp_path_factory.mktemp("demo"))
    found(warehouse, "tiny", 7)
    return warehouse.snapshot()


@pytest.fixture(scope="session")
def retail_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """UCI Online Retail: half a million real lines, in a zone with clock changes; sales and returns only."""
    if not RETAIL.exists():
        pytest.skip("../shared/data/online_retail.parquet is not on this machine: nothing is checked on UCI Online Retail")
    warehouse = Warehouse(tmp_path_factory.mktemp("retail"))
    load(warehouse, LoadRequest((RETAIL,), timezone=RETAIL_ZONE, currency="GBP"))
    return warehouse.snapshot()
