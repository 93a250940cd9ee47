"""Filler for questions about what the best of something have to do with: products of the five suppliers we spend most with."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import Json
from agents.language.sketch import DimensionSlot, MetricSlot, NumberSlot, Sketch
from agents.language.taker import Candidate, Taker
from agents.language.whose import of_whom

_BY_ID = frozenset({"supplier", "customer", "product", "location", "promotion"})
_USUAL: Mapping[str, str] = {"supplier": "purchase_spend", "carrier": "deliveries"}
_OF_SUPPLIERS = frozenset({"revenue", "orders", "purchase_spend"})  # what is spent with suppliers or ordered from them
# How things stand on a day: no period picks by them.
CURRENT_FIGURES = frozenset(
    {
        "stock_on_hand",
        "stock_value",
        "available_stock",
        "stock_on_order",
        "days_of_cover",
        "open_purchase_orders",
        "overdue_purchase_orders",
    }
)
_JOINED = frozenset({"of", "from", "by", "with", "in", "to", "at", "for", "cua", "tu", "cho", "voi", "tai"})


def fill_chain(sketch: Sketch) -> Candidate | None:
    """A figure over what belongs to the n best of something, which are found first."""
    found = _picked(sketch)
    if found is None:
        return None
    number, picked = found
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
    if metric not in CURRENT_FIGURES:
        best |= when  # the best of the days asked about, not of all time
    elif when:
        take.assume(f"{picked.name}s picked by what is now, the figure over the days named")
    theirs: Json = {"dimension": picked.name, "op": "in_step", "step": "picked", "column": column}
    answer: Json = {"kind": "value", "metrics": [asked[0].name], "where": [theirs, *take.where()], **when}
    return take.made("chain", {"steps": [{"name": "picked", "query": best}, {"name": "answer", "query": answer}]}, 1.0)


def _picked(sketch: Sketch) -> tuple[NumberSlot, DimensionSlot] | None:
    """The number with the thing it counts out: five suppliers, three biggest customers."""
    if not sketch.has("top", "bottom"):
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
