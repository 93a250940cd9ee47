"""Bounds hold before they are reached; a model that keeps failing is left alone and tried again later."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.brain import metered
from agents.llm_limits import SHARES, Breaker, ModelLimits, Price, Purse, Stage, count_tokens, newest_within
from agents.llm_trouble import ModelTrouble, unused_because


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def refused(purse: Purse, tokens: int = 10) -> str:
    with pytest.raises(ModelTrouble) as caught:
        purse.reserve(tokens)
    return f"{caught.value.kind} {caught.value.detail}"


def test_the_shares_of_the_stages_are_the_whole_turn() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 2_000)), max_size=40), st.sampled_from(list(SHARES)))
def test_no_stage_spends_more_than_its_share(asked: list[tuple[int, int]], stage: Stage) -> None:
    """Whatever is asked for, in whatever order, as long as replies keep to the size that was asked for."""
    limits, price = ModelLimits(), Price(3.0, 15.0)
    purse = Purse("m", limits, stage, price, Clock())
    with metered() as meter:
        for sent, replied in asked:
            try:
                purse.reserve(sent)
            except ModelTrouble:
                continue
            purse.pay(sent, min(replied, limits.reply_tokens))
    assert meter.usage.calls <= limits.requests * SHARES[stage]
    assert meter.usage.input_tokens + meter.usage.output_tokens <= limits.tokens * SHARES[stage]
    assert meter.usage.cost_usd <= limits.cost_usd * SHARES[stage] + 1e-9


def test_each_bound_is_named_when_it_is_reached() -> None:
    clock = Clock()
    limits = ModelLimits(requests=10, tokens=10_000, seconds=10, reply_tokens=100)
    purse = Purse("m", limits, "write", None, clock)
    assert refused(purse, 5_000) == "over_budget tokens"
    for _ in range(3):
        purse.reserve(10)
    assert refused(purse) == "over_budget requests"
    late = Purse("m", limits, "write", None, clock)
    clock.now += 3.1
    assert refused(late) == "timeout turn"
    assert refused(Purse("m", limits, "write", Price(1e6, 0), clock)) == "over_budget cost"


def test_the_breaker_opens_rests_and_lets_one_through() -> None:
    clock = Clock()
    breaker = Breaker(failures=5, rest_seconds=30, clock=clock)
    for _ in range(4):
        breaker.failed()
    breaker.check()
    breaker.failed()
    with pytest.raises(ModelTrouble):
        breaker.check()
    clock.now += 30
    breaker.check()
    with pytest.raises(ModelTrouble):
        breaker.check()  # only one tries
    breaker.failed()
    clock.now += 29
    with pytest.raises(ModelTrouble):
        breaker.check()
    clock.now += 1
    breaker.check()
    breaker.worked()
    breaker.check()
    breaker.check()


def test_one_success_forgives_all_failures() -> None:
    breaker = Breaker(failures=2)
    for _ in range(5):
        breaker.failed()
        breaker.worked()
    breaker.check()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(st.text())
def test_a_token_count_errs_on_the_safe_side(text: str) -> None:
    assert count_tokens(text) >= len(text.encode()) / 3
    assert newest_within([text], count_tokens(text) + 6) == (text,)


def test_trouble_is_told_in_both_languages_without_a_provider() -> None:
    assert unused_because("paused", "en") == "Read without the language model: it failed too often just now and rests."
    assert "mô hình" in unused_because("down", "vi")
