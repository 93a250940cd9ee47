"""Placeholders: names, days and amounts of one company."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.company import Company, NotHere, shortest_part
from evals.fill import fill_text, fill_value, mistyped
from ingestion.metrics import load_definitions


class At(Company):
    """A company of which only the day matters."""

    def __init__(self, day: date) -> None:
        object.__setattr__(self, "day", day)

    @property
    def as_of(self) -> date:
        return self.__dict__["day"]  # type: ignore[no-any-return]


DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@given(DAYS, st.integers(-40, 40))
def test_a_month_in_words_is_the_month_in_the_plan(day: date, place: int) -> None:
    index = day.year * 12 + day.month - 1 + place
    year, month = index // 12, index % 12 + 1
    here = At(day)
    assert fill_text(f"in {{month:{place}}}!", here) == f"in {calendar.month_name[month]} {year}!"
    assert fill_value(f"{{month:{place}}}", here) == {"kind": "calendar", "year": year, "month": month}
    assert fill_text(f"{{month_vi:{place}}}", here) == f"tháng {month}/{year}"
    assert fill_value(f"{{month_end:{place}}}", here) == date(year, month, calendar.monthrange(year, month)[1]).isoformat()


@given(DAYS, st.integers(-20, 20))
def test_a_quarter_in_words_is_the_quarter_in_the_plan(day: date, place: int) -> None:
    index = day.year * 4 + (day.month - 1) // 3 + place
    here = At(day)
    assert fill_text(f"{{quarter:{place}}}", here) == f"Q{index % 4 + 1} {index // 4}"
    assert fill_value(f"{{quarter:{place}}}", here) == {"kind": "calendar", "year": index // 4, "quarter": index % 4 + 1}


@given(DAYS, st.integers(-20, 20))
def test_a_quarter_and_a_week_begin_and_end_on_their_days(day: date, place: int) -> None:
    index = day.year * 4 + (day.month - 1) // 3 + place
    year, last = index // 4, index % 4 * 3 + 3
    here, monday = At(day), day - timedelta(days=day.isoweekday() - 1) + timedelta(weeks=place)
    assert fill_value(f"{{quarter_start:{place}}}", here) == date(year, last - 2, 1).isoformat()
    assert fill_value(f"{{quarter_end:{place}}}", here) == date(year, last, calendar.monthrange(year, last)[1]).isoformat()
    assert fill_value(f"{{week_start:{place}}}", here) == monday.isoformat()
    assert fill_value(f"{{week_end:{place}}}", here) == (monday + timedelta(days=6)).isoformat()


@given(DAYS, st.integers(-400, 400))
def test_days_and_weeks(day: date, place: int) -> None:
    here, meant = At(day), day + timedelta(days=place)
    assert fill_value(f"{{date:{place}}}", here) == meant.isoformat()
    assert fill_text(f"{{day:{place}}}", here) == f"{meant.day} {calendar.month_name[meant.month]} {meant.year}"
    year, week, _ = (day + timedelta(weeks=place)).isocalendar()
    assert fill_value(f"{{week:{place}}}", here) == {"kind": "calendar", "year": year, "week": week}


def test_names_come_from_the_data(company: Company) -> None:
    for kind in ("product", "sku", "category", "supplier", "customer", "province", "location", "carrier", "order", "purchase_order"):
        assert fill_text(f"{{{kind}:1}}", company) == fill_value(f"{{{kind}:1}}", company)
        assert fill_text(f"{{{kind}:1}}", company) != fill_text(f"{{{kind}:2}}", company)
    assert fill_text("{product:1|upper}", company) == str(fill_value("{product:1}", company)).upper()
    assert fill_text("{province:1|folded}", company).isascii()


def test_amounts_are_the_same_number_in_words_and_plan(company: Company) -> None:
    amount = fill_value("{big_order}", company)
    assert isinstance(amount, int)
    assert fill_text("{big_order}", company) == f"{amount:,}"
    assert fill_text("{big_order|short}", company) == f"{amount // 1_000_000} million"
    assert fill_text("{big_order|tr}", company) == f"{amount // 1_000_000} triệu"
    assert amount <= company.percentile("revenue", "order", 0.9) < 10 * amount


def test_a_shared_name_is_shared(company: Company) -> None:
    for kind in ("product", "customer"):
        part = company.common(kind, 1)
        assert sum(part in name for name in company.members(kind)) >= 3


def test_a_shortest_part_names_one(company: Company) -> None:
    names = company.members("product")
    for name in names[:10]:
        part = shortest_part(name, names)
        assert part in name
        assert sum(part.casefold() in other.casefold() for other in names) == 1


def test_what_is_not_there_is_said(company: Company) -> None:
    for text in ("{unicorn:1}", "{category:99}", "{product:1|sideways}", "{customer_common:500}"):
        with pytest.raises(NotHere):
            fill_text(text, company)


def test_a_slip_changes_two_letters() -> None:
    assert mistyped("Kho Long Biên") != "Kho Long Biên"
    assert sorted(mistyped("Stationery")) == sorted("Stationery")
    assert mistyped("Sen") == "Sen"


def test_keys_make_names_and_skus_one_thing(company: Company) -> None:
    assert company.key("sku", company.member("sku", 1)) == company.key("product", company.member("product", 1))
    assert company.key("location", "L1") == company.key("location", next(n for n in company.members("location") if "Bình Tân" in n))
    assert company.key("tier", "Gold") == ("tier", "gold")
    assert load_definitions().dimensions.keys() >= {"product", "customer", "supplier", "location"}
