"""Products found by what they mean, where no name is written like the words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agents.language.values.build import build_store
from agents.language.values.described import FILE, DescribedHere, Matrix, describe, open_described
from agents.language.values.index import ValueIndex
from tests.agents.language.values.many import Given
from tools.query.vocabulary import spoken_words

NAMES = ("LUNCH BAG RED RETROSPOT", "PARTY BUNTING", "HOT WATER BOTTLE TEA AND SYMPATHY", "ALARM CLOCK BAKELIKE RED")
_LIKE = {"sandwich": "lunch", "dots": "retrospot", "flags": "bunting", "timepiece": "clock"}


class Alike:
    """Words that mean the same have the same direction."""

    name = "alike"

    def __init__(self) -> None:
        self.read: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.read += texts
        words = sorted({word.lower() for name in NAMES for word in name.split()})
        found = np.zeros((len(texts), len(words) + 1), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                meant = _LIKE.get(word, word)
                found[row, words.index(meant) if meant in words else -1] = 1
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def index(folder: Path, meaning: Alike, names: Sequence[str] = NAMES) -> ValueIndex:
    members = [Given("product", f"P{place}", name) for place, name in enumerate(names)]
    store = build_store([*members, Given("supplier", "S1", "Lunch & Sons")])
    return ValueIndex(store, None, spoken_words(), described=DescribedHere(folder, meaning))


def test_a_description_finds_what_letters_do_not(tmp_path: Path) -> None:
    meaning = Alike()
    described = index(tmp_path, meaning)
    assert NAMES[3] not in described.nearest("timepiece")
    assert describe(NAMES, meaning, tmp_path) == len(NAMES)
    assert described.nearest("sandwich bag red dots")[0] == NAMES[0]
    assert described.nearest("timepiece alarm", "product")[0] == NAMES[3]
    assert not set(NAMES) & set(described.nearest("sandwich bag dots", "supplier"))


def test_what_is_far_from_everything_is_near_nothing(tmp_path: Path) -> None:
    describe(NAMES, Alike(), tmp_path)
    found = open_described(tmp_path, Alike())
    assert found is not None and found.nearest("motor oil", 3) == ()


def test_only_what_the_asker_may_see_is_named(tmp_path: Path) -> None:
    describe(NAMES, Alike(), tmp_path)
    assert NAMES[0] not in index(tmp_path, Alike(), NAMES[1:]).nearest("sandwich bag red dots")


def test_names_are_read_once_and_forgotten_when_they_go(tmp_path: Path) -> None:
    meaning = Alike()
    describe(NAMES, meaning, tmp_path)
    assert describe(NAMES, meaning, tmp_path) == 0
    assert describe(("PARTY BUNTING", "DOORMAT"), meaning, tmp_path) == 1
    assert meaning.read == [*NAMES, "DOORMAT"]
    found = open_described(tmp_path, meaning)
    assert found is not None and set(found.names) == {"PARTY BUNTING", "DOORMAT"}


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(b""), lambda file: os.truncate(file, 90)])
def test_a_file_that_is_gone_or_damaged_is_as_if_it_had_never_been(tmp_path: Path, damage: object) -> None:
    describe(NAMES, Alike(), tmp_path)
    assert callable(damage)
    damage(tmp_path / FILE)
    assert open_described(tmp_path, Alike()) is None
    assert describe(NAMES, Alike(), tmp_path) == len(NAMES)


def test_vectors_of_another_model_are_not_compared(tmp_path: Path) -> None:
    describe(NAMES, Alike(), tmp_path)
    other = Alike()
    other.name = "another"
    assert open_described(tmp_path, other) is None


def test_the_model_that_ships_knows_what_things_are(tmp_path: Path) -> None:
    from knowledge.embed import MiniLM

    meaning = MiniLM()
    describe(NAMES, meaning, tmp_path)
    found = open_described(tmp_path, meaning)
    assert found is not None
    assert found.nearest("sandwich bag with red dots", 1) == (NAMES[0],)
    assert found.nearest("strings of little flags for a party", 1) in ((NAMES[1],), ())
    assert found.nearest("quarterly tax return", 3) == ()
