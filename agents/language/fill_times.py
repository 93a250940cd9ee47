"""Fillers of the tools for lines over time: trends, running totals, rolling means, weekdays and hours."""

from __future__ import annotations

import re

from agents.language.figures import is_mean
from agents.language.fill_measures import explain_average
from agents.language.sketch import COUNTED, Sketch
from agents.language.spans import Duration
from agents.language.taker import Candidate, Taker
from agents.language.whose import known
from tools.query.contract import Grain
from tools.query.vocabulary import ratios


def fill_trend(sketch: Sketch) -> Candidate | None:
    """Metrics over time."""
    take = Taker(sketch)
    drawn = take.cue("trend")
    metrics = take.metrics()
    grain = take.bucket() or _grain_dimension(take)
    if not metrics or not (drawn or grain):
        return None
    explain_average(take, metrics)
    take.cue("change", "total", "group", "performance")
    if sketch.has("rising") and sketch.has("falling"):
        take.cue("rising", "falling")  # up or down: the line shows it
    by = take.dimensions("group", "within") or _held_apart(take)
    return take.made(
        "trend",
        {"metrics": metrics, "grain": grain or _usual_grain(sketch), "by": by, "where": take.where(), **take.period(), **take.compare()},
        0.3,
    )


_TWO = 2
_GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


def _held_apart(take: Taker) -> list[str]:
    """Urban against rural, month by month: a line each."""
    names = [slot.best.dimension for slot in take.sketch.filters if not slot.negated]
    if len(names) < _TWO or len(set(names)) > 1 or not take.sketch.has("versus", "higher", "lower"):
        return []
    take.cue("versus", "higher", "lower", "combine")
    return names[:1]


def fill_mean(sketch: Sketch) -> Candidate | None:
    """The mean of days, weeks, months or members: average daily revenue, orders a day on average, average spend per customer."""
    take = Taker(sketch)
    if not sketch.has("average") or sketch.has("rolling", "median", "percentile", "pattern", "why", "rising", "falling", "top", "bottom"):
        return None
    per = take.bucket() or _grain_dimension(take) or _loose_grain(take) or _member(take)
    if per is None or sketch.comparisons:
        return None
    metric = take.metrics()
    if len(metric) != 1 or is_mean(metric[0]) or (metric[0], COUNTED.get(per, "")) in ratios():
        return None
    take.cue("average", "total", "how_much", "how_many", "group", "within", "performance", "per_unit", "trend")
    by = take.dimensions("group", "within")
    return take.made(
        "percentiles",
        {"metric": metric[0], "per": per, "by": by, "percentiles": [0.5], "where": [*take.where(), *known(per)], **take.period()},
        2.0,
    )


def _member(take: Taker) -> str | None:
    """The customer of "average revenue per customer"."""
    places = [(slot.name, slot.at) for slot in take.sketch.dimensions] + [(slot.name, slot.at) for slot in take.sketch.metrics]
    for said, at in places:
        name = _COUNTED_BY.get(said, said)
        start = take.sketch.groups[at].start
        if at not in take.used and name in _MEMBERS and start and take.sketch.tokens[start - 1].folded in _PER:
            take.used.add(at)
            return name
    return None


_MEMBERS = frozenset({"customer", "product", "order", "shipment", "supplier", "purchase_order", "location", "carrier"})
_PER = frozenset({"per", "each", "every", "moi", "tung"})
_COUNTED_BY = {"orders": "order", "shipments": "shipment", "deliveries": "shipment", "purchase_orders": "purchase_order"}


def _loose_grain(take: Taker) -> Grain | None:
    """The day of "on an average day", "a day on average"."""
    for slot in take.sketch.dimensions:
        if slot.name in _GRAINS and slot.at not in take.used:
            take.used.add(slot.at)
            grain: Grain = slot.name
            return grain
    for length in take.sketch.durations:
        meaning = length.span.meaning
        if length.at not in take.used and isinstance(meaning, Duration) and meaning.n == 1 and meaning.unit != "hour":
            take.used.add(length.at)
            return meaning.unit
    return None


