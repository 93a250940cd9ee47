"""Fillers of the tools for how values spread: medians, percentiles, histograms, members counted by a figure of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.figures import Json
from agents.language.fill_measures import names_one
from agents.language.sketch import IN_DAYS, Sketch
from agents.language.taker import Candidate, Taker

_FEWEST = 2
# A distribution is one of rows: the mean over orders is asked for through the value of each order.
PER_ORDER: Mapping[str, str] = {"average_order_value": "revenue", "units_per_order": "units"}


def fill_percentiles(sketch: Sketch) -> Candidate | None:
    """Median and percentiles."""
    take = Taker(sketch)
    reached = _share_reached(take)
    if (middle := _half_under(take)) is not None:
        return middle
    if reached is not None:
        arguments: Json = {
            "metric": "delivery_days",
            "percentiles": [reached],
            "by": take.dimensions("group", "within"),
            "where": take.where(),
        }
        return take.made("percentiles", {**arguments, **take.period()}, 1)
    if not sketch.has("median", "percentile"):
        return None
    asked = [0.5] if take.cue("median") else []
    take.cue("average")
    if re.search(r"quartile|tứ phân vị", take.cue_words("percentile")):
        asked += [0.25, 0.5, 0.75]
    asked += [int(found) / 100 for found in re.findall(r"p(\d{2})\b", take.cue_words("percentile"))]
    if sketch.has("bottom") and (tail := take.number("percent")):
        take.cue("bottom")
        asked.append(round(1 - tail.number, 4))
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


def _half_under(take: Taker) -> Candidate | None:
    """Half of our orders are worth less than what: the median."""
    sketch = take.sketch
    words = [token.folded for token in sketch.tokens]
    asks = set(words[-5:]) & {"what", "much", "many", "bao", "nhieu", "amount"}
    if not (sketch.has("half") and asks and (sketch.has("lower", "higher") or any(group.of("comparator") for group in sketch.groups))):
        return None
    own = Taker(sketch)
    own.cue("half", "lower", "higher", "versus", "which", "how_much", "how_many", "speed")
    own.used.update(at for at, group in enumerate(sketch.groups) if group.of("comparator"))
    delivered = [slot for slot in sketch.metrics if slot.name in ("deliveries", "shipments", "delivery_days")]
    own.used.update(slot.at for slot in sketch.metrics if slot.verb or slot in delivered or slot.name == "orders")
    own.used.update(slot.at for slot in sketch.dimensions if slot.role == "loose" or slot.name in ("order", "shipment"))
    metric, per = ("delivery_days", None) if delivered else ("revenue", "order")
    return own.made("percentiles", {"metric": metric, "per": per, "percentiles": [0.5], "where": own.where(), **own.period()}, 2.0)


def _share_reached(take: Taker) -> float | None:
    """Within how many days do 95 percent of deliveries arrive."""
    sketch = take.sketch
    part = next((slot for slot in sketch.numbers if slot.kind == "percent" and slot.op is None and slot.at not in take.used), None)
    delivered = [slot for slot in sketch.metrics if "deliver" in slot.name or slot.name in ("shipments", "orders")]
    if part is None or not delivered or not take.cue("speed"):
        return None
    take.used |= {part.at, *(slot.at for slot in delivered), *(slot.at for slot in sketch.dimensions if slot.role in ("loose", "label"))}
    take.cue("how_many", "having", "how_much")
    return part.number


def fill_histogram(sketch: Sketch) -> Candidate | None:
    """How values spread."""
    take = Taker(sketch)
    if not take.cue("histogram"):
        return None
    metric, per = _per(take)
    if metric is None:
        return None
    when = take.period()
    if not when and take.bucket() == "year":
        take.assume("this year, because each year has its own")
        when = {"period": {"kind": "named", "name": "this_year"}}
    return take.made("histogram", {"metric": metric, "per": per, "where": take.where(), **when}, 1)


def _per(take: Taker) -> tuple[str | None, str | None]:
    """The metric of a distribution, and whose values it is one of."""
    metric = take.metric()
    if metric in IN_DAYS:
        take.used.update(
            slot.at for slot in take.sketch.dimensions if slot.name in ("product", "order", "shipment") and slot.role == "head"
        )
        return metric, None  # how long goods take to come
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
    if (
        sketch.has("top", "bottom")
        or names_one(sketch)
        or not take.cue("group_by_metric")
        or (counts and counts[0] != "orders" and not (entity and entity.name == "customer"))
    ):
        return None
    if entity:
        take.used.add(entity.at)
    take.cue("how_many", "group", "which", "histogram")
    edges = _edges(take)
    return take.made(
        "group_by_metric",
        {
            "entity": entity.name if entity else "customer",
            "metric": take.metric() or "orders",
            "edges": edges,
            "where": take.where(),
            **take.period(),
        },
        0.8,
    )


_ONCE: Mapping[str, float] = {"once": 1, "twice": 2, "thrice": 3}


def _edges(take: Taker) -> list[float]:
    """Where each class begins: once, twice, 3 to 5, 6 or more; a single number is no class of its own."""
    sketch = take.sketch
    free = [slot for slot in sketch.numbers if slot.at not in take.used]
    bare = [slot.at for slot in sketch.filters if slot.best.dimension == "order" and sketch.text(slot.at).isdigit()]
    said = {_ONCE[token.folded] for token in sketch.tokens if token.folded in _ONCE} | {float(sketch.text(at)) for at in bare}
    found = sorted({*said, *(slot.number + 1 if slot.op == ">" else slot.number for slot in free)})
    if len(found) < _FEWEST or not any(slot.op in (">=", ">", "between") for slot in free):
        take.number("plain")
        return []
    take.used.update(place for slot in free for place in (slot.at, *slot.also))
    take.used.update(bare)
    take.cue("repeat_event", "combine", "having")
    return found
