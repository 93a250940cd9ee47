"""The index tricks, against plain loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingestion.demo.arrays import Picker, first_of_each, ragged, running_totals, summed

GROUPS = st.lists(st.integers(0, 5), min_size=1, max_size=40)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=20))
def test_ragged_strings_slices_together(slices: list[tuple[int, int]]) -> None:
    expected = [position for start, count in slices for position in range(start, start + count)]
    starts, counts = (np.array([part[index] for part in slices], dtype=np.int64) for index in (0, 1))
    assert ragged(starts, counts).tolist() == expected


@given(GROUPS)
def test_running_totals_start_anew_in_each_group(groups: list[int]) -> None:
    keys = np.array(sorted(groups))
    amounts = np.arange(1.0, len(keys) + 1)
    expected = [amounts[: index + 1][keys[: index + 1] == key].sum() for index, key in enumerate(keys)]
    assert running_totals(keys, amounts).tolist() == expected


@given(GROUPS)
def test_summed_counts_every_group(groups: list[int]) -> None:
    assert summed(np.array(groups), np.ones(len(groups)), 6).tolist() == [groups.count(group) for group in range(6)]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30))
def test_first_of_each_keeps_first_appearances(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array([pair[index] for pair in pairs], dtype=np.int64) for index in (0, 1))
    kept = first_of_each(first, second)
    assert [pairs[index] for index in kept] == list(dict.fromkeys(pairs))


def test_picker_draws_by_weight_and_never_what_weighs_nothing() -> None:
    picker = Picker(np.array([[0.0, 3.0, 1.0, 0.0], [5.0, 0.0, 0.0, 5.0]]))
    random = np.random.default_rng(1)
    drawn = picker.pick(np.repeat([0, 1], 40_000), random.random(80_000))
    shares = np.bincount(drawn[:40_000], minlength=4) / 40_000
    assert np.allclose(shares, [0, 0.75, 0.25, 0], atol=0.01)
    assert set(drawn[40_000:].tolist()) == {0, 3}
