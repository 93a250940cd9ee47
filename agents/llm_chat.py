"""One request to a language model, behind its limits: reserved, timed, retried with jitter, counted by the breaker, paid."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable
from langsmith import tracing_context

from agents.llm_limits import TOKENS_PER_MESSAGE, Breaker, ModelLimits, Purse, count_tokens
from agents.llm_models import UNREADABLE, OpenedModel
from agents.llm_trouble import ModelTrouble

LOG = logging.getLogger("oiis.model")
MAX_REPLY_CHARACTERS = 64_000
RETRIED = ("rate_limited", "down", "unreadable")
FIRST_PAUSE_SECONDS = 0.4
LONGEST_PAUSE_SECONDS = 4.0
Pause = Callable[[float], Awaitable[None]]
FunctionSchema = dict[str, object]


@dataclass(frozen=True)
class Request:
    """A function the model wants called, as it wrote it."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True)
class Reply:
    """What the model said: text, requests, and what of it was broken."""

    text: str = ""
    requests: tuple[Request, ...] = ()
    broken: tuple[str, ...] = ()


class Chat:
    """A model that is asked within limits; every failure leaves as ModelTrouble."""

    def __init__(
        self,
        model: OpenedModel,
        limits: ModelLimits,
        breaker: Breaker,
        pause: Pause = asyncio.sleep,
        jitter: Callable[[], float] = random.random,  # noqa: S311 - a pause is no secret
    ) -> None:
        self._model, self._limits, self._breaker = model, limits, breaker
        self._pause, self._jitter = pause, jitter

    async def ask(self, messages: Sequence[BaseMessage], purse: Purse, functions: Sequence[FunctionSchema] = ()) -> Reply:
        """The reply, after at most `retries` more attempts where another attempt may help."""
        attempt = 0
        while True:
            try:
                return await self._attempt(messages, purse, functions)
            except ModelTrouble as trouble:
                LOG.warning("%s: request failed: %s", self._model.name, trouble.kind)
                if trouble.kind not in RETRIED or attempt >= self._limits.retries:
                    raise
                await self._wait(attempt, trouble, purse)
            attempt += 1

    async def _attempt(self, messages: Sequence[BaseMessage], purse: Purse, functions: Sequence[FunctionSchema]) -> Reply:
        self._breaker.check()
        sent = _size(messages, functions)
        purse.reserve(sent)
        try:
            message = await self._send(messages, purse, functions)
        except ModelTrouble:
            purse.pay(0, 0)
            self._breaker.failed()
            raise
        self._breaker.worked()
        purse.pay(*_tokens(message, sent))
        return _read(message)

    async def _send(self, messages: Sequence[BaseMessage], purse: Purse, functions: Sequence[FunctionSchema]) -> AIMessage:
        seconds = min(self._limits.request_seconds, purse.seconds_left)
        try:
            async with asyncio.timeout(seconds):
                # Prompts go to the model and nowhere else, whatever tracing the environment asks for.
                with tracing_context(enabled=False):
                    message = await self._bound(functions).ainvoke(list(messages))
        except TimeoutError as error:
            raise ModelTrouble("timeout", "request") from error
        except self._model.failures as error:
            raise _trouble(error) from None  # the text of a provider's error can hold the key
        if not isinstance(message, AIMessage):
            raise ModelTrouble("unreadable", type(message).__name__)
        return message

    def _bound(self, functions: Sequence[FunctionSchema]) -> Runnable[LanguageModelInput, AIMessage]:
        if functions:
            try:
                return self._model.chat.bind_tools(list(functions))
            except NotImplementedError:
                pass  # a model without function calls answers with JSON, which the prompt allows
        return self._model.chat

    async def _wait(self, attempt: int, trouble: ModelTrouble, purse: Purse) -> None:
        seconds = FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + self._jitter())
        if trouble.wait_seconds is not None:
            seconds = max(seconds, trouble.wait_seconds)
        if seconds > min(LONGEST_PAUSE_SECONDS, purse.seconds_left):
            raise trouble
        await self._pause(seconds)


def _size(messages: Sequence[BaseMessage], functions: Sequence[FunctionSchema]) -> int:
    said = sum(count_tokens(str(message.text)) + TOKENS_PER_MESSAGE for message in messages)
    return said + count_tokens(json.dumps(list(functions)))


def _tokens(message: AIMessage, sent: int) -> tuple[int, int]:
    """What the provider counted; our own estimate where it did not."""
    used = message.usage_metadata
    if used is not None and used["input_tokens"] + used["output_tokens"] > 0:
        return used["input_tokens"], used["output_tokens"]
    return sent, count_tokens(str(message.text)) + count_tokens(json.dumps(message.tool_calls, default=str))


def _read(message: AIMessage) -> Reply:
    broken = [f"the arguments of {call.get('name') or 'a function'} are not JSON" for call in message.invalid_tool_calls]
    if any(message.response_metadata.get(name) in ("length", "max_tokens") for name in ("finish_reason", "stop_reason", "done_reason")):
        broken.append("the reply was cut off: it must be shorter")
    text = str(message.text)
    if len(text) > MAX_REPLY_CHARACTERS:
        return Reply(broken=("the reply was far too long",))
    return Reply(text, tuple(Request(call["name"], call["args"]) for call in message.tool_calls), tuple(broken))


def _trouble(error: Exception) -> ModelTrouble:
    """The kind of a client's failure, from its type and its HTTP status alone."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status > 0:
        return _status_trouble(status, error)
    if "timeout" in type(error).__name__.lower():
        return ModelTrouble("timeout", "request")
    return ModelTrouble("unreadable" if isinstance(error, UNREADABLE) else "down", type(error).__name__)


def _status_trouble(status: int, error: Exception) -> ModelTrouble:
    if status == 429:
        return ModelTrouble("rate_limited", "429", _retry_after(error))
    if status >= 500 or status in (408, 409):
        return ModelTrouble("down", str(status))
    return ModelTrouble("rejected" if status >= 400 else "unreadable", str(status))


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None
