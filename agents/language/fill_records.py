"""Fillers of the tools about single things: records, prices, what is late, what lies in stock."""

from __future__ import annotations

from agents.language.figures import Json
from agents.language.sketch import FilterSlot, Sketch
from agents.language.taker import Candidate, Taker

RECORDS = ("order", "customer", "product", "supplier", "location", "promotion", "purchase_order", "shipment")


def _record(sketch: Sketch) -> FilterSlot | None:
    """The single thing the message names."""
    for slot in sketch.filters:
        if slot.best.dimension in RECORDS or slot.best.dimension == "sku":
            return slot
    return None


def fill_look_up(sketch: Sketch) -> Candidate | None:
    """Everything on file about one thing."""
    take = Taker(sketch)
    slot = _record(sketch)
    asked = take.cue("status", "details", "attribute") or _when_joined(sketch)
    doing = any(each.verb for each in sketch.metrics) and any(each.name == "customer" and each.role == "head" for each in sketch.dimensions)
    if slot is None or doing or not (asked or _alone(sketch)):
        return None
    things = [each for each in sketch.filters if each.best.dimension == slot.best.dimension]
    take.used.update(each.at for each in things)
    if slot.best.dimension in ("order", "shipment", "purchase_order"):
        take.used.update(each.at for each in sketch.filters if each.best.value == "phone")  # a customer on the phone
        take.used.update(each.at for each in sketch.filters if each.best.dimension in ("order_status", "purchase_status"))
    take.used.update(each.at for each in sketch.dimensions if each.name in _QUALITIES)
    take.dimensions("label", "head")
    if sketch.has("attribute"):  # how many days, how many pieces: in what the attribute is counted
        take.used.update(each.at for each in sketch.dimensions if each.name in ("day", "month", "week"))
        take.cue("vague", "how_many")
    take.cue("which", "how_much", "overdue", "price_in_force", "performance", "trend")
    take.used.update(each.at for each in sketch.metrics if each.verb or each.name in ("stock_on_hand", "supplier_lead_time_days", "cost"))
    of = "product" if slot.best.dimension == "sku" else slot.best.dimension
    return take.made("look_up", {"of": of, "ids": [each.best.value for each in things]}, 0.8)


def _when_joined(sketch: Sketch) -> bool:
    """When did they register with us: a date on file."""
    return bool(sketch.tokens) and sketch.tokens[0].folded in ("when", "since") and any(slot.name == "sign_ups" for slot in sketch.metrics)


_QUALITIES = frozenset(
    {
        "tier",
        "category",
        "subcategory",
        "supplier",
        "manufacturer",
        "province",
        "district",
        "customer_kind",
        "family",
        "series",
        "carrier",
        "order_status",
        "channel",
        "payment_method",
        "list_price",
        "unit_cost",
        "weight_kg",
        "shelf_life_days",
        "launched_on",
        "discontinued_on",
        "signed_up_on",
        "supplier_country",
        "location_kind",
        "purchase_status",
        "sku",
    }
)


def _alone(sketch: Sketch) -> bool:
    """Whether the message names a thing and asks nothing else about it."""
    nouns = [slot for slot in sketch.metrics if not slot.verb and slot.name not in ("supplier_lead_time_days", "deliveries")]
    goods = any(slot.best.dimension in ("product", "sku", "customer") for slot in sketch.filters)
    if goods and any(slot.verb and slot.name not in ("orders", "delivery_days") for slot in sketch.metrics):
        return False  # what is left of it, what was taken with it
    others = [slot for slot in sketch.dimensions if slot.role in ("head", "group", "within") and slot.name not in (*_QUALITIES, *RECORDS)]
    return not (
        nouns
        or others
        or sketch.periods
        or sketch.buckets
        or sketch.has("top", "bottom", "how_many", "how_much", "keep", "where_is", "basket")
    )


