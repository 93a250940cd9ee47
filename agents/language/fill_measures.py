"""Fillers of the tools for values, cuts and lines over time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.figures import Json, is_mean
from agents.language.sketch import NUMERIC, Sketch
from agents.language.taker import Candidate, Taker, condition_on
from tools.query.contract import Grain

# A distribution is one of rows: the mean over orders is asked for through the value of each order.
PER_ORDER: Mapping[str, str] = {"average_order_value": "revenue", "units_per_order": "units"}
OVERVIEW = ("revenue", "orders", "margin", "margin_rate", "average_order_value", "active_customers")


def fill_value(sketch: Sketch) -> Candidate | None:
    """How much, how many: one number for each metric, perhaps beside the period before."""
    take = Taker(sketch)
    metrics = take.metrics()
    if not metrics and sketch.has("how_many") and (kept := _counted_by_quality(take)):
        metrics = [kept]
    if not metrics and sketch.has("keep") and not sketch.has("where_is") and _about_goods(sketch) and take.cue("keep"):
        metrics = ["stock_on_hand"]
    if not metrics and sketch.has("speed") and take.cue("speed", "how_did"):
        metrics = ["supplier_lead_time_days" if _names(sketch) & {"supplier"} else "delivery_days"]
    if not metrics:
        return None
    if metrics == ["cost"] and _names(sketch) & {"product", "sku"} and "does" in {token.folded for token in sketch.tokens}:
        return None
    if metrics == ["discount_amount"] and take.cue("average"):
        metrics = ["discount_rate"]
    if metrics == ["active_customers"] and sketch.has("first_time") and sketch.has("how_many") and take.cue("first_time"):
        metrics = ["new_customers"]
    _average(take, metrics)
    take.cue("total", "how_much", "how_many", "performance", "keep", "how_did")
    compare = take.compare()
    if not compare and take.cue("change", "rising", "falling"):
        compare = {"compare": {"to": "previous"}}
    where = take.where()
    periods = take.periods()
    when: Json = {"periods": periods} if len(periods) > 1 else {"period": periods[0]} if periods else {}
    if len(periods) > 1:
        compare = {}
        take.cue("versus", "higher", "lower", "combine")
    elif compare and not periods:
        when = {"period": {"kind": "named", "name": "last_month"}}
        take.assume("no period was named: last month")
    return take.made("metric_value", {"metrics": metrics, "where": where, **when, **compare})


def fill_overview(sketch: Sketch) -> Candidate | None:
    """How are we doing: the main figures beside the period before."""
    take = Taker(sketch)
    if not (take.cue("overview") or _only_how_it_was(sketch)) or sketch.metrics:
        return None
    take.cue("how_did")
    take.cue("performance", "total")
    period = take.period()
    if not period:
        period = {"period": {"kind": "named", "name": "this_month"}}
        take.assume("the main figures of this month so far, against the same days of the month before")
    return take.made("metric_value", {"metrics": list(OVERVIEW), "where": take.where(), **period, **take.compare("previous")})


def _counted_by_quality(take: Taker) -> str | None:
    """How many gold ones: customers by their tier, on file or with an order in the days that are named."""
    if not any(slot.best.dimension in ("tier", "customer_kind", "area_kind") for slot in take.sketch.filters):
        return None
    return "active_customers" if take.sketch.periods else "customer_count"


def _only_how_it_was(sketch: Sketch) -> bool:
    """How was October: a time, and nothing else asked of it."""
    things = any(slot.role != "label" for slot in sketch.dimensions)
    return sketch.has("how_did") and bool(sketch.periods) and not things and not sketch.has("why", "speed", "status", "top", "bottom")


def fill_breakdown(sketch: Sketch) -> Candidate | None:
    """Metrics for each member of some dimensions, perhaps only for those that qualify."""
    take = Taker(sketch)
    numeric = take.where() if any(slot.name in NUMERIC for slot in sketch.dimensions) else []
    conditions = any(number.op for number in sketch.numbers)
    having, named = take.havings() if conditions else ([], [])
    by = take.dimensions("group", "within", "head", "loose") if conditions else take.dimensions("group", "within", "head")
    metrics = list(dict.fromkeys([*named, *take.metrics()]))
    if not metrics and by[:1] in (["order"], ["customer"]) and (bare := take.number("plain")) and bare.op:
        take.assume("measured by revenue")
        metrics, having = ["revenue"], [condition_on("revenue", bare)]
    if not metrics and (sketch.has("keep") or take.cue("where_is")) and sketch.filters and _about_goods(sketch):
        metrics, by = ["stock_on_hand"], by or ["location"]
    if not metrics:
        return None
    take.cue("keep", "where_is")
    _average(take, metrics)
    if (grain := take.bucket()) and by:
        by.append(grain)
    many = _several(take)
    if not by and many:
        by = [many]
    if not by:
        return None
    take.cue("show_all", "total", "performance")
    arguments: Json = {
        "metrics": metrics,
        "by": by,
        "having": having,
        "where": [*numeric, *take.where()],
        **take.period(),
        **take.compare(),
    }
    if sketch.has("never") or sketch.has("zero"):
        arguments["include_empty"] = False
    return take.made("breakdown", arguments, 0.2 if having else 0.0)


def _names(sketch: Sketch) -> set[str]:
    return {slot.name for slot in sketch.dimensions} | {slot.best.dimension for slot in sketch.filters}


def _about_goods(sketch: Sketch) -> bool:
    """Whether what is kept are goods: nobody keeps customers in stock."""
    named = _names(sketch)
    return bool(named & {"product", "sku", "category", "subcategory", "manufacturer", "family", "series"}) and not named & {
        "customer",
        "tier",
    }


def fill_list(sketch: Sketch) -> Candidate | None:
    """Which things there are, when no figure is asked for."""
    take = Taker(sketch)
    if [slot for slot in sketch.metrics if not slot.verb] or not (sketch.has("which", "show_all", "details") or _is_listed(sketch)):
        return None
    heads = [slot.name for slot in sketch.dimensions if slot.role == "head"]
    if not heads or heads[0] not in _COUNT_OF or sketch.has("top", "bottom", "no_activity", "never", "basket", "status"):
        return None
    take.cue("show_all", "which", "details", "having", "total")
    by = take.dimension("head")
    where = take.where()
    return (
        take.made("breakdown", {"metrics": [_COUNT_OF[heads[0]]], "by": [by], "where": where})
        if (where or _is_list(sketch)) and by == heads[0]
        else None
    )


def _is_list(sketch: Sketch) -> bool:
    return bool({"list", "all", "every"} & {token.folded for token in sketch.tokens})


_FEW = 8
_COUNT_OF = {"customer": "customer_count", "product": "product_count", "supplier": "supplier_count", "location": "location_count"}


def _is_listed(sketch: Sketch) -> bool:
    asked = bool({"list", "name", "show", "give"} & {token.folded for token in sketch.tokens[:3]})
    return asked or (not sketch.metrics and not sketch.periods and len(sketch.tokens) <= _FEW)


def _several(take: Taker) -> str | None:
    """The dimension of which the message names several members."""
    sketch = take.sketch
    names = [slot.best.dimension for slot in sketch.filters if not slot.negated]
    many = [name for name in names if names.count(name) > 1]
    if many and _either(sketch, [slot.at for slot in sketch.filters if slot.best.dimension == many[0]]):
        return None
    if many:
        take.cue("versus", "combine", "group")
    return many[0] if many else None


def _either(sketch: Sketch, places: list[int]) -> bool:
    """Defective or damaged: names with "or" between them are taken together."""
    between = sketch.tokens[sketch.groups[places[0]].end : sketch.groups[places[-1]].start]
    return bool({token.lower for token in between} & {"or", "hoặc", "hay"})


def fill_trend(sketch: Sketch) -> Candidate | None:
    """Metrics over time."""
    take = Taker(sketch)
    drawn = take.cue("trend")
    metrics = take.metrics()
    grain = take.bucket() or _grain_dimension(take)
    if not metrics or not (drawn or grain):
        return None
    _average(take, metrics)
    take.cue("change", "total", "group", "performance")
    by = take.dimensions("group", "within")
    return take.made(
        "trend",
        {"metrics": metrics, "grain": grain or _usual_grain(sketch), "by": by, "where": take.where(), **take.period(), **take.compare()},
        0.3,
    )


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
            "how": "sum" if "sum" in words else "mean",
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
    if sketch.periods and sketch.has("top", "bottom") and take.cue_words("pattern") in ("which day", "what day", "best day", "slowest day"):
        return None
    both = take.cue("heat")
    words = take.cue_words("pattern")
    asked = take.cue("pattern") or both
    named = [slot.name for slot in sketch.dimensions if slot.name in ("weekday", "hour")]
    if not asked and not named:
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


def fill_percentiles(sketch: Sketch) -> Candidate | None:
    """Median and percentiles."""
    take = Taker(sketch)
    if not sketch.has("median", "percentile"):
        return None
    asked = [0.5] if take.cue("median") else []
    take.cue("average")
    asked += [int(found) / 100 for found in re.findall(r"p(\d{2})\b", take.cue_words("percentile"))]
    if take.cue("percentile") and (ordinal := take.number("ordinal", "plain")):
        asked.append(ordinal.number / 100)
    metric, per = _per(take)
    if metric is None:
        return None
    by = [name for name in take.dimensions("group", "within") if name != per]
    return take.made(
        "percentiles",
        {"metric": metric, "per": per, "by": by, "percentiles": sorted(set(asked)) or None, "where": take.where(), **take.period()},
        1,
    )


def fill_histogram(sketch: Sketch) -> Candidate | None:
    """How values spread."""
    take = Taker(sketch)
    if not take.cue("histogram"):
        return None
    metric, per = _per(take)
    if metric is None:
        return None
    return take.made("histogram", {"metric": metric, "per": per, "where": take.where(), **take.period()}, 1)


def _per(take: Taker) -> tuple[str | None, str | None]:
    """The metric of a distribution, and whose values it is one of."""
    metric = take.metric()
    if metric is not None and metric in PER_ORDER:
        return PER_ORDER[metric], "order"
    heads = [slot for slot in take.sketch.dimensions if slot.name in ("order", "customer", "product") and slot.at not in take.used]
    if heads:
        take.used.add(heads[0].at)
        take.cue("group")
        return metric or "revenue", heads[0].name
    if metric in ("revenue", "units", "margin", "orders"):
        return metric, "customer" if metric == "orders" else "order"
    return metric, None


def fill_group_by_metric(sketch: Sketch) -> Candidate | None:
    """Entities counted by a metric of theirs."""
    take = Taker(sketch)
    entity = next((slot for slot in sketch.dimensions if slot.role in ("head", "counted", "group")), None)
    counts = [slot.name for slot in sketch.metrics if not slot.verb]
    if not take.cue("group_by_metric") or (counts and counts[0] != "orders" and not (entity and entity.name == "customer")):
        return None
    if entity:
        take.used.add(entity.at)
    take.cue("how_many", "group", "which", "histogram")
    take.number("plain")
    return take.made(
        "group_by_metric",
        {"entity": entity.name if entity else "customer", "metric": take.metric() or "orders", "where": take.where(), **take.period()},
        0.8,
    )


def _average(take: Taker, metrics: list[str]) -> None:
    """The word average is explained by a metric that is one; any other metric leaves it open."""
    if any(metric.endswith("_days") or metric == "days_of_cover" for metric in metrics):
        take.cue("speed")
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.role == "loose" and slot.name == "day")
    if all(is_mean(metric) for metric in metrics):
        take.cue("average", "rate")
        if all(metric.endswith("_rate") or "punctuality" in metric for metric in metrics):
            take.cue("share")
