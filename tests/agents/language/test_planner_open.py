"""Asked back, declined or refused: by what is missing, not by the words it is said in."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from agents.plan import Plan
from tests.agents.language.open_questions import CLEAR, FORBIDDEN, NOT_HERE, OPEN
from tests.agents.language.planner_stage import Planner

MOST, LEAST = 4, 2
_NAMES = re.compile(r"\b(?:product|customer|province|category|channel|location|supplier|revenue|orders|units|margin)\b")


def rows(table: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(why, question) for why, questions in table.items() for question in questions]


def options_of(plan: Plan) -> tuple[str, ...]:
    assert plan.clarify is not None, plan.reply or plan.calls()
    return plan.clarify.options


@pytest.mark.parametrize(("why", "question"), rows(OPEN))
def test_what_is_left_open_is_asked_back_with_questions_that_work(planner: Planner, why: str, question: str) -> None:
    plan = planner.plan(question)
    options = options_of(plan)
    assert LEAST <= len(set(options)) == len(options) <= MOST, (why, options)
    for option in options:
        answer = planner.plan(option)
        assert answer.outcome == "answer" and not answer.ignored, (why, option, answer.reply)


@pytest.mark.parametrize(("why", "question"), rows(NOT_HERE))
def test_what_the_data_does_not_have_is_declined_with_what_can_be_asked(planner: Planner, why: str, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "decline" and plan.reply, (why, plan.outcome, plan.clarify, plan.calls())


@pytest.mark.parametrize(("why", "question"), rows(FORBIDDEN))
def test_what_nobody_may_ask_is_refused(planner: Planner, why: str, question: str) -> None:
    assert planner.plan(question).outcome == "refuse", why


@pytest.mark.parametrize("question", CLEAR)
def test_what_is_clear_is_not_asked_back(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome == "answer"


def test_options_keep_names_cuts_and_days(planner: Planner) -> None:
    assert all("Dairy" in option and "last quarter" in option for option in options_of(planner.plan("performance of Dairy last quarter")))
    assert all("by province" in option for option in options_of(planner.plan("statistics by province")))
    assert all("3" in option for option in options_of(planner.plan("bottom 3")))


def test_vietnamese_options_hold_no_names_of_the_program(planner: Planner) -> None:
    for question in ("theo tỉnh", "5 cái cao nhất", "nhà cung cấp tốt nhất", "khách hàng vàng", "tại sao?", "Hà Nội thế nào?"):
        assert not [option for option in options_of(planner.plan(question)) if _NAMES.search(option)]


def test_how_last_month_was_is_about_last_month(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("how was last month?")
    assert arguments["period"] == {"kind": "named", "name": "last_month"}
