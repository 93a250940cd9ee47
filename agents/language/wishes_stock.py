"""What is asked about stock ahead: the goods, the place, the supplier, how sure, how much money, what is different."""

from __future__ import annotations

import re
from datetime import date

from agents.language.figures import Json
from agents.language.spans import Duration
from agents.language.spoken import says
from agents.language.taker import Taker, without_nothing
from agents.language.wishes_ahead import days_of, end_of, is_going_on
from tools.query.contract import AsOf, Between, Last, Named

# Words of the matter itself: they say what every line of the answer holds.
_FIGURES = frozenset(
    {
        "stock_on_hand", "available_stock", "stock_on_order", "stock_value", "days_of_cover", "units", "orders", "purchase_spend",
        "purchase_orders", "open_purchase_orders", "deliveries", "supplier_lead_time_days", "delivery_days", "product_count",
        "active_products", "stockouts",
        "stockout_rate", "ordered_units", "supplier_count", "revenue", "cost", "inventory_turnover", "sell_through_rate", "placed_orders",
    }
)  # fmt: skip
_LISTED = frozenset({"product", "sku", "location", "supplier", "purchase_order", "order", "shipment", "day", "category"})
_NOW = frozenset({"today", "this_week", "this_month", "this_quarter", "this_year"})
_WHERE = frozenset({"province", "location_province", "shipping_province", "district"})
# Cues that hold a sentence together; what says more is taken only by the wish whose tool says it.
_LOOSE = (
    "which", "how_many", "how_much", "where_is", "having", "total", "show_all", "why", "top", "combine", "details", "status", "attribute",
    "each", "different", "per_unit", "how_did", "lines", "union",
)  # fmt: skip
_SHORT = ("below", "out_of_stock", "speed", "keep", "pattern")
_IDLE = ("no_activity", "ageing", "seller_low", "keep")
_OTHERWISE = ("rising", "falling", "change", "higher", "lower", "speed", "late_word", "overdue", "price_in_force", "vague")
_LEAST_BUDGET = 1000
_LONGEST_DAYS = 365
_LEAST_BACK, _MOST_BACK = 7, 730
_FILL = re.compile(r"\bfill[- ]rate\b|tỷ lệ đáp ứng", re.IGNORECASE)
_DOUBLE = re.compile(r"\b(?:doubl\w*|twice|two times|2x)\b|gấp đôi|gấp 2", re.IGNORECASE)
_HALF = re.compile(r"\b(?:halv\w*|half|by half)\b|một nửa|giảm nửa", re.IGNORECASE)
_TRIPLE = re.compile(r"\b(?:tripl\w*|three times|3x)\b|gấp ba|gấp 3", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(?:fall\w*|fell|drop\w*|decreas\w*|declin\w*|lower|less|fewer|reduc\w*|shrink\w*|shorter|faster|cut\w*|down|cheaper|slump\w*)\b"
    r"|giảm|thấp hơn|ít hơn|ngắn hơn|rẻ hơn",
    re.IGNORECASE,
)
_LONGER = re.compile(
    r"\b(?:longer|more|late|later|behind|delay\w*|slip\w*|extra|additional|slower|shorter|sooner|earlier|faster)\b"
    r"|thêm|lâu hơn|nhanh hơn|sớm hơn|chậm|trễ|muộn",
    re.IGNORECASE,
)
_SOONER = re.compile(r"\b(?:shorter|sooner|earlier|faster|less|fewer)\b|nhanh hơn|sớm hơn|ngắn hơn|giảm", re.IGNORECASE)
_LEAD = re.compile(
    r"\blead[- ]?times?\b|\bdeliver\w*|\barriv\w*|\b(?:suppliers?|vendors?|shipments?|replenishment)\b"
    r"|thời gian giao|giao hàng|nhà cung cấp|hàng về|về kho|về (?:trễ|chậm|muộn)|giao (?:trễ|chậm|muộn|lâu)",
    re.IGNORECASE,
)
_ON_THE_WAY = re.compile(r"\blead[- ]?times?\b|\bdeliver\w*|\barriv\w*|\blonger\b|\bas long\b|thời gian giao|giao hàng", re.IGNORECASE)
_DEMAND = re.compile(r"\b(?:demand|sales|sell\w*|orders?|customers?|buy)\b|nhu cầu|bán|doanh số", re.IGNORECASE)
_COST = re.compile(r"\b(?:costs?|purchase prices?|buying prices?)\b|giá nhập|giá vốn|chi phí", re.IGNORECASE)
_SERVICE = re.compile(r"\bservice\b|\bsafe\b|\bsure\b|\bcertain\b|phục vụ|\bchắc\b", re.IGNORECASE)


