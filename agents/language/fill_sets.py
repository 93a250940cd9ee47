"""Fillers of the tools about who did what: silence, both, never, again."""

from __future__ import annotations

from agents.language.figures import Json
from agents.language.sketch import FilterSlot, Sketch
from agents.language.taker import Candidate, Taker, as_json
from tools.query.contract import Between, Last

_DONE_BY = {"customer": "orders", "product": "units", "category": "units", "supplier": "purchase_orders", "location": "orders"}


_COUNTED_AS = {"product": ("product_count", "active_products"), "customer": ("customer_count", "active_customers")}


def _entity(take: Taker, default: str = "customer") -> str:
    named = take.dimensions("head", "counted", "group")
    if named:
        return named[0]
    for kind, counts in _COUNTED_AS.items():
        if any(slot.name in counts and not slot.verb for slot in take.sketch.metrics):
            return kind  # articles nobody has bought
    words = {token.folded for token in take.sketch.tokens}
    return "product" if words & {"sold", "sell", "selling", "ban", "unsold"} and not words & {"who"} else default


def fill_inactive(sketch: Sketch) -> Candidate | None:
    """Nothing for so many days."""
    take = Taker(sketch)
    words = take.cue_words("no_activity")
    if _denied(sketch):
        return None
    lasting = bool(sketch.durations) or any(isinstance(slot.span.meaning, Last) for slot in sketch.periods)
    if not take.cue("no_activity") and not (sketch.has("never") and lasting and not sketch.filters and take.cue("never")):
        return None
    take.cue("seller_low", "combine")
    take.cue("which", "how_many", "never", "having", "exclude", "zero")
    entity = _entity(
        take,
        "product" if any(word in words for word in ("sold", "sell", "sale", "stock", "moved", "bán", "ế", "bought by")) else "customer",
    )
    metrics = sketch.metrics
    take.used.update(slot.at for slot in metrics)
    named = next((slot.name for slot in metrics if not slot.verb and slot.name not in ("active_customers", "active_products")), None)
    metric = named if named in ("units", "orders", "revenue", "returned_units") else _DONE_BY.get(entity, "orders")
    length = take.duration()
    if length is None or length.days < 1:
        return _since(take, entity, metric)
    return take.made("inactive", {"entity": entity, "metric": metric, "days": round(length.days), "where": take.where()}, 1.2)


def _since(take: Taker, entity: str, metric: str) -> Candidate:
    """No length was given: the period that was, or the usual 90 days."""
    for slot in take.sketch.periods:
        meaning = slot.span.meaning
        if isinstance(meaning, Between) and "since" in take.sketch.text(slot.at).casefold():
            take.used.add(slot.at)
            days = (meaning.end - meaning.start).days + 1
            return take.made("inactive", {"entity": entity, "metric": metric, "days": days, "where": take.where()}, 1.2)
    if period := take.period():
        none: Json = {"metric": metric, "op": "=", "value": 0}
        arguments: Json = {"metrics": [metric], "by": [entity], "having": [none], "include_empty": True, "where": take.where(), **period}
        return take.made("breakdown", arguments, 1.0)
    take.assume("silence means 90 days, because no length was named")
    return take.made("inactive", {"entity": entity, "metric": metric, "days": 90, "where": take.where()}, 1.0)


def fill_did_but_never(sketch: Sketch) -> Candidate | None:
    """Bought this, never that."""
    take = Taker(sketch)
    places = sketch.cues.get("never", ()) or _denied(sketch) or sketch.cues.get("exclude", ())
    if not places or not (sketch.filters or sketch.metrics):
        return None
    if len(sketch.periods) == 2 and not sketch.filters:
        return None
    cut = max(places)
    lead = _likely_entity(sketch)
    did = [slot for slot in sketch.filters if slot.at < cut and not (slot.negated or _own(slot, lead))]
    never = [slot for slot in sketch.filters if (slot.at > cut or slot.negated) and not _own(slot, lead)]
    if any(slot.best.dimension in ("order_status", "purchase_status") for slot in never):
        return None  # orders not yet shipped are a state, no deed of customers
    looked = any(slot.name in _LOOKED_AT and slot.at < cut for slot in sketch.metrics)
    deeds = ("returned_units", "reviews", *(("units", "orders") if looked else ()))
    late_verb = next((slot for slot in sketch.metrics if slot.at > cut and slot.name in deeds), None)
    if not never and late_verb is None:
        return None
    deed = any(slot.verb and slot.name in ("orders", "units") for slot in sketch.metrics) or bool(_denied(sketch))
    if not deed and late_verb is None and _is_figure(sketch):
        return None  # revenue by city but not Hanoi: a cut without a member
    people = any(slot.name == "customer" and slot.role in ("head", "counted") for slot in sketch.dimensions)
    if not sketch.has("never") and not (never and deed and (did or people)):
        return None
    take.cue("never", "exclude", "which", "how_many", "having", "combine", "only", "no_activity", "zero")
    entity = _entity(take)
    take.used.update(slot.at for slot in sketch.metrics)
    shared = [slot for slot in sketch.filters if _own(slot, lead)]
    when = take.period()
    first = {**_condition(take, did, entity), **when}
    second = {**_condition(take, never, entity), **when}
    if late_verb is not None and not never:
        second["metric"] = "units" if looked and late_verb.name == "orders" else late_verb.name
        early = next((slot.name for slot in sketch.metrics if slot.at < cut and slot.name in (*deeds, *_LOOKED_AT)), None)
        if early and early != late_verb.name:
            first["metric"] = early
    return take.made("did_but_never", {"entity": entity, "did": first, "never": second, "where": take.filters(shared)}, 1.5)


