"""Lead times from receipts, contracts and what was given; open orders are no quick ones."""

from __future__ import annotations

import numpy as np
import pytest

from ml.inventory.lead_times import POINTS, Waits, by_supplier, equally_likely, measure, remaining


def test_receipts_speak_as_their_quantiles() -> None:
    received = [float(day) for day in range(1, POINTS + 1)]
    found = measure([Waits(received)], [99.0])
    assert found.days[0].tolist() == received and found.basis == ("receipts",) and found.receipts == (POINTS,)
    assert found.mean[0] == pytest.approx(np.mean(received)) and found.deviation[0] == pytest.approx(np.std(received))


def test_open_orders_count_as_longer_than_they_have_waited() -> None:
    # Product limit by hand: 5 of 10 came after 4 days; 5 wait for 6 days already; so half of all take longer than 6.
    seen = Waits([4.0] * 5 + [10.0], [6.0] * 5)
    days = equally_likely(seen, 10)
    assert (days == 4).sum() == 5 and (days == 10).sum() == 5
    assert equally_likely(Waits([4.0] * 5 + [10.0]), 10).mean() < days.mean()


def test_what_never_came_is_put_at_the_longest_wait() -> None:
    assert equally_likely(Waits([3.0] * 5, [40.0] * 5), 10).max() == 40.0


def test_few_receipts_lie_around_the_contract_as_the_house_does() -> None:
    found = measure([Waits([12.0] * 8), Waits([3.0])], [10.0, 20.0])  # the house takes 1.2 of its contracts
    assert found.basis == ("receipts", "contract") and found.days[1].tolist() == [24.0] * POINTS


def test_without_any_receipt_the_contract_is_spread() -> None:
    found = measure([Waits(())], [10.0])
    assert found.mean[0] == pytest.approx(10, abs=0.5) and found.deviation[0] > 1


def test_nothing_known_is_nothing_unless_given() -> None:
    assert measure([Waits(())], [None]).basis == ("none",) and np.isnan(measure([Waits(())], [None]).days).all()
    given = measure([Waits(())], [None], 9)
    assert given.basis == ("given",) and given.days[0].tolist() == [9.0] * POINTS


def test_what_if_lead_times() -> None:
    found = measure([Waits([10.0] * 6)], [None])
    assert found.scaled(2).mean[0] == 20 and found.fixed(3).mean[0] == 3 and found.fixed(3).basis == ("given",)


def test_every_delivery_so_many_days_later_or_earlier() -> None:
    leads = measure([Waits([2.0, 4, 6, 8, 10, 12])], [None])
    assert (leads.longer(5).days == leads.days + 5).all() and leads.longer(5).basis == leads.basis
    assert (leads.longer(-4).days == np.maximum(leads.days - 4, 0)).all()


def test_the_wait_so_far_is_taken_into_account() -> None:
    days = np.array([5.0, 10.0, 20.0])
    assert remaining(8, days).tolist() == [2.0, 12.0] and remaining(30, days).tolist() == [1.0]
    assert by_supplier({"b": Waits([1.0])}, ["a", "b"])[0].received == ()
