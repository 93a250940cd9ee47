"""A model that follows a script: in process as a chat model, and over HTTP on this machine in the protocols of three providers."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from typing import Any, Literal

import httpx
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, InvalidToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr, SecretStr

from agents.llm_limits import ModelLimits
from agents.llm_models import ModelChoice, OpenedModel, open_model

KEY = "sk-test-0123456789-of-nobody"


@dataclass(frozen=True)
class Say:
    """A reply: text, function calls (arguments as data, or as the raw text of a model that cannot write JSON), what it cost."""

    text: str = ""
    calls: tuple[tuple[str, object], ...] = ()
    finish: str = "stop"
    input_tokens: int = 100
    output_tokens: int = 20
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Fail:
    """An HTTP status; the body holds the key, as careless providers' do."""

    status: int
    retry_after: str = ""


@dataclass(frozen=True)
class Cut:
    """The line breaks in the middle of the reply."""


@dataclass(frozen=True)
class Bulky:
    """A reply of very many bytes."""

    size: int = 10_000_000


Step = Say | Fail | Cut | Bulky
# A step may look at what was sent, function names last: that is how a model obeys what it reads.
Reaction = Callable[[str, list[str]], Step]


def submit(*calls: dict[str, object], **more: object) -> Say:
    """A plan of these calls, sent as a function call."""
    return Say(calls=(("submit_plan", {"outcome": "answer", "calls": list(calls), **more}),))


def tool(name: str, **arguments: object) -> dict[str, object]:
    """One call of a plan."""
    return {"tool": name, "arguments": arguments}


@dataclass
class Script:
    """Steps in order, then `forever`; everything that was sent is kept."""

    steps: list[Step | Reaction]
    forever: Step | Reaction | None = None
    sent: list[str] = field(default_factory=list)
    functions: list[list[str]] = field(default_factory=list)

    def next(self, sent: str, functions: list[str]) -> Step:
        self.sent.append(sent)
        self.functions.append(functions)
        step = self.steps.pop(0) if self.steps else self.forever
        if step is None:
            raise AssertionError("the script has ended and the model was asked again")
        return step(sent, functions) if callable(step) else step


class ScriptedFailure(Exception):
    """What a client raises for an HTTP status."""

    def __init__(self, status: int, retry_after: str = "") -> None:
        self.status_code = status
        self.response = httpx.Response(status, headers={"retry-after": retry_after} if retry_after else {})
        super().__init__(f"refused for key {KEY}")


class ScriptedChat(BaseChatModel):
    """The script as a LangChain model, without a network."""

    _script: Script = PrivateAttr()
    _names: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, script: Script, names: Sequence[str] = ()) -> None:
        super().__init__()
        self._script, self._names = script, list(names)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> ScriptedChat:
        return ScriptedChat(self._script, [each["function"]["name"] for each in tools])

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        raise NotImplementedError("only asked asynchronously")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        step = self._script.next("\n\n".join(str(message.text) for message in messages), self._names)
        if isinstance(step, Fail):
            raise ScriptedFailure(step.status, step.retry_after)
        if isinstance(step, Cut | Bulky):
            raise httpx.RemoteProtocolError("the peer closed the connection")
        await asyncio.sleep(step.after_seconds)
        return ChatResult(generations=[ChatGeneration(message=_message(step))])


