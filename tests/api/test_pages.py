"""The pages beside the chat: the reference shows every route, leads nowhere outside and runs no script."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import httpx

from api.installation import Plugged
from api.problems import KINDS
from tests.api.stage import Live, ask, live, open_thread, stage_settings


def test_the_root_leads_to_the_chat(client: httpx.Client) -> None:
    reply = client.get("/")
    assert (reply.status_code, reply.headers["location"]) == (307, "/ui")


def test_the_reference_shows_every_route_every_body_and_every_problem(client: httpx.Client) -> None:
    text, document = client.get("/docs").text, client.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method in item:
            assert f"<b>{method.upper()}</b> <code>{path}</code>" in text
            assert item[method]["description"], f"{method} {path} says nothing"
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in text
    for kind in KINDS:
        assert f'id="problem-{kind}"' in text
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text


def test_the_reference_loads_nothing_from_outside(client: httpx.Client) -> None:
    text = client.get("/docs").text
    assert "<script" not in text and "javascript:" not in text and "@import" not in text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert {place for place in loaded if not place.startswith("#")} == {"/pages.css", "/openapi.json"}
    style = client.get("/pages.css")
    assert style.headers["content-type"].startswith("text/css") and "url(" not in style.text and "@import" not in style.text


def test_the_document_names_every_route_and_every_problem(client: httpx.Client) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    told = {(method.lower(), path) for method, path in re.findall(r"^\| `([A-Z]+) (/[^`]*)`", page, re.MULTILINE)} - {("get", "/docs")}
    document = client.get("/openapi.json").json()
    assert told == {(method, path.removeprefix("/api/v1")) for path, item in document["paths"].items() for method in item}
    for kind, (status, meaning) in KINDS.items():
        assert f"| `{kind}` | {status} | {meaning} |" in page


def test_status_names_the_data_and_questions_that_work(client: httpx.Client, stage: Live) -> None:
    status = client.get("/api/v1/status").json()
    assert status["data"]["snapshot"] == "v000001" and status["data"]["currency"] == "VND" and "orders" in status["data"]["tables"]
    assert (status["brain"], status["jobs"]) == ("embedded", [])
    assert len(status["examples"]) >= 5
    assert_answered(client, status["examples"])
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["snapshot"], ready["data_as_of"]) == ("ready", "v000001", status["data"]["data_as_of"])
    assert client.get("/healthz").json() == {"status": "ok"}


def assert_answered(client: httpx.Client, examples: list[str]) -> None:
    thread = open_thread(client)
    for example in examples:
        answer = ask(client, example, thread)["answer"]
        assert answer["status"] == "answered" and answer["facts"], example


def test_the_embedded_engine_answers_its_examples_and_is_warm_before_it_is_asked(company: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(company, tmp_path / "home"))  # what the engine learns is kept under the home
    with live(stage_settings(home, tmp_path), Plugged()) as opened, opened.client() as client:
        deadline = time.monotonic() + 20
        while not opened.installation.ground.fresh and time.monotonic() < deadline:
            time.sleep(0.02)
        assert opened.installation.ground.fresh
        examples = client.get("/api/v1/status").json()["examples"]
        assert len(examples) >= 5 and not any("{" in example for example in examples)
        assert_answered(client, examples)
