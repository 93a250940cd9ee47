"""A snapshot published to PostgreSQL answers the same, through the same commands."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_data_commands import oiis
from tests.cli.test_query_commands import REVENUE
from tests.tools.query.postgres import binaries, running_server


@pytest.fixture
def server() -> Iterator[str]:
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): publishing is not checked")
    with tempfile.TemporaryDirectory(prefix="oiis-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs under an account of its own
        with running_server(folder) as url:
            yield url


def test_the_server_answers_as_the_snapshot_does(home: Path, server: str, tmp_path: Path) -> None:
    oiis("query", REVENUE, home=tmp_path, OIIS_WAREHOUSE_URL=server, code=8)  # nothing published yet
    assert "v000001 is served at" in oiis("data", "publish", server, home=home)[0]
    here = json.loads(oiis("query", REVENUE, "--json", home=home)[0])
    there = json.loads(oiis("query", REVENUE, "--json", home=tmp_path, OIIS_WAREHOUSE_URL=server)[0])
    assert there["rows"] == here["rows"]
    assert (there["snapshot"], there["data_as_of"]) == (here["snapshot"], here["data_as_of"])
    assert "warehouse url" in oiis("doctor", home=home, OIIS_WAREHOUSE_URL=server)[0]


def test_a_server_that_is_down_is_told(home: Path) -> None:
    url = "postgresql://oiis:secret@127.0.0.1:1/postgres"
    said = oiis("query", REVENUE, home=home, OIIS_WAREHOUSE_URL=url, code=6)[1]
    assert "Next:" in said and "secret" not in said
