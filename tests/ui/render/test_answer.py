"""A turn as the page shows it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.schemas import Proposal
from tests.ui.answers import EVIL, answer, hostile_answer
from tests.ui.reading import Page, read
from tools.facts import ModelEvidence
from ui.labels import labels
from ui.markup import Markup, join_all
from ui.numbers import Locale
from ui.render.answer import draw_conversation, draw_turn
from ui.render.chart import Picture
from ui.steps import Step
from ui.turn import Turn, View

VIEW = View(labels("en"), Locale("en", None, "VND"))
PROPOSAL = Proposal(proposal_id="p1", digest="d1", tool="draft_order", arguments={"units": 5, "note": EVIL}, text="Order 5 units.")
# Everything the page is made of; a script, a frame or a picture from elsewhere is not among it.
_TAGS = """
    a blockquote br button caption code dd details div dl dt em fieldset figure footer form h2 h3 h4 h5 hr input label legend li ol p
    path pre section span strong summary svg table tbody td textarea th thead tr ul
"""
KNOWN = set(_TAGS.split())


def page_of(turn: Turn, view: View = VIEW) -> Page:
    """Everything of a turn that is markup, read back."""
    parts = [part for message in draw_turn(turn, view) for part in message.parts]
    return read(join_all(part for part in parts if isinstance(part, Markup)))


def test_an_answer_is_text_picture_table_and_what_it_stands_on() -> None:
    question, reply = draw_turn(Turn("revenue by category", "r1", answer()), VIEW)
    assert (question.role, reply.role) == ("user", "assistant")
    assert [type(part) for part in reply.parts] == [Markup, Picture, Markup]
    page = page_of(Turn("revenue by category", "r1", answer()))
    assert page.text.startswith("You asked: revenue by category Highest revenue: #1 Tea : 683,822,345 VND")
    assert page.all("dl", class_="oi-kpis") and "683,822,345 VND" in page.text
    assert "Evidence Data as of 31 Oct 2026 · Snapshot v000001" in page.text


def test_the_reading_is_said_once_with_its_confidence_and_what_was_taken_for_granted() -> None:
    page = page_of(Turn("q", "r1", answer()))
    assert page.text.count("revenue (net), March.") == 1
    assert "How I read it fairly sure revenue (net), March. two readings were close" in page.text
    assert "Taken for granted no period was given: all history" in page.text


def test_the_evidence_holds_the_query_as_it_can_be_run_again() -> None:
    page = page_of(Turn("q", "r1", answer()))
    assert "SELECT 1 AS x FROM orders WHERE y = $p0" in page.text and "$p0 Tea" in page.text
    assert "Tables orders, Tea Rows 1,234 Data as of 31 Oct 2026 Snapshot v000001" in page.text
    assert page.all("button", data_done="Copied")


def test_a_model_that_could_not_be_scored_shows_no_score() -> None:
    model = ModelEvidence(
        id="c1.m", name="trained forecast", version="v7", trained_until=date(2026, 9, 30), score=None, naive_score=None, score_name="RMSSE"
    )
    unscored = page_of(Turn("q", "r1", answer(evidence=(model,))))
    assert "trained forecast" in unscored.text and "v7" in unscored.text and "RMSSE" not in unscored.text
    scored = page_of(Turn("q", "r1", answer(evidence=(model.model_copy(update={"score": 0.7, "naive_score": 0.9}),))))
    assert "RMSSE 0.7 (naive 0.9)" in scored.text


def test_questions_are_sent_as_they_are() -> None:
    clarify: Any = {"question": "Which?", "options": ["revenue by month", "revenue <b> by week"]}
    page = page_of(Turn("q", "r1", answer(clarification=clarify, status="clarify")))
    sent = [had["data-text"] for had in page.all("button", data_act="ask")]
    assert sent == ["revenue by month", "revenue <b> by week", "revenue by month", "share of revenue by category"]
    assert "One question first" in page.text


def test_an_option_shows_the_figure_it_comes_to_and_sends_its_own_words() -> None:
    figure = {"option": "revenue by month", "fact_id": "o1.0.revenue", "text": "37,877,000 VND"}
    clarify: Any = {"question": "Which?", "options": ["revenue by month", "orders by month"], "figures": [figure]}
    page = page_of(Turn("q", "r1", answer(clarification=clarify, status="clarify")))
    assert "37,877,000 VND" in page.text
    assert [had["data-text"] for had in page.all("button", data_act="ask")][:2] == ["revenue by month", "orders by month"]


def test_an_answer_can_be_taken_away_and_judged() -> None:
    page = page_of(Turn("q", "r1", answer(), opinion="up"), View(labels("en"), Locale(), root="/oiis"))
    assert [had["href"] for had in page.all("a")] == [f"/oiis/api/v1/answers/a1/export?format={kind}" for kind in ("csv", "xlsx", "json")]
    assert page.all("button", data_verdict="up", aria_pressed="true") and "Thank you. It was noted." in page.text
    assert [had["value"] for had in page.all("input", name="reasons")][:2] == ["wrong_number", "misread_question"]


def test_a_proposal_waits_for_its_verdict_and_then_tells_it() -> None:
    waiting = Turn("q", "r1", answer(status="awaiting_approval"), proposals=(PROPOSAL,))
    page = page_of(waiting)
    assert [had["data-approved"] for had in page.all("button", data_act="verdict")] == ["yes", "no"]
    assert "Order 5 units." in page.text and "Nothing is done before you approve it." in page.text
    decided = page_of(Turn("q", "r1", answer(), proposals=(PROPOSAL,), decisions={"p1": False}))
    assert not decided.all("button", data_act="verdict") and "rejected" in decided.text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_hostile_answer_stays_text_everywhere(language: Any) -> None:
    turn = Turn(EVIL, EVIL, hostile_answer(), steps=(Step("tool", EVIL, EVIL, 0.1, EVIL),), proposals=(PROPOSAL,), trouble=EVIL)
    page = page_of(turn, View(labels(language), Locale(language, None, EVIL)))
    assert {tag for tag, _ in page.elements} <= KNOWN
    assert not any(name.startswith("on") or name == "src" for _, had in page.elements for name in had)
    assert all((had["href"] or "").startswith("/api/v1/answers/") for had in page.all("a"))
    assert page.text.count("window.hacked=1") > 12


def test_a_picture_that_would_load_something_is_replaced_by_words() -> None:
    blocks: Any = [{"kind": "chart", "title": "Map", "spec": {"data": {"url": "http://evil.example"}}}]
    _, reply = draw_turn(Turn("q", "r1", answer(blocks=blocks)), VIEW)
    assert not any(isinstance(part, Picture) for part in reply.parts)
    assert "This picture is not shown" in page_of(Turn("q", "r1", answer(blocks=blocks))).text


def test_an_answer_without_numbers_shows_no_evidence_and_no_export() -> None:
    bare = answer(status="no_answer", text="I cannot.", facts=(), evidence=(), blocks=(), assumptions=(), follow_ups=())
    page = page_of(Turn("hello", "r1", bare))
    assert "No answer I cannot." in page.text and not page.all("a") and "Evidence" not in page.text and "How I read it" not in page.text


def test_trouble_and_plain_words_are_shown_too() -> None:
    assert "This did not work It broke." in page_of(Turn("q", trouble="It broke.")).text
    assert page_of(Turn("q", text="Old **words**")).all("strong") == [{}]
    assert len(draw_turn(Turn("q"), VIEW)) == 1


def test_only_the_newest_turns_are_on_the_page() -> None:
    first, *rest = draw_conversation((Turn("q"),), 3, VIEW)
    assert isinstance(first.parts[0], str) and "3 earlier questions" in first.parts[0] and len(rest) == 1