def fill_plan(take: Taker, text: str, as_of: date) -> Json | None:
    """What to order, or the levels behind it."""
    stock = _stock(take, as_of, "below", "rate")
    return None if stock is None else without_nothing({**stock, **_service(take, text), **_lead_time(take)})


def fill_risk(take: Taker, text: str, as_of: date) -> Json | None:
    """What runs out, and by when."""
    horizon = _days_ahead(take, as_of)
    stock = _stock(take, as_of, *_SHORT)
    return None if stock is None else without_nothing({**stock, "horizon_days": horizon})


def fill_cover(take: Taker, text: str, as_of: date) -> Json | None:
    """How many days stock lasts at the pace of now; of many goods or up to a day, what runs out is asked."""
    named = take.sketch.filters
    listed = [slot for slot in take.sketch.dimensions if slot.role not in ("label", "loose", "counted")]
    if not named or listed or any(slot.limits for slot in take.sketch.numbers) or not _is_now(take, as_of):
        return None
    where = take.where()
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in _FIGURES)
    take.used.update(slot.at for slot in take.sketch.dimensions)
    take.used.update(slot.at for slot in (*take.sketch.durations, *take.sketch.buckets))
    take.cue(*_LOOSE, *_SHORT, "rate", "keep", "trend")
    return {"metrics": ["days_of_cover"], "where": where}


def fill_overstock(take: Taker, text: str, as_of: date) -> Json | None:
    return _stock(take, as_of, *_IDLE)


def fill_classes(take: Taker, text: str, as_of: date) -> Json | None:
    return _stock(take, as_of, "abc")


def fill_suppliers(take: Taker, text: str, as_of: date) -> Json | None:
    """Who could deliver one product."""
    named = [slot for slot in take.sketch.filters if slot.best.dimension in ("product", "sku") and not slot.negated]
    if len(named) != 1:
        return None
    take.used.add(named[0].at)
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name == "margin")  # where it pays most to buy
    stock = _stock(take, as_of, "cheap", "price_in_force", "versus", "speed", "fastest", "bottom", "lower")
    return None if stock is None else {**stock, "product": named[0].best.value}


def fill_replay(take: Taker, text: str, as_of: date) -> Json | None:
    """The rules played over the last so many days."""
    days = take.duration()
    service = _service(take, text)
    stock = _stock(take, as_of, "versus", "rate")
    if stock is None:
        return None
    return without_nothing({**stock, "days": days and round(days.days), "fill_rate": service.get("service_level")})


def fill_lost_sales(take: Taker, text: str, as_of: date) -> Json | None:
    """The days up to now that are looked at; a period that ended before is none the tool can look at."""
    days = _days_back(take, as_of)
    if days is None and not take.sketch.periods and (length := take.duration()) and _LEAST_BACK <= length.days <= _MOST_BACK:
        days = round(length.days)
    if any(slot.at not in take.used for slot in take.sketch.periods):
        return None
    stock = _stock(take, as_of, *_SHORT, "falling")
    return None if stock is None else without_nothing({**stock, "days": days})


def _days_back(take: Taker, as_of: date) -> int | None:
    """How many days up to now a period that reaches now has; one the tool does not look at stays, and is told."""
    for slot in take.sketch.periods:
        days = _length_of(slot.span.meaning, as_of) or _just_past(slot.span.meaning, take.sketch.text(slot.at))
        if slot.at not in take.used and days is not None and _LEAST_BACK <= days <= _MOST_BACK:
            take.used.add(slot.at)
            return days
    return None


_PAST = re.compile(r"\bpast\b|\bvừa qua\b", re.IGNORECASE)


def _just_past(meaning: object, said: str) -> int | None:
    """The past month is the thirty days up to now; last month is over."""
    lengths = {"last_week": 7, "last_month": 30, "last_quarter": 91, "last_year": 365}
    return lengths.get(meaning.name) if isinstance(meaning, Named) and _PAST.search(said) else None