def fill_lines(sketch: Sketch) -> Candidate | None:
    """What is in an order."""
    take = Taker(sketch)
    slot = _record(sketch)
    on_it = (
        any(each.name in ("stock_on_order", "lines", "active_products") for each in sketch.metrics)
        or _which_goods(sketch)
        or _asks_content(sketch)
    )
    if slot is None or slot.best.dimension not in ("order", "purchase_order") or not (take.cue("lines") or on_it):
        return None
    take.used.add(slot.at)
    take.dimensions("label", "head")
    take.cue("which", "details", "how_many")
    take.used.update(each.at for each in sketch.metrics)
    return take.made("look_up_lines", {"of": slot.best.dimension, "ids": [slot.best.value]}, 1.5)


_FILLED = frozenset({
    "put", "pack", "packed", "packs", "went", "go", "goes", "inside", "contain", "contains", "contained", "include", "includes",
    "included", "order", "ordered", "buy", "bought", "wrap", "boxed", "loaded", "consist", "consists", "comprise", "load", "ship",
})  # fmt: skip
_STANDING = frozenset({"where", "when", "status", "state", "happened", "become", "became", "who", "worth", "total", "much", "cost"})


def _asks_content(sketch: Sketch) -> bool:
    """What went into it, what did we put on it: its lines."""
    words = {token.folded for token in sketch.tokens}
    return "what" in {token.folded for token in sketch.tokens[:3]} and bool(words & _FILLED) and not words & _STANDING


def _which_goods(sketch: Sketch) -> bool:
    """Which goods did we sell on that order."""
    return sketch.has("which") and any(slot.name in ("product", "sku") and slot.role == "head" for slot in sketch.dimensions)


def fill_price(sketch: Sketch) -> Candidate | None:
    """The list price on a day."""
    take = Taker(sketch)
    if not take.cue("price_in_force") or sketch.has("decomposition"):
        return None
    if not any(
        slot.best.dimension in ("product", "sku", "category", "subcategory", "manufacturer", "family", "series") for slot in sketch.filters
    ):
        return None
    for slot in sketch.dimensions:
        if slot.name == "list_price":
            take.used.add(slot.at)
    take.used.update(slot.at for slot in sketch.metrics if slot.verb or slot.name == "average_selling_price")
    take.cue("how_much", "which")
    day = take.day()
    return take.made("price_in_force", {"day": day.isoformat() if day else None, "where": take.where()}, 0.6)


_LATE_THINGS = ("purchase_order", "shipment", "order", "supplier")
_LATE_COUNTS = (
    "purchase_orders",
    "shipments",
    "orders",
    "overdue_purchase_orders",
    "deliveries",
    "open_purchase_orders",
    "late_deliveries",
)


def fill_overdue(sketch: Sketch) -> Candidate | None:
    """Purchase orders and shipments past their day."""
    take = Taker(sketch)
    listed = [slot for slot in sketch.dimensions if slot.name in _LATE_THINGS]
    counted = [slot for slot in sketch.metrics if slot.name in _LATE_COUNTS]
    if not sketch.has("overdue") and not any(slot.name in ("overdue_purchase_orders",) for slot in counted):
        return None
    ranked = bool(counted) and sketch.has("top", "bottom") and any(slot.name == "supplier" for slot in sketch.dimensions)
    grouped = any(slot.role in ("group", "within") for slot in sketch.dimensions)
    if not (listed or counted) or grouped or ranked or sketch.has("how_many", "share", "trend"):
        return None
    take.cue("overdue", "which", "top", "slowest", "status", "having", "show_all", "late_word")
    if {slot.name for slot in listed} == {"supplier"} and not counted:
        return _late_suppliers(take)
    take.used.update(slot.at for slot in sketch.filters if slot.best.dimension in ("purchase_status", "order_status"))
    names = {slot.name for slot in listed} | {slot.name for slot in counted}
    take.used.update([slot.at for slot in listed] + [slot.at for slot in counted])
    take.used.update(slot.at for slot in sketch.metrics if slot.name == "stock_on_order")  # whose goods are not in yet
    bought = names & {"purchase_order", "purchase_orders", "overdue_purchase_orders", "open_purchase_orders", "supplier"}
    length = take.duration()
    take.number("plain") if length is None else None
    take.used.update(place for slot in sketch.numbers for place in (slot.at, *slot.also) if length is not None)
    limit = take.limit()
    return take.made(
        "overdue",
        {
            "of": "purchase_orders" if bought else "shipments",
            "at_least_days": round(length.days) if length else None,
            "limit": limit,
            "where": take.where(),
            **take.period(),
        },
        0.9 + (1.5 if len(sketch.cues.get("overdue", ())) > 1 else 0.0),  # not here, and past its day
    )


