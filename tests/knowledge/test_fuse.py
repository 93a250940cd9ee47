"""Arms made comparable: standardised by hand, pooled, ranked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.fuse import Arm, Scale, Weights, fuse, pool, reciprocal_ranks
from knowledge.keyword import Scores
from knowledge.rerank import without_repeats
from knowledge.views import look, windows

Numbers = st.lists(st.integers(-100, 100).map(float), min_size=2, max_size=20)


@settings(deadline=None)
@given(Numbers)
def test_standardised_scores_have_mean_zero_and_keep_their_order(values: list[float]) -> None:
    scores = np.array(values, np.float32)
    standard = Scale.of(scores).standardise(scores)
    assert abs(float(standard.mean())) < 1e-2
    assert all((standard[a] >= standard[b]) for a in range(len(values)) for b in range(len(values)) if scores[a] > scores[b])


@settings(deadline=None)
@given(Numbers, st.floats(0.125, 8, width=32))
def test_the_unit_of_an_arm_does_not_matter(values: list[float], factor: float) -> None:
    scores = np.array(values, np.float32)
    if float(scores.std()) > 1e-2:
        assert Scale.of(scores).standardise(scores) == pytest.approx(Scale.of(scores * factor).standardise(scores * factor), abs=2e-2)


def test_arms_add_up_by_their_weights() -> None:
    scores: dict[Arm, list[float]] = {"keyword": [1, 2], "heading": [0, 1], "vector": [3, 0]}
    arms: dict[Arm, Scores] = {arm: np.array(values, np.float32) for arm, values in scores.items()}
    assert fuse(arms, Weights(2, 1, 0.5)) == pytest.approx([3.5, 5.0])


def test_without_weights_ranks_are_fused() -> None:
    first, second = np.array([9, 1, 5], np.float32), np.array([1, 9, 5], np.float32)
    ranks = reciprocal_ranks([first, second])
    assert ranks == pytest.approx([1 / 61 + 1 / 63, 1 / 63 + 1 / 61, 2 / 62])
    # in spreads, so that what is added for a name or an id weighs the same as beside weighted scores
    assert fuse({"keyword": first, "vector": second}, None) == pytest.approx((ranks - ranks.mean()) / ranks.std(), abs=1e-3)


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_pooled_view_lies_between_the_mean_and_the_best_window(rows: list[list[float]]) -> None:
    values = np.array(rows, np.float32)
    pooled = pool(values)
    assert np.all(pooled <= values.max(axis=0) + 1e-4)
    assert np.all(pooled >= values.mean(axis=0) - 1e-4)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="abc .\n", min_size=1, max_size=60), max_size=10))
def test_windows_hold_every_word_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert " ".join(windows(text, words=5)).replace(".", "").split() == text.replace(".", "").split()


def test_kinds_of_questions() -> None:
    assert look("how do we handle a damaged return?").kind == "question"
    assert look("what is the status of PO-2024-0012").kind == "exact"
    assert look("chính sách đổi trả").kind == "vietnamese"
    assert look("My card was declined. " * 40).kind == "scenario"
    assert len(look("My card was declined. " * 40).windows) > 1


def test_what_says_the_same_again_is_worth_less_and_what_says_something_else_is_not() -> None:
    same, other = np.eye(4, dtype=np.float32)[[0, 1]]
    near = np.array([0.9, 0, np.sqrt(1 - 0.81), 0], np.float32)  # like the first by 0.9: half way from 0.8 to 1
    found = without_repeats([9.0, 8.5, 8.4, 7.2], np.array([same, same, near, other]))
    assert [row for row, _ in found] == [0, 2, 3, 1]
    assert [score for _, score in found] == pytest.approx([9.0, 7.4, 7.2, 6.5], abs=1e-5)
    assert without_repeats([], np.zeros((0, 4), np.float32)) == []
    assert without_repeats([2.0, 3.0], np.zeros((2, 4), np.float32)) == [(1, 3.0), (0, 2.0)], "without a model nothing is a repetition"
