"""The language-model brain against a model that follows a script: what it does well, and every way a model can fail."""

from __future__ import annotations

import logging

import pytest
from langsmith.utils import get_env_var

from agents.brain import Mention, Moment
from agents.llm_limits import Price
from agents.llm_trouble import TroubleKind, unused_because
from tests.agents.llm_stage import AS_OF, LIMITS, asked, scene, shortened
from tests.agents.scripted_server import CLIENTS, KEY, WAYS, Bulky, Cut, Fail, Say, Step, Way, submit, tool

every_way = pytest.mark.parametrize("way", WAYS)
GOOD = submit(tool("ranking", metric="revenue", by="category", n=3))


def calls(plan_calls: object) -> list[tuple[str, dict[str, object]]]:
    return [(call.tool, call.arguments) for call in plan_calls]  # type: ignore[attr-defined]


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_that_are_installed_speak_to_the_scripted_server(client: Way) -> None:
    if client not in WAYS:
        pytest.skip(f"langchain-{client} is not installed ({CLIENTS[client]}), so its protocol is not tested here")
    with scene(GOOD, way=client) as stage:
        assert stage.plan(asked("top categories")).engine == "llm"
    assert stage.script.functions == [["submit_plan", "read_tool"]]


@every_way
def test_a_good_plan_is_taken_as_it_is(way: Way) -> None:
    with scene(GOOD, way=way) as stage:
        plan = stage.plan(asked("top 3 categories"))
    assert (plan.outcome, plan.engine, plan.standalone_question) == ("answer", "llm", "top 3 categories")
    assert calls(plan.calls()) == [("ranking", {"metric": "revenue", "by": "category", "n": 3})]
    assert {(token.kind, token.text) for token in plan.reading} >= {("metric", "revenue"), ("grouping", "category"), ("limit", "3")}
    assert stage.plain.asked == []
    assert (stage.usage.calls, stage.usage.input_tokens, stage.usage.output_tokens) == (1, 100, 20)


@every_way
def test_plain_json_is_read_like_a_function_call(way: Way) -> None:
    text = 'Here you go:\n```json\n{"outcome": "answer", "calls": [{"tool": "funnel", "arguments": {}}]}\n```'
    with scene(Say(text), way=way) as stage:
        assert calls(stage.plan(asked("the funnel")).calls()) == [("funnel", {})]


@every_way
def test_parallel_calls_are_taken_together_and_each_once(way: Way) -> None:
    value = ("metric_value", {"metrics": ["revenue"]})
    with scene(Say(calls=(value, ("ranking", {"metric": "units", "by": "product"}), value)), way=way) as stage:
        plan = stage.plan(asked("revenue, and the top products by units"))
    assert [call.tool for call in plan.calls()] == ["metric_value", "ranking"]
    assert len({call.id for call in plan.calls()}) == 2


FAULTY = {
    "malformed JSON": (Say('{"outcome": "answer", "calls": [{}'), "not valid JSON"),
    "malformed arguments": (Say(calls=(("submit_plan", '{"outcome": '),)), "submit_plan are not JSON"),
    "no JSON": (Say("Revenue was great!"), "no JSON object"),
    "empty": (Say(""), "empty"),
    "cut by length": (Say('{"outcome": "answer"', finish="length"), "cut off"),
    "unknown tool": (submit(tool("rankings", metric="revenue", by="category")), "nearest: ranking"),
    "unknown metric": (submit(tool("ranking", metric="revenu", by="category")), "nearest: revenue"),
    "unknown dimension": (submit(tool("ranking", metric="revenue", by="categry")), "nearest: category"),
    "unknown filter": (submit(tool("funnel", where=[{"dimension": "provincce", "values": ["x"]}])), "nearest: province"),
    "unknown field": (submit(tool("ranking", metric="revenue", by="category", top=3)), "no such field"),
    "missing argument": (submit(tool("ranking", metric="revenue")), "required"),
    "wrong type": (submit(tool("ranking", metric="revenue", by="category", n="many")), "n:"),
    "wrong outcome": (Say(calls=(("submit_plan", {"outcome": "shrug"}),)), "outcome"),
    "no calls": (submit(), "needs calls"),
    "no options": (Say(calls=(("submit_plan", {"outcome": "clarify"}),)), "needs clarify"),
    "no reply": (Say(calls=(("submit_plan", {"outcome": "decline"}),)), "needs reply"),
    "typed a number": (Say(calls=(("submit_plan", {"outcome": "talk", "reply": "Hello, revenue was 5 million"}),)), "typed digits (5)"),
    "a number in words": (Say(calls=(("submit_plan", {"outcome": "talk", "reply": "Five million!"}),)), "a number in words"),
    "a link": (Say(calls=(("submit_plan", {"outcome": "talk", "reply": "See https://example.org"}),)), "a link"),
    "a placeholder of its own": (submit(tool("look_up", of="product", ids=["{entity:e9}"])), "not a placeholder"),
    "not a number": (
        submit(tool("ranking", metric="revenue", by="category", having=[{"metric": "orders", "op": ">", "value": "x"}])),
        "value",
    ),
}