def _length_of(meaning: object, as_of: date) -> int | None:
    if isinstance(meaning, Last) and not meaning.full:
        return round(meaning.n * {"day": 1, "week": 7, "month": 365 / 12, "quarter": 365 / 4, "year": 365}[meaning.unit])
    starts = {
        "this_month": as_of.replace(day=1),
        "mtd": as_of.replace(day=1),
        "this_quarter": as_of.replace(month=(as_of.month - 1) // 3 * 3 + 1, day=1),
        "qtd": as_of.replace(month=(as_of.month - 1) // 3 * 3 + 1, day=1),
        "this_year": as_of.replace(month=1, day=1),
        "ytd": as_of.replace(month=1, day=1),
    }
    return (as_of - starts[meaning.name]).days + 1 if isinstance(meaning, Named) and meaning.name in starts else None


def fill_budget(take: Taker, text: str, as_of: date) -> Json | None:
    """An amount of money to be spent on stock."""
    amounts = [slot for slot in take.sketch.numbers if slot.kind == "plain" and slot.number >= _LEAST_BUDGET and not slot.limits]
    if len(amounts) != 1:
        return None
    take.used |= {amounts[0].at, *amounts[0].also}
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in ("margin", "margin_rate"))  # what the money is spent by
    stock = _stock(take, as_of)
    return None if stock is None else without_nothing({**stock, "budget": amounts[0].number, **_service(take, text)})


def fill_what_if(take: Taker, text: str, as_of: date) -> Json | None:
    """The plan as it would be: another lead time, demand, cost or service level."""
    changed = _changed(take, text)
    if any(name.startswith("lead_time_") for name in changed):  # of every supplier, not split by it
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.name in ("supplier", "shipment", "purchase_order", "order"))
        take.cue("group", "within")
        take.used.update(slot.at for slot in take.sketch.metrics if slot.name in ("late_deliveries", "late_received_lines"))
    if "cost_factor" in changed:
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.name == "unit_cost")
    take.used.update(at for at in range(len(take.sketch.groups)) if changed and _DOWN.search(take.sketch.text(at)))
    stock = _stock(take, as_of, *_OTHERWISE) if changed else None
    return None if stock is None else without_nothing({**stock, "change": changed})


def _changed(take: Taker, text: str) -> Json:
    """What is different: the thing named, by the factor or to the number of days named."""
    if (service := _service(take, text)) and says(_SERVICE, take.sketch, text):
        return {"service_level": service["service_level"]}
    lead = bool(says(_LEAD, take.sketch, text)) or any(slot.best.dimension == "supplier" for slot in take.sketch.filters)
    if says(_LONGER, take.sketch, text) and (take.sketch.durations or (lead and take.sketch.buckets)):
        more = (take.duration() or _one(take)) if lead else None  # so many days more of anything else: no tool takes it
        return {"lead_time_more_days": round(more.days) * (-1 if says(_SOONER, take.sketch, text) else 1)} if more else {}
    if lead and not says(_DOUBLE, take.sketch, text) and (length := take.duration()) is not None:
        return {"lead_time_days": round(length.days)}
    factor = _factor(take, text)
    if factor is None:
        return {}
    sold = bool(says(_DEMAND, take.sketch, text))
    costs = bool(says(_COST, take.sketch, text)) and not says(_ON_THE_WAY, take.sketch, text)
    field = "cost_factor" if costs else "lead_time_factor" if lead else "demand_factor" if sold else ""
    return {field: factor} if field else {}


def _one(take: Taker) -> Duration | None:
    """A week more, one month later: one of what else would cut time."""
    unit = take.bucket()
    return Duration(1, unit) if unit else None


def _factor(take: Taker, text: str) -> float | None:
    for pattern, factor in ((_DOUBLE, 2.0), (_TRIPLE, 3.0), (_HALF, 0.5)):
        if says(pattern, take.sketch, text):
            take.used.update(slot.at for slot in take.sketch.numbers if slot.number in (factor, 2.0))
            return factor
    part = _part(take, text)
    if part is None:
        return None
    return round(1 - part if says(_DOWN, take.sketch, text) else 1 + part, 4)


def _part(take: Taker, text: str) -> float | None:
    """By how much: a percentage, or a fifth."""
    if (percent := take.number("percent")) is not None:
        return percent.number
    for pattern, part in _PARTS:
        if found := says(pattern, take.sketch, text):
            words = {word.casefold() for word in found.group().split()}
            take.used.update(slot.at for slot in take.sketch.numbers if take.sketch.text(slot.at).casefold() in words)
            take.used.update(at for at, group in enumerate(take.sketch.groups) if words & {take.sketch.text(at).casefold()} and group.tags)
            return part
    return None


