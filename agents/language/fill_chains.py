"""Filler for questions about what the best of something have to do with: products of the five suppliers we spend most with."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import Json
from agents.language.follow import CURRENT
from agents.language.sketch import DimensionSlot, MetricSlot, NumberSlot, Sketch
from agents.language.taker import Candidate, Taker, as_json, condition_on
from agents.language.whose import of_whom

_BY_ID = frozenset({"supplier", "customer", "product", "location", "promotion"})
_USUAL: Mapping[str, str] = {"supplier": "purchase_spend", "carrier": "deliveries"}
_OF_SUPPLIERS = frozenset({"revenue", "orders", "purchase_spend"})  # what is spent with suppliers or ordered from them
_JOINED = frozenset({"of", "from", "by", "with", "in", "to", "at", "for", "cua", "tu", "cho", "voi", "tai"})


def fill_chain(sketch: Sketch) -> Candidate | None:
    """A figure over what belongs to the n best of something, which are found first."""
    found = _picked(sketch)
    if found is None:
        return None
    number, picked = found
    if (did := _what_they_did(sketch, number, picked)) is not None:
        return did
    if (shown := _and_theirs(sketch, number, picked)) is not None:
        return shown
    asked = [slot for slot in sketch.metrics if not slot.verb and slot.at < number.at]
    measures = [slot for slot in sketch.metrics if slot.at > picked.at]
    joining = [slot for slot in sketch.dimensions if slot.at < number.at and slot.name in ("product", "order", "customer")]
    if not asked or not (measures or joining) or not _hangs(sketch, number):
        return None
    take = Taker(sketch)
    take.used |= {number.at, picked.at, asked[0].at, *(slot.at for slot in measures), *(slot.at for slot in joining)}
    take.cue("top", "bottom", "which", "having", "total", "how_much", "how_many")
    metric = _measure(picked.name, measures)
    if not measures:
        take.assume(f"the biggest {picked.name}s are measured by {metric.replace('_', ' ')}")
    best: Json = {"kind": "top", "metric": metric, "by": picked.name, "n": int(number.number)}
    if sketch.has("bottom") and not sketch.has("top"):
        best["lowest"] = True
    best = of_whom(best)
    column = f"{picked.name}_id" if picked.name in _BY_ID else picked.name
    when = take.period()
    if metric not in CURRENT:
        best |= when  # the best of the days asked about, not of all time
    elif when:
        take.assume(f"{picked.name}s picked by what is now, the figure over the days named")
    theirs: Json = {"dimension": picked.name, "op": "in_step", "step": "picked", "column": column}
    answer: Json = {"kind": "value", "metrics": [asked[0].name], "where": [theirs, *take.where()], **when}
    return take.made("chain", {"steps": [{"name": "picked", "query": best}, {"name": "answer", "query": answer}]}, 1.0)


def _and_theirs(sketch: Sketch, number: NumberSlot, picked: DimensionSlot) -> Candidate | None:
    """The 5 products with most returns and their stock: picked by the first figure, shown with the second."""
    figures = [slot for slot in sketch.metrics if slot.at > picked.at and not slot.verb]
    if not figures or picked.name not in _BY_ID or any(slot.at < number.at and not slot.verb for slot in sketch.metrics):
        return None
    shown = figures[-1]
    start = sketch.groups[shown.at].start
    words = [token.lower for token in sketch.tokens]
    leans = {token.folded for token in sketch.tokens[max(0, start - 2) : start]} & {"their", "its"} or words[-1:] in (["chúng"], ["họ"])
    leans = leans or " ".join(words).endswith(("cua chung", "cua ho", "how much of them is left", "of them", "of each"))
    if not leans or len(figures) > 2:
        return None
    take = Taker(sketch)
    take.used |= {number.at, picked.at, *(slot.at for slot in sketch.metrics)}
    take.cue("top", "bottom", "which", "having", "total", "how_much", "show_all", "combine", "keep", "seller_high", "seller_low")
    metric = _measure(picked.name, figures[:-1])
    if len(figures) == 1:
        take.assume(f"the biggest {picked.name}s are measured by {metric.replace('_', ' ')}")
    when = take.period()
    best: Json = of_whom({"kind": "top", "metric": metric, "by": picked.name, "n": int(number.number), **when})
    if sketch.has("bottom", "seller_low") and not sketch.has("top", "seller_high"):
        best["lowest"] = True
    column = f"{picked.name}_id"
    theirs: Json = {"dimension": picked.name, "op": "in_step", "step": "picked", "column": column}
    days = {} if shown.name in CURRENT else when
    answer: Json = {"kind": "breakdown", "metrics": [shown.name], "by": [picked.name], "where": [theirs, *take.where()], **days}
    return take.made("chain", {"steps": [{"name": "picked", "query": best}, {"name": "answer", "query": answer}]}, 2.0)


def _what_they_did(sketch: Sketch, number: NumberSlot, picked: DimensionSlot) -> Candidate | None:
    """What the ten biggest spenders of last quarter bought this month: who they are stands before the deed, what they did behind it."""
    deed = next(
        (slot for slot in sketch.metrics if slot.verb and slot.at > picked.at and slot.name in ("orders", "units", "revenue")), None
    )
    cuts = [slot for slot in sketch.dimensions if slot.at > picked.at and slot.role in ("group", "within")]
    if picked.name not in _BY_ID or deed is None or not sketch.periods or not (cuts or len(sketch.periods) > 1):
        return None
    if any(not slot.verb for slot in sketch.metrics) or not {"what", "which", "gi"} & {token.folded for token in sketch.tokens[:2]}:
        return None
    take = Taker(sketch)
    take.used |= {number.at, picked.at, deed.at, *(slot.at for slot in sketch.periods), *(slot.at for slot in cuts)}
    take.cue("top", "bottom", "which", "having", "total", "how_much", "group", "within")
    take.used.update(slot.at for slot in sketch.metrics if slot.verb)
    when = [{"period": as_json(slot.span.meaning)} for slot in sketch.periods]
    before = [each for slot, each in zip(sketch.periods, when, strict=True) if slot.at < deed.at]
    behind = [each for slot, each in zip(sketch.periods, when, strict=True) if slot.at > deed.at]
    take.assume(f"the biggest {picked.name}s are measured by {_measure(picked.name, []).replace('_', ' ')}")
    best: Json = {"kind": "top", "metric": _measure(picked.name, []), "by": picked.name, "n": int(number.number), **(before or behind)[0]}
    theirs: Json = {"dimension": picked.name, "op": "in_step", "step": "picked", "column": f"{picked.name}_id"}
    answer: Json = {"kind": "breakdown", "metrics": ["revenue"], "by": [slot.name for slot in cuts] or ["product"]}
    answer |= {"where": [theirs, *take.where()], **(behind or before)[0]}
    return take.made("chain", {"steps": [{"name": "picked", "query": best}, {"name": "answer", "query": answer}]}, 2.0)


# What a thing must have had for a state that needs no number: overdue orders, nothing in stock, late deliveries.
_STATES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("supplier", "overdue_purchase_orders"): ("overdue_purchase_orders", ">"),
    ("supplier", "late_deliveries"): ("late_received_lines", ">"),
    ("supplier", "late_received_lines"): ("late_received_lines", ">"),
    ("supplier", "rejected_units"): ("rejected_units", ">"),
    ("product", "stockouts"): ("stock_on_hand", "="),
    ("product", "returned_units"): ("returned_units", ">"),
    ("customer", "returned_units"): ("returned_units", ">"),
    ("customer", "cancelled_orders"): ("cancelled_orders", ">"),
}
_RELATIVE = frozenset({"that", "who", "which", "with", "whose", "where", "having", "we", "is", "are", "co", "ma", "con", "bi", "dang"})


def fill_conditioned(sketch: Sketch) -> Candidate | None:
    """A figure over, or people who buy, what meets a condition of its own: revenue of suppliers that have overdue orders."""
    thing = _thing(sketch)
    if thing is None or sketch.has("top", "bottom", "never", "no_activity", "why", "share", "rising", "falling"):
        return None
    take = Taker(sketch)
    condition = _condition(take, thing)
    heads = [slot for slot in sketch.dimensions if slot.at < thing.at and slot.role in ("head", "counted") and slot.name != thing.name]
    asked = [slot for slot in sketch.metrics if not slot.verb and slot.at < thing.at and slot.at not in take.used]
    deeds = [slot for slot in sketch.metrics if slot.verb and slot.at < thing.at and slot.at not in take.used]
    whoever = not heads and thing.name != "customer" and sketch.tokens[0].folded in ("who", "ai")
    buyers = (whoever or (bool(heads) and heads[0].name == "customer")) and bool(deeds) and not asked
    if condition is None or len(asked) > 1 or not (asked or buyers) or (heads and not buyers):
        return None
    take.used |= {thing.at, *(slot.at for slot in (*asked, *deeds)), *(slot.at for slot in heads)}
    take.cue("having", "which", "total", "how_much", "how_many", "show_all", "only")
    cuts = take.dimensions("group", "within")
    picked: Json = {"kind": "breakdown", "metrics": [condition["metric"]], "by": [thing.name], "having": [condition]}
    theirs: Json = {"dimension": thing.name, "op": "in_step", "step": "picked", "column": f"{thing.name}_id"}
    rest: Json = {"where": [theirs, *take.where()], **take.period()}
    if buyers:
        answer: Json = {"kind": "breakdown", "metrics": ["orders"], "by": ["customer"], **rest}
    elif cuts:
        answer = {"kind": "breakdown", "metrics": [asked[0].name], "by": cuts, **rest}
    else:
        answer = {"kind": "value", "metrics": [asked[0].name], **rest}
    return take.made("chain", {"steps": [{"name": "picked", "query": picked}, {"name": "answer", "query": answer}]}, 1.5)


def _thing(sketch: Sketch) -> DimensionSlot | None:
    """The things a condition stands behind: suppliers that have ..., products with ..., what we hold ..."""
    for slot in reversed(sketch.dimensions):
        end = sketch.groups[slot.at].end
        behind = {token.folded for token in sketch.tokens[end : end + 2]}
        if slot.name in ("supplier", "product", "customer") and slot.role not in ("group", "within") and behind & _RELATIVE:
            return slot if slot.at > 0 else None
    return None


def _condition(take: Taker, thing: DimensionSlot) -> Json | None:
    """The condition behind a thing: a figure against a number, or a state."""
    sketch = take.sketch
    later = [slot for slot in sketch.metrics if slot.at > thing.at]
    number = next((each for each in sketch.numbers if each.op and each.at > thing.at and not each.limits), None)
    if number is not None:
        figure = next((slot for slot in later if not slot.verb or slot.name == "stock_on_hand"), None)
        if figure is None or number.kind == "percent":
            return None
        take.used |= {number.at, *number.also, *(slot.at for slot in later if slot.verb or slot is figure)}
        take.cue("keep")
        return condition_on(figure.name, number)
    if thing.name == "product" and take.cue("out_of_stock"):
        return {"metric": "stock_on_hand", "op": "=", "value": 0}
    if thing.name == "supplier" and sketch.has("overdue") and any(slot.name in ("orders", "purchase_orders") for slot in later):
        take.cue("overdue")
        take.used.update(slot.at for slot in later)
        return {"metric": "overdue_purchase_orders", "op": ">", "value": 0}
    for slot in later:
        if state := _STATES.get((thing.name, slot.name)):
            take.used.add(slot.at)
            take.cue("late_word", "overdue")
            return {"metric": state[0], "op": state[1], "value": 0}
    return None


def _picked(sketch: Sketch) -> tuple[NumberSlot, DimensionSlot] | None:
    """The number with the thing it counts out: five suppliers, three biggest customers."""
    if not sketch.has("top", "bottom", "seller_high", "seller_low"):
        return None
    for number in sketch.numbers:
        things = [slot for slot in sketch.dimensions if 0 < slot.at - number.at <= 2 and slot.role in ("head", "label", "counted")]
        if number.limits and number.kind == "plain" and number.number > 1 and things:
            return number, things[0]
    return None


def _hangs(sketch: Sketch, number: NumberSlot) -> bool:
    """Whether a preposition joins what is picked to the figure before it."""
    start = sketch.groups[number.at].start
    return bool({token.folded for token in sketch.tokens[max(0, start - 4) : start]} & _JOINED)


def _measure(picked: str, measures: list[MetricSlot]) -> str:
    named = next((slot.name for slot in measures), "")
    if picked == "supplier" and named in ("", *_OF_SUPPLIERS):
        return "purchase_spend"
    return named or _USUAL.get(picked, "revenue")