@every_way
@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_reply_is_sent_back_once_with_what_is_wrong(fault: str, way: Way) -> None:
    step, told = FAULTY[fault]
    if fault == "malformed arguments" and way in ("anthropic", "ollama"):
        told = "no JSON object"  # these protocols carry arguments as data; what is broken can only come as text
    with scene(step, GOOD, way=way) as stage:
        plan = stage.plan(asked("best categories"))
    assert told in stage.script.sent[1]
    assert (plan.engine, [call.tool for call in plan.calls()]) == ("llm", ["ranking"])
    assert stage.plain.asked == []


@every_way
@pytest.mark.parametrize("fault", FAULTY)
def test_faulty_twice_means_the_other_brain(fault: str, way: Way) -> None:
    step = FAULTY[fault][0]
    with scene(step, step, way=way) as stage:
        plan = stage.plan(asked("best categories"))
    assert (plan.engine, plan.reply) == ("embedded", "I cannot read this.")
    assert plan.reasons == (unused_because("invalid", "en"),)
    assert stage.usage.calls == 2


BROKEN: dict[str, tuple[Step, TroubleKind, int]] = {
    "429": (Fail(429), "rate_limited", 3),
    "429 for an hour": (Fail(429, "3600"), "rate_limited", 1),
    "500": (Fail(500), "down", 3),
    "503": (Fail(503), "down", 3),
    "401": (Fail(401), "rejected", 1),
    "404": (Fail(404), "rejected", 1),
    "cut": (Cut(), "down", 3),
    "10 MB": (Bulky(), "down", 3),
    "slow": (Say("late", after_seconds=1.0), "timeout", 1),
}


