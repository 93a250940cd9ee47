"""One question beside the frame it must answer with, and how the two are held against each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.pandas_company import Company
from tools.errors import CannotDo, ToolError
from tools.query.contract import Column, Query, Result

HALF_A_CENT = 0.0051  # sums of money come out in whole cents


@dataclass(frozen=True)
class Check:
    """`order` is how the rows must come ("-" for descending); `refused` is what a refusal says where the company cannot answer."""

    says: str
    query: Query
    expected: Callable[[], pd.DataFrame]
    order: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    refused: str = ""
    may_be_empty: bool = False  # a check that finds nothing today must find something on another day

    @property
    def kind(self) -> str:
        return str(self.query.model_dump()["kind"])


def hold(check: Check, company: Company, ask: Ask) -> None:
    """The answer is what pandas says; without a table it needs, the refusal names that table."""
    missing = [table for table in check.needs if not company.has(table)]
    if missing or check.refused:
        with pytest.raises(ToolError, match=check.refused or "|".join(missing)) as refusal:
            ask(check.query)
        assert check.refused or isinstance(refusal.value, CannotDo)
        return
    expected = check.expected()
    assert check.may_be_empty or len(expected), f"{check.says}: nothing is expected, so the check could not fail"
    assert_same(ask(check.query), expected, check.order)


def assert_same(result: Result, expected: pd.DataFrame, order: Sequence[str] = ()) -> None:
    """The same columns, the same rows in the promised order, the same values."""
    columns = {column.name: column for column in result.columns}
    assert sorted(columns) == sorted(expected.columns)
    rows = in_order(expected, result.columns, order)
    assert len(result.rows) == len(rows), f"{len(result.rows)} rows instead of {len(rows)}"
    for number, (found, wanted) in enumerate(zip(result.records(), rows.to_dict("records"), strict=True)):
        for name, column in columns.items():
            assert same_value(found[name], wanted[name], column), f"row {number}, {name}: {found[name]!r} instead of {wanted[name]!r}"


def in_order(frame: pd.DataFrame, columns: Sequence[Column], order: Sequence[str]) -> pd.DataFrame:
    """Rows as promised: by `order`, then by every key, empty values last."""
    asked = [name.removeprefix("-") for name in order]
    labels = {column.name for column in columns if f"{column.name}_id" in frame.columns}
    keys = [column.name for column in columns if column.unit is None and column.name not in asked and column.name not in labels]
    ascending = [not name.startswith("-") for name in order] + [True] * len(keys)
    if not asked + keys:
        return frame
    # Stable and one by one, because pandas sorts mixed directions of text and dates with empty values only this way.
    for name, upwards in reversed(list(zip([*asked, *keys], ascending, strict=True))):
        frame = frame.sort_values(name, ascending=upwards, na_position="last", kind="stable")
    return frame


def same_value(found: object, wanted: object, column: Column) -> bool:
    """Empty as empty, days as days, numbers within half a cent of money or nine digits."""
    if found is None or wanted is None or pd.isna(wanted):  # type: ignore[call-overload]
        return found is None and (wanted is None or bool(pd.isna(wanted)))  # type: ignore[call-overload]
    if isinstance(found, datetime):
        return found == pd.Timestamp(wanted).to_pydatetime()  # type: ignore[arg-type]
    if isinstance(found, date):
        return pd.Timestamp(found) == pd.Timestamp(wanted)  # type: ignore[arg-type]
    if isinstance(found, bool):
        return found is bool(wanted)
    if isinstance(found, int | float | Decimal):
        exact = HALF_A_CENT if column.unit == "money" and column.type == "decimal" else 1e-9
        return float(found) == pytest.approx(float(str(wanted)), rel=1e-9, abs=exact)
    return found == wanted


def side_by_side(
    now: pd.DataFrame, before: pd.DataFrame, by: Sequence[str], metrics: Sequence[str], empty: Sequence[str] = ()
) -> pd.DataFrame:
    """Two periods beside each other with change and rate; no rows mean nothing, but for metrics that are then `empty`."""
    later = before.rename(columns={name: f"{name}_before" for name in metrics})
    pairs = now.merge(later, on=list(by), how="outer") if by else now.merge(later, how="cross")
    for name in metrics:
        both = [name, f"{name}_before"]
        if name not in empty:
            pairs[both] = pairs[both].fillna(0)
        pairs[f"{name}_change"] = pairs[name] - pairs[f"{name}_before"]
        nothing = pairs[f"{name}_before"] == 0
        pairs[f"{name}_change_rate"] = (pairs[f"{name}_change"] / pairs[f"{name}_before"].abs().mask(nothing)).astype(float)
    return pairs


def buckets(days: tuple[pd.Timestamp, pd.Timestamp], grain: str) -> pd.DatetimeIndex:
    """First days of every bucket that a period touches."""
    code = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}[grain]
    periods = pd.period_range(pd.Period(days[0], code), pd.Period(days[1], code), freq=code)
    return periods.start_time


def dense(
    frame: pd.DataFrame, days: tuple[pd.Timestamp, pd.Timestamp], grain: str, by: Sequence[str], empty: Sequence[str] = ()
) -> pd.DataFrame:
    """A row for every bucket and every group that occurs; nothing happened where there is none, but for metrics that are then `empty`."""
    spine = pd.DataFrame({grain: buckets(days, grain)})
    if by:
        spine = spine.merge(frame[list(by)].drop_duplicates(), how="cross")
    full = spine.merge(frame, on=[grain, *by], how="left")
    zeroed = [name for name in full.columns if name not in (grain, *by, *empty)]
    full[zeroed] = full[zeroed].fillna(0)
    return full
