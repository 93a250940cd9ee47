"""Fillers of the tools that explain and follow changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from agents.language.figures import Json, is_mean
from agents.language.sketch import Sketch
from agents.language.taker import Candidate, Taker, as_json
from tools.query.contract import Calendar

_LAST_MONTH: Json = {"period": {"kind": "named", "name": "last_month"}}


def dated(take: Taker, default: str = "previous") -> Json:
    """A period with what it is compared to; last month against the month before when nothing is said."""
    if ends := take.ends():
        return ends
    if two := _later_against_earlier(take):
        return two
    if against := _ahead_of(take):
        return against
    period, compare = take.period(), take.compare(default)
    if not period and (others := take.periods()):
        period = {"period": others[0]}
    if not period:
        period = _of_comparison(take)
    return {**period, **compare}


def _ahead_of(take: Taker) -> Json:
    """Ahead of last month: this month is compared with it."""
    free = [slot for slot in take.sketch.periods if slot.at not in take.used]
    name = str(getattr(free[0].span.meaning, "name", "")) if len(free) == 1 else ""
    words = {token.folded for token in take.sketch.tokens}
    up_on = re.search(r"\b(?:up|down) on\b", " ".join(token.folded for token in take.sketch.tokens))
    if not name.startswith("last_") or not (words & {"ahead", "behind"} or up_on) or take.sketch.has("why"):
        return {}
    take.used.add(free[0].at)
    this: Json = {"kind": "named", "name": name.replace("last_", "this_")}
    return {"period": this, "compare": {"to": "period", "period": as_json(free[0].span.meaning)}}


_FOLLOWING = tuple(
    pair
    for unit in ("week", "month", "quarter", "year")
    for pair in ((f"this_{unit}", f"last_{unit}"), (f"last_{unit}", f"{unit}_before_last"))
)


def _later_against_earlier(take: Taker) -> Json:
    """Two months or quarters that are named: the later is compared with the earlier."""
    open_ = [slot for slot in take.sketch.periods if slot.at not in take.used]
    free = [slot for slot in open_ if isinstance(slot.span.meaning, Calendar)]
    named = {str(getattr(slot.span.meaning, "name", "")): slot for slot in open_}
    pair = next((each for each in _FOLLOWING if set(each) <= named.keys()), None)
    if pair and len(open_) == 2 and not take.sketch.comparisons:
        take.used.update(slot.at for slot in open_)
        this, before = (as_json(named[name].span.meaning) for name in pair)
        return {"period": this, "compare": {"to": "period", "period": before}}
    if len(free) != 2 or take.sketch.comparisons:
        return {}
    earlier, later = sorted(free, key=lambda slot: _order(slot.span.meaning))
    take.used |= {earlier.at, later.at}
    return {"period": as_json(later.span.meaning), "compare": {"to": "period", "period": as_json(earlier.span.meaning)}}


def _order(meaning: object) -> tuple[int, int]:
    if not isinstance(meaning, Calendar):
        return (0, 0)
    return (meaning.year, meaning.month or (meaning.quarter or 4) * 3)


def _of_comparison(take: Taker) -> Json:
    """Against the previous quarter: this quarter. Without any word of time: last month."""
    said = " ".join(take.sketch.text(slot.at).casefold() for slot in take.sketch.comparisons)
    unit = next((unit for unit, words in _UNITS.items() if any(word in said for word in words)), None)
    if unit is None:
        take.assume("no period was named: last month")
        return _LAST_MONTH
    name = (
        f"this_{unit}"
        if not any(word in said for word in ("over", f"{unit} on ", "on the", "mom", "qoq", "wow")) or unit == "year"
        else f"last_{unit}"
    )
    take.assume(f"no period was named: {name.replace('_', ' ')}")
    return {"period": {"kind": "named", "name": name}}


_UNITS = {
    "week": ("week", "wow", "tuần"),
    "month": ("month", "mom", "tháng"),
    "quarter": ("quarter", "qoq", "quý"),
    "year": ("year", "yoy", "y/y", "năm", "cùng kỳ"),
}


def fill_change_by_member(sketch: Sketch) -> Candidate | None:
    """Which members rose or fell most."""
    take = Taker(sketch)
    up, down = sketch.has("rising"), sketch.has("falling")
    if not (up or down) and sketch.comparisons and sketch.has("which") and all(slot.verb for slot in sketch.metrics):
        up, down = sketch.has("higher"), sketch.has("lower")  # which brands sold less than in Q2
    if not (up or down or sketch.has("change")):
        return None
    words = take.cue_words("rising") + take.cue_words("falling") + take.cue_words("change")
    take.cue("rising", "falling", "change", "top", "bottom", "which", "slowest", "fastest")
    by = take.dimension("head", "group", "counted", "within")
    if by is None or sketch.has("row", "why"):
        return None
    line = _line(take)
    if line is None:
        return None
    n = take.limit()
    metric = take.metric("revenue")
    take.cue("show_all", "total", "performance", "versus", "higher", "lower", "having")
    relative = "rate" in words or "fastest" in words or any("percent" in token.folded or token.text == "%" for token in sketch.tokens)
    direction = "rising" if up and not down else "falling" if down and not up else None
    if sketch.has("bottom") and direction is None:
        direction = "falling"
    days = dated(take)
    arguments: Json = {"metric": metric, "by": by, "direction": direction, "relative": relative, "n": n, "where": take.where(), **days}
    return take.made("change_by_member", {**arguments, **line}, 1.5 if line else 0.5)


def _line(take: Taker) -> Json | None:
    """How far a member has to have changed: by more than 30 %, by half, by at least 10 million; None where the line is another one."""
    sketch = take.sketch
    moved = [at for name in ("rising", "falling", "change") for at in sketch.cues.get(name, ())]
    lines = [each for each in sketch.numbers if each.at not in take.used and (each.op or _is_by(sketch, each.at))]
    if not lines:
        halved = next((at for at in sketch.cues.get("half", ()) if _is_by(sketch, at)), None)
        if halved is None or not moved:
            return {}
        take.used.update(sketch.cues.get("half", ()))
        return {"relative": True, **_side(sketch, halved, None, 0.5)}
    number = lines[0]
    if len(lines) > 1 or number.op not in (None, ">", ">=") or not moved or min(moved) > number.at or not (number.number > 0):
        return None
    if number.op and not _is_by(sketch, min(number.at, *number.also)) and not _stands_alone(sketch, moved, min((number.at, *number.also))):
        return None  # fell below 30: how much there is, not how far it fell
    take.used |= {number.at, *number.also}
    return {
        **({"relative": True} if number.kind == "percent" or number.number < 1 else {}),
        **_side(sketch, number.at, number.op, number.number),
    }


def _side(sketch: Sketch, at: int, op: str | None, line: float) -> Json:
    start = sketch.groups[at].start
    before = {token.folded for token in sketch.tokens[max(0, start - 3) : start]}
    above = op == ">" or (op is None and bool(before & {"more", "over"}))
    return {"more_than" if above else "at_least": line}


def _is_by(sketch: Sketch, at: int) -> bool:
    """Whether "by" stands before a number, over the words that compare: by 30 %, by at least half."""
    start = sketch.groups[at].start
    return any(token.folded == "by" for token in sketch.tokens[max(0, start - 4) : start])


def _stands_alone(sketch: Sketch, moved: list[int], first: int) -> bool:
    """Fell more than 30 %: the line stands right behind what changed, and is no level that was crossed."""
    start = sketch.groups[first].start
    near = any(0 <= start - sketch.groups[at].end <= 1 for at in moved)
    return near and sketch.tokens[start].folded not in ("below", "under", "above", "beneath", "duoi")


def fill_why(sketch: Sketch) -> Candidate | None:
    """Why a figure changed: the change itself, and who made it."""
    take = Taker(sketch)
    if not (sketch.has("why") or sketch.has("contribution")) or (sketch.filters and sketch.has("share")):
        return None
    moved = sketch.has("why", "rising", "falling", "change", "higher", "lower") or sketch.comparisons
    if sketch.filters and sketch.has("how_many", "how_much") and not moved:
        return None  # what a name contributes is its figure
    if reasons := _reasons(sketch):
        return reasons
    asked_why = take.cue("why")
    take.cue(
        "how_did",
        "contribution",
        "rising",
        "falling",
        "change",
        "top",
        "which",
        "lower",
        "higher",
        "performance",
        "bottom",
        "total",
        "group",
    )
    metric = take.metric("revenue")
    by = take.dimension("head", "group", "within", "counted")
    days = dated(take)
    shared: Json = {"where": take.where(), **days}
    member = by or usual_split(str(metric), {slot.best.dimension for slot in sketch.filters})
    if not by:
        take.assume(f"split by {member}, because no split was named")
    calls: list[tuple[str, Json]] = [("contribution", {"metric": metric, "by": member, **shared})]
    if asked_why:
        calls.insert(0, ("metric_value", {"metrics": [metric], **shared}))
        if metric == "revenue":
            calls.append(("decomposition", shared))
    first = take.made(calls[0][0], calls[0][1], 1.0)
    return replace(first, calls=tuple((tool, {key: value for key, value in call.items() if value != []}) for tool, call in calls))


def _reasons(sketch: Sketch) -> Candidate | None:
    """Why customers send things back: the reasons they give, where no change is spoken of."""
    names = {slot.name for slot in sketch.metrics}
    if (
        names != {"returned_units"}
        or not sketch.has("why")
        or sketch.has("rising", "falling", "change", "contribution")
        or sketch.comparisons
    ):
        return None
    take = Taker(sketch)
    take.cue("why", "which")
    take.used.update(slot.at for slot in sketch.metrics)
    take.used.update(slot.at for slot in sketch.dimensions if slot.name in ("customer", "product", "return_reason"))
    return take.made("breakdown", {"metrics": ["returned_units"], "by": ["return_reason"], "where": take.where(), **take.period()}, 1.0)


_SPLITS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("purchase", "supplier", "received", "rejected"), "supplier"),
    (("deliver", "shipping", "shipment", "damage", "on_time"), "carrier"),
    (("stock_", "_stock", "stockout", "cover", "turnover", "shrinkage"), "location"),
    (("order", "customer", "cancel", "repeat", "sign_up"), "channel"),
)


_ELSE: Mapping[str, str] = {
    "category": "product",
    "supplier": "product",
    "channel": "province",
    "carrier": "location",
    "location": "category",
}


def usual_split(metric: str, named: Collection[str]) -> str:
    """What a figure is usually split by, where no cut is named; goods of one kind by product."""
    usual = next((by for words, by in _SPLITS if any(word in metric for word in words)), "category")
    if usual in named or (usual == "category" and {"subcategory", "family", "manufacturer"} & set(named)):
        return _ELSE[usual]
    return usual


def fill_decomposition(sketch: Sketch) -> Candidate | None:
    """Price, volume and mix."""
    take = Taker(sketch)
    if not take.cue("decomposition"):
        return None
    take.cue("why", "rising", "falling", "change", "contribution", "group", "combine", "versus", "higher", "lower")
    for slot in sketch.metrics:
        if slot.name in ("revenue", "units", "average_selling_price"):
            take.used.add(slot.at)
    take.cue("price_in_force")
    by = take.dimensions("group", "head", "within")
    days = dated(take)
    return take.made("decomposition", {"by": by[0] if by else None, "where": take.where(), **days}, 2)


def fill_like_for_like(sketch: Sketch) -> Candidate | None:
    """Only those active in both periods."""
    take = Taker(sketch)
    words = take.cue_words("like_for_like")
    counted = sketch.has("how_many") and all(slot.verb for slot in sketch.metrics)
    if counted or not take.cue("like_for_like"):
        return None
    take.cue("change", "rising", "falling", "higher", "lower", "versus", "trend", "only")
    named = [name for name in take.dimensions("head", "group", "within", "label", "counted") if name in ("location", "product", "customer")]
    guess = "product" if "product" in words else "customer" if "customer" in words else "location"
    metric = take.metric("revenue")
    days = dated(take, "year_on_year")
    return take.made("like_for_like", {"metric": metric, "entity": named[0] if named else guess, "where": take.where(), **days}, 1.5)


_ROWS = ("row", "consecutive", "straight", "running", "liên t", "successive")


def _grain_named(take: Taker) -> str | None:
    """Weeks in "four straight weeks"."""
    for slot in take.sketch.dimensions:
        if slot.name in ("day", "week", "month", "quarter", "year") and slot.at not in take.used:
            take.used.add(slot.at)
            return slot.name
    return None


def fill_streaks(sketch: Sketch) -> Candidate | None:
    """Falling three months in a row."""
    take = Taker(sketch)
    told = " ".join(sketch.text(slot.at).casefold() for slot in sketch.durations)
    one = sketch.has("rising", "falling") and bool(sketch.filters) and sketch.has("how_many")
    if not (sketch.has("row") or any(word in told for word in _ROWS)) or not (sketch.durations or sketch.numbers or one):
        return None
    run = (
        "zero" if sketch.has("no_activity", "zero") else "rising" if sketch.has("rising") else "falling" if sketch.has("falling") else None
    )
    if run is None:
        run = "nonzero" if sketch.has("both", "top") or sketch.metrics else "falling"
    take.cue("row", "rising", "falling", "zero", "no_activity", "change", "which", "higher", "lower", "having", "versus")
    if one:
        take.cue("how_many")
    length = take.duration()
    grain = length.unit if length and length.unit != "hour" else take.bucket() or _grain_named(take) or "month"
    number = None if length else take.number("plain")
    current = any(word in " ".join(token.folded for token in sketch.tokens) for word in ("now", "current", "still"))
    by = take.dimensions("head", "group", "within", "counted") or [slot.best.dimension for slot in sketch.filters[:1]]
    if length:
        take.bucket()  # every month, five months running
    metric = take.metric("revenue")
    at_least = int(length.n) if length else int(number.number) if number and number.number >= 1 else None
    take.limit()
    return take.made(
        "streaks",
        {
            "metric": metric,
            "by": by[:1],
            "grain": grain,
            "run": run,
            "at_least": at_least,
            "current": current,
            "where": take.where(),
            **take.period(),
        },
        1.2,
    )


def _is_ours(sketch: Sketch) -> bool:
    """Did we grow, is business up: nothing but ourselves is spoken of."""
    said = {token.folded for token in sketch.tokens} & {"we", "business", "company", "minh", "chung", "us", "our"}
    things = [slot for slot in sketch.dimensions if slot.role != "label"]
    return bool(said) and not things and sketch.has("rising", "falling") and bool(sketch.periods or sketch.comparisons)


def _is_ahead(sketch: Sketch) -> bool:
    """Are we behind last month."""
    named = [slot for slot in sketch.periods if str(getattr(slot.span.meaning, "name", "")).startswith("last_")]
    return len(named) == 1 and bool({token.folded for token in sketch.tokens} & {"ahead", "behind"})


def fill_growth(sketch: Sketch) -> Candidate | None:
    """How a figure changed, as one number beside the one before."""
    take = Taker(sketch)
    if not sketch.has("change", "rising", "falling", "how_did") and not sketch.comparisons and not _is_ahead(sketch):
        return None
    metrics = take.metrics()
    if not metrics and _is_ours(sketch):
        take.assume("measured by revenue")
        metrics = ["revenue"]
    if (
        not metrics
        or sketch.has("why", "row")
        or (sketch.has("trend") and not sketch.comparisons and not sketch.has("change", "rising", "falling"))
    ):
        return None
    if all(is_mean(metric) for metric in metrics):
        take.cue("average")
    take.cue(
        "change", "rising", "falling", "total", "how_much", "versus", "higher", "lower", "performance", "trend", "how_did", "share", "rate"
    )
    where = take.where()
    days = dated(take)
    return take.made("metric_value", {"metrics": metrics, "where": where, **days}, 0.1)
