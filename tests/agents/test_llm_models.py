"""Opening a model: what is missing is said with what to do, nothing is read from the environment, nothing is reached by accident."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from agents.llm_models import PROVIDERS, ModelChoice, ModelSetupError, open_model
from agents.llm_transport import BoundedTransport, ReplyTooLarge
from tests.agents.scripted_server import KEY

SECRET = SecretStr(KEY)
REFUSED = {
    "no provider": (ModelChoice("some-model", api_key=SECRET), "is not provider:name"),
    "no name": (ModelChoice("openai:", api_key=SECRET), "is not provider:name"),
    "misspelt": (ModelChoice("opnai:x", api_key=SECRET), "Did you mean openai:NAME?"),
    "neither key nor address": (ModelChoice("openai:x"), "neither a key nor an address"),
    "Ollama without an address": (ModelChoice("ollama:x", api_key=SECRET), "needs an address"),
    "a file": (ModelChoice("openai:x", "file:///etc/passwd"), "is not http(s)://host"),
    "no host": (ModelChoice("openai:x", "https://"), "is not http(s)://host"),
    "a password": (ModelChoice("openai:x", f"https://me:{KEY}@host.example/v1"), "holds a user, a password"),
    "a query": (ModelChoice("openai:x", f"https://host.example/v1?key={KEY}"), "holds a user, a password"),
    "a key over an open line": (ModelChoice("openai:x", "http://host.example/v1", SECRET), "unencrypted to host.example"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_opened_is_refused_with_what_to_do(what: str) -> None:
    choice, told = REFUSED[what]
    with pytest.raises(ModelSetupError) as caught:
        open_model(choice)
    assert told in str(caught.value) and caught.value.remedy
    assert KEY not in str(caught.value) and KEY not in repr(choice)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_package_is_named_with_how_to_install_it(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("agents.llm_models.importlib.import_module", missing)
    with pytest.raises(ModelSetupError, match=f"langchain_{provider}, which is not installed") as caught:
        open_model(ModelChoice(f"{provider}:x", "http://127.0.0.1:1"))
    assert ("./oiis extra models" if provider == "openai" else "pip install") in caught.value.remedy


def test_a_key_of_the_environment_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_API_KEY", "OLLAMA_HOST"):
        monkeypatch.setenv(name, KEY)
    for provider in PROVIDERS:
        with pytest.raises(ModelSetupError):
            open_model(ModelChoice(f"{provider}:x"))


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_opening_sends_nothing_and_takes_no_address_of_the_environment(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(f"langchain_{provider}", reason=f"langchain-{provider} is not installed")
    monkeypatch.setenv(f"{provider.upper()}_BASE_URL", "https://elsewhere.example")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))
    opened = open_model(ModelChoice(f"{provider}:x", api_key=SECRET))
    shown = repr(opened.chat)
    assert "elsewhere.example" not in shown and KEY not in shown and KEY not in repr(opened)


def test_a_reply_is_read_up_to_a_limit_and_no_redirect_is_followed() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/redirect":
            return httpx.Response(302, headers={"location": "http://elsewhere.example/"})
        return httpx.Response(200, content=pieces())

    async def fetch(path: str, limit: int) -> httpx.Response:
        async with httpx.AsyncClient(transport=BoundedTransport(httpx.MockTransport(answer), limit)) as client:
            return await client.get(f"http://model.example{path}")

    assert len(asyncio.run(fetch("/", 10_000)).content) == 10_000
    with pytest.raises(ReplyTooLarge):
        asyncio.run(fetch("/", 9_999))
    assert asyncio.run(fetch("/redirect", 9_999)).status_code == 302
