"""What the planner does with how sure it is: answers, says that it may be wrong, asks with two readings, or declines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
import yaml

from agents.brain_embedded import EmbeddedBrain
from agents.language import parse as parsing
from agents.language.fillers import candidates_of
from agents.language.learnt.calibrator import Calibrator
from agents.language.learnt.learnt import Learnt, Lines, base
from agents.language.learnt.phrasing import phrase
from agents.language.sketch import Sketch
from agents.language.taker import Candidate
from agents.language.verified import FILE, FOLDER, Verified, key_of
from agents.plan import Plan
from tests.agents.language.planner_stage import Planner, calls_of
from tools.catalog import TOOLS


def planned(planner: Planner, message: str, learnt: Learnt | None, home: Path | None = None) -> Plan:
    """The plan of a brain of its own."""
    own = Planner(planner.served)
    own.__dict__["brain"] = EmbeddedBrain(lambda: planner.ground, home, learnt=lambda: learnt)
    return own.plan(message)


def with_chance(chance_of_bias: float) -> Learnt:
    """Something learnt that finds every reading equally likely."""
    found = base()
    assert found is not None
    return Learnt(found.voters, found.trees, Calibrator(chance_of_bias, {}), Lines(answer=0.55, plain=0.83, sure=0.92))


QUESTION = "revenue by category last month"


@pytest.mark.parametrize(("bias", "level"), [(6.0, "high"), (2.0, "medium"), (1.0, "low")])
def test_confidence_follows_the_chance(planner: Planner, bias: float, level: str) -> None:
    plan = planned(planner, QUESTION, with_chance(bias))
    assert plan.outcome == "answer"
    assert plan.confidence == level
    assert plan.probability is not None
    assert bool(plan.reasons) is (level != "high")


def test_an_unlikely_reading_is_not_answered(planner: Planner) -> None:
    plan = planned(planner, QUESTION, with_chance(-3.0))
    assert plan.outcome in ("decline", "clarify")
    assert not plan.calls()


def test_two_close_readings_are_asked_about_and_each_option_reads_as_itself(planner: Planner) -> None:
    """At a third each, nothing is answered and the two first readings are offered."""
    asked = [
        plan
        for question in ("top 5 products by revenue this month", "revenue per channel this year", "orders by province last month")
        if (plan := planned(planner, question, with_chance(-0.4))).outcome == "clarify"
    ]
    assert asked, "two readings that are as likely are asked about"
    for plan in asked:
        assert plan.clarify is not None
        for option in plan.clarify.options:
            assert planned(planner, option, None).outcome == "answer"


def test_without_what_was_learnt_rules_decide(planner: Planner) -> None:
    plan = planned(planner, QUESTION, None)
    assert plan.outcome == "answer"
    assert plan.probability is None
    assert planned(planner, "revenue of Zorblax last month", None).outcome == "decline"


def test_a_name_nobody_has_is_not_passed_over(planner: Planner) -> None:
    for question in ("revenue of Zorblax last month", "units sold to Quindale this year", "doanh thu của Veltronic tháng trước"):
        plan = planner.plan(question)
        assert plan.outcome in ("decline", "clarify"), question


def test_what_is_left_out_is_told(planner: Planner) -> None:
    plan = planned(planner, "revenue last month flurbishly", with_chance(6.0))
    assert plan.ignored == ("flurbishly",)
    assert plan.confidence == "low"


def test_the_same_question_has_the_same_chance(planner: Planner) -> None:
    first, second = planner.plan("top 5 customers by margin this year"), planner.plan("top 5 customers by margin this year")
    assert first == second
    assert first.probability is not None


CALLS = [
    ("metric_value", {"metrics": ["revenue"], "period": {"kind": "named", "name": "last_month"}}),
    ("breakdown", {"metrics": ["units"], "by": ["category"], "period": {"kind": "named", "name": "this_year"}}),
    ("ranking", {"metric": "margin", "by": "product", "n": 5, "lowest": True, "period": {"kind": "calendar", "year": 2026, "quarter": 2}}),
    ("trend", {"metrics": ["orders"], "grain": "month", "period": {"kind": "named", "name": "this_year"}}),
    ("metric_value", {"metrics": ["revenue"], "where": [{"dimension": "tier", "op": "=", "values": ["gold"]}]}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_a_plan_in_words_is_read_as_itself(planner: Planner, call: tuple[str, dict[str, object]]) -> None:
    text = phrase([call], "en")
    assert text
    found = calls_of(planned(planner, text, None))
    assert len(found) == 1
    tool, arguments = found[0]
    assert tool == call[0]
    assert {name: value for name, value in arguments.items() if name in call[1]} == call[1]


def test_an_approved_question_takes_its_plan_and_says_so(planner: Planner, tmp_path: Path) -> None:
    path = tmp_path / FOLDER / FILE
    path.parent.mkdir()
    call = {"tool": "metric_value", "arguments": {"metrics": ["orders"]}}
    path.write_text(
        yaml.safe_dump([{"id": "a", "ask": "How are the frobs doing?", "calls": [call], "approved_by": "me"}]), encoding="utf-8"
    )
    found = planned(planner, "how are the  FROBS doing", None, tmp_path)
    assert calls_of(found) == [("metric_value", {"metrics": ["orders"]})]
    assert found.confidence == "high"
    assert any("approved" in reason for reason in found.reasons)
    assert planned(planner, "how are the frobs doing in May", None, tmp_path).outcome != "answer"


def test_a_file_nobody_can_read_verifies_nothing(planner: Planner, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / FOLDER / FILE
    path.parent.mkdir()
    path.write_text("- {ask: [", encoding="utf-8")
    assert Verified(tmp_path).plan("anything", "en", planner.ground.world(TOOLS)) is None
    assert "cannot be read" in caplog.text


def test_keys_of_a_question() -> None:
    assert key_of("  What was  Revenue? ") == key_of("what was revenue")
    assert key_of("revenue in May") != key_of("revenue in June")
    assert get_args(Plan.model_fields["confidence"].annotation) == ("high", "medium", "low")


@pytest.mark.parametrize(
    "message",
    ["top 5", "bottom 3", "and by region?", "what is the average?", "how is the performance?", "show customers", "cho xem theo từng tỉnh"],
)
def test_where_only_the_figure_is_missing_it_is_asked_for_with_questions_that_work(planner: Planner, message: str) -> None:
    plan = planned(planner, message, base())
    assert plan.outcome == "clarify"
    assert plan.clarify is not None
    assert [option for option in plan.clarify.options if planned(planner, option, base()).outcome != "answer"] == []


@pytest.mark.parametrize("message", ["hm", "are you sure", "blah blah", "zorblax by quindale"])
def test_where_nothing_is_asked_no_options_are_made_up(planner: Planner, message: str) -> None:
    assert planned(planner, message, base()).outcome in ("decline", "talk")


def test_a_reading_more_likely_wrong_than_right_is_not_answered_even_when_it_explains_every_word(planner: Planner) -> None:
    assert planned(planner, QUESTION, with_chance(0.1)).outcome == "answer"
    assert planned(planner, QUESTION, with_chance(-1.0)).outcome != "answer"


def test_a_clause_is_filled_once_however_often_its_readings_are_asked_for(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def counted(sketch: Sketch) -> Sequence[Candidate]:
        seen.append(sketch)
        return candidates_of(sketch)

    monkeypatch.setattr(parsing, "candidates_of", counted)
    assert planned(planner, QUESTION, base()).outcome == "answer"
    assert len(seen) == 1


@pytest.mark.parametrize("message", ["top 0 products by revenue", "top 1000000000 products by revenue"])
def test_a_number_no_plan_takes_is_never_passed_over_however_likely_the_rest(planner: Planner, message: str) -> None:
    assert planned(planner, message, with_chance(6.0)).outcome == "decline"
