"""What is said against what the plan says, by hand."""

from __future__ import annotations

from agents.language.learnt.echo import heard_and_said, make_of
from agents.language.learnt.labels import HEADS
from agents.language.learnt.perceptron import train
from agents.language.learnt.votes import buckets_of, opinions
from agents.language.rank import Ranked
from agents.language.sketch import Sketch
from agents.language.taker import Candidate
from agents.language.tokens import tokens_of


def sketch(text: str) -> Sketch:
    return Sketch(tokens_of(text), (), "en")


def plan(tool: str, **arguments: object) -> Ranked:
    return Ranked(Candidate(((tool, arguments),), frozenset()), 1.0, ())


def test_a_not_that_no_plan_takes_is_seen() -> None:
    without = [{"dimension": "tier", "op": "!=", "values": ["gold"]}]
    said = sketch("revenue not from gold")
    assert heard_and_said(said, plan("metric_value", metrics=["revenue"]))["not not said"] == 1
    assert heard_and_said(said, plan("metric_value", metrics=["revenue"], where=without))["not not said"] == 0
    assert heard_and_said(sketch("revenue from gold"), plan("metric_value", where=without))["not from nothing"] == 1


def test_a_number_that_is_nowhere_in_the_plan_is_lost() -> None:
    said = sketch("top 5 products in 2025 over 20")
    found = heard_and_said(said, plan("ranking", n=5, period={"kind": "calendar", "year": 2025}))
    assert (found["digits"], found["digits lost"]) == (3, 1)
    having = [{"metric": "units", "op": ">", "value": 20.0}]
    assert heard_and_said(said, plan("ranking", n=5, having=having, period={"year": 2025}))["digits lost"] == 0


def test_a_number_written_short_is_the_number_written_out() -> None:
    having = [{"metric": "revenue", "op": "between", "value": 1_500_000.0, "upper": 5_000_000.0}]
    assert heard_and_said(sketch("between 1.5m and 5 million"), plan("breakdown", having=having))["digits lost"] == 0
    assert heard_and_said(sketch("products that make 80 %"), plan("pareto", share=0.8))["digits lost"] == 0
    assert heard_and_said(sketch("between 1.5m and 6 million"), plan("breakdown", having=having))["digits lost"] == 1


def test_a_flag_of_the_plan_is_no_number() -> None:
    assert heard_and_said(sketch("1"), plan("ranking", lowest=True))["digits lost"] == 1


def test_how_a_plan_is_made() -> None:
    mine = plan("breakdown", metrics=["revenue", "units"], by=["customer"], period={"kind": "named", "name": "ytd"})
    found = make_of(sketch("revenue, units by customer"), mine, [mine, plan("ranking", by="customer")])
    assert (found["metrics"], found["cut by a thing"], found["period named"], found["signs"]) == (2, 1, 1, 1)
    assert (found["readings"], found["same tool"], found["same plan"]) == (2, 0.5, 1)


def test_opinions_stand_beside_one_another() -> None:
    labels = [dict.fromkeys(HEADS, name) for name in ("one", "two")]
    voters = train([(buckets_of([f"w{place}"]), each) for place, each in enumerate(labels)], rounds=4)
    first, second = opinions(voters.hear(["w1"]), labels)
    assert second["most votes"] == 1
    assert "most votes" not in first
    assert second["votes ahead"] == -first["votes ahead"] > 0
    assert "most votes for the first" not in second
