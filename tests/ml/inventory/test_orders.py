"""The receipt of an order by hand, its flip points by planning again, packs, minimums, what spoils."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from ml.inventory.lead_times import LeadTimes
from ml.inventory.levels import Goal
from ml.inventory.lots import Minimum, meet_minimums, packs_within, whole_packs
from ml.inventory.orders import Plan, Shelves, Terms, highest_lead_without_order, keeping_ratio, orderable, plan_orders
from tests.ml.inventory.test_lead_demand import steady

DAYS = LeadTimes(np.array([[9.0] * 12, [np.nan] * 12]), ("receipts", "none"), (20, 0))


def shelf(**changes: object) -> Shelves:
    plain = Shelves(
        ids=np.array(["P1|L1"]), on_hand=np.array([25.0]), allocated=np.array([5.0]), on_order=np.array([6.0]), pack=np.array([12.0]),
        least_order=np.array([24.0]), unit_cost=np.array([10.0]), price=np.array([15.0]), shelf_life_days=np.array([np.nan]),
        supplier=np.array([0]), order=np.array([0]), least_value=np.array([0.0]), buyable=np.array([True]),
    )  # fmt: skip
    return replace(plain, **{name: np.array([value]) for name, value in changes.items()})


def plan(shelves: Shelves, terms: Terms | None = None, leads: LeadTimes = DAYS, mean: float = 2.0) -> Plan:
    return plan_orders(shelves, steady(mean, mean**0.5, 120, len(shelves.ids)), leads, terms or Terms())


def test_the_receipt_by_hand() -> None:
    # 9 days + 7 to the next look, 2 a day: Poisson 32, 95 % point 42. Position 25 - 5 + 6 = 26, needed 16, two packs of 12.
    found = plan(shelf())
    assert stats.poisson(32).ppf(0.95) == 42 == found.reorder_point[0]
    assert (found.demand[0], found.safety[0], found.position[0], found.needed[0]) == (32, 10, 26, 16)
    assert (found.quantity[0], found.cost[0], found.until_arrival[0], found.lead_days[0]) == (24, 240, 18, 9)
    assert found.urgent[0] == (stats.poisson(18).ppf(0.95) > 26)


def test_enough_is_not_ordered_and_neither_is_what_is_no_longer_sold() -> None:
    assert plan(shelf(on_hand=41.0)).quantity[0] == 0  # position 42 is the reorder point
    assert plan(shelf(on_hand=40.0)).quantity[0] == 24
    assert plan(shelf(buyable=False)).quantity[0] == 0


def test_an_order_cost_adds_the_economic_quantity() -> None:
    found = plan(shelf(), Terms(order_cost=50.0, carrying_rate=0.25))
    expected = round((2 * 730 * 50 / 2.5) ** 0.5)
    assert found.economic[0] == expected and found.up_to[0] == 42 + expected and found.needed[0] == 42 + expected - 26


def test_the_stock_flip_point_is_exact() -> None:
    found = plan(shelf())
    flip = 25.0 + found.reorder_point[0] - found.position[0]
    assert plan(shelf(on_hand=flip)).quantity[0] == 0 < plan(shelf(on_hand=flip - 1)).quantity[0]


@pytest.mark.parametrize("goal", ["cycle", "fill", "cost"])
def test_the_lead_time_flip_point_is_exact(goal: Goal) -> None:
    terms = Terms(goal=goal)
    days = int(highest_lead_without_order(shelf(), steady(2, 2**0.5, 120), terms, 60)[0])
    assert plan(shelf(), terms, DAYS.fixed(days)).quantity[0] == 0 < plan(shelf(), terms, DAYS.fixed(days + 1)).quantity[0]


def test_even_delivery_at_once_may_be_too_late() -> None:
    assert np.isnan(highest_lead_without_order(shelf(on_hand=5.0, on_order=0.0), steady(2, 2**0.5, 120), Terms(), 60)[0])


def test_lines_without_supplier_or_lead_time_are_not_orderable() -> None:
    three = Shelves(**{name: np.concatenate([value] * 3) for name, value in vars(shelf()).items()})
    mixed = replace(three, supplier=np.array([0, 1, -1]))
    assert orderable(mixed, DAYS).tolist() == [True, False, False]


def test_what_spoils_is_bought_for_no_longer_than_it_keeps() -> None:
    # 5 days of shelf life, critical ratio 1/3: Poisson 10 sells at most 8 with that chance; the reorder point alone would be 42.
    found = plan(shelf(shelf_life_days=5.0, on_hand=0.0, allocated=0.0, on_order=0.0, pack=1.0, least_order=1.0))
    assert found.up_to[0] == stats.poisson(10).ppf(1 / 3) == found.quantity[0] and found.note[0] == "spoils"
    assert plan(shelf(shelf_life_days=119.0)).note[0] == ""


def test_keeping_ratio_is_cost_of_a_round_over_margin() -> None:
    assert keeping_ratio(shelf(), Terms(carrying_rate=0.365))[0] == pytest.approx(10 * 0.365 * 7 / 365 / 5)
    assert keeping_ratio(shelf(price=np.nan), Terms())[0] == 0.05


def test_packs() -> None:
    needed, pack, least = np.array([0.0, 1.0, 13.0, 24.0]), np.full(4, 12.0), np.array([0.0, 24.0, 0.0, 0.0])
    assert whole_packs(needed, pack, least).tolist() == [0, 24, 24, 24]
    assert packs_within(np.array([0.0, 11.0, 12.0, 30.0]), pack).tolist() == [0, 0, 12, 24]


def test_supplier_minimums() -> None:
    def met(rule: Minimum, urgent: bool, least: float = 100.0) -> tuple[list[float], list[str]]:
        found, note = meet_minimums(
            np.array([10.0, 0.0, 0.0]), np.array([5.0, 5.0, 5.0]), np.array([0, 0, 1]), np.array([least, least, least]),
            np.array([urgent, False, False]), np.array([10.0, 2.0, 1.0]), np.array([9.0, 3.0, 1.0]), np.array([1.0, 1.0, 0.0]), rule,
        )  # fmt: skip
        return found.tolist(), note.tolist()

    assert met("ignore", False) == ([10, 0, 0], ["", "", ""])
    assert met("wait", False) == ([0, 0, 0], ["waits", "", ""])
    # 50 of 100 ordered: packs go where stock lasts shortest: 2 at 3, 5 and 7 days, then 10 at 9 days (a tie goes to the first line).
    assert met("raise", False) == met("wait", True) == ([20, 6, 0], ["raised", "raised", ""])
    assert met("wait", True, 10.0) == ([10, 0, 0], ["", "", ""])


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 20), st.integers(0, 25), st.integers(1, 20), st.integers(1, 30), st.floats(0, 300), st.integers(0, 12))
def test_properties_of_every_order(mean: float, days: int, more: int, pack: int, stock: float, review: int) -> None:
    shelves = shelf(pack=float(pack), on_hand=float(round(stock)), least_order=0.0)
    terms = Terms(review_days=review + 1)
    short, long = (plan(shelves, terms, DAYS.fixed(each), mean) for each in (days, days + more))
    assert long.reorder_point[0] >= short.reorder_point[0] and long.quantity[0] >= short.quantity[0]
    sure = plan(shelves, replace(terms, service=0.99), DAYS.fixed(days), mean)
    assert sure.reorder_point[0] >= short.reorder_point[0]
    assert short.quantity[0] % pack == 0
    if short.needed[0] > 0:
        assert short.needed[0] <= short.quantity[0] < short.needed[0] + pack
