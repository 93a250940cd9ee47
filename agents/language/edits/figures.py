"""Figures, thresholds and shares in a message that leans on the last one."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.edits.another_side import divides, edit_side, lasts, put_metrics
from agents.language.edits.cuts import edit_cuts
from agents.language.edits.draft import Draft, objects, texts
from agents.language.figures import is_mean
from agents.language.follow import BRIEF, DEEDS
from agents.language.rank import TELLING, weight_of
from agents.language.sketch import DESCRIBES, MetricSlot
from agents.language.taker import condition
from agents.language.whose import of_whom


def edit_figures(draft: Draft) -> None:
    """Conditions first, because a figure inside one is not asked for; then the figure."""
    if lasts(draft) or divides(draft):
        return
    _thresholds(draft)
    _overdue(draft)
    edit_side(draft)
    _measures(draft)
    draft.arguments = of_whom(draft.arguments)


def _thresholds(draft: Draft) -> None:
    """Only those above 5 %: of the figure named beside the number, else of the last one."""
    said = [slot for slot in draft.sketch.numbers if slot.op and slot.at not in draft.take.used]
    if not said:
        return
    if draft.tool == "metric_value":
        edit_cuts(draft)  # by product and above 3 million: first there are rows that can be above
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
        put_metrics(draft, [late])


def _measures(draft: Draft) -> None:
    """Another figure in the place of the last one, or beside it."""
    draft.take.used.update(slot.at for slot in draft.sketch.metrics if slot.verb and draft.is_manner(slot.at))
    draft.take.used.update(slot.at for slot in draft.sketch.metrics if _only_labels(draft, slot))
    _leave_deeds(draft)
    free = [slot for slot in draft.sketch.metrics if slot.at not in draft.take.used and not slot.left_out]
    removed = [slot for slot in draft.sketch.metrics if slot.left_out or draft.mood.has("removing")]
    if removed and _less(draft, removed):
        return
    counted = [slot for slot in draft.sketch.dimensions if slot.role == "counted"]
    nouns = [slot for slot in free if not slot.verb]
    if not nouns and (named := _named_like_things(draft)):
        put_metrics(draft, named)
        return
    if not free and draft.sketch.has("group_by_metric") and draft.tool in _FIGURED:
        words = draft.take.cue_words("group_by_metric")
        if ("order" in words or "đơn" in words) and draft.take.cue("group_by_metric", "how_many"):
            put_metrics(draft, ["orders"])
        return
    if not nouns and not counted and not _is_told(draft, free):
        return
    before = list(draft.metrics)
    if draft.mood.has("replacing") and (others := [slot.name for slot in nouns if slot.name not in before]) and len(others) < len(nouns):
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)  # replace orders with their average value
        put_metrics(draft, others)
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
    if draft.mood.has("adding"):
        draft.take.cue("basket")  # put the profit next to it
    if draft.mood.has("adding") and not set(names) & set(before):
        names = [*before, *names]
    put_metrics(draft, names)


def _leave_deeds(draft: Draft) -> None:
    """Only what gold customers bought: the verb says nothing more."""
    if draft.narrows:
        told = [slot for slot in draft.sketch.metrics if slot.verb and slot.name not in DEEDS]
        draft.take.used.update(slot.at for slot in told)
        draft.take.cue("which")


_FIGURED = ("ranking", "compare_groups", "breakdown", "metric_value", "trend", "share")


def _only_labels(draft: Draft, slot: MetricSlot) -> bool:
    """For paid orders only: the noun says what is paid, and asks for no figure."""
    group = draft.sketch.groups[slot.at]
    words = {token.lower for token in draft.sketch.tokens}
    things = {tag.name for tag in group.of("dimension")}
    beside = [each for each in draft.sketch.filters if abs(each.at - slot.at) == 1]
    near = beside or [each for each in draft.sketch.filters if each.at > slot.at and _are_empty(draft, slot.at, each.at)]
    described = any(choice.dimension in DESCRIBES.get(thing, ()) for each in near for choice in each.choices for thing in things)
    described = described or (draft.narrows and (bool(things) or slot.name in _COUNTS) and slot.name not in DEEDS - {"reviews"})
    alone = sum(not each.verb for each in draft.sketch.metrics) == 1
    return described and alone and slot.name not in draft.metrics and bool(words & _NARROWS) and not draft.mood.has("adding")


def _are_empty(draft: Draft, first: int, last: int) -> bool:
    return last - first <= _NEAR and all(group.is_empty_word for group in draft.sketch.groups[first + 1 : last])


_NEAR = 3
# Figures that count things: where only some are taken, the noun says which things.
_COUNTS = frozenset({"orders", "placed_orders", "units", "reviews", "shipments", "deliveries", "purchase_orders", "visits", "visitors"})
_NARROWS = frozenset({"only", "just", "for", "from", "chỉ", "riêng", "chi", "rieng"})
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
    if any(slot.name in DEEDS or _of_the_last(draft, slot.name) != slot.name for slot in free):
        return True
    if not draft.metrics or {token.folded for token in draft.sketch.tokens} & _ANYTHING:
        return bool(free)  # has he ordered anything
    if telling and not (set(draft.metrics) <= _OF_SALES and {slot.name for slot in free} <= _OF_SALES):
        return bool(free)
    draft.take.used.update(slot.at for slot in free if telling)
    return bool(free) and sum(token.text[0].isalnum() for token in draft.sketch.tokens) <= BRIEF and not telling


_ANYTHING = frozenset({"anything", "any"})


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
        put_metrics(draft, ["orders"])
        return True
    rest = [name for name in draft.metrics if name not in names]
    if not rest or rest == draft.metrics or not draft.can("metrics"):
        return False
    draft.take.used.update(slot.at for slot in removed)
    draft.put("metrics", rest)
    return True


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
    draft.become("share", metric=draft.metrics[0], by=by[:1], within=by[1:], top=top, n=None)


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
    if not ways or draft.sketch.has("why", "row") or (draft.tool == "compare_groups" and draft.mood.has("both")):
        return
    draft.take.cue("rising", "falling", "change", "which", "how_did", "how_much", "performance")
    direction = ways[0] if len(ways) == 1 and ways[0] != "change" else "both"
    by = draft.by
    if draft.tool == "change_by_member":
        draft.put("direction", direction)
    elif draft.tool in ("breakdown", "ranking", "share") and len(by) == 1 and len(draft.metrics) == 1 and draft.arguments.get("period"):
        compare = draft.arguments.get("compare") or {"to": "previous"}
        draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name == by[0])
        _of_those_shown(draft, by[0])
        draft.become("change_by_member", metric=draft.metrics[0], by=by[0], direction=direction, compare=compare)
    elif draft.tool == "metric_value" and draft.arguments.get("period"):
        draft.put("compare", draft.arguments.get("compare") or {"to": "previous"})
    else:
        draft.fail()


def _of_those_shown(draft: Draft, by: str) -> None:
    """Which of the first five fell: of those, not the five that fell most."""
    if draft.tool != "ranking" or not draft.arguments.pop("n", None):
        return
    if draft.handles and all(handle.dimension == by for handle in draft.handles):
        kept = [each for each in objects(draft.arguments.get("where")) if each.get("dimension") != by]
        draft.put("where", [*kept, condition(by, [handle.value for handle in draft.handles])])
    else:
        draft.take.assume("no longer only the first of them")


def _is_spoken(draft: Draft, cue: str) -> bool:
    """Drop the web ones: the word takes away and is no fall."""
    groups = [draft.sketch.groups[at] for at in draft.sketch.cues.get(cue, ())]
    return all(set(range(group.start, group.end)) <= draft.mood.places for group in groups)
