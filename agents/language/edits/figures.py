"""Figures, thresholds and shares in a message that leans on the last one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.language.edits.draft import Draft, objects, texts
from agents.language.edits.inherit import conditions_of
from agents.language.figures import is_mean
from agents.language.pointing import as_rate, as_value
from agents.language.rank import TELLING, weight_of
from agents.language.sketch import MetricSlot
from agents.language.whose import of_whom

_DEEDS = frozenset({"cancelled_orders", "returned_units", "sign_ups", "reviews", "refunds", "average_rating", "repeat_customers"})
_BRIEF = 6
# How long does that last: of stock that is a figure.
_LASTS = re.compile(
    r"\bhow (?:long|many (?:days|weeks)) (?:will|does|do|would|can|is|are)\b.*\b(?:last|lasts|enough|sufficient)\b"
    r"|(?:đủ|du) (?:bán |ban )?(?:trong |được |duoc )?(?:bao nhiêu ngày|mấy ngày|bao lâu|bao nhieu ngay|may ngay|bao lau)",
    re.IGNORECASE,
)
_LYING = frozenset({"stock_on_hand", "available_stock", "stock_value"})


def edit_figures(draft: Draft) -> None:
    """Conditions first, because a figure inside one is not asked for; then the figure."""
    if set(draft.metrics) & _LYING and _LASTS.search(draft.message):
        draft.take.used.update(range(len(draft.sketch.groups)))
        _put_metrics(draft, ["days_of_cover"])
        return
    _thresholds(draft)
    _overdue(draft)
    _other_side(draft)
    _measures(draft)
    draft.arguments = of_whom(draft.arguments)


def _thresholds(draft: Draft) -> None:
    """Only those above 5 %: of the figure named beside the number, else of the last one."""
    said = [slot for slot in draft.sketch.numbers if slot.op and slot.at not in draft.take.used]
    if not said:
        return
    if draft.tool == "trend" or not (draft.can("having") and draft.metrics):
        draft.fail()
        return
    found, named = draft.take.havings(draft.metrics)
    rest = [each for each in objects(draft.arguments.get("having")) if each.get("metric") not in named]
    draft.put("having", [*rest, *found])
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name in draft.by)
    draft.take.cue("only", "having", "which", "show_all")


_LATE = {
    "open_purchase_orders": "overdue_purchase_orders",
    "purchase_orders": "overdue_purchase_orders",
    "deliveries": "late_deliveries",
    "shipments": "late_deliveries",
    "received_lines": "late_received_lines",
}


def _overdue(draft: Draft) -> None:
    """Only the late ones: a figure of its own."""
    late = _LATE.get(next(iter(draft.metrics), ""))
    if late and not any(not slot.verb for slot in draft.sketch.metrics) and draft.take.cue("overdue", "late_word"):
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)
        _put_metrics(draft, [late])


def _other_side(draft: Draft) -> None:
    """What is it worth, as a percentage: the figure that belongs to the last one."""
    nouns = {slot.name for slot in draft.sketch.metrics if not slot.verb and slot.at not in draft.take.used}
    if not draft.metrics or (nouns and not _as_part(draft, nouns)):
        return
    language = draft.sketch.language
    text = as_value(draft.metrics[0], draft.message, language)
    other = _worth(draft) if text else None
    rate = draft.sketch.has("rate") or bool(_AS_PART.search(draft.message) and "total" not in draft.message.casefold())
    if other is None and (rate or (draft.sketch.has("share") and not draft.mood.has("shares"))):
        other = _RATES.get(draft.metrics[0]) if as_rate(draft.metrics[0], language) else None
        if other:
            draft.rated = draft.take.cue("rate", "share")
    if other:
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)
        draft.take.cue("how_much", "total", "rate", "price_in_force", "attribute")
        _put_metrics(draft, [other])


_AS_PART = re.compile(
    r"\bwhat (?:percentage|percent|share|proportion|part|fraction) of (?:all |the |our )?(?!total|that|it)\w"
    r"|\bas an? (?:percentage|percent|share|proportion|part|fraction|ratio) of\b|\b% of\b",
    re.IGNORECASE,
)


def _as_part(draft: Draft, nouns: set[str]) -> bool:
    """As a percentage of all deliveries, in money: the noun only says of what, or in what."""
    if _AS_PART.search(draft.message) and draft.metrics[0] in _RATES:
        return True
    return nouns <= {"revenue", "cost", "stock_value"} and bool(as_value(draft.metrics[0], draft.message, draft.sketch.language))


def _worth(draft: Draft) -> str | None:
    """Of orders the average value is a figure of its own."""
    if draft.metrics[0] in ("orders", "placed_orders") and draft.sketch.has("average") and draft.take.cue("average"):
        return "average_order_value"
    return _WORTH.get(draft.metrics[0])


_WORTH = {
    "stock_on_hand": "stock_value",
    "shrinkage_units": "shrinkage_value",
    "units": "revenue",
    "orders": "revenue",
    "cancelled_orders": "cancelled_value",
}
_RATES = {
    "cancelled_orders": "cancellation_rate",
    "returned_units": "return_rate",
    "margin": "margin_rate",
    "damaged_shipments": "damage_rate",
    "discount_amount": "discount_rate",
    "stockouts": "stockout_rate",
    "repeat_customers": "repeat_rate",
    "late_deliveries": "on_time_delivery_rate",
    "rejected_units": "supplier_reject_rate",
}


def _measures(draft: Draft) -> None:
    """Another figure in the place of the last one, or beside it."""
    draft.take.used.update(slot.at for slot in draft.sketch.metrics if slot.verb and draft.is_manner(slot.at))
    free = [slot for slot in draft.sketch.metrics if slot.at not in draft.take.used and not slot.left_out]
    removed = [slot for slot in draft.sketch.metrics if slot.left_out or draft.mood.has("removing")]
    if removed and _less(draft, removed):
        return
    counted = [slot for slot in draft.sketch.dimensions if slot.role == "counted"]
    nouns = [slot for slot in free if not slot.verb]
    if not nouns and (named := _named_like_things(draft)):
        _put_metrics(draft, named)
        return
    if not free and draft.sketch.has("group_by_metric") and draft.tool == "ranking":
        words = draft.take.cue_words("group_by_metric")
        if ("order" in words or "đơn" in words) and draft.take.cue("group_by_metric", "how_many"):
            _put_metrics(draft, ["orders"])
        return
    if not nouns and not counted and not _is_told(draft, free):
        return
    before = list(draft.metrics)
    if draft.mood.has("replacing") and (others := [slot.name for slot in nouns if slot.name not in before]) and len(others) < len(nouns):
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)  # replace orders with their average value
        _put_metrics(draft, others)
        return
    names = [_of_the_last(draft, name) for name in draft.take.metrics()]
    if not names:
        draft.fail()
        return
    draft.take.cue("how_many", "how_much", "which", "total", "average", "performance", "price_in_force", "how_did", "group_by_metric")
    draft.take.used.update(slot.at for slot in draft.sketch.metrics if slot.verb)
    if set(names) & set(before) and set(names) - set(before) and draft.mood.has("replacing") and not draft.mood.has("adding"):
        names = [name for name in names if name not in before]  # units instead of revenue
    if draft.mood.has("replacing"):
        draft.take.used.update(slot.at for slot in draft.sketch.metrics if slot.name in before)
    if draft.mood.has("adding") and not set(names) & set(before):
        names = [*before, *names]
    _put_metrics(draft, names)


_LISTED = frozenset({"which", "list", "by", "per", "each", "every", "nao", "theo", "tung", "moi"})


def _named_like_things(draft: Draft) -> list[str]:
    """What about orders: a word that is a thing and a figure is the figure, unless such things are to be listed."""
    if {token.folded for token in draft.sketch.tokens} & _LISTED or draft.mood.has("removing", "sorting") or not draft.metrics:
        return []
    heads = [slot for slot in draft.sketch.dimensions if slot.role == "head" and slot.at not in draft.take.used]
    slots = [slot for slot in heads if draft.sketch.groups[slot.at].of("metric")]
    if len(slots) != 1 or len([slot for slot in draft.sketch.dimensions if slot.role != "label"]) > 1:
        return []
    draft.take.used.add(slots[0].at)
    draft.take.cue("which", "show_all")
    return [draft.sketch.groups[slots[0].at].of("metric")[0].name]


def _of_the_last(draft: Draft, name: str) -> str:
    """Customers that return are no goods sent back; of the products we have, those that sold are counted."""
    return next((other for held, said, other in _OF_THE_LAST if said == name and held & set(draft.metrics)), name)


_OF_SALES = frozenset({"revenue", "units", "orders", "margin", "margin_rate", "average_order_value", "gross_sales", "placed_orders"})
_PEOPLE = frozenset({"new_customers", "active_customers", "customer_count", "sign_ups", "repeat_customers"})
_OF_THE_LAST = (
    (_PEOPLE, "returned_units", "repeat_customers"),
    (_PEOPLE, "return_rate", "repeat_rate"),
    (frozenset({"product_count"}), "units", "active_products"),
    (frozenset({"stock_value"}), "units", "stock_on_hand"),
    (frozenset({"shrinkage_value"}), "units", "shrinkage_units"),
    (frozenset({"refunds"}), "units", "returned_units"),
    (frozenset({"customer_count"}), "orders", "active_customers"),
)


def _is_told(draft: Draft, free: Sequence[MetricSlot]) -> bool:
    """A verb counts as a figure where it says what happened, or is all the message says."""
    telling = [at for at, group in enumerate(draft.sketch.groups) if weight_of(group) >= TELLING and at not in {slot.at for slot in free}]
    if any(slot.name in _DEEDS or _of_the_last(draft, slot.name) != slot.name for slot in free):
        return True
    if not draft.metrics:
        return bool(free)
    if telling and not (set(draft.metrics) <= _OF_SALES and {slot.name for slot in free} <= _OF_SALES):
        return bool(free)
    draft.take.used.update(slot.at for slot in free if telling)
    return bool(free) and len(draft.sketch.tokens) <= _BRIEF and not telling


def _less(draft: Draft, removed: Sequence[MetricSlot]) -> bool:
    names = {slot.name for slot in removed}
    if names == {"cancelled_orders"} and set(draft.metrics) <= _OF_SALES - {"placed_orders"}:
        draft.take.used.update(slot.at for slot in removed)
        draft.take.cue("exclude")
        draft.take.assume("cancelled orders are left out of sales figures anyway")
        draft.changed = True
        return True
    if "cancelled_orders" in names and draft.metrics == ["placed_orders"]:
        draft.take.used.update(slot.at for slot in removed)
        draft.take.cue("exclude")
        _put_metrics(draft, ["orders"])
        return True
    rest = [name for name in draft.metrics if name not in names]
    if not rest or rest == draft.metrics or not draft.can("metrics"):
        return False
    draft.take.used.update(slot.at for slot in removed)
    draft.put("metrics", rest)
    return True


def _put_metrics(draft: Draft, names: Sequence[str]) -> None:
    names = list(dict.fromkeys(names))
    if draft.can("metrics"):
        sorts = draft.mood.has("sorting") and draft.tool == "breakdown"
        draft.put("metrics", [*(name for name in draft.metrics if sorts and name not in names), *names])
        draft.put("order", None)
    elif draft.can("metric") and (len(names) == 1 or draft.tool == "ranking"):
        if draft.tool in ("share", "pareto", "abc_classes") and is_mean(names[0]):
            draft.fail()
        draft.put("metric", names[0])
        if draft.tool == "ranking":
            draft.put("also", names[1:])
    elif draft.tool == "look_up" and (record := conditions_of((draft.tool, draft.arguments))):
        draft.become("metric_value", metrics=names, where=record)
    else:
        draft.fail()


def edit_sides(draft: Draft) -> None:
    """Of the total, cumulated, against each other: another view of the same figure."""
    _shares(draft)
    _running(draft)
    _swings(draft)


def _shares(draft: Draft) -> None:
    wants = draft.mood.has("shares") or (draft.sketch.has("share") and draft.take.cue("share"))
    if not wants or draft.rated or draft.tool == "share":
        draft.take.cue("share", *(["total"] if draft.tool == "share" else []))
        return
    by = texts(draft.arguments.get("by"))
    if draft.tool not in ("breakdown", "ranking") or len(draft.metrics) != 1 or not by or is_mean(draft.metrics[0]):
        draft.fail()
        return
    draft.take.cue("share", "total", "which", "rate")
    top = draft.arguments.get("n") if draft.tool == "ranking" else None
    draft.become("share", metric=draft.metrics[0], by=by[:1], within=by[1:], top=top)


def _running(draft: Draft) -> None:
    if not draft.sketch.has("cumulative"):
        return
    if draft.tool not in ("metric_value", "trend", "running_total") or len(draft.metrics) != 1:
        draft.fail()
        return
    draft.take.cue("cumulative", "total", "trend")
    if draft.tool != "running_total":
        grain = draft.arguments.get("grain", "month")
        draft.become("running_total", metric=draft.metrics[0], grain=grain, by=draft.arguments.get("by"))


def _swings(draft: Draft) -> None:
    """Which of them grew: how each changed; and the ones that shrank: the other way."""
    ways = [name for name in ("rising", "falling", "change") if draft.sketch.has(name) and not _is_spoken(draft, name)]
    if not ways or draft.sketch.has("why", "streaks"):
        return
    draft.take.cue("rising", "falling", "change", "which", "how_did", "how_much", "performance")
    direction = ways[0] if len(ways) == 1 and ways[0] != "change" else "both"
    by = draft.by
    if draft.tool == "change_by_member":
        draft.put("direction", direction)
    elif draft.tool in ("breakdown", "ranking", "share") and len(by) == 1 and len(draft.metrics) == 1 and draft.arguments.get("period"):
        compare = draft.arguments.get("compare") or {"to": "previous"}
        draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name == by[0])
        draft.become("change_by_member", metric=draft.metrics[0], by=by[0], direction=direction, compare=compare)
    elif draft.tool == "metric_value" and draft.arguments.get("period"):
        draft.put("compare", draft.arguments.get("compare") or {"to": "previous"})
    else:
        draft.fail()


def _is_spoken(draft: Draft, cue: str) -> bool:
    """Drop the web ones: the word takes away and is no fall."""
    groups = [draft.sketch.groups[at] for at in draft.sketch.cues.get(cue, ())]
    return all(set(range(group.start, group.end)) <= draft.mood.places for group in groups)
