"""Text to values: how a column writes numbers and dates is read from the column, and what cannot be read is nothing, never a guess."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import BadMapping
from ingestion.reading import Parsed, Reading
from ingestion.schema import Column, table
from ingestion.values import looks, parse

MONEY = table("order_lines")["unit_price"]
QUANTITY = table("order_lines")["quantity"]
RATE = table("order_lines")["discount_rate"]
WHOLE = table("order_lines")["line_no"]
MOMENT = table("orders")["ordered_at"]
DAY = table("stock_levels")["as_of"]
STATUS = table("orders")["status"]
ID = table("orders")["customer_id"]


def read(cells: Sequence[str | None], column: Column, timezone: str = "UTC", **said: object) -> tuple[list[object], Parsed]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE raw (_row BIGINT, x VARCHAR)")
        connection.executemany("INSERT INTO raw VALUES (?, ?)", [[place, cell] for place, cell in enumerate(cells)])
        parsed = parse(Reading(connection, "raw", "x", column, timezone, **said))  # type: ignore[arg-type]
        return [row[0] for row in connection.execute(f"SELECT {parsed.sql} FROM raw ORDER BY _row").fetchall()], parsed


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["2.55", "-3", "1e3"], ["2.55", "-3", "1000"]),
        (["1.234,50", "12,5", "7"], ["1234.50", "12.5", "7"]),
        (["1,234.50", "$12.5", "(7.25)", "3-"], ["1234.50", "12.5", "-7.25", "-3"]),
        (["85.000", "1.250.000 ₫", "90.000 đ", "5.500 VND"], ["85000", "1250000", "90000", "5500"]),
        (["85.000", "90.000"], ["85000", "90000"]),
        (["0.250", "1.500"], ["0.25", "1.5"]),
        (["12.50", "AA311", "9S", "1,23", "--5", "1.2.3"], ["12.50", None, None, None, None, None]),
    ],
)
def test_money_as_people_write_it(cells: list[str | None], values: list[str | None]) -> None:
    assert read(cells, MONEY)[0] == [None if value is None else Decimal(value) for value in values]


def test_what_the_map_says_about_the_mark_is_believed() -> None:
    assert read(["1.500"], MONEY, decimal="point")[0] == [Decimal("1.5")]
    assert read(["1.500"], MONEY, decimal="comma")[0] == [Decimal("1500")]


def test_rates_are_fractions_however_written() -> None:
    assert read(["5%", "12.5 %"], RATE)[0] == [Decimal("0.05"), Decimal("0.125")]
    assert read(["5", "12.5", "0"], RATE)[0] == [Decimal("0.05"), Decimal("0.125"), Decimal(0)]
    assert read(["0.5", "1"], RATE)[0] == [Decimal("0.5"), Decimal(1)]


def test_a_fraction_is_no_whole_number() -> None:
    assert read(["1", "2.0", "2.5"], WHOLE)[0] == [1, 2, None]


def test_ids_lose_the_tail_of_spreadsheets_only_when_all_have_it() -> None:
    assert read(["17850.0", None, "12.0"], ID)[0] == ["17850", None, "12"]
    assert read(["17850.0", "A1"], ID)[0] == ["17850.0", "A1"]


@pytest.mark.parametrize(
    "cell",
    [
        "2016-07-03 14:05",
        "2016-07-03T14:05:00",
        "3/7/2016 14:05",
        "03.07.2016 14:05:00",
        "3-Jul-2016 14:05",
        "03/07/16 2:05 PM",
        "1467554700",
    ],
)
def test_one_moment_in_many_spellings(cell: str) -> None:
    values, _ = read([cell, "31/12/2016"], MOMENT)
    assert values[0] == datetime(2016, 7, 3, 14, 5)


def test_naive_times_are_of_the_business_zone_and_zoned_ones_of_their_own() -> None:
    values, _ = read(["2016-07-03 14:05", "2016-07-03T14:05:00Z", "2016-07-03 14:05+09:00"], MOMENT, "Asia/Ho_Chi_Minh")
    assert values == [datetime(2016, 7, 3, 7, 5), datetime(2016, 7, 3, 14, 5), datetime(2016, 7, 3, 5, 5)]


@pytest.mark.parametrize("cell", ["2016-07-03T14:05Z", "2016-07-03 14:05:00 UTC", "2016-07-03 21:05:00 +0700", "2016-07-03T21:05+07:00"])
def test_offsets_as_other_software_writes_them(cell: str) -> None:
    assert read([cell], MOMENT, "Asia/Tokyo")[0] == [datetime(2016, 7, 3, 14, 5)]


def test_day_or_month_first_is_decided_by_the_whole_column() -> None:
    assert read(["01/02/2016", "13/02/2016"], DAY)[0][0] == date(2016, 2, 1)
    assert read(["01/02/2016", "02/13/2016"], DAY)[0][0] == date(2016, 1, 2)
    running, parsed = read(["1/1/2016", "1/2/2016", "1/3/2016", "2/1/2016"], DAY)
    assert running[1] == date(2016, 1, 2)
    assert parsed.note and "month first" in parsed.note
    unsure, parsed = read(["05/06/2016"], DAY)
    assert unsure == [date(2016, 6, 5)]
    assert parsed.note and "date_order: month_first" in parsed.note
    assert read(["05/06/2016"], DAY, date_order="month_first")[0] == [date(2016, 5, 6)]


@pytest.mark.parametrize("cell", ["31/02/2016", "2017-02-30", "00/01/2016", "yesterday", "20161350", "12", "9999999999999999"])
def test_dates_that_do_not_exist_are_nothing(cell: str) -> None:
    assert read([cell, "30/01/2016", "2016-01-31"], DAY)[0][0] is None


def test_choices_in_two_languages_and_as_the_map_says() -> None:
    assert read(["Đã giao", "COMPLETED", "canceled", "wat"], STATUS)[0] == ["delivered", "delivered", "cancelled", None]
    assert read(["OK", "Canceled"], STATUS, words={"OK": "paid"})[0] == ["paid", "cancelled"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(min_value=-(10**7), max_value=10**7, places=2), min_size=1, max_size=20), st.sampled_from("., "))
def test_amounts_survive_any_grouping(amounts: list[Decimal], thousands: str) -> None:
    mark = "," if thousands == "." else "."
    cells = [f"{amount:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands) for amount in amounts]
    assert read(cells, MONEY)[0] == amounts


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dates(date(1971, 1, 1), date(2100, 12, 31)), min_size=1, max_size=15),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y"]),
)
def test_days_survive_any_spelling(days: list[date], spelling: str) -> None:
    if spelling == "%Y%m%d":  # eight digits in a row are a day from 1900 to 2099, else a number
        days = [min(day, date(2099, 12, 31)) for day in days]
    # A day above 12 settles the order, as it does in any real column.
    cells = [day.strftime(spelling) for day in [*days, date(2020, 5, 25)]]
    assert read(cells, DAY)[0][:-1] == days


@settings(max_examples=40, deadline=None)
@given(st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)), st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Paris", "UTC"]))
def test_spreadsheet_and_epoch_numbers_are_moments(moment: datetime, timezone: str) -> None:
    moment = moment.replace(microsecond=0)
    seconds = int((moment - datetime(1970, 1, 1)).total_seconds())
    if seconds >= 10**9 and seconds < 2 * 10**9:
        assert read([str(seconds)], MOMENT)[0] == [moment]
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    if 20000 < serial < 70000:
        assert abs(read([f"{serial:.9f}"], MOMENT)[0][0] - moment) < timedelta(seconds=2)  # type: ignore[operator]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_no_text_breaks_the_reading(cells: list[str]) -> None:
    for column in (MONEY, QUANTITY, RATE, WHOLE, MOMENT, DAY, STATUS, ID):
        with contextlib.suppress(BadMapping):  # several currencies in one column
            read([cell.replace("\0", "") for cell in cells], column)


def test_looks_tell_numbers_from_dates() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE raw AS SELECT '1.5' AS price, '2016-01-31' AS day, 'x' AS name, NULL::VARCHAR AS nothing")
        seen = looks(connection, "raw", ("price", "day", "name", "nothing"))
    assert seen["price"] == (1.0, 0.0)
    assert seen["day"] == (0.0, 1.0)
    assert seen["name"] == (0.0, 0.0)
