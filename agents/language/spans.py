"""What was recognised in a message: runs of tokens, each with one typed meaning. Runs may overlap; a reading chooses among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.query.contract import Comparison, Grain, Period

ValueMatch = Literal["exact", "code", "alias", "partial", "typo", "near"]


@dataclass(frozen=True)
class Bucket:
    """A cut of time into pieces: "per month", "weekly", "day by day"."""

    grain: Grain


@dataclass(frozen=True)
class Duration:
    """A length of time that is no period by itself: "90 days" in "no order for 90 days", "three months" in "three months in a row"."""

    n: float
    unit: Grain | Literal["hour"]

    @property
    def days(self) -> float:
        return self.n * {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[self.unit]


@dataclass(frozen=True)
class TimeSpan:
    """Tokens `start` to `end` (not included) speak of time; `assumption` says what was decided where the words leave it open."""

    start: int
    end: int
    meaning: Period | Comparison | Bucket | Duration
    assumption: str = ""


@dataclass(frozen=True)
class ValueSpan:
    """Tokens that name a member of a dimension: `value` is what a filter takes, `name` what a person reads; `score` is 1 when exact."""

    start: int
    end: int
    dimension: str
    value: str
    name: str
    match: ValueMatch
    score: float
