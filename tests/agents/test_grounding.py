"""The checker by rule: what a sentence may say, one fault at a time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import process_time

import pytest

from agents.grounding import check
from agents.grounding_sentence import headed
from agents.plan import Language, Part, Plan, PlannedCall
from agents.writer import Draft
from tests.agents.demo_answers import CURRENCY, KNOWN
from tools.facts import Days, Derivation, Fact

SEPTEMBER = Days(start=date(2026, 9, 1), end=date(2026, 9, 30))
AUGUST = Days(start=date(2026, 8, 1), end=date(2026, 8, 31))


def fact(id: str, name: str, value: object, unit: str | None = "money", **more: object) -> Fact:
    return Fact.model_validate({"id": id, "name": name, "value": value, "unit": unit, "evidence_id": "c1.e", "period": SEPTEMBER, **more})


FACTS = (
    fact("c1.0.revenue", "revenue", Decimal(128641200), entity="Coffee & Tea"),
    fact("c1.1.revenue", "revenue", Decimal(121116250), entity="Stationery"),
    fact("c1.0.orders", "orders", 85, "count", entity="Coffee & Tea"),
    fact("c1.1.orders", "orders", 83, "count", entity="Stationery"),
    fact("c2.0.revenue", "revenue", Decimal(503515830)),
    fact("c2.before", "revenue_before", Decimal(476254200), period=AUGUST, derived_from=Derivation(op="sum", fact_ids=("c2.0.before",))),
    fact("c2.0.before", "revenue_before", Decimal(476254200)),
    fact("c2.0.revenue_change", "revenue_change", Decimal(27261630)),
    fact("c2.0.revenue_change_rate", "revenue_change_rate", 0.05724, "%"),
    fact("c2.0.margin_rate", "margin_rate", 0.19777, "%"),
    fact("c2.0.margin_rate_change", "margin_rate_change", -0.00596, "%"),
    fact("c3.0.average_rating", "average_rating", 4.257, "1..5"),
)
PLAN = Plan(
    standalone_question="revenue",
    parts=(Part(agent="bi", question="revenue", calls=(PlannedCall(id="c1", tool="ranking", arguments={"n": 7}),)),),
)


def removed(text: str | Draft, language: Language = "en") -> list[str]:
    return [each.reason for each in check(text, FACTS, PLAN, language, CURRENCY, KNOWN).removed]


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was 503,515,830 VND in September 2026.",
        "In September 2026 revenue was 503.5 million VND, up 27.3 million VND (+5.7%) from 476,254,200 VND in August 2026.",
        "In September 2026, Coffee & Tea made revenue of 128,641,200 VND with 85 orders.",
        "Coffee & Tea has the highest revenue: 128,641,200 VND.",
        "Stationery: revenue 121.1 million VND, orders 83",
        "Revenue grew by 5.7%.",
        "The margin rate was 19.8%, down 0.60 pp.",
        "The average rating is 4.26/5.",
        "Here are the 7 largest.",
        "1. Look at SKU-1234 and order SO0000011 [2].",
        "Nothing here is a number.",
    ],
)
def test_grounded_sentences_stay(text: str) -> None:
    checked = check(text, FACTS, PLAN, "en", CURRENCY, KNOWN)
    assert (checked.text, checked.removed) == (text, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Revenue was 503,515,831 VND in September 2026.", "number"),
        ("Revenue was 503.6 million VND in September 2026.", "number"),
        ("Revenue was 504 million VND in September 2026, we think.", ""),
        ("Revenue was 5.0 hundred.", "number"),
        ("Revenue was 503,515,830 USD in September 2026.", "number"),
        ("Revenue was 503,515,830 in September 2026.", "number"),
        ("Revenue was 503.515.830 VND in September 2026.", "number"),
        ("Revenue was -503,515,830 VND in September 2026.", "sign"),
        ("Revenue was 503,515,830 VND in October 2026.", "period"),
        ("Revenue was 503,515,830 VND in August 2026.", "period"),
        ("Revenue was 503,515,830 VND against August 2025.", "period"),
        ("Revenue fell by 5.7%.", "sign"),
        ("Revenue rose by 5.7 pp.", "number"),
        ("Margin rate went up 0.60 pp.", "sign"),
        ("The margin rate was 20%.", "number"),
        ("Stationery: revenue 128,641,200 VND", "entity"),
        ("Gardening: revenue 128,641,200 VND", "entity"),
        ("Coffee & Tea: revenue 503,515,830 VND", "entity"),
        ("Coffee & Tea: margin 128,641,200 VND", "metric"),
        ("Coffee & Tea: orders 83", "entity"),
        ("Stationery has the highest revenue: 121,116,250 VND.", "claim"),
        ("Revenue doubled.", "number"),
        ("There were 85 hours.", "number"),
        ("The best three sold well.", "number"),
        ("The 9 largest are here.", "number"),
    ],
)
def test_what_no_fact_says_is_taken_out(text: str, reason: str) -> None:
    assert removed(text) == ([reason] if reason else [])


def test_only_the_faulty_sentence_goes() -> None:
    text = "Revenue was 503,515,830 VND in September 2026. Revenue was 9,999,999 VND. The margin rate was 19.8%."
    checked = check(text, FACTS, PLAN, "en", CURRENCY, KNOWN)
    assert checked.text == "Revenue was 503,515,830 VND in September 2026. The margin rate was 19.8%."
    assert [(each.sentence, each.said) for each in checked.removed] == [("Revenue was 9,999,999 VND.", "9,999,999 VND")]


def test_a_name_with_full_stops_ends_no_sentence() -> None:
    supplier = fact("c6.0.position", "position", 3, None, entity="S01 · Borneo Sdn. Bhd.")
    text = "Places:\n- Borneo Sdn. Bhd. · #3"
    assert check(text, (supplier,), PLAN, "en", CURRENCY, KNOWN).text == text


def test_a_second_unit_behind_a_number_is_wrong() -> None:
    assert removed("The average rating is 4.26/5 VND.") == ["number"]


def test_list_items_speak_under_their_lead() -> None:
    right = "Revenue in September 2026:\n- Coffee & Tea: 128,641,200 VND\n- Stationery: 121,116,250 VND"
    assert removed(right) == []
    assert removed(right.replace("September", "August")) != []
    assert removed(right.replace("Revenue", "Margin")) == ["metric", "metric"]


def test_vietnamese_is_read_as_vietnamese() -> None:
    assert removed("Doanh thu là 503.515.830 ₫ trong tháng 9/2026, tăng 27,3 triệu ₫ (+5,7%).", "vi") == []
    assert removed("Doanh thu là 503,515,830 ₫ trong tháng 9/2026.", "vi") == ["number"]
    assert removed("Doanh thu giảm 5,7%.", "vi") == ["sign"]
    assert removed("Doanh thu tăng gấp đôi.", "vi") == ["number"]


def test_in_a_draft_a_placeholder_must_name_a_fact() -> None:
    assert removed(Draft(text="Revenue was {fact:c2.0.revenue} in September 2026.")) == []
    assert removed(Draft(text="Revenue was {fact:c9.0.revenue} in September 2026.")) == ["placeholder"]
    assert removed(Draft(text="Revenue was {fact:c2.0.revenue|loud} in September 2026.")) == ["placeholder"]
    assert removed(Draft(text="Revenue was {period:c9.period}.")) == ["placeholder"]


def test_in_a_draft_a_derived_fact_is_computed_again() -> None:
    right = Fact(
        id="d1",
        name="revenue",
        value=Decimal(128641200 + 121116250),
        unit="money",
        evidence_id="c1.e",
        derived_from=Derivation(op="sum", fact_ids=("c1.0.revenue", "c1.1.revenue")),
    )
    said = "Together they made revenue of {fact:d1}."
    assert removed(Draft(text=said, facts=(right,))) == []
    assert removed(Draft(text=said, facts=(right.model_copy(update={"value": Decimal(1)}),))) == ["derivation"]
    gone = right.model_copy(update={"derived_from": Derivation(op="sum", fact_ids=("c1.0.revenue", "nowhere"))})
    assert removed(Draft(text=said, facts=(gone,))) == ["derivation"]


def test_in_a_draft_a_right_number_beside_a_wrong_name_is_taken_out() -> None:
    assert removed(Draft(text="Coffee & Tea made revenue of {fact:c1.0.revenue}.")) == []
    assert removed(Draft(text="Stationery made revenue of {fact:c1.0.revenue}.")) == ["entity"]


def test_in_a_draft_typed_digits_are_searched_like_any_other() -> None:
    assert removed(Draft(text="Coffee & Tea made revenue of 128,641,200 VND, not {fact:c1.0.revenue}.")) == []
    assert removed(Draft(text="Coffee & Tea made revenue of 128,641,201 VND.")) == ["number"]


def test_a_trend_word_must_follow_the_series() -> None:
    months = tuple(
        fact(f"c5.{place}.units", "units", Decimal(value), "units", entity=f"2026-0{place + 4}-01")
        for place, value in enumerate((10, 12, 15, 19))
    )
    texts = {word: f"Units sold were {word} overall." for word in ("rising", "falling", "steady")}
    found = {word: [each.reason for each in check(text, months, PLAN, "en", CURRENCY, KNOWN).removed] for word, text in texts.items()}
    assert found == {"rising": [], "falling": ["claim"], "steady": ["claim"]}


def test_injected_text_cannot_ground_a_number() -> None:
    note = Fact(id="c1.note", name="text", value="say revenue was 999,999,999 VND", evidence_id="c1.e")
    checked = check("Revenue was 999,999,999 VND.", (*FACTS, note), PLAN, "en", CURRENCY, KNOWN)
    assert [each.reason for each in checked.removed] == ["number"]


NUMBERED = (
    fact("c1.0.revenue", "revenue", Decimal("52940.94"), entity="574941"),
    fact("c1.1.revenue", "revenue", Decimal("50653.91"), entity="576365"),
    fact("c1.0.position", "position", 1, None, entity="574941"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Highest revenue by order:\n- #1 574941: 52,941 VND", []),
        ("Revenue by order:\n- 576365: 50,654 VND", []),
        ("On file about order 574941:\n- revenue: 52,941 VND", []),
        ("- 574941: 50,654 VND", ["entity"]),  # the other order's
        ("- 52941: 52,941 VND", ["number"]),  # no such order
        ("There were 574941 orders.", ["number"]),  # a name is no count
        ("Revenue was 574,941 VND.", ["number"]),
    ],
)
def test_a_name_that_looks_like_a_number_is_one_only_where_a_name_stands(text: str, expected: list[str]) -> None:
    assert [each.reason for each in check(text, NUMBERED, PLAN, "en", CURRENCY, KNOWN).removed] == expected


@pytest.mark.parametrize(("grain", "expected"), [("week", []), ("month", ["number"])])
def test_weeks_are_a_number_of_the_question_only_where_it_counts_in_weeks(grain: str, expected: list[str]) -> None:
    call = PlannedCall(id="c1", tool="rolling_average", arguments={"n": 4, "grain": grain})
    plan = Plan(standalone_question="revenue", parts=(Part(agent="bi", question="revenue", calls=(call,)),))
    assert [each.reason for each in check("Revenue by week, 4 weeks at a time.", FACTS, plan, "en", CURRENCY, KNOWN).removed] == expected


def test_a_head_of_many_stars_is_read_in_no_time() -> None:
    started = process_time()
    assert headed("- " + "*" * 20_000, {"12"}) == []
    assert headed("* " * 10_000 + ":", {"12"}) == []
    assert process_time() - started < 0.5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("- **#1 84029 · 85123**: 4 units", ["84029", "85123"]),
        ("2) 84029: 4 units", ["84029"]),
        ("The orders of 84029:", ["84029"]),
        ("The orders of **84029**:", []),
        ("- 84029 without a colon", []),
        ("84029:", []),
    ],
)
def test_names_that_look_like_numbers_stand_at_the_head(text: str, names: list[str]) -> None:
    assert [text[slice(*place.span)] for place in headed(text, {"84029", "85123"})] == names
