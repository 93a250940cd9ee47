"""A LangChain chat model chosen by `provider:name`: its package is imported when used, nothing is read from the environment."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import ModuleType
from typing import cast
from urllib.parse import urlsplit

import httpx
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from agents.llm_limits import ModelLimits
from agents.llm_transport import open_client, open_transport

OPENAI_ADDRESS = "https://api.openai.com/v1"
ANTHROPIC_ADDRESS = "https://api.anthropic.com"
OLLAMA_EXAMPLE = "http://127.0.0.1:11434"
# A reply of a foreign shape surfaces as one of these inside a client; they are looked at around the one request only.
UNREADABLE: tuple[type[Exception], ...] = (ValueError, KeyError, IndexError, TypeError, AttributeError)
UNREACHABLE: tuple[type[Exception], ...] = (httpx.HTTPError, OSError)


class ModelSetupError(Exception):
    """A model that cannot be opened: what is wrong and what to do next."""

    exit_code = 2

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}. {remedy}.")


@dataclass(frozen=True)
class ModelChoice:
    """Which model, at which address, with which key; an address or a key must be given, so that nothing is reached by accident."""

    name: str  # provider:name
    base_url: str | None = field(default=None, repr=False)  # people put keys into addresses; that is refused, and not shown either
    api_key: SecretStr | None = None
    temperature: float | None = 0.0  # None sends none, which some reasoning models insist on

    @property
    def provider(self) -> str:
        return self.name.partition(":")[0]

    @property
    def model(self) -> str:
        return self.name.partition(":")[2]

    def key(self) -> str:
        """The key for the client; servers of one's own often want none, clients always want one."""
        return self.api_key.get_secret_value() if self.api_key else "none"


@dataclass(frozen=True)
class OpenedModel:
    """A chat model and the errors its client fails with."""

    name: str
    chat: BaseChatModel
    failures: tuple[type[Exception], ...] = (*UNREACHABLE, *UNREADABLE)


def open_model(choice: ModelChoice, limits: ModelLimits | None = None) -> OpenedModel:
    """The model ready to be asked; nothing is sent yet."""
    _check(choice)
    chat, failures = _OPENERS[choice.provider](choice, limits or ModelLimits())
    return OpenedModel(choice.name, chat, (*failures, *UNREACHABLE, *UNREADABLE))


Opener = Callable[[ModelChoice, ModelLimits], tuple[BaseChatModel, tuple[type[Exception], ...]]]


def _open_openai(choice: ModelChoice, limits: ModelLimits) -> tuple[BaseChatModel, tuple[type[Exception], ...]]:
    langchain, openai = _package("langchain_openai", "openai", "./oiis extra models"), _package("openai", "openai", "./oiis extra models")
    chat = langchain.ChatOpenAI(
        model=choice.model,
        api_key=choice.key(),
        base_url=choice.base_url or OPENAI_ADDRESS,
        temperature=choice.temperature,
        max_tokens=limits.reply_tokens,
        timeout=limits.request_seconds,
        max_retries=0,  # retries are ours: counted, paid and jittered
        disable_streaming=True,  # words are shown when they are checked, not before
        use_responses_api=False,
        http_async_client=open_client(limits.request_seconds),
    )
    return cast(BaseChatModel, chat), (openai.OpenAIError,)


def _open_anthropic(choice: ModelChoice, limits: ModelLimits) -> tuple[BaseChatModel, tuple[type[Exception], ...]]:
    langchain, anthropic = _package("langchain_anthropic", "anthropic"), _package("anthropic", "anthropic")
    address = choice.base_url or ANTHROPIC_ADDRESS
    chat = langchain.ChatAnthropic(
        model=choice.model,
        api_key=choice.key(),
        base_url=address,
        temperature=choice.temperature,
        max_tokens=limits.reply_tokens,
        timeout=limits.request_seconds,
        max_retries=0,
        disable_streaming=True,
    )
    # Its own client is shared by all event loops of the process and breaks with the first that ends; there is no argument for another.
    vars(chat)["_async_client"] = anthropic.AsyncAnthropic(
        api_key=choice.key(),
        base_url=address,
        timeout=limits.request_seconds,
        max_retries=0,
        http_client=_anthropic_client(anthropic, limits.request_seconds),
    )
    return cast(BaseChatModel, chat), (anthropic.AnthropicError,)


def _anthropic_client(anthropic: ModuleType, seconds: float) -> object:
    """A client of the HTTP library this version of the package uses; without idle connections it belongs to no event loop."""
    library = importlib.import_module(anthropic.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])
    return anthropic.DefaultAsyncHttpxClient(
        timeout=seconds, follow_redirects=False, limits=library.Limits(max_connections=32, max_keepalive_connections=0)
    )


def _open_ollama(choice: ModelChoice, limits: ModelLimits) -> tuple[BaseChatModel, tuple[type[Exception], ...]]:
    langchain, ollama = _package("langchain_ollama", "ollama"), _package("ollama", "ollama")
    chat = langchain.ChatOllama(
        model=choice.model,
        base_url=choice.base_url,
        temperature=choice.temperature,
        num_predict=limits.reply_tokens,
        client_kwargs={"timeout": limits.request_seconds, "follow_redirects": False},
        async_client_kwargs={"transport": open_transport()},
        disable_streaming=True,
    )
    return cast(BaseChatModel, chat), (ollama.ResponseError, ollama.RequestError)


_OPENERS: Mapping[str, Opener] = {"openai": _open_openai, "anthropic": _open_anthropic, "ollama": _open_ollama}
PROVIDERS = tuple(_OPENERS)


def _check(choice: ModelChoice) -> None:
    known = ", ".join(PROVIDERS)
    if not choice.model or choice.provider not in PROVIDERS:
        near = get_close_matches(choice.provider, PROVIDERS, 1)
        hint = f"Did you mean {near[0]}:NAME? " if near and choice.model else ""
        raise ModelSetupError(f"the model {choice.name!r} is not provider:name", f"{hint}Providers are {known}, for example openai:NAME")
    if choice.provider == "ollama" and not choice.base_url:
        raise ModelSetupError(f"{choice.name} needs an address", f"Give the one Ollama listens on, for example {OLLAMA_EXAMPLE}")
    if not choice.base_url and not choice.api_key:
        raise ModelSetupError(
            f"{choice.name} has neither a key nor an address", "Give one of them; none is guessed or taken from elsewhere"
        )
    if choice.base_url:
        _check_address(choice.base_url, has_key=choice.api_key is not None)


def _check_address(address: str, has_key: bool) -> None:
    """An address without secrets in it, and no key over an open line."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelSetupError("the address of the model is not http(s)://host", f"Give one such as {OLLAMA_EXAMPLE}/v1")
    if parts.username or parts.password or parts.query:
        raise ModelSetupError("the address of the model holds a user, a password or a query", "Put the key in its own setting")
    if has_key and parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ModelSetupError(f"a key would travel unencrypted to {parts.hostname}", "Use https, or leave the key out")


def _package(name: str, provider: str, extra: str | None = None) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        package = name.replace("_", "-")
        by_hand = (
            f"Install it with .venv/bin/pip install {package}, or use openai:NAME with the address of a server that speaks its protocol"
        )
        remedy = f"Install it with {extra}" if extra else by_hand
        raise ModelSetupError(f"{provider} needs the package {error.name or package}, which is not installed", remedy) from error
