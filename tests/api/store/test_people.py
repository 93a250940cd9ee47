"""Preferences and feedback: a person's own, typed, visible, deletable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from api.store.errors import NotFound, OutOfBounds
from api.store.feedback import REASONS, Reason, Thumb
from api.store.open import Store
from api.store.preferences import KEYS, PreferenceKey
from api.store.runs import Run
from tests.api.store.conftest import Answering, Clock


def test_preferences_are_kept_replaced_shown_and_deleted(store: Store) -> None:
    for key in KEYS:
        store.preferences.set("ann", key, "first")
    store.preferences.set("ann", "language", "vi")
    store.preferences.set("bob", "language", "en")
    assert {each.key: each.value for each in store.preferences.of_owner("ann")} == dict.fromkeys(KEYS, "first") | {"language": "vi"}
    assert store.preferences.delete("ann", "language") == 1
    assert store.preferences.delete("ann") == len(KEYS) - 1
    assert store.preferences.of_owner("ann") == ()
    assert [each.value for each in store.preferences.of_owner("bob")] == ["en"]


def test_two_writers_of_one_preference_leave_one(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.preferences.set("ann", "language", f"v{n}"), range(40)))
    assert len(store.preferences.of_owner("ann")) == 1


@pytest.mark.parametrize(("key", "value"), [("password", "x"), ("language", ""), ("language", "x" * 201), ("language", "\0")])
def test_only_known_preferences_of_some_length_are_kept(store: Store, key: str, value: str) -> None:
    with pytest.raises(OutOfBounds):
        store.preferences.set("ann", cast(PreferenceKey, key), value)


def test_the_last_thumb_of_a_person_counts(store: Store, run: Run, clock: Clock, answering: Answering) -> None:
    store.runs.conclude(run.id, answering())
    assert store.feedback.of_answer("a1", "ann") is None
    first = store.feedback.give("a1", "ann", "up")
    clock.move(seconds=1)
    last = store.feedback.give("a1", "ann", "down", ["slow", "wrong_number"], "It was 11.")
    kept = (first.id, "down", ("wrong_number", "slow"), "It was 11.", clock())
    assert (last.id, last.thumb, last.reasons, last.comment, last.at) == kept
    assert store.feedback.of_answer("a1", "ann") == last
    assert store.feedback.recent(clock()) == (last,)
    clock.move(seconds=1)
    assert store.feedback.recent(clock()) == ()


def test_feedback_is_typed_bounded_and_ones_own(store: Store, run: Run, answering: Answering) -> None:
    store.runs.conclude(run.id, answering())
    with pytest.raises(NotFound, match="no answer"):
        store.feedback.give("a1", "bob", "up")
    with pytest.raises(NotFound, match="no answer"):
        store.feedback.of_answer("a2", "ann")
    with pytest.raises(OutOfBounds, match="thumb"):
        store.feedback.give("a1", "ann", cast(Thumb, "sideways"))
    with pytest.raises(OutOfBounds, match="reason"):
        store.feedback.give("a1", "ann", "up", [cast(Reason, "because")])
    with pytest.raises(OutOfBounds, match="comment"):
        store.feedback.give("a1", "ann", "up", (), "x" * 2_001)
    assert store.feedback.give("a1", "ann", "down", REASONS).reasons == REASONS
