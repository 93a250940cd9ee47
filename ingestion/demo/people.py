"""Names, addresses to write to and numbers to call of people and companies that do not exist."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TypedDict

import numpy as np
import yaml

from ingestion.demo.arrays import Floats
from ingestion.demo.places import FOLDER


class GivenNames(TypedDict):
    """Middle and given names of one sex."""

    middle: list[str]
    given: list[str]


class Words(TypedDict):
    """The word lists of people.yaml."""

    family_names: dict[str, float]
    women: GivenNames
    men: GivenNames
    business_forms: dict[str, list[str]]
    business_words: list[str]
    settlements: list[str]


@cache
def words() -> Words:
    """The word lists names are drawn from."""
    loaded: Words = yaml.safe_load((FOLDER / "people.yaml").read_text(encoding="utf-8"))
    return loaded


def person_name(random: np.random.Generator) -> str:
    """A Vietnamese name: family, middle, given."""
    source = words()
    names = list(source["family_names"])
    share: Floats = np.array(list(source["family_names"].values()), dtype=float)
    family = names[int(np.searchsorted(np.cumsum(share / share.sum()), random.random()))]
    given = source["women"] if random.random() < 0.55 else source["men"]
    return f"{family} {_one(given['middle'], random)} {_one(given['given'], random)}"


def business_name(segment: str, random: np.random.Generator) -> str:
    """A company name that says what the company does."""
    source = words()
    form = _one(source["business_forms"][segment], random)
    if segment in {"grocery", "restaurant"} and random.random() < 0.35:
        given = source["women"] if random.random() < 0.6 else source["men"]
        return f"{form} {_one(['Cô', 'Chị', 'Dì', 'Anh', 'Chú'], random)} {_one(given['given'], random)}"
    return f"{form} {_one(source['business_words'], random)} {_one(source['business_words'], random)}"


def settlement_name(urban: bool, random: np.random.Generator) -> str:
    """A ward or commune."""
    return f"{'Phường' if urban else 'Xã'} {_one(words()['settlements'], random)}"


def phone_number(random: np.random.Generator) -> str:
    """A number of a mobile prefix no operator uses any more, so that it can reach nobody."""
    return f"095{int(random.integers(0, 10_000_000)):07d}"


def email_address(name: str, number: int) -> str:
    """A mailbox of a domain reserved for examples."""
    return f"{plain(name).replace(' ', '.')}.{number}@example.com"


def plain(text: str) -> str:
    """`text` in lower case without diacritics."""
    decomposed = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def _one(options: list[str], random: np.random.Generator) -> str:
    return options[int(random.integers(len(options)))]
