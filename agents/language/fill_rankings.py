"""Fillers of the tools that order, share out and classify."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.figures import BAD, Json, is_mean
from agents.language.fill_changes import dated
from agents.language.fill_contrasts import is_held_against
from agents.language.sketch import COUNTED, DESCRIBES, ON_FILE, Sketch, divides, written
from agents.language.taker import Candidate, Taker
from agents.language.tokens import fold

_JUDGED = ("worst", "poorest", "weakest", "best", "strongest", "good", "kem nhat", "te nhat", "tot nhat")
_COUNTED = ("highest", "lowest", "most", "least", "top")


def fill_ranking(sketch: Sketch) -> Candidate | None:
    """The best or the worst of something, overall or within groups."""
    take = Taker(sketch)
    words = " ".join(take.cue_words(name) for name in ("top", "bottom", "fastest", "slowest"))
    words += "".join(f" {sketch.text(slot.at)}" for slot in sketch.metrics if slot.verb and slot.name == "supplier_on_time_rate")
    day = take.cue_words("pattern") if sketch.periods else ""  # the best day of last month is one day, no day of the week
    words += f" {day}"
    low = take.cue("bottom", "fastest", "cheap", "seller_low") or day.startswith("worst")
    high = take.cue("top", "slowest", "expensive", "seller_high") or day.startswith("best")
    high = high or (sketch.has("popular") and not low)
    placed = any(slot.kind == "ordinal" and slot.number > 1 for slot in sketch.numbers) and sketch.has("nth", "which")
    by, within = _ranked_by(take) if low or high or (placed and sketch.metrics) else (None, None)
    if by is None or is_held_against(sketch):
        return None
    limit, place = take.limit(), next((slot for slot in sketch.numbers if slot.kind == "ordinal"), None)
    take.used |= {place.at} if place else set()
    having, named = take.havings()
    metrics = take.metrics()
    metric = _measure(take, metrics[0] if metrics else None, by)
    if metric is None:
        return None
    take.cue("total", "performance", "how_much", "high_sales", "average", "nth", "show_all", "change", "popular", "rate")
    one = _one_seller(take) or _single(sketch, by) or (by == "day" and re.search(r"\bday\b", take.cue_words("pattern")) is not None)
    n = int(place.number) if place and place.number > 1 else limit
    shared: Json = {"metric": metric, "by": by, "lowest": lowest(low and not high, words, metric), "where": take.where(), **take.period()}
    if within and within != by:
        take.cue("others")
        few = 1 if one else 3
        return take.made("ranking_within_groups", {**shared, "within": within, "n": n or few, "others": sketch.has("others")}, 0.5)
    also = [name for name in dict.fromkeys([*metrics[1:], *named]) if name != metric]
    nth = bool(place and place.number > 1)
    return take.made("ranking", {**shared, "n": n or (1 if one else 10), "nth": nth, "having": having, "also": also}, 0.5)


def _ranked_by(take: Taker) -> tuple[str | None, str | None]:
    """What is ranked, and the groups it is ranked within."""
    head = take.dimension("head", "counted") or ("product" if take.sketch.has("seller_high", "seller_low") else None)
    asked = take.cue_words("pattern")
    single = take.sketch.periods or {"ever", "single", "record"} & {token.folded for token in take.sketch.tokens}
    if head is None and single and "day" in asked and "week" not in asked and take.cue("pattern"):
        head = "day"
    if head is None and (grouped := take.dimension("group", "within")):
        return grouped, None
    if head is None and _what_did(take.sketch):
        take.assume("products, because nothing else was named")
        return "product", None
    if head is None:
        return None, None
    inner = next((slot for slot in take.sketch.dimensions if slot.role in ("group", "within")), None)
    if inner and divides(take.sketch, inner.at):
        return None, None  # the lowest revenue per customer: one figure by another, which no tool ranks
    if inner:
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.name == inner.name and slot.role == inner.role)
    return head, inner.name if inner else None


def _what_did(sketch: Sketch) -> bool:
    """What sold best, what brought in most: goods."""
    first = sketch.tokens[0].folded if sketch.tokens else ""
    verbs = [slot for slot in sketch.metrics if slot.verb]
    theirs = all(slot.best.dimension in DESCRIBES["customer"] for slot in sketch.filters)
    sells = any("sell" in sketch.text(at).casefold() for name in ("top", "bottom") for at in sketch.cues.get(name, ()))
    if first != "what" or not theirs or len(verbs) != len(sketch.metrics):
        return False
    return verbs[0].at <= 5 if verbs else sells


def _measure(take: Taker, metric: str | None, by: str) -> str | None:
    """The figure that ranks; a usual one, which is said, when none is named and one is usual."""
    sketch = take.sketch
    if metric in _COUNTS_OF.get(by, ()):
        metric = None  # the top coffee buyers: buyers are ranked, not counted
    if metric == "orders" and by == "product" and all(slot.verb for slot in sketch.metrics):
        take.assume("measured by units, because no measure was named")
        return "units"
    if "order" in take.cue_words("group_by_metric") and all(slot.verb for slot in sketch.metrics) and take.cue("group_by_metric"):
        return "orders"
    if metric is not None:
        return metric if metric in _SALES or not sketch.has("seller_high", "seller_low") else None
    if sketch.has("cheap", "expensive"):
        return "revenue" if by == "order" else None
    if "order" in take.cue_words("group_by_metric") and take.cue("group_by_metric"):
        return "orders"
    if any(word in take.cue_words("seller_high") for word in ("shel", "mover", "hot cakes", "hotcakes")):
        take.assume("measured by units, because no measure was named")
        return "units"
    if by in ("payment_method", "channel") and any(word in written(sketch.tokens).casefold() for word in _OFTEN):
        take.assume("measured by orders, because no measure was named")
        return "orders"
    usual = _SPEED.get(by) if sketch.has("fastest", "slowest", "speed") else _USUAL.get(by, "revenue")
    if usual:
        take.assume(f"measured by {usual.replace('_', ' ')}, because no measure was named")
    return usual


_COUNTS_OF: Mapping[str, tuple[str, ...]] = {
    "customer": ("active_customers", "customer_count", "repeat_customers"),
    "product": ("active_products", "product_count"),
    "supplier": ("supplier_count",),
    "location": ("location_count",),
}
_OFTEN = ("used", "popular", "common", "frequent", "often", "phổ biến", "ưa chuộng")
_SALES = frozenset({"revenue", "units", "margin", "orders", "margin_rate", "average_rating"})
# What members are ranked by when nothing is said; revenue for all others.
_USUAL: Mapping[str, str] = {
    "return_reason": "returned_units",
    "carrier": "deliveries",
    "supplier": "purchase_spend",
    "supplier_country": "purchase_spend",
}
_SPEED: Mapping[str, str] = {
    "carrier": "delivery_days",
    "province": "delivery_days",
    "location": "delivery_days",
    "shipping_province": "delivery_days",
    "district": "delivery_days",
    "channel": "delivery_days",
    "supplier": "supplier_lead_time_days",
    "supplier_country": "supplier_lead_time_days",
}


def _one_seller(take: Taker) -> bool:
    """The top seller is one, top sellers are several."""
    words = (take.cue_words("seller_high") + take.cue_words("seller_low")).split()
    return bool(words) and not words[-1].endswith("s")


def lowest(low: bool, words: str, metric: str) -> bool:
    """Best and worst mean what is good for the metric; highest and lowest what they say."""
    said = fold(words)
    if metric == "supplier_on_time_rate" and "down" in said:
        return True  # who lets us down most is on time least
    judged = any(word in said for word in _JUDGED) and not any(word in said for word in _COUNTED)
    return not low if judged and metric in BAD else low


def _single(sketch: Sketch, by: str) -> bool:
    """Whether one member is asked for: the word stands in the singular."""
    for slot in sketch.dimensions:
        if slot.name == by and slot.role in ("head", "counted"):
            word = sketch.tokens[sketch.groups[slot.at].end - 1].folded
            if sketch.has("show_all") or {token.folded for token in sketch.tokens} & {"rank", "sort", "list"}:
                return False
            if sketch.language == "vi" or sketch.tokens[sketch.groups[slot.at].start].folded == "who":
                continue
            return not word.endswith("s") and word not in ("people", "merchandise")
    if sketch.language == "vi":
        words = {token.lower for token in sketch.tokens}
        asked = words & {"nào", "nao", "ai", "gì", "gi"} or (sketch.has("how_much") and not words & {"top", "mấy", "may"})
        return bool(asked) and not words & {"những", "các", "nhung", "cac"}
    return sketch.has("which") and "who" in " ".join(token.folded for token in sketch.tokens)


def fill_share(sketch: Sketch) -> Candidate | None:
    """Parts of the whole."""
    take = Taker(sketch)
    carried = sketch.has("top") and sketch.has("most_of", "rate") and any(slot.limits for slot in sketch.numbers)
    if not take.cue("share") and not carried:
        return None
    if carried:
        take.cue("most_of", "rate")
    parted = _part_of_members(take)
    metric = parted or take.metric("revenue")
    if is_mean(str(metric)):
        return None
    top = None
    if sketch.has("top"):
        top = take.limit()
        take.cue("top")
    by = [] if parted else take.dimensions("group", "head", "counted")
    within = take.dimensions("within")
    if within and not by:
        by, within = within, []
    named = list(dict.fromkeys(slot.best.dimension for slot in sketch.filters))
    where: list[Json] = []
    if not by and named:
        by = named[:1]
        take.used.update(slot.at for slot in sketch.filters if slot.best.dimension == named[0])
        take.dimensions("label")
        where = take.filters([slot for slot in sketch.filters if slot.best.dimension != named[0]])
    else:
        where = take.where()
    if not by:
        return None
    if len(by) > 1 and not within:
        by, within = by[:1], by[1:]
    take.cue("total", "how_much", "contribution", "pareto", "histogram", "how_did")
    return take.made("share", {"metric": metric, "by": by, "within": within, "top": top, "where": where, **take.period()}, 0.5)


def _part_of_members(take: Taker) -> str | None:
    """What percentage of our customers are businesses: their number, parted by what they are."""
    sketch = take.sketch
    things = [slot for slot in sketch.dimensions if slot.role in ("head", "counted", "label") and slot.name in ON_FILE]
    kinds = {slot.best.dimension for slot in sketch.filters}
    if len(things) != 1 or sketch.metrics or len(kinds) != 1 or not kinds <= DESCRIBES[things[0].name]:
        return None
    take.used.add(things[0].at)
    return (COUNTED if sketch.periods else ON_FILE)[things[0].name]


def fill_pareto(sketch: Sketch) -> Candidate | None:
    """The few that make most of it."""
    take = Taker(sketch)
    listed = any(slot.role in ("head", "counted") for slot in sketch.dimensions)
    bare = next((slot for slot in sketch.numbers if slot.kind == "percent" and slot.op is None), None)
    most = sketch.has("most_of", "few") and not any(slot.limits for slot in sketch.numbers)
    if not take.cue("pareto") and not (listed and (bare or most or sketch.has("half"))):
        return None
    percent = take.number("percent")
    if percent and _is_part_of_members(sketch, percent.at):
        return None
    part = percent.number if percent else 0.5 if take.cue("half") else None
    if part is None and not most and "pareto" not in take.cue_words("pareto") and "80" not in take.cue_words("pareto"):
        return None
    take.cue("top", "which", "how_many", "share", "contribution", "few", "half", "most_of", "having", "combine", "total")
    by = take.entity() or (take.dimensions("group") or ["product"])[0]
    metric = take.metric("revenue")
    return take.made("pareto", {"metric": metric, "by": by, "share": part, "where": take.where(), **take.period()}, 1)


def _is_part_of_members(sketch: Sketch, at: int) -> bool:
    """What the top fifth of customers bring in: a part of the members, none of the figure."""
    members = min((slot.at for slot in sketch.dimensions if slot.at > at), default=at + 9)
    figures = min((slot.at for slot in sketch.metrics if slot.at > at), default=at + 9)
    return sketch.has("share") and members < min(figures, at + 3)


def fill_abc(sketch: Sketch) -> Candidate | None:
    """Classes A, B and C."""
    take = Taker(sketch)
    if not take.cue("abc"):
        return None
    counted = take.cue("how_many")
    by = (take.dimensions("head", "counted", "group", "within") or ["product"])[0]
    take.cue("share", "group", "falling", "which", "show_all", "top")
    metric = take.metric("revenue")
    return take.made("abc_classes", {"metric": metric, "by": by, "summary": counted, "where": take.where(), **take.period()}, 1)


def fill_rank_change(sketch: Sketch) -> Candidate | None:
    """Who came into the first n places and who left them."""
    take = Taker(sketch)
    only = next((name for name in ("dropped", "entered", "stayed") if sketch.has({"dropped": "dropped_out"}.get(name, name))), None)
    ranks = {token.folded for token in sketch.tokens} & {"rank", "ranking", "rankings", "ranks", "places", "positions"}
    ranks |= {token.lower for token in sketch.tokens} & {"hạng"}  # "hang" is rather "hàng", goods
    if only is None and not sketch.has("rank_change") and not (ranks and sketch.has("change") and sketch.periods):
        return None
    if only == "entered" and not sketch.has("top", "rank_change") and any(slot.name == "new_customers" for slot in sketch.metrics):
        return None  # new faces: customers who bought for the first time
    take.cue("dropped_out", "entered", "stayed", "rank_change", "top", "which", "falling", "rising", "change", "nth")
    n = take.limit()
    if n is None and (number := take.number("plain")) and number.number >= 1:
        n = int(number.number)
    by = take.entity() or (take.dimensions("group") or ["product"])[0]
    metric = take.metric("revenue")
    return take.made("rank_change", {"metric": metric, "by": by, "n": n, "only": only, "where": take.where(), **dated(take)}, 1.5)


_JOINING = frozenset({"or", "and", "hay", "hoặc", "hoac", "và", "va", "với", "voi", "than"})


def _compares(sketch: Sketch) -> bool:
    """Whether two things are held against each other; "or" alone takes them together unless it is asked which."""
    if sketch.has("higher", "lower", "both"):
        return True
    bound = {place for number in sketch.numbers for place in number.also}
    texts = {sketch.text(at).casefold() for at in sketch.cues.get("versus", ()) if at not in bound}
    if texts - _JOINING:
        return True
    first = sketch.tokens[0].folded
    return bool(texts) and (
        sketch.has("which", "top", "bottom", "fastest", "slowest") or first in ("is", "are", "do", "does", "did", "was", "were")
    )


_QUICK = frozenset({"faster", "slower", "quicker", "sooner", "fast", "slow", "quickly", "speedier"})


def _held_by(take: Taker, dimension: str) -> str | None:
    """What two members are compared by when no figure is named; carriers have no revenue."""
    if {"profitable", "lucrative"} & {token.folded for token in take.sketch.tokens}:
        return "margin_rate" if take.cue("rate", "share") else "margin"
    quick = bool({token.folded for token in take.sketch.tokens} & _QUICK) or take.sketch.has("speed", "fastest", "slowest")
    if quick and dimension in _SPEED:
        take.cue("speed", "fastest", "slowest")
        return _SPEED[dimension]
    if take.cue("out_of_stock"):
        return "stockout_rate"
    return None if dimension == "carrier" else _USUAL.get(dimension, "revenue")


def fill_compare_groups(sketch: Sketch) -> Candidate | None:
    """One group against another."""
    take = Taker(sketch)
    by_dimension: dict[str, list[int]] = {}
    for place, slot in enumerate(sketch.filters):
        by_dimension.setdefault(slot.best.dimension, []).append(place)
    pair = next((places for places in by_dimension.values() if len(places) == 2), None)
    if pair is None or not _compares(sketch) or all(sketch.filters[place].negated for place in pair):
        return None
    take.cue("versus", "higher", "lower", "which", "top", "bottom", "combine", "change", "performance", "how_much", "share", "having")
    if sketch.has("higher", "lower"):
        take.cue("falling", "rising")
    left, right = (take.filters([sketch.filters[place]]) for place in pair)
    people = [slot for slot in sketch.dimensions if slot.name == "customer" and slot.role in ("head", "counted")]
    if sketch.filters[pair[0]].best.dimension in DESCRIBES["customer"] and not sketch.has("show_all", "how_many"):
        take.used.update(slot.at for slot in people)
    metric = take.metric(_held_by(take, sketch.filters[pair[0]].best.dimension))
    if metric is None:
        return None
    return take.made("compare_groups", {"metric": metric, "left": left, "right": right, "where": take.where(), **take.period()}, 0.6)
