"""A company with as many names as asked: products of invented brands, people and firms, drawn by one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

_ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "qu",
    "r",
    "s",
    "sk",
    "st",
    "t",
    "tr",
    "v",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou"]
_CODAS = ["l", "m", "n", "r", "s", "t", "x", "nd", "rk"]
_NOUNS = ["desk", "lamp", "chair", "kettle", "printer", "cable", "jacket", "bottle", "notebook", "speaker", "blender", "carpet", "mirror"]
_KINDS = ["oak", "steel", "bamboo", "compact", "deluxe", "wireless", "folding", "ceramic", "vintage", "outdoor", "slim", "heavy", "woven"]
_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"]
_MIDDLE = ["Văn", "Thị", "Minh", "Đức", "Xuân", "Hữu", "Mỹ", "Ngọc", "Thanh", "Quốc", "Thùy", "Gia", "Bảo", "Anh", "Hồng", "Kim"]
_GIVEN = ["Long", "Lan", "Hạnh", "Toàn", "Thắng", "Trang", "Khánh", "Trung", "Trâm", "Nhân", "Hùng", "Hoa", "Mai", "Dũng", "Phúc", "Tú"]


@dataclass(frozen=True)
class Given:
    """A generated member."""

    dimension: str
    value: str
    name: str
    aliases: tuple[str, ...] = ()
    weight: float = 1.0


def many_members(count: int, seed: int = 7) -> Iterator[Given]:
    """Half products, a third people, the rest firms."""
    chance = random.Random(seed)
    brands = [_invented(chance) for _ in range(max(50, count // 10))]
    for place in range(count):
        if place % 6 < 3:
            yield Given("product", f"P{place:07d}", _product(chance, brands), (f"SK-{place % 97:02d}-{place:07d}",), chance.random())
        elif place % 6 < 5:
            name = " ".join(map(chance.choice, (_FAMILY, _MIDDLE, _MIDDLE, _GIVEN)))
            yield Given("customer", f"C{place:07d}", name, (), chance.random())
        else:
            name = f"{chance.choice(brands)} {_invented(chance)} trading ltd".title()
            yield Given("customer", f"C{place:07d}", name, (), chance.random())


def _product(chance: random.Random, brands: list[str]) -> str:
    named = [chance.choice(brands), chance.choice(_KINDS), chance.choice(_NOUNS), _invented(chance)]
    return f"{' '.join(named)} {chance.randrange(10, 300)} cm".title()


def _invented(chance: random.Random) -> str:
    syllables = (chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.randrange(2, 4)))
    return "".join(syllables) + chance.choice(_CODAS)