def _message(step: Say) -> AIMessage:
    good = [{"name": name, "args": value, "id": f"call_{n}"} for n, (name, value) in enumerate(step.calls) if isinstance(value, dict)]
    broken = [(name, str(value)) for name, value in step.calls if not isinstance(value, dict)]
    bad = [InvalidToolCall(type="invalid_tool_call", name=name, args=raw, id="call_x", error=None) for name, raw in broken]
    used = UsageMetadata(
        input_tokens=step.input_tokens, output_tokens=step.output_tokens, total_tokens=step.input_tokens + step.output_tokens
    )
    return AIMessage(
        step.text, tool_calls=good, invalid_tool_calls=bad, usage_metadata=used, response_metadata={"finish_reason": step.finish}
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        complete = _COMPLETIONS[self.path]
        step = self.server.script.next(_sent(body), _function_names(body))
        if isinstance(step, Fail):
            headers = {"retry-after": step.retry_after} if step.retry_after else {}
            self._reply(step.status, {"error": {"message": f"refused for key {KEY}", "type": "scripted"}}, headers)
        elif isinstance(step, Cut):
            self._head(200, 10_000)
            self.wfile.write(b'{"id": "cut", "choi')
        elif isinstance(step, Bulky):
            self._reply(200, complete(Say("x" * step.size)))
        else:
            time.sleep(step.after_seconds)
            self._reply(200, complete(step))

    def _head(self, status: int, length: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(length), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def _reply(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        raw = json.dumps(body).encode()
        try:
            self._head(status, len(raw), headers)
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True  # the client has gone, which is what some steps are for

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def _sent(body: dict[str, Any]) -> str:
    """Every text of a request, in its order."""
    contents = [body.get("system", ""), *(message["content"] for message in body["messages"])]
    pieces = [piece for content in contents for piece in (content if isinstance(content, list) else [{"text": content}])]
    return "\n\n".join(piece["text"] for piece in pieces if piece["text"])


def _function_names(body: dict[str, Any]) -> list[str]:
    return [each.get("function", each)["name"] for each in body.get("tools") or ()]


def _openai(step: Say) -> dict[str, object]:
    calls = [
        {
            "id": f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(value) if isinstance(value, dict) else str(value)},
        }
        for n, (name, value) in enumerate(step.calls)
    ]
    message = {"role": "assistant", "content": step.text, **({"tool_calls": calls} if calls else {})}
    finish = "tool_calls" if calls and step.finish == "stop" else step.finish
    used = {
        "prompt_tokens": step.input_tokens,
        "completion_tokens": step.output_tokens,
        "total_tokens": step.input_tokens + step.output_tokens,
    }
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"id": "scripted", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice], "usage": used}


def _anthropic(step: Say) -> dict[str, object]:
    """Arguments are data in this protocol: broken ones cannot be sent and become a text."""
    content: list[dict[str, object]] = [{"type": "text", "text": step.text}] if step.text else []
    for n, (name, value) in enumerate(step.calls):
        good = isinstance(value, dict)
        content.append(
            {"type": "tool_use", "id": f"call_{n}", "name": name, "input": value} if good else {"type": "text", "text": str(value)}
        )
    reason = {"length": "max_tokens"}.get(step.finish, "tool_use" if step.calls else "end_turn")
    used = {"input_tokens": step.input_tokens, "output_tokens": step.output_tokens}
    head = {"id": "scripted", "type": "message", "role": "assistant", "model": "scripted", "stop_sequence": None}
    return {**head, "content": content, "stop_reason": reason, "usage": used}


def _ollama(step: Say) -> dict[str, object]:
    calls = [{"function": {"name": name, "arguments": value}} for name, value in step.calls if isinstance(value, dict)]
    broken = "".join(str(value) for _, value in step.calls if not isinstance(value, dict))
    message = {"role": "assistant", "content": step.text + broken, **({"tool_calls": calls} if calls else {})}
    counted = {"prompt_eval_count": step.input_tokens, "eval_count": step.output_tokens}
    head = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": step.finish}
    return {**head, "message": message, **counted}


_COMPLETIONS: dict[str, Callable[[Say], dict[str, object]]] = {
    "/v1/chat/completions": _openai,
    "/v1/messages": _anthropic,
    "/api/chat": _ollama,
}


@contextmanager
def served(script: Script) -> Iterator[str]:
    """The script behind an address on this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = script
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Way = Literal["in process", "openai", "anthropic", "ollama"]
CLIENTS: dict[Way, str] = {
    "openai": "./oiis extra models",
    "anthropic": "pip install langchain-anthropic",
    "ollama": "pip install langchain-ollama",
}
# What is not installed cannot be tested; one test says so, instead of each.
WAYS: tuple[Way, ...] = ("in process", *(way for way in CLIENTS if find_spec(f"langchain_{way}")))


@contextmanager
def opened(script: Script, way: Way, limits: ModelLimits) -> Iterator[OpenedModel]:
    """The script as an opened model, in process or through a provider's own client."""
    if way == "in process":
        yield OpenedModel("scripted:model", ScriptedChat(script), (ScriptedFailure, httpx.HTTPError))
        return
    with served(script) as address:
        base = f"{address}/v1" if way == "openai" else address
        yield open_model(ModelChoice(f"{way}:scripted", base, SecretStr(KEY)), limits)