def _late_suppliers(take: Taker) -> Candidate:
    """Suppliers that are late, the one with most late lines first."""
    take.dimensions("head", "counted", "group")
    take.cue("how_many")
    take.used.update(slot.at for slot in take.sketch.metrics if slot.verb and slot.name == "delivery_days")
    take.assume("late means lines received after the expected day")
    limit = take.limit() or next((int(slot.number) for slot in take.sketch.numbers if slot.op is None), None)
    take.number("plain")
    return take.made(
        "ranking", {"metric": "late_received_lines", "by": "supplier", "n": limit, "where": take.where(), **take.period()}, 0.5
    )


def fill_opening_closing(sketch: Sketch) -> Candidate | None:
    """Stock before a period and at its end."""
    take = Taker(sketch)
    if not take.cue("opening_closing"):
        return None
    take.cue("change", "versus", "group", "combine")
    metric = take.metric("stock_on_hand")
    if metric not in ("stock_on_hand", "stock_value", "available_stock", "stock_on_order"):
        return None
    by = take.dimensions("group", "head", "within")
    return take.made("opening_closing_stock", {"metric": metric, "by": by, "where": take.where(), **take.period()}, 1.2)


_LONG_AGO = frozenset({"long", "longer", "longest", "age", "old", "oldest", "older", "days", "weeks", "months", "ages", "since"})


def fill_ageing(sketch: Sketch) -> Candidate | None:
    """How long stock has lain."""
    take = Taker(sketch)
    words = {token.folded for token in sketch.tokens}
    if words & {"sitting", "sits"} and words & {"what", "much", "many"} and not words & _LONG_AGO and not sketch.durations:
        return None  # what is sitting in the shop: how much, not how long
    if not take.cue("ageing") or any(slot.name == "customer" for slot in sketch.dimensions):
        return None
    take.cue("which", "histogram", "group", "how_much", "top", "slowest", "average")
    take.used.update(slot.at for slot in sketch.metrics if slot.name in ("stock_on_hand", "stock_value"))
    by = [name for name in take.dimensions("group", "head", "within", "counted") if name in ("product", "location")]
    day = take.day()
    return take.made("stock_ageing", {"by": by, "day": day.isoformat() if day else None, "where": take.where()}, 1)


def fill_shortage(sketch: Sketch) -> Candidate | None:
    """What is out of stock, or nearly."""
    take = Taker(sketch)
    out, low = sketch.has("out_of_stock"), sketch.has("below")
    if (
        not (out or low)
        or sketch.has("how_much", "share", "trend", "average")
        or (sketch.has("higher", "lower") and len(sketch.filters) > 1)
        or any(slot.name == "stockout_rate" for slot in sketch.metrics)
    ):
        return None
    take.cue("out_of_stock", "below", "which", "how_many", "having")
    take.used.update(slot.at for slot in sketch.metrics if slot.name in ("stockouts", "stock_on_hand", "active_products"))
    by = take.dimensions("head", "group", "counted", "within") or ["product"]
    rising: list[Json] = []
    if take.cue("high_sales"):
        take.assume("selling well means at least 28 units in the last 28 days")
        rising = [{"metric": "units", "op": ">=", "value": 28}]
    stocked = take.turn(*sketch.cues.get("out_of_stock", ()), *sketch.cues.get("below", ()))
    if out:
        having: list[Json] = [{"metric": "stock_on_hand", "op": ">" if stocked else "=", "value": 0}]
        metrics = ["stock_on_hand"]
    else:
        length = take.duration()
        days = round(length.days) if length else 7
        if length is None:
            take.assume("low means less than 7 days of cover at the pace of the last 28 days")
        metrics, having = ["days_of_cover", "stock_on_hand"], [{"metric": "days_of_cover", "op": ">=" if stocked else "<", "value": days}]
    period = take.period()
    return take.made("breakdown", {"metrics": metrics, "by": by[:2], "having": [*having, *rising], "where": take.where(), **period}, 0.9)