def _grain_dimension(take: Taker) -> Grain | None:
    """A dimension of time that is grouped by."""
    for slot in take.sketch.dimensions:
        if slot.name in ("day", "week", "month", "quarter", "year") and slot.role in ("group", "within") and slot.at not in take.used:
            take.used.add(slot.at)
            grain: Grain = slot.name  # type: ignore[assignment]
            return grain
    return None


def _usual_grain(sketch: Sketch) -> Grain:
    """Months, or days where the period is shorter than two months."""
    for slot in sketch.periods:
        meaning = slot.span.meaning
        name = str(getattr(meaning, "name", ""))
        if "week" in name or "month" in name or getattr(meaning, "month", None) or getattr(meaning, "unit", "") in ("day", "week"):
            return "day"
    return "month"


def fill_running(sketch: Sketch) -> Candidate | None:
    """The total so far."""
    take = Taker(sketch)
    if not take.cue("cumulative"):
        return None
    metric = take.metric("revenue")
    grain = take.bucket() or "month"
    return take.made(
        "running_total", {"metric": metric, "grain": grain, "by": take.dimensions("group"), "where": take.where(), **take.period()}, 1
    )


def fill_rolling(sketch: Sketch) -> Candidate | None:
    """A smoothed line."""
    take = Taker(sketch)
    if not take.cue("rolling"):
        return None
    words = take.cue_words("rolling")
    length = take.duration()
    take.cue("average")
    metric = take.metric("revenue")
    number = take.number("plain") if length is None else None
    bucket = take.bucket()
    grain = (length.unit if length and length.unit != "hour" else None) or bucket or "day"
    n = int(length.n) if length else int(number.number) if number else 28 if grain == "day" else 3
    return take.made(
        "rolling_average",
        {
            "metric": metric,
            "grain": grain,
            "n": n,
            "how": "sum" if "sum" in words or {"sum", "summed", "total"} & {token.folded for token in sketch.tokens} else "mean",
            "by": take.dimensions("group"),
            "where": take.where(),
            **take.period(),
        },
        1,
    )


def fill_pattern(sketch: Sketch) -> Candidate | None:
    """By weekday and hour."""
    take = Taker(sketch)
    if any(slot.best.dimension in ("order", "purchase_order", "shipment") for slot in sketch.filters):
        return None
    single = sketch.periods or {"ever", "single", "record"} & {token.folded for token in sketch.tokens}
    asked = take.cue_words("pattern")
    ranked = sketch.has("top", "bottom") and asked in ("which day", "what day", "slowest day", "busiest day")
    if single and (ranked or asked in ("best day", "worst day")):
        return None  # one day of a time that is named, no day of the week
    both = take.cue("heat")
    words = asked
    found = take.cue("pattern") or both
    named = [slot.name for slot in sketch.dimensions if slot.name in ("weekday", "hour")]
    if not found and not named:
        return None
    if [slot for slot in sketch.dimensions if slot.role in ("group", "within") and slot.name not in ("weekday", "hour")]:
        return None
    for slot in sketch.dimensions:
        if slot.name in ("weekday", "hour"):
            take.used.add(slot.at)
    take.cue("top", "bottom", "group", "which", "average", "trend")
    hour = "hour" in named or bool(re.search(r"hour|time|giờ|rush|peak", words))
    day = "weekday" in named or bool(re.search(r"day|when|thứ|ngày", words))
    of = (
        ["weekday", "hour"]
        if both or (hour and "weekday" in named)
        else ["hour"]
        if hour and "weekday" not in named
        else ["weekday"]
        if day
        else ["hour"]
    )
    metric = take.metric("orders")
    take.dimensions("head") if "customer" in {slot.name for slot in sketch.dimensions} else None
    return take.made("weekday_hour_pattern", {"metric": metric, "of": of, "where": take.where(), **take.period()}, 0.8)