_LOOKED_AT = ("product_views", "cart_additions")


def _is_figure(sketch: Sketch) -> bool:
    """Whether a figure is asked for by a cut, and of nobody what he did."""
    named = any(not slot.verb for slot in sketch.metrics)
    roles = {slot.role for slot in sketch.dimensions}
    return named and bool(roles & {"group", "within"}) and not roles & {"head", "counted"} and not sketch.has("which", "how_many")


def _denied(sketch: Sketch) -> tuple[int, ...]:
    """Where "did not buy" and "not a single" stand between two names: bought this, not that."""
    names = [slot.at for slot in sketch.filters]
    places = (*sketch.cues.get("no_activity", ()), *sketch.cues.get("zero", ()))
    lasting = sketch.durations or sketch.has("higher", "lower")
    return tuple(at for at in places if not lasting and names and min(names) < at < max(names))


def fill_bought(sketch: Sketch) -> Candidate | None:
    """What somebody bought."""
    take = Taker(sketch)
    verbs = [slot for slot in sketch.metrics if slot.verb and slot.name in ("orders", "units")]
    who = [slot for slot in sketch.filters if slot.best.dimension == "customer"]
    words = {token.folded for token in sketch.tokens}
    if (
        not verbs
        or not who
        or len(verbs) < len(sketch.metrics)
        or not words & {"what", "which", "gi"}
        or sketch.has("last_time", "how_many")
    ):
        return None
    take.used.update(slot.at for slot in verbs)
    take.cue("which", "top", "performance")
    take.dimensions("head", "label")
    return take.made("ranking", {"metric": "units", "by": "product", "n": take.limit(), "where": take.where(), **take.period()}, 1.0)


def fill_stopped(sketch: Sketch) -> Candidate | None:
    """Active in one period, not in another."""
    take = Taker(sketch)
    if len(sketch.periods) != 2 or not sketch.has("never", "no_activity", "exclude"):
        return None
    if any(not slot.verb for slot in sketch.metrics) and not any(slot.role in ("head", "counted") for slot in sketch.dimensions):
        return None  # a figure without some days, and nobody who did or did not
    take.cue("never", "no_activity", "exclude", "which", "how_many", "having", "combine")
    entity = _entity(take)
    take.used.update(slot.at for slot in sketch.metrics)
    cut = max(at for name in ("never", "no_activity", "exclude") for at in sketch.cues.get(name, ()))
    slots = sorted(sketch.periods, key=lambda slot: (slot.at > cut, slot.at))
    take.used.update(slot.at for slot in slots)
    did, never = ({"metric": _DONE_BY.get(entity, "orders"), "period": as_json(slot.span.meaning)} for slot in slots)
    return take.made("did_but_never", {"entity": entity, "did": did, "never": never, "where": take.filters()}, 1.0)


def _own(slot: FilterSlot, entity: str = "customer") -> bool:
    """A name that describes the entity itself: gold customers in Hanoi."""
    return entity == "customer" and slot.best.dimension in ("tier", "province", "district", "customer_kind", "area_kind")


def _likely_entity(sketch: Sketch) -> str:
    """Customers, unless the message leads with other things."""
    return next((slot.name for slot in sketch.dimensions if slot.role in ("head", "counted", "group")), "customer")


def _condition(take: Taker, slots: list[FilterSlot], entity: str) -> Json:
    used: Json = {"metric": _DONE_BY.get(entity, "orders")}
    where = take.filters([FilterSlot(slot.choices, slot.at) for slot in slots])
    return {**used, "where": where} if where else used


def fill_overlap(sketch: Sketch) -> Candidate | None:
    """In both, or only in one."""
    take = Taker(sketch)
    both = sketch.has("both", "overlap") or _and_also(sketch)
    names = [slot for slot in sketch.filters if not _own(slot)]
    heads = [slot.name for slot in sketch.dimensions if slot.role in ("head", "counted")]
    if not (both or (sketch.has("only") and (len(names) > 1 or len(sketch.periods) > 1))):
        return None
    take.cue("like_for_like")
    take.cue("both", "overlap", "which", "how_many", "combine", "only", "having", "never", "exclude", "versus", "union")
    counted = sketch.has("how_many")
    entity = _entity(take)
    take.used.update(slot.at for slot in sketch.metrics)
    if len(names) == 2:
        when = take.period()
        left, right = ({**_condition(take, [slot], entity), **when} for slot in names)
    elif len(sketch.periods) == 2:
        when, periods = {"metric": _DONE_BY.get(entity, "orders")}, take.periods()
        if len(periods) != 2:
            return None  # one lies in the other
        left, right = ({**when, "period": period} for period in periods)
    else:
        return None
    keep = "counts" if counted or not heads else "both" if both else "only_left"
    return take.made("overlap", {"entity": entity, "left": left, "right": right, "keep": keep, "where": take.where()}, 1.2)


