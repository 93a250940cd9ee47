"""The slots of a message: its tags with the part each plays (what is measured, grouped by, filtered, counted, limited)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

from agents.language.spans import TimeSpan, ValueSpan
from agents.language.tags import Group
from agents.language.tokens import Token
from agents.plan import Language
from tools.query.contract import AllTime, AsOf, Between, Calendar, Last, Named

Role = Literal["head", "group", "within", "label", "counted", "loose"]  # loose: part of no cut; only special fillers read it
Comparator = Literal[">", ">=", "<", "<=", "=", "between"]
PERIODS = (AllTime, AsOf, Between, Calendar, Last, Named)

# What "how many X" counts.
COUNTED: Mapping[str, str] = {
    "customer": "active_customers",
    "product": "active_products",
    "sku": "active_products",
    "order": "orders",
    "shipment": "shipments",
    "purchase_order": "purchase_orders",
    "session": "sessions",
    "visitor": "visitors",
    "supplier": "supplier_count",
    "location": "location_count",
}
ON_FILE: Mapping[str, str] = {"customer": "customer_count", "product": "product_count", "sku": "product_count"}
# Dimensions whose members are compared with a number.
NUMERIC = ("rating", "list_price", "unit_cost", "weight_kg", "shelf_life_days", "line_quantity", "line_discount_rate", "distance_km")
IN_DAYS = frozenset({"days_of_cover", "delivery_days", "supplier_lead_time_days", "stock_on_hand", "available_stock"})
TIMES = ("day", "week", "month", "quarter", "year")
RANKS = ("top", "bottom", "fastest", "slowest", "expensive", "cheap")
# Values that describe such a thing: after "gold" the word customers only says who is gold.
DESCRIBES: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"tier", "customer_kind", "area_kind", "province", "district", "channel"}),
    "product": frozenset({"category", "subcategory", "family", "series", "manufacturer", "supplier"}),
    "order": frozenset({"channel", "payment_method", "order_status"}),
    "shipment": frozenset({"carrier"}),
    "location": frozenset({"location_kind"}),
    "supplier": frozenset({"supplier_country"}),
    "purchase_order": frozenset({"purchase_status"}),
}


def written(tokens: Sequence[Token]) -> str:
    """Tokens as they stood in the message: 9/2026 stays in one piece."""
    gaps = [" " if before.end < after.start else "" for before, after in pairwise(tokens)]
    return "".join(token.text + gap for token, gap in zip(tokens, [*gaps, ""], strict=True))


@dataclass(frozen=True)
class MetricSlot:
    name: str
    at: int
    verb: bool = False
    per: bool = False  # after "per": the lower half of a ratio
    left_out: bool = False  # after "excluding"


@dataclass(frozen=True)
class DimensionSlot:
    name: str
    role: Role
    at: int


@dataclass(frozen=True)
class FilterSlot:
    """One name in the message: what it may mean, the likeliest first."""

    choices: tuple[ValueSpan, ...]
    at: int
    negated: bool = False

    @property
    def best(self) -> ValueSpan:
        return self.choices[0]


@dataclass(frozen=True)
class NumberSlot:
    """A number; `op` when something is compared with it."""

    number: float
    kind: Literal["plain", "percent", "ordinal"]
    at: int
    op: Comparator | None = None
    upper: float | None = None
    also: tuple[int, ...] = ()  # the groups of the comparator and of the upper bound
    limits: bool = False
    in_days: bool = False
    times: bool = False  # "at least 3 times"


@dataclass(frozen=True)
class TimeSlot:
    span: TimeSpan
    at: int
    negated: bool = False


@dataclass(frozen=True)
class Sketch:
    """A message as slots. `at` is the place of a group; every group that means something must be used by a plan or be told."""

    tokens: tuple[Token, ...]
    groups: tuple[Group, ...]
    language: Language
    metrics: tuple[MetricSlot, ...] = ()
    dimensions: tuple[DimensionSlot, ...] = ()
    filters: tuple[FilterSlot, ...] = ()
    numbers: tuple[NumberSlot, ...] = ()
    periods: tuple[TimeSlot, ...] = ()
    comparisons: tuple[TimeSlot, ...] = ()
    buckets: tuple[TimeSlot, ...] = ()
    durations: tuple[TimeSlot, ...] = ()
    without: tuple[TimeSlot, ...] = ()  # days that are left out, never those that are asked about
    cues: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unread: tuple[int, ...] = ()  # tokens nothing explains
    as_of: date | None = None  # the day "last month" hangs on, where it is known
    dropped: tuple[int, ...] = ()  # groups the message itself takes back: "last quarter, not last month"

    def text(self, at: int) -> str:
        group = self.groups[at]
        return written(self.tokens[group.start : group.end])

    def has(self, *cues: str) -> bool:
        return any(cue in self.cues for cue in cues)


def is_one(sketch: Sketch, at: int) -> bool:
    """Whether a cut of time is a length: within a month, 1 week later."""
    start = sketch.groups[at].start
    before = sketch.tokens[start - 1].folded if start else ""
    word = sketch.tokens[start].folded
    return word in ("1", "mot") or (word in ("a", "one") and before in ("within", "in", "for", "after"))


def divides(sketch: Sketch, at: int) -> bool:
    """Revenue per customer: right behind a figure, what stands after "per" divides it."""
    return at > 1 and "per_unit" in sketch.groups[at - 1].cues() and bool(sketch.groups[at - 2].of("metric"))
