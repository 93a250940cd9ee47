"""When one table says what another does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from evals.tables import is_empty, plain, says


@dataclass(frozen=True)
class Column:
    name: str
    unit: str | None = None


@dataclass(frozen=True)
class Rows:
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]


KEY, MONEY, COUNT = Column("category"), Column("revenue", "money"), Column("orders", "count")
GOLD = Rows((KEY, MONEY), (("Tea", Decimal("10.50")), ("Milk", Decimal("7")), ("Ink", Decimal("3"))))
CELLS = st.lists(st.tuples(st.text("abcxyz", min_size=1), st.integers(1, 10**9)), min_size=1, max_size=12, unique_by=lambda row: row[0])


def test_more_columns_in_another_order_are_fine() -> None:
    given_table = Rows((COUNT, MONEY, KEY), ((1, 3.0, "ink"), (9, 10.5, "Tea"), (4, 7, "Milk")))
    assert says(given_table, GOLD)
    assert not says(given_table, GOLD, ordered=True)


def test_what_differs_is_seen() -> None:
    assert not says(Rows((KEY, MONEY), (("Tea", 10.5), ("Milk", 7), ("Ink", 3.00001))), GOLD)
    assert not says(Rows((KEY, MONEY), (("Tea", 7), ("Milk", 10.5), ("Ink", 3))), GOLD)
    assert not says(Rows((KEY, MONEY), (("Tea", 10.5), ("Milk", 7))), GOLD)
    assert not says(Rows((KEY,), (("Tea",), ("Milk",), ("Ink",))), GOLD)
    assert not says(GOLD, Rows((KEY, MONEY), (*GOLD.rows, ("Pens", 1))))


def test_rows_that_measure_nothing_may_be_left_out() -> None:
    longer = Rows((KEY, MONEY), (*GOLD.rows, ("Pens", 0), ("Salt", None)))
    assert says(longer, GOLD)
    assert says(GOLD, longer)


def test_a_row_counts_by_the_columns_that_were_asked() -> None:
    both = Rows((KEY, MONEY, COUNT), (("Tea", 10.5, 1), ("Milk", 7, 2), ("Ink", 3, 1), ("Pens", 0, 5)))
    assert says(both, GOLD)


def test_places_and_changes_may_be_left_out_but_not_values() -> None:
    compared = Rows(
        (Column("position"), MONEY, Column("revenue_before", "money"), Column("revenue_change", "money")),
        ((1, 10, 8, 2),),
    )
    assert says(Rows((MONEY, Column("revenue_before", "money")), ((10, 8),)), compared)
    assert not says(Rows((MONEY,), ((10,),)), compared)


def test_names_or_ids_are_enough() -> None:
    gold = Rows((Column("product_id"), Column("product"), MONEY), (("P1", "Oak desk", 5), ("P2", "Lamp", 4)))
    assert says(Rows((Column("product"), MONEY), (("Oak desk", 5), ("Lamp", 4))), gold)


def test_nothing_found_is_known() -> None:
    assert is_empty(Rows((KEY, MONEY), ()))
    assert is_empty(Rows((MONEY,), ((0,),)))
    assert is_empty(Rows((MONEY,), ((None,),)))
    assert not is_empty(GOLD)
    assert not is_empty(Rows((KEY,), (("Tea",),)))


def test_values_are_compared_plainly() -> None:
    assert plain(Decimal("2.50")) == 2.5
    assert plain(date(2026, 10, 1)) == "2026-10-01"
    assert plain("Hà Nội") == plain("HÀ NỘI")
    assert plain(True) is True


@given(CELLS, st.randoms(use_true_random=False))
def test_any_order_of_rows_and_columns_says_the_same(rows: list[tuple[str, int]], dice: random.Random) -> None:
    gold = Rows((KEY, MONEY), tuple(rows))
    mixed = [(amount * 1.0, dice.random(), name.upper()) for name, amount in rows]
    dice.shuffle(mixed)
    assert says(Rows((MONEY, Column("noise", "ratio"), KEY), tuple(mixed)), gold)


@given(CELLS, st.integers(0, 11), st.floats(1.001, 9))
def test_one_wrong_cell_is_enough(rows: list[tuple[str, int]], place: int, factor: float) -> None:
    place %= len(rows)
    spoilt = [(name, amount * factor if at == place else amount) for at, (name, amount) in enumerate(rows)]
    assert not says(Rows((KEY, MONEY), tuple(spoilt)), Rows((KEY, MONEY), tuple(rows)))