def _and_also(sketch: Sketch) -> bool:
    """People who bought coffee and milk; how many ordered in both August and September."""
    if sketch.has("like_for_like") and sketch.has("how_many") and not any(not slot.verb for slot in sketch.metrics):
        return True
    names = [slot for slot in sketch.filters if not slot.negated and not _own(slot)]
    people = any(slot.name == "customer" and slot.role in ("head", "counted") for slot in sketch.dimensions)
    deeds = sketch.metrics and all(slot.verb and slot.name == "orders" for slot in sketch.metrics)
    if (
        len(names) != 2
        or names[0].best.dimension != names[1].best.dimension
        or not (people and deeds)
        or sketch.has("never", "top", "bottom", "group")
    ):
        return False
    between = sketch.tokens[sketch.groups[names[0].at].end : sketch.groups[names[1].at].start]
    return bool({token.folded for token in between} & {"and", "va"})


def fill_first_and_last(sketch: Sketch) -> Candidate | None:
    """When something happened first and last."""
    take = Taker(sketch)
    words = take.cue_words("last_time") + take.cue_words("first_time")
    first = sketch.has("first_time")
    counted = sketch.has("how_many") and any(slot.name == "customer" for slot in sketch.dimensions)
    if not take.cue("last_time", "first_time") or (first and counted):
        return None
    take.cue("which", "group", "top", "bottom")
    named = [slot.best.dimension for slot in sketch.filters if slot.best.dimension in ("customer", "product", "supplier")]
    entity = (
        take.dimensions("group", "within", "head", "counted")
        or named
        or ["product" if any(word in words for word in ("sold", "sale", "bán")) else "customer"]
    )[0]
    take.used.update(slot.at for slot in sketch.metrics)
    metric = "returned_units" if "return" in words else _DONE_BY.get(entity, "orders")
    limit = take.limit()
    return take.made(
        "first_and_last",
        {"entity": entity, "metric": metric, "order": "oldest" if first else None, "limit": limit, "where": take.where(), **take.period()},
        0.9,
    )


def fill_gaps(sketch: Sketch) -> Candidate | None:
    """The longest silences."""
    take = Taker(sketch)
    if any(not slot.verb and slot.name not in ("orders", "units", "revenue") for slot in sketch.metrics) or not take.cue("gap"):
        return None
    take.cue("slowest", "top", "which", "no_activity", "group")
    entity = (take.dimensions("head", "group", "counted", "within") or ["customer"])[0]
    take.used.update(slot.at for slot in sketch.metrics)
    take.number("plain")
    length = take.duration()
    return take.made(
        "longest_gaps",
        {
            "entity": entity,
            "metric": _DONE_BY.get(entity, "orders"),
            "at_least_days": round(length.days) if length else None,
            "where": take.where(),
            **take.period(),
        },
        1.2,
    )


_PLACES = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "twice": 2, "thứ hai": 2, "lần hai": 2}


def fill_nth_event(sketch: Sketch) -> Candidate | None:
    """A second order within 30 days."""
    take = Taker(sketch)
    words = take.cue_words("repeat_event")
    goods = any(not slot.verb and slot.name in ("units", "returned_units", "shipments") for slot in sketch.metrics)
    sent_back = any(slot.name == "returned_units" for slot in sketch.metrics) and any(slot.name == "product" for slot in sketch.dimensions)
    people = any(slot.name == "customer" for slot in sketch.dimensions)
    if goods or (sent_back and not people) or sketch.has("why") or not take.cue("repeat_event"):
        return None
    take.cue("how_many", "which", "share", "first_time", "having")
    listed = sketch.has("which") and not sketch.has("how_many", "share")
    entity = (take.dimensions("head", "counted", "group") or ["customer"])[0]
    take.used.update(slot.at for slot in sketch.metrics)
    take.number("ordinal")
    n = next((place for word, place in _PLACES.items() if word in words), 2)
    length = None if {"after", "later"} & {token.folded for token in sketch.tokens} and not sketch.has("first_time") else take.duration()
    return take.made(
        "nth_event",
        {
            "entity": entity,
            "n": n,
            "within_days": length.days if length else None,
            "members": listed and entity == "customer" and _who(sketch),
            "where": take.where(),
            **take.period(),
        },
        1.0,
    )


def _who(sketch: Sketch) -> bool:
    return bool({token.folded for token in sketch.tokens} & {"which", "who", "list", "nao"})
