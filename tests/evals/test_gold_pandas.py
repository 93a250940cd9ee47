"""Gold on which two implementations agree: the algebra, and pandas straight from the snapshot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from evals.cases import CASES, Call, Case, read_folder
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.gold import Ran, Runner, gold_case
from evals.gold_days import NotRead, days
from evals.gold_pandas import Key, Reader
from ingestion.warehouse import Warehouse

ALL = (*read_folder(CASES / "dev"), *read_folder(CASES / "test"))


@pytest.fixture(scope="module")
def reader(home: Path, company: Company) -> Reader:
    return Reader(Warehouse(home / "tiny-7").snapshot().database, "Asia/Ho_Chi_Minh", company.as_of)


def by_algebra(ran: Ran) -> dict[Key, float]:
    """The table of a call as a value for each key."""
    table, arguments = ran.table, ran.call.arguments
    assert table is not None
    names = [column.name for column in table.columns]
    metric = texts(arguments.get("metric") or arguments.get("metrics"))[0]
    keys = [names.index(f"{name}_id" if f"{name}_id" in names else name) for name in texts(arguments.get("by", []))]
    place = names.index(metric)
    return {tuple(str(row[key]) for key in keys): math.nan if row[place] is None else float(str(row[place])) for row in table.rows}


def texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list) else []


def told(values: Mapping[Key, float]) -> dict[Key, float]:
    return {key: value for key, value in values.items() if value and not math.isnan(value)}


def assert_agree(cases: Sequence[Case], least: int, company: Company, runner: Runner, reader: Reader) -> None:
    agreed, differing = 0, []
    for piece in pieces(cases, company, runner):
        try:
            again = told(reader.read(piece.call).values)
        except NotRead:
            continue
        first = told(by_algebra(piece))
        if first.keys() == again.keys() and all(math.isclose(first[key], again[key], rel_tol=1e-9) for key in first):
            agreed += bool(first)  # two that found nothing agree about nothing
        else:
            differing.append(piece.call.model_dump_json())
    assert differing == []
    assert agreed >= least


def pieces(cases: Sequence[Case], company: Company, runner: Runner) -> list[Ran]:
    found: dict[str, Ran] = {}
    for case in cases:
        try:
            turns = gold_case(fill_case(case, company), runner)
        except NotHere:
            continue
        for piece in (piece for turn in turns for plan in turn.plans for piece in plan.pieces):
            if piece.table is not None:
                found[piece.call.model_dump_json()] = piece
    return list(found.values())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_both_read_plain_questions_alike(company: Company, runner: Runner, reader: Reader) -> None:
    assert_agree(ALL[::6], 60, company, runner, reader)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_both_read_every_plain_question_alike(company: Company, runner: Runner, reader: Reader) -> None:
    assert_agree(ALL, 450, company, runner, reader)


def test_a_wrong_reading_would_be_seen(company: Company, runner: Runner, reader: Reader) -> None:
    last = Call(tool="metric_value", arguments={"metrics": ["revenue"], "period": {"kind": "named", "name": "last_month"}})
    this = Call(tool="metric_value", arguments={"metrics": ["revenue"], "period": {"kind": "named", "name": "this_month"}})
    assert told(by_algebra(runner.run(last))) != told(reader.read(this).values)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ({"kind": "named", "name": "last_month"}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"kind": "named", "name": "last_quarter"}, date(2025, 10, 1), date(2025, 12, 31)),
        ({"kind": "named", "name": "month_before_last"}, date(2026, 1, 1), date(2026, 1, 31)),
        ({"kind": "named", "name": "last_week"}, date(2026, 3, 9), date(2026, 3, 15)),
        ({"kind": "calendar", "year": 2025, "quarter": 4}, date(2025, 10, 1), date(2025, 12, 31)),
        ({"kind": "last", "n": 7, "unit": "day"}, date(2026, 3, 14), date(2026, 3, 20)),
    ],
)
def test_days_counted_by_hand(period: dict[str, object], first: date, last: date) -> None:
    assert days(period, date(2026, 3, 20)) == (first, last)


def test_what_it_cannot_read_it_says(reader: Reader) -> None:
    for call in (
        Call(tool="streaks", arguments={"metric": "revenue"}),
        Call(tool="metric_value", arguments={"metrics": ["days_of_cover"]}),
        Call(tool="breakdown", arguments={"metrics": ["revenue"], "by": ["month"]}),
        Call(tool="metric_value", arguments={"metrics": ["revenue", "units"]}),
    ):
        with pytest.raises(NotRead):
            reader.read(call)
