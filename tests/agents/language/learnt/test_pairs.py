"""The grammar of questions: plans that run, the same every time, split so that nothing stands on both sides."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from agents.brain import Word
from agents.language.learnt.grammar_read import SLOT, drawn, read_grammar
from agents.language.learnt.labels import HEADS, NOTHING, labels_of
from agents.language.learnt.material import material_of
from agents.language.learnt.pairs import AXES, Material, Pair, is_held_out, pairs, plural
from tests.agents.language.planner_stage import Planner
from tools.call import find, validated
from tools.catalog import TOOLS

COUNT = 3_000


@pytest.fixture(scope="module")
def material(planner: Planner) -> Material:
    return material_of(planner.ground)


@pytest.fixture(scope="module")
def some(material: Material) -> list[Pair]:
    return list(pairs(material, COUNT))


def test_every_plan_is_one_its_tool_takes(some: list[Pair]) -> None:
    for pair in some:
        if pair.tool:
            validated(find(pair.tool, TOOLS), pair.arguments)


def test_no_blank_is_left_in_a_question(some: list[Pair]) -> None:
    assert not [pair.question for pair in some if SLOT.search(pair.question) or any(mark in pair.question for mark in "()[]|@")]


def test_the_same_material_gives_the_same_pairs(material: Material, some: list[Pair]) -> None:
    assert list(pairs(material, COUNT)) == some
    assert len({pair.question for pair in some}) == COUNT


def test_no_template_has_more_than_its_part(some: list[Pair]) -> None:
    most = Counter(pair.template for pair in some if pair.tool).most_common(1)[0][1]
    assert most <= 0.01 * COUNT


def test_noise_vietnamese_and_what_nothing_answers_are_there(some: list[Pair]) -> None:
    assert 0.2 < sum(bool(pair.noise) for pair in some) / COUNT < 0.5
    assert 0.15 < sum(pair.language == "vi" for pair in some) / COUNT < 0.4
    assert 0.02 < sum(not pair.tool for pair in some) / COUNT < 0.2
    assert len({pair.tool for pair in some}) > 30


@pytest.mark.parametrize("axis", AXES)
def test_a_split_holds_back_whole_keys(some: list[Pair], axis: str) -> None:
    held = {pair.key(axis) for pair in some if is_held_out(pair, axis)}
    seen = {pair.key(axis) for pair in some if not is_held_out(pair, axis)}
    assert held
    assert not held & seen


def test_a_metric_of_the_installation_is_asked_for_in_its_own_words(planner: Planner, material: Material) -> None:
    own = Word(name="gift_wraps", meaning="parcels wrapped as a gift", also=("gift wraps", "wrapped presents"))
    more = Material([*material.metrics, own], material.dimensions, material.members, material.as_of)
    asked = [pair for pair in pairs(more, COUNT) if "gift_wraps" in str(pair.arguments)]
    assert len(asked) > 20
    assert any("wrapped presents" in pair.question.casefold() for pair in asked)


def test_a_pattern_is_drawn_with_one_of_each_choice() -> None:
    import random

    drawings = {drawn("(a|b) [c] {m}", random.Random(seed)) for seed in range(60)}
    assert drawings == {"a {m}", "b {m}", "a c {m}", "b c {m}"}


def test_plurals() -> None:
    assert [plural(word) for word in ("category", "day", "box", "tier", "goods")] == ["categories", "days", "boxes", "tiers", "goods"]


def test_every_template_names_a_tool_there_is() -> None:
    names = {each.name for each in TOOLS}
    for language in ("en", "vi"):
        grammar = read_grammar(language)
        assert {template.tool for template in grammar.templates} <= names


def test_labels_say_what_tells_plans_apart() -> None:
    top = labels_of([("ranking", {"metric": "margin", "by": "product", "n": 5})])
    bottom = labels_of([("ranking", {"metric": "margin", "by": "product", "n": 5, "lowest": True})])
    assert top == {"tool": "ranking", "metric": "margin", "by": "product", "way": NOTHING}
    assert {head for head in HEADS if top[head] != bottom[head]} == {"way"}
    without = labels_of([("metric_value", {"metrics": ["units"], "where": [{"dimension": "tier", "op": "!=", "values": ["gold"]}]})])
    assert without["way"] == "without"
    assert labels_of(()) == dict.fromkeys(HEADS, NOTHING)


def test_relative_days_are_read_against_the_day_of_the_questions(material: Material) -> None:
    early = Material(material.metrics, material.dimensions, material.members, date(2020, 6, 15))
    for pair in pairs(early, 300):
        assert "2026-1" not in str(pair.arguments.get("period"))
