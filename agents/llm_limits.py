"""How much of a language model one turn may use, and when it is left alone for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.answer import Usage
from agents.brain import spend
from agents.llm_trouble import ModelTrouble

Stage = Literal["understand", "plan", "write"]
Clock = Callable[[], float]
SHARES: Mapping[Stage, float] = {"understand": 0.2, "plan": 0.5, "write": 0.3}
# English has about 4 bytes to a token, Vietnamese 3: this errs on the safe side.
BYTES_PER_TOKEN = 3
TOKENS_PER_MESSAGE = 6


@dataclass(frozen=True)
class ModelLimits:
    """The bounds of one turn. Each stage may use its share of them, so that all together stay inside without knowing of each other."""

    requests: int = 12  # every request counts, retries too
    seconds: float = 24.0
    tokens: int = 80_000  # read and written
    cost_usd: float = 0.25
    request_seconds: float = 12.0
    reply_tokens: int = 1_500
    retries: int = 2  # in one stage
    conversation_tokens: int = 1_500


@dataclass(frozen=True)
class Price:
    """What a provider charges, in US dollars for a million tokens."""

    input_per_million: float
    output_per_million: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input_per_million + output_tokens * self.output_per_million) / 1_000_000


def count_tokens(text: str) -> int:
    """About how many tokens a text has, rather too many than too few."""
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)


def newest_within(texts: Sequence[str], tokens: int) -> tuple[str, ...]:
    """The newest texts that fit together, in their order."""
    kept: list[str] = []
    for text in reversed(texts):
        tokens -= count_tokens(text) + TOKENS_PER_MESSAGE
        if tokens < 0:
            break
        kept.append(text)
    return tuple(reversed(kept))


class Purse:
    """What one stage may still spend. Nothing is asked for that could not be paid."""

    def __init__(self, model: str, limits: ModelLimits, stage: Stage, price: Price | None, clock: Clock = time.monotonic) -> None:
        share = SHARES[stage]
        self._model, self._price, self._clock = model, price, clock
        self._reply_tokens = limits.reply_tokens
        self._requests = max(1, int(limits.requests * share))
        self._tokens = int(limits.tokens * share)
        self._cost_usd = limits.cost_usd * share
        self._until = clock() + limits.seconds * share

    @property
    def seconds_left(self) -> float:
        return self._until - self._clock()

    def reserve(self, input_tokens: int) -> None:
        """Allow one request of this size, or say which bound it would break."""
        if self._requests < 1:
            raise ModelTrouble("over_budget", "requests")
        if self.seconds_left <= 0:
            raise ModelTrouble("timeout", "turn")
        if input_tokens + self._reply_tokens > self._tokens:
            raise ModelTrouble("over_budget", "tokens")
        if self._price and self._price.of(input_tokens, self._reply_tokens) > self._cost_usd:
            raise ModelTrouble("over_budget", "cost")
        self._requests -= 1

    def pay(self, input_tokens: int, output_tokens: int) -> None:
        """Book one request; a price nobody gave counts as nothing, and the bill says so."""
        cost = self._price.of(input_tokens, output_tokens) if self._price else 0.0
        self._tokens -= input_tokens + output_tokens
        self._cost_usd -= cost
        name = self._model if self._price else f"{self._model} (no price given)"
        spend(Usage(model=name, input_tokens=input_tokens, output_tokens=output_tokens, calls=1, cost_usd=cost))


class Breaker:
    """After several failures in a row the model rests; then one request may try whether it is back."""

    def __init__(self, failures: int = 5, rest_seconds: float = 30.0, clock: Clock = time.monotonic) -> None:
        self._allowed, self._rest_seconds, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._rests_until: float | None = None

    def check(self) -> None:
        """Let a request pass, or refuse it while the model rests."""
        if self._rests_until is None:
            return
        if self._clock() < self._rests_until:
            raise ModelTrouble("paused")
        self._rest()  # others wait until this one request has shown that the model is back

    def worked(self) -> None:
        self._failed, self._rests_until = 0, None

    def failed(self) -> None:
        self._failed += 1
        if self._failed >= self._allowed:
            self._rest()

    def _rest(self) -> None:
        self._rests_until = self._clock() + self._rest_seconds
