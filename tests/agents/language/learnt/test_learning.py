"""Voters, chances and the text they are kept in, each against something that does not share their code."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from agents.language.learnt.calibrator import Calibrator, Example, fit
from agents.language.learnt.followed import FOLDER, Followed
from agents.language.learnt.labels import HEADS, NOTHING
from agents.language.learnt.learning import Curve, Heard, learn
from agents.language.learnt.learnt import ARTIFACT, BASE, DIGEST, Damaged, Learnt, base, from_text, read, to_text, write
from agents.language.learnt.perceptron import train
from agents.language.learnt.trees import Trees
from agents.language.learnt.votes import BUCKETS, buckets_of, opinion

Labels = dict[str, str]
MOST_BYTES = 3_000_000


def labels(tool: str) -> Labels:
    return {**dict.fromkeys(HEADS, NOTHING), "tool": tool}


def words(text: str) -> list[str]:
    return text.split()


SAID = [
    ("top @n products by revenue", "ranking"),
    ("revenue by @category", "breakdown"),
    ("revenue @time", "metric_value"),
    ("hello", NOTHING),
]


@pytest.fixture(scope="module")
def shipped() -> Learnt:
    found = base()
    assert found is not None
    return found


def test_voters_learn_what_they_are_shown_and_nothing_depends_on_the_machine() -> None:
    examples = [(buckets_of(words(text)), labels(tool)) for text, tool in SAID]
    voters = train(examples, rounds=10)
    for text, tool in SAID:
        votes = voters.hear(words(text))
        margins = {label: votes["tool"].margin(label) for label in voters.heads["tool"].labels}
        assert max(margins, key=lambda label: margins[label] or -1) == tool
        assert votes["tool"].margin("no such tool") is None
    again = train(examples, rounds=10)
    assert all(np.array_equal(voters.heads[head].weights, again.heads[head].weights) for head in HEADS)
    assert voters.heads["tool"].weights.dtype == np.int8


def test_an_opinion_agrees_with_the_winner_and_with_nobody_else() -> None:
    voters = train([(buckets_of(words(text)), labels(tool)) for text, tool in SAID], rounds=10)
    votes = voters.hear(words(SAID[0][0]))
    assert opinion(votes, labels("ranking")).get("vote tool against", 0.0) == 0
    assert opinion(votes, labels("breakdown"))["vote tool against"] == 1
    assert opinion(votes, labels("never seen"))["vote tool unheard"] == 1


@given(st.lists(st.text(alphabet="abcdefgđê@", min_size=1, max_size=9), max_size=12))
def test_buckets_are_places_of_the_table_each_once(said: list[str]) -> None:
    found = buckets_of(said)
    assert found == sorted(set(found))
    assert all(0 <= place < BUCKETS for place in found)


def test_chances_are_those_of_another_implementation() -> None:
    chance = random.Random(3)
    rows = [{"a": chance.random(), "b": float(chance.random() < 0.3), "c": chance.gauss(0, 2)} for _ in range(600)]
    right = [chance.random() < 1 / (1 + np.exp(-(2 * row["a"] - 1.5 * row["b"] + 0.4 * row["c"]))) for row in rows]
    ours = fit([Example(row, bool(each)) for row, each in zip(rows, right, strict=True)], ridge=2.0)
    table = np.array([[row[name] for name in "abc"] for row in rows])
    spread = table.std(axis=0)
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=2_000).fit(table / spread, right)
    wanted = theirs.predict_proba(table / spread)[:, 1]
    found = [ours.probability(row) for row in rows]
    assert np.allclose(found, wanted, atol=2e-3)


def test_a_feature_nobody_knows_counts_nothing() -> None:
    calibrator = Calibrator(0.3, {"a": 1.0})
    assert calibrator.probability({"a": 1.0, "zebra": 50.0}) == calibrator.probability({"a": 1.0})


def test_the_curve_counts_by_hand() -> None:
    curve = Curve(((0.9, True, True), (0.8, False, True), (0.7, True, True), (0.2, False, False)))
    assert curve.at(0.75) == {"coverage": 2 / 3, "selective": 0.5, "execution": 1 / 3, "wrong": 0.25}
    assert curve.aurc == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


def test_people_are_held_out_whole() -> None:
    """With several authors each is read by voters and trees of the others: what only one author says is no use to the curve."""
    grammar = [(buckets_of(words(text)), labels(tool)) for text, tool in SAID]
    heard = [
        Heard(
            f"{author} {number}",
            words_of_one,
            labels("ranking"),
            [({f"only {author}": 1.0, "x": float(right)}, labels("ranking"), right)],
            True,
            author=author,
        )
        for author, words_of_one in (("one", ("a", "b")), ("two", ("c", "d")))
        for number in range(40)
        for right in (True, False)
    ]
    _, curve = learn(grammar, heard)
    assert len(curve.chosen) == len(heard)
    assert all((chance > 0.5) == right for chance, right, _ in curve.chosen)


def test_what_was_learnt_before_there_were_trees_is_still_served(shipped: Learnt) -> None:
    before = Learnt(shipped.voters, Trees((), ()), Calibrator(0.5, {"a": 2.0}), shipped.lines)
    again = from_text(to_text(before))
    assert json.loads(to_text(before))["format"] == 1
    assert again.chances([{"a": 1.0}, {}]) == pytest.approx([1 / (1 + np.exp(-2.5)), 1 / (1 + np.exp(-0.5))])


def test_learning_finds_the_reading_that_the_words_speak_for() -> None:
    """Two readings of every question look alike; only the words tell which is right."""
    grammar = [(buckets_of(words(text)), labels(tool)) for text, tool in SAID for _ in range(5)]
    heard = [
        Heard(
            f"template {number}",
            tuple(words(text)),
            labels(tool),
            [({}, labels(other), other == tool) for other in ("ranking", "breakdown")],
            True,
        )
        for number in range(12)
        for text, tool in SAID[:2]
    ]
    learnt, curve = learn(grammar, heard)
    assert curve.at(0.5) == {"coverage": 1.0, "selective": 1.0, "execution": 1.0, "wrong": 0.0}
    assert len(learnt.worded) == len(heard)


def test_the_text_holds_all_that_was_learnt(shipped: Learnt) -> None:
    text = to_text(shipped)
    again = from_text(text)
    assert to_text(again) == text
    assert again.calibrator == shipped.calibrator
    assert again.trees == shipped.trees
    assert all(np.array_equal(again.voters.heads[head].weights, shipped.voters.heads[head].weights) for head in HEADS)


def test_what_ships_is_small_text_with_its_digest() -> None:
    text = (BASE / ARTIFACT).read_bytes()
    assert len(text) < MOST_BYTES
    assert text.decode("ascii", errors="strict")
    assert (BASE / DIGEST).read_text(encoding="utf-8") == f"{sha256(text).hexdigest()}  {ARTIFACT}\n"


def test_no_question_can_be_read_from_what_ships() -> None:
    """Only places in a table are kept of the questions worded by hand."""
    body = json.loads((BASE / ARTIFACT).read_text(encoding="utf-8"))
    assert {type(place) for each in body["worded"] for place in each["buckets"]} == {int}


def test_damage_is_found(shipped: Learnt, tmp_path: Path) -> None:
    path = write(shipped, tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"bias":', '"bias": ', 1), encoding="utf-8")
    with pytest.raises(Damaged, match="digest"):
        read(tmp_path)
    with pytest.raises(Damaged, match="cannot be read"):
        read(tmp_path / "nowhere")
    with pytest.raises(Damaged):
        from_text("{}", "x")


def test_a_new_version_is_followed_and_a_damaged_one_passed_over(shipped: Learnt, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = Followed(tmp_path)
    assert followed() is base()
    root = tmp_path / FOLDER
    changed = Learnt(shipped.voters, shipped.trees, Calibrator(9.0, {}), shipped.lines)
    write(changed, root / "v000001")
    (root / "CURRENT").write_text("v000001\n", encoding="utf-8")
    found = followed()
    assert found is not None
    assert found.calibrator.bias == 9.0
    assert followed() is found
    (root / "next").write_text("v000002\n", encoding="utf-8")
    (root / "next").replace(root / "CURRENT")
    assert followed() is base()
    assert "cannot be read" in caplog.text


@pytest.mark.slow
def test_one_command_makes_the_same_bytes(tmp_path: Path) -> None:
    """Learnt anew from the same grammar, cases and company."""
    from evals.teaching import teach_base

    teach_base(folder=tmp_path)
    assert (tmp_path / ARTIFACT).read_bytes() == (BASE / ARTIFACT).read_bytes()