@every_way
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_provider_means_the_other_brain_after_two_retries(fault: str, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    step, kind, requests = BROKEN[fault]
    if (fault, way) == ("429 for an hour", "ollama"):
        requests = 3  # its client keeps no header of a refusal
    if (fault, way) == ("10 MB", "anthropic"):
        kind, requests = "invalid", 2  # its client cannot be given our transport; the text is refused when it is there
    limits = shortened(request_seconds=0.3) if fault == "slow" else LIMITS
    with caplog.at_level(logging.DEBUG), scene(forever=step, way=way, limits=limits) as stage:
        plan = stage.plan(asked("best categories"))
    assert (plan.engine, plan.reasons) == ("embedded", (unused_because(kind, "en"),))
    assert (stage.usage.calls, len(stage.script.sent)) == (requests, requests)
    assert len(stage.pauses) == (requests - 1 if kind != "invalid" else 0)
    assert KEY not in repr(plan) and not any(KEY in record.getMessage() for record in caplog.records if record.name.startswith("oiis"))


@every_way
def test_a_short_hiccup_is_retried_and_forgotten(way: Way) -> None:
    with scene(Fail(503), Fail(429, "1"), GOOD, way=way) as stage:
        plan = stage.plan(asked("best categories"))
    assert (plan.engine, plan.reasons, stage.usage.calls) == ("llm", (), 3)
    assert stage.pauses == sorted(stage.pauses)
    assert stage.pauses[1] >= (1.0 if way != "ollama" else 0.4)


@every_way
def test_five_failures_open_the_breaker_and_nothing_more_is_sent(way: Way) -> None:
    with scene(forever=Fail(500), way=way) as stage:
        kinds = [stage.plan(asked("best categories")).reasons for _ in range(5)]
        assert len(stage.script.sent) == 5
    assert kinds[0] == (unused_because("down", "en"),)
    assert kinds[2:] == [(unused_because("paused", "en"),)] * 3


@every_way
def test_an_endless_loop_of_looking_things_up_ends(way: Way) -> None:
    again = Say(calls=(("read_tool", {"names": ["ranking"]}),))
    with scene(forever=again, way=way) as stage:
        assert stage.plan(asked("best categories")).reasons == (unused_because("loop", "en"),)
    assert len(stage.script.sent) == 2


def test_an_endless_loop_with_new_words_every_time_ends_too() -> None:
    with scene(forever=lambda sent, _: Say(calls=(("read_tool", {"names": [f"tool_{len(sent)}"]}),))) as stage:
        assert stage.plan(asked("best categories")).reasons == (unused_because("over_budget", "en"),)
    assert len(stage.script.sent) <= 6


def test_tools_can_be_read_about_before_planning() -> None:
    with scene(Say(calls=(("read_tool", {"names": ["ranking", "rankin"]}),)), GOOD) as stage:
        assert stage.plan(asked("best categories")).engine == "llm"
    assert "Not for the best within each group" in stage.script.sent[1]
    assert "there is no tool 'rankin'; nearest: ranking" in stage.script.sent[1]


def test_tokens_and_money_are_reserved_before_they_are_spent() -> None:
    dear = Price(input_per_million=1_000_000, output_per_million=0)
    with scene(forever=GOOD, price=dear) as stage:
        assert stage.plan(asked("best categories")).reasons == (unused_because("over_budget", "en"),)
    assert stage.script.sent == []
    with scene(forever=GOOD, limits=shortened(tokens=5_000)) as stage:
        assert stage.plan(asked("best categories")).reasons == (unused_because("over_budget", "en"),)
    assert stage.script.sent == []


def test_a_price_makes_a_bill_and_no_price_says_so() -> None:
    with scene(GOOD, price=Price(input_per_million=2.0, output_per_million=10.0)) as stage:
        stage.plan(asked("best categories"))
    assert stage.usage.cost_usd == pytest.approx((100 * 2.0 + 20 * 10.0) / 1e6)
    assert "no price" not in stage.usage.model
    with scene(GOOD) as stage:
        stage.plan(asked("best categories"))
    assert (stage.usage.cost_usd, stage.usage.model) == (0.0, "scripted:model (no price given)")


def test_what_the_provider_does_not_count_is_estimated() -> None:
    with scene(Say(GOOD.text, GOOD.calls, input_tokens=0, output_tokens=0)) as stage:
        stage.plan(asked("best categories"))
    assert stage.usage.input_tokens > 5_000 and stage.usage.output_tokens > 10


@every_way
def test_one_brain_serves_many_event_loops(way: Way) -> None:
    """Each plan here runs in an event loop of its own; a client shared between them would fail with "Event loop is closed"."""
    with scene(forever=GOOD, way=way) as stage:
        assert [stage.plan(asked("best categories")).engine for _ in range(4)] == ["llm"] * 4


HANOI = Mention(text="hanoi", dimension="province", value="Hà Nội")
OCTOBER = Moment(text="last month", start=AS_OF.replace(month=9, day=1), end=AS_OF.replace(month=9, day=30))
FILTERED = tool("metric_value", metrics=["revenue"], where=[{"dimension": "province", "values": ["{entity:e1}"]}])


def test_names_are_placeholders_for_the_model_and_values_for_the_tool() -> None:
    with scene(submit(FILTERED)) as stage:
        (call,) = stage.plan(asked("revenue in hanoi", (HANOI,))).calls()
    assert call.arguments["where"] == [{"dimension": "province", "values": ["Hà Nội"]}]
    assert "Hà Nội" not in stage.script.sent[0]
    assert '{entity:e1} is a value of province, for the words "hanoi"' in stage.script.sent[0]


def test_a_name_no_call_uses_is_sent_back_once_and_said_at_last() -> None:
    without = submit(tool("metric_value", metrics=["revenue"]))
    with scene(without, submit(FILTERED)) as stage:
        assert stage.plan(asked("revenue in hanoi", (HANOI,))).ignored == ()
    assert "no call uses {entity:e1}" in stage.script.sent[1]
    with scene(without, without) as stage:
        plan = stage.plan(asked("revenue in hanoi", (HANOI,)))
    assert (plan.ignored, plan.confidence, plan.engine) == (("hanoi",), "low", "llm")


def test_a_time_no_call_uses_is_sent_back_once_and_said_at_last() -> None:
    without = submit(tool("metric_value", metrics=["revenue"]))
    within = submit(tool("metric_value", metrics=["revenue"], period={"kind": "named", "name": "last_month"}))
    with scene(without, within) as stage:
        assert stage.plan(asked("revenue last month", moments=(OCTOBER,))).ignored == ()
    assert "2026-09-01 to 2026-09-30" in stage.script.sent[0]
    with scene(without, without) as stage:
        assert stage.plan(asked("revenue last month", moments=(OCTOBER,))).ignored == ("last month",)


def test_steps_of_a_chain_may_name_their_tools() -> None:
    steps = [
        {"name": "late", "query": {"tool": "breakdown", "metrics": ["late_deliveries"], "by": ["customer"]}},
        {
            "name": "sold",
            "query": {
                "tool": "metric_value",
                "metrics": ["revenue"],
                "where": [{"dimension": "customer", "op": "in_step", "step": "late", "column": "customer"}],
            },
        },
    ]
    with scene(submit(tool("chain", steps=steps))) as stage:
        (call,) = stage.plan(asked("revenue of customers with late deliveries")).calls()
    sent = call.arguments["steps"]
    assert isinstance(sent, list) and [step["query"]["kind"] for step in sent] == ["breakdown", "value"]


def test_the_other_outcomes_come_through() -> None:
    clarify = {"outcome": "clarify", "clarify": {"question": "Which best?", "options": ["best by revenue", "best by margin"]}}
    with scene(Say(calls=(("submit_plan", clarify),))) as stage:
        plan = stage.plan(asked("best customer"))
    assert plan.clarify is not None and plan.clarify.options == ("best by revenue", "best by margin")
    for outcome in ("decline", "refuse", "talk"):
        with scene(Say(calls=(("submit_plan", {"outcome": outcome, "reply": "That is not here."}),))) as stage:
            plan = stage.plan(asked("who wins the election"))
        assert (plan.outcome, plan.reply, plan.parts) == (outcome, "That is not here.", ())


def test_an_agent_that_may_not_call_a_tool_is_replaced_by_one_that_may() -> None:
    with scene(submit({"tool": "overdue", "arguments": {}, "agent": "customer"}, {**tool("funnel"), "agent": "bi"})) as stage:
        plan = stage.plan(asked("what is overdue, and the funnel"))
    assert [(part.agent, part.calls[0].tool) for part in plan.parts] == [("operations", "overdue"), ("bi", "funnel")]


def test_numbers_of_the_question_the_day_and_the_plan_may_be_said() -> None:
    call = tool("ranking", metric="revenue", by="category", n=10)
    said = ("The 10 largest are shown", "All history up to 2026", "Asked for the top 3")
    with scene(submit(call, assumptions=list(said))) as stage:
        assert stage.plan(asked("top 3 categories")).assumptions == said


def test_prompts_go_to_the_model_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tracing the environment asks for: the tracer that would send prompts away is never made."""
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", KEY)
    made: list[str] = []
    monkeypatch.setattr("langchain_core.tracers.langchain.LangChainTracer.__init__", lambda *_, **__: made.append("tracer"))
    get_env_var.cache_clear()  # type: ignore[attr-defined]
    with scene(GOOD, GOOD) as stage:
        assert stage.plan(asked("best categories")).engine == "llm"
    get_env_var.cache_clear()  # type: ignore[attr-defined]
    assert made == []
