"""The same server with its state in PostgreSQL: asked, stopped, started again, asked on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import installation as house
from tests.api.stage import REVENUE, ask, live, open_thread, stage_settings
from tests.tools.query.postgres import binaries, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("langgraph.checkpoint.postgres", reason="the extra `postgres` is not installed: ./oiis extra postgres")
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): the server is checked on SQLite only")
    with tempfile.TemporaryDirectory(prefix="oiis-api-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_server(folder) as url:
            yield url


def test_a_server_on_postgresql_keeps_everything_there(company: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "GRACE_SECONDS", 0.1)
    settings = stage_settings(company, server)
    with live(settings) as first, first.client() as client:
        thread = open_thread(client)
        assert ask(client, REVENUE, thread)["answer"]["status"] == "answered"
        cut = ask(client, "nap 1", thread, params={"wait": 0})
        waiting = ask(client, "order 3")
    with live(settings) as second, second.client() as client:
        with client.stream("GET", f"/api/v1/runs/{cut['id']}/events") as response:
            assert "Slept well." in response.read().decode()
        proposal = client.get(f"/api/v1/threads/{waiting['thread_id']}").json()["waiting"][0]
        verdict = {"proposal_id": proposal["proposal_id"], "digest": proposal["digest"], "approved": True}
        assert client.post(f"/api/v1/runs/{waiting['id']}/resume", json={"verdicts": [verdict]}).json()["status"] == "done"
        assert second.installation.store.audit.verify_chain().whole
        assert client.delete(f"/api/v1/threads/{thread}").status_code == 204
    assert not list(company.glob("*.db"))