_PARTS = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), part)
    for words, part in (
        ("two thirds", 2 / 3),
        ("three quarters", 0.75),
        ("(?:a|one) third|một phần ba", 1 / 3),
        ("(?:a|one) quarter|một phần tư", 0.25),
        ("(?:a|one) fifth|một phần năm", 0.2),
        ("(?:a|one) tenth|một phần mười", 0.1),
    )
)


def _service(take: Taker, text: str) -> Json:
    """How sure stock is to last: a percentage of at least a half."""
    for slot in take.sketch.numbers:
        if (
            slot.kind == "percent"
            and slot.at not in take.used
            and 0.5 <= slot.number < 1
            and (says(_SERVICE, take.sketch, text) or says(_FILL, take.sketch, text))
        ):
            take.used |= {slot.at, *slot.also}
            return {"service_level": slot.number, **({"goal": "fill"} if says(_FILL, take.sketch, text) else {})}
    return {}


def _lead_time(take: Taker) -> Json:
    length = take.duration()
    return {} if length is None or length.unit == "hour" else {"assumed_lead_time_days": min(round(length.days), _LONGEST_DAYS)}


def _days_ahead(take: Taker, as_of: date) -> int | None:
    """How far is looked: to the end of a period that lies ahead, or a length of time."""
    for slot in take.sketch.periods:
        meaning = slot.span.meaning
        if slot.at in take.used:
            continue
        days = days_of(meaning, take.sketch.text(slot.at), as_of)
        end = days[1] if days else end_of(meaning.name, as_of) if is_going_on(meaning) else as_of
        if end > as_of:
            take.used.add(slot.at)
            return min((end - as_of).days, _LONGEST_DAYS)
    length = take.duration()
    return None if length is None else max(1, min(round(length.days), _LONGEST_DAYS))


def _stock(take: Taker, as_of: date, *cues: str) -> Json | None:
    """Which goods, where, from whom, how many lines; nothing when another time than now is asked about."""
    if not _is_now(take, as_of):
        return None
    names = {"location": _place(take), "supplier": _single(take, "supplier")}
    where = take.where()
    limit = take.limit()
    take.cue(*_LOOSE, *cues)
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in _FIGURES)
    lines = [slot for slot in take.sketch.dimensions if slot.role not in ("group", "within") or slot.name in ("product", "sku")]
    take.used.update(slot.at for slot in lines if slot.name in _LISTED)  # a line is a product: by product cuts nothing
    return without_nothing({"where": where, **names, "limit": limit})


def _single(take: Taker, dimension: str) -> str | None:
    """The one member of a dimension that is named, when it is one."""
    named = [slot for slot in take.sketch.filters if slot.best.dimension == dimension and slot.at not in take.used]
    if len(named) != 1 or named[0].negated:
        return None
    take.used.add(named[0].at)
    return named[0].best.value


def _place(take: Taker) -> str | None:
    """The one warehouse or shop that is named, also by the name of its province."""
    if (named := _single(take, "location")) is not None:
        return named
    for slot in take.sketch.filters:
        found = next((choice for choice in slot.choices if choice.dimension == "location"), None)
        if slot.at not in take.used and not slot.negated and slot.best.dimension in _WHERE and found is not None:
            take.used.add(slot.at)
            return found.value
    return None


def _is_now(take: Taker, as_of: date) -> bool:
    """Whether every time that is named is the present or lies ahead; such words are explained by the tool itself."""
    for slot in take.sketch.periods:
        if slot.at in take.used:
            continue
        meaning = slot.span.meaning
        ahead = (isinstance(meaning, Between) and meaning.end > as_of) or (isinstance(meaning, AsOf) and meaning.day == as_of)
        if not (ahead or (isinstance(meaning, Named) and meaning.name in _NOW)):
            return False
        take.used.add(slot.at)
        if not (isinstance(meaning, AsOf) or (isinstance(meaning, Named) and meaning.name in ("today", "this_week"))):
            take.assume(f"what is best done now, on {as_of}, whatever lies within \u201c{take.sketch.text(slot.at)}\u201d")
    return True
