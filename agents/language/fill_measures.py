"""Fillers of the tools for values, cuts and lines over time."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import Json, is_mean
from agents.language.sketch import NUMERIC, Sketch, divides
from agents.language.taker import Candidate, Taker, condition_on
from tools.query.vocabulary import narrowed_by

OVERVIEW = ("revenue", "orders", "margin", "margin_rate", "average_order_value", "active_customers")


def fill_value(sketch: Sketch) -> Candidate | None:
    """How much, how many: one number for each metric, perhaps beside the period before."""
    take = Taker(sketch)
    metrics = take.metrics() or _unnamed(take)
    if not metrics:
        return None
    if metrics == ["cost"] and _names(sketch) & {"product", "sku"} and "does" in {token.folded for token in sketch.tokens}:
        return None
    metrics = _by_context(take, metrics)
    explain_average(take, metrics)
    _by_definition(take, metrics)
    metrics = _came_back(take, metrics)
    _against_a_line(take)
    if names_one(sketch):
        take.cue("group_by_metric")
    take.cue("total", "how_much", "how_many", "performance", "keep", "how_did")
    compare = take.compare()
    if not compare and take.cue("change", "rising", "falling"):
        compare = {"compare": {"to": "previous"}}
    where = take.where()
    bonus = 0.6 if take.what_we_sold() else 0.0
    return take.made("metric_value", {"metrics": metrics, "where": where, **_when(take, compare)}, bonus)


def _unnamed(take: Taker) -> list[str]:
    """The figure that is meant where none is named."""
    sketch = take.sketch
    words = {token.folded for token in sketch.tokens}
    if sketch.has("how_many") and (kept := _counted_by_quality(take)):
        return [kept]
    if sketch.has("keep") and not sketch.has("where_is") and _about_goods(sketch) and take.cue("keep"):
        return ["stock_on_hand"]
    if sketch.has("speed") and _about_goods(sketch) and words & _LASTING and take.cue("speed"):
        return ["days_of_cover"]
    if sketch.has("speed") and _is_delivered(sketch) and take.cue("speed", "how_did"):
        return ["supplier_lead_time_days" if _names(sketch) & {"supplier"} else "delivery_days"]
    return []


_LASTING = frozenset({"last", "lasts", "suffice", "carry", "carries", "hold", "holds", "stretch"})


def _by_context(take: Taker, metrics: list[str]) -> list[str]:
    """Average discounts are a rate, customers who came first are new, shipments that broke are damaged."""
    sketch = take.sketch
    if metrics == ["stock_on_hand"] and {t.folded for t in sketch.tokens} & _LASTING and take.cue("speed"):
        take.used.update(slot.at for slot in sketch.metrics if slot.verb and slot.name == "stock_on_hand")
        return ["days_of_cover"]
    if metrics == ["discount_amount"] and take.cue("average"):
        return ["discount_rate"]
    if metrics == ["active_customers"] and sketch.has("first_time") and sketch.has("how_many") and take.cue("first_time"):
        return ["new_customers"]
    if metrics == ["shipping_cost"] and "supplier" in _names(sketch) and all(slot.verb for slot in sketch.metrics):
        return ["purchase_spend"]
    if metrics == ["shipments"] and (broken := [slot for slot in sketch.filters if slot.best.value == "damaged"]):
        take.used.update(slot.at for slot in broken)
        return ["damaged_shipments"]
    return metrics


def _when(take: Taker, compare: Json) -> Json:
    """The period or periods, with what the one is compared to."""
    periods = take.periods()
    if len(periods) > 1:
        take.cue("versus", "higher", "lower", "combine")
        return {"periods": periods}
    if compare and not periods:
        take.assume("no period was named: last month")
        return {"period": {"kind": "named", "name": "last_month"}, **compare}
    return {"period": periods[0], **compare} if periods else compare


_HELD_ANYWAY: Mapping[str, float] = {"active_customers": 1, "repeat_rate": 2, "repeat_customers": 2, "active_products": 1}


def _by_definition(take: Taker, metrics: list[str]) -> None:
    """Customers with at least one order, who came back for two or more: what the figure counts already."""
    for number in take.sketch.numbers:
        at_least = (number.op == ">=" and number.number) or (number.op == ">" and number.number + 1)
        if number.at not in take.used and metrics and at_least and _HELD_ANYWAY.get(metrics[0]) == at_least:
            take.used |= {number.at, *number.also, *(slot.at for slot in take.sketch.metrics if slot.name in ("orders", "placed_orders"))}


def _came_back(take: Taker, metrics: list[str]) -> list[str]:
    """How many customers placed two orders or more: repeat customers."""
    for number in take.sketch.numbers:
        at_least = number.number if number.op == ">=" else number.number + 1 if number.op == ">" else 0
        counted = take.sketch.has("how_many") and any(slot.role == "counted" for slot in take.sketch.dimensions)
        if at_least == 2 and number.at not in take.used and (metrics == ["active_customers"] or (counted and metrics == ["orders"])):
            orders = [slot.at for slot in take.sketch.metrics if slot.name in ("orders", "placed_orders")]
            take.used |= {number.at, *number.also, *orders, *(slot.at for slot in take.sketch.dimensions if slot.role == "counted")}
            return ["repeat_customers"]
    return metrics


_YES_OR_NO = frozenset({"did", "do", "does", "was", "were", "is", "are", "have", "has", "had"})


def _against_a_line(take: Taker) -> None:
    """Was it above 100 million: the figure answers, the line is said."""
    sketch = take.sketch
    asks = (sketch.tokens and sketch.tokens[0].folded in _YES_OR_NO) or any(
        sketch.groups[at].start > 1 and sketch.text(at) in ("không", "chưa") for at in sketch.dropped
    )
    lines = [number for number in sketch.numbers if number.op and number.at not in take.used]
    anything = {"there", "anything", "something", "anyone", "any", "gi", "nao", "ai"} & {token.folded for token in sketch.tokens}
    if not asks or anything or len(lines) != 1 or any(slot.role != "label" for slot in sketch.dimensions):
        return
    take.used |= {lines[0].at, *lines[0].also}
    take.assume(f"the figure to hold against {sketch.text(lines[0].at)}")


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
    against = take.compare("previous")
    take.cue("change", "versus")
    return take.made("metric_value", {"metrics": list(OVERVIEW), "where": take.where(), **period, **against})


def _counted_by_quality(take: Taker) -> str | None:
    """How many gold ones: customers by their tier, on file or with an order in the days that are named."""
    if not any(slot.best.dimension in ("tier", "customer_kind", "area_kind") for slot in take.sketch.filters):
        return None
    return "active_customers" if take.sketch.periods else "customer_count"


def _only_how_it_was(sketch: Sketch) -> bool:
    """How was October: a time, and nothing else asked of it."""
    things = any(slot.role != "label" for slot in sketch.dimensions)
    return (
        sketch.has("how_did")
        and bool(sketch.periods or sketch.comparisons)
        and not things
        and not sketch.has("why", "speed", "status", "top", "bottom")
    )


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
    if metrics == ["stock_on_hand"] and not by and sketch.filters and take.cue("where_is"):
        by = ["location"]
    if by == ["return_reason"] and metrics in ([], ["units"]):
        metrics = ["returned_units"]
    if not metrics and by and not sketch.metrics and sketch.has("how_did") and (sketch.periods or sketch.comparisons):
        take.cue("how_did")
        take.assume("measured by revenue")
        metrics = ["revenue"]
    if not metrics:
        return None
    take.cue("keep", "where_is")
    explain_average(take, metrics)
    if (grain := take.bucket()) and by:
        by.append(grain)
    many = _several(take)
    if not by and many:
        by = [many]
    if not by or (sketch.has("top", "bottom") and any(divides(sketch, slot.at) for slot in sketch.dimensions)):
        return None  # the lowest revenue per customer: one figure by another is not ranked
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


def _is_delivered(sketch: Sketch) -> bool:
    """Whether something that is on its way is spoken of."""
    said = {token.folded for token in sketch.tokens}
    return bool(_names(sketch)) or bool(
        said & {"deliver", "delivery", "deliveries", "delivering", "ship", "shipping", "giao", "parcels", "orders", "parcel"}
    )


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
    if [slot for slot in sketch.metrics if not slot.verb] or not (
        sketch.has("which", "show_all", "details", "how_many") or _is_listed(sketch)
    ):
        return None
    heads = [slot.name for slot in sketch.dimensions if slot.role == "head"]
    if not heads or heads[0] not in _COUNT_OF or sketch.has("top", "bottom", "no_activity", "never", "basket", "status"):
        return None
    take.cue("show_all", "which", "details", "having", "total", "how_many", "keep")
    by = take.dimension("head")
    where = take.where()
    return (
        take.made("breakdown", {"metrics": [_listed_by(heads[0], where)], "by": [by], "where": where})
        if (where or _is_list(sketch) or by in _KINDS) and by == heads[0]
        else None
    )


def _listed_by(name: str, where: list[Json]) -> str:
    """What lists the things: their number, or what they did where a condition is on that."""
    known = narrowed_by().get(_COUNT_OF[name], frozenset())
    return (
        _COUNT_OF[name]
        if all(each.get("dimension") in known for each in where)
        else _DONE_BY.get(name, "units" if _COUNT_OF[name] == "product_count" else "orders")
    )


def _is_list(sketch: Sketch) -> bool:
    return bool({"list", "all", "every"} & {token.folded for token in sketch.tokens})


_FEW = 8
_DONE_BY = {"customer": "orders", "product": "units", "supplier": "purchase_spend", "location": "orders"}
_KINDS = {
    **dict.fromkeys(("category", "subcategory", "manufacturer", "family", "series"), "product_count"),
    **dict.fromkeys(("province", "tier", "customer_kind"), "customer_count"),
    **dict.fromkeys(("channel", "payment_method"), "orders"),
    "carrier": "shipments",
    "supplier_country": "supplier_count",
}
_COUNT_OF = {
    **_KINDS,
    **{"customer": "customer_count", "product": "product_count", "supplier": "supplier_count", "location": "location_count"},
}


def _is_listed(sketch: Sketch) -> bool:
    asked = bool({"list", "name", "show", "give"} & {token.folded for token in sketch.tokens[:3]})
    return asked or (not sketch.metrics and not sketch.periods and len(sketch.tokens) <= _FEW)


def _several(take: Taker) -> str | None:
    """The dimension of which the message names several members."""
    sketch = take.sketch
    names = [slot.best.dimension for slot in sketch.filters if not slot.negated]
    many = [name for name in names if names.count(name) > 1]
    held = sketch.has("higher", "lower") or {"vs", "versus", "against", "than"} & {token.folded for token in sketch.tokens}
    if many and held and names.count(many[0]) == 2 and len(sketch.metrics) < 2:
        return None  # one against the other is a comparison
    if many and _either(sketch, [slot.at for slot in sketch.filters if slot.best.dimension == many[0]]):
        return None
    if many:
        take.cue("versus", "combine", "group")
    return many[0] if many else None


def _either(sketch: Sketch, places: list[int]) -> bool:
    """Defective or damaged: names with "or" between them are taken together."""
    between = sketch.tokens[sketch.groups[places[0]].end : sketch.groups[places[-1]].start]
    return bool({token.lower for token in between} & {"or", "hoặc", "hay"})


def names_one(sketch: Sketch) -> bool:
    return any(slot.best.dimension == "customer" for slot in sketch.filters)


def explain_average(take: Taker, metrics: list[str]) -> None:
    """The word average is explained by a metric that is one; any other metric leaves it open."""
    if any(metric.endswith("_days") or metric == "days_of_cover" for metric in metrics):
        take.cue("speed")
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.role == "loose" and slot.name == "day")
    if all(is_mean(metric) for metric in metrics):
        take.cue("average", "rate")
        if take.cue_words("group_by_metric") == "how often":
            take.cue("group_by_metric")  # how often parcels break is their rate
        if all(metric.endswith("_rate") or "punctuality" in metric for metric in metrics):
            take.cue("share")
