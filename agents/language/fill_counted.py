"""Fillers for how many of them there are: who meets a condition, who did something at all, who never did, who came back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.figures import Json
from agents.language.fill_measures import explain_average
from agents.language.sketch import DESCRIBES, Sketch
from agents.language.taker import Candidate, Taker
from agents.language.whose import known

# Figures that count members on file: beside a condition on another figure those that meet it are counted.
_OF_FILE: Mapping[str, str] = {
    "customer_count": "customer", "active_customers": "customer", "product_count": "product", "active_products": "product",
    "supplier_count": "supplier", "location_count": "location",
}  # fmt: skip
_BY_DEFINITION = (("orders", ">=", 1), ("orders", ">", 0), ("orders", ">=", 2), ("orders", ">", 1))
_TIMES = re.compile(r"\bhow many (day|week|month|quarter)s$")
_DEEDS = frozenset({"returned_units", "reviews", "cancelled_orders"})
_DONE_BY: Mapping[str, str] = {"customer": "orders", "product": "units", "supplier": "purchase_orders", "location": "orders"}


def fill_who_meet(sketch: Sketch) -> Candidate | None:
    """How many customers placed more than 5 orders, how many days had more than 50: those that meet the condition."""
    take = Taker(sketch)
    if not any(number.op for number in sketch.numbers):
        return None
    having, named = take.havings()
    thing = _counted(take, named)
    lines = [(each["metric"], each["op"], each["value"]) for each in having]
    if thing is None or not having or (len(lines) == 1 and lines[0] in _BY_DEFINITION):
        return None
    explain_average(take, named)
    take.cue("how_many", "having", "keep", "total")
    arguments: Json = {"metrics": named, "by": [thing], "having": having, "where": [*take.where(), *known(thing)]}
    return take.made("breakdown", {**arguments, **take.period()}, 0.2)


def _counted(take: Taker, named: list[str]) -> str | None:
    """What is counted: a thing, a member on file, or days."""
    if things := take.dimensions("counted"):
        return things[0]
    metrics = take.metrics()
    if thing := next((_OF_FILE[name] for name in metrics if name in _OF_FILE and name not in named), None):
        return thing
    found = _TIMES.search(take.cue_words("speed"))
    return found[1] if found and take.cue("speed") else None


def fill_who_did(sketch: Sketch) -> Candidate | None:
    """How many customers returned something, wrote a review: those with any of it."""
    take = Taker(sketch)
    deeds = {slot.name for slot in sketch.metrics if slot.name != "orders"}
    counted = [slot.name for slot in sketch.dimensions if slot.role == "counted"]
    if counted != ["customer"] or len(deeds) != 1 or not deeds <= _DEEDS or sketch.numbers or sketch.has("never", "share", "rate"):
        return None
    take.cue("how_many", "having")
    take.dimensions("counted")
    take.used.update(slot.at for slot in sketch.metrics)
    (metric,) = deeds
    some: Json = {"metric": metric, "op": ">", "value": 0}
    arguments: Json = {"metrics": [metric], "by": ["customer"], "having": [some], "where": [*take.where(), *known("customer")]}
    return take.made("breakdown", {**arguments, **take.period()}, 1.0)


def fill_who_never(sketch: Sketch) -> Candidate | None:
    """Products that were never sold, customers who never ordered: those with none of it at all."""
    take = Taker(sketch)
    thing = next((slot.name for slot in sketch.dimensions if slot.role in ("head", "counted") and slot.name in _DONE_BY), None)
    deeds = {slot.name for slot in sketch.metrics}
    if thing is None or not deeds or not deeds <= {"orders", "units", _DONE_BY[thing]} or sketch.durations or sketch.numbers:
        return None
    described = all(slot.best.dimension in DESCRIBES.get(thing, ()) for slot in sketch.filters)
    if not described or not take.cue("never") or sketch.has("no_activity", "versus"):
        return None
    take.cue("which", "how_many", "show_all", "having")
    take.dimensions("head", "counted")
    take.turn(*(slot.at for slot in sketch.metrics))
    take.used.update(slot.at for slot in sketch.metrics)
    metric = _DONE_BY[thing]
    none: Json = {"metric": metric, "op": "=", "value": 0}
    arguments: Json = {"metrics": [metric], "by": [thing], "having": [none], "include_empty": True, "where": take.where()}
    return take.made("breakdown", {**arguments, **take.period()}, 1.0)


def fill_repeat_rate(sketch: Sketch) -> Candidate | None:
    """What part of the customers bought more than once: the repeat rate."""
    take = Taker(sketch)
    bought = {slot.name for slot in sketch.metrics} <= {"orders", "placed_orders", "active_customers"}
    twice = [number for number in sketch.numbers if (number.op, number.number) in ((">=", 2), (">", 1))]
    of_customers = {slot.name for slot in sketch.dimensions} == {"customer"} and sketch.has("share", "rate")
    if not (bought and of_customers and len(twice) == len(sketch.numbers) == 1):
        return None
    take.cue("share", "rate", "which", "how_many", "having", "nth")
    take.dimensions("head", "counted", "label")
    take.used |= {twice[0].at, *twice[0].also, *(slot.at for slot in sketch.metrics)}
    return take.made("metric_value", {"metrics": ["repeat_rate"], "where": take.where(), **take.period(), **take.compare()}, 1.0)
