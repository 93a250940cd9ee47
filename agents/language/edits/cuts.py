"""Cuts, ranks and limits in a message that leans on the last one."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.edits.draft import Draft, objects, texts
from agents.language.edits.names import without_names
from agents.language.fill_rankings import lowest
from agents.language.follow import CURRENT
from agents.language.sketch import COUNTED, TIMES, DimensionSlot, NumberSlot
from agents.language.spans import Bucket
from agents.language.taker import condition
from agents.language.tokens import fold
from tools.query.vocabulary import ratios

_RANKS = ("top", "bottom", "fastest", "slowest", "seller_high", "seller_low", "cheap", "expensive")
_LOW = ("bottom", "fastest", "cheap", "seller_low")
_LIMITS = {
    "ranking": "n", "ranking_within_groups": "n", "bought_together": "n", "rank_change": "n", "change_by_member": "n", "overdue": "limit",
    "first_and_last": "limit", "share": "top", "breakdown": "limit",
}  # fmt: skip
_COUNTS = {"inactive": "days", "longest_gaps": "at_least_days", "streaks": "at_least", "rolling_average": "n", "nth_event": "n"}
_ONE_CUT = ("ranking", "ranking_within_groups", "pareto", "abc_classes", "rank_change", "change_by_member", "contribution", "decomposition")
_MANY_CUTS = ("breakdown", "trend", "share", "running_total", "rolling_average", "streaks", "percentiles")
_PLURAL = frozenset({"ones", "those", "products", "customers", "sellers", "categories", "provinces", "channels", "suppliers"})
_DEFAULT, _FEW = 10, 3
_EACH = frozenset({"each", "every", "moi", "tung"})
_OF_IT = frozenset(
    {"it", "those", "these", "they", "them", "that", "this", "break", "split", "detail", "details", "drill", "chi", "no", "do", "tach"}
)


def edit_cuts(draft: Draft) -> None:
    """By something else, beside something, no longer by anything."""
    both = draft.mood.has("both") and draft.sketch.has("total") and not draft.sketch.metrics  # the two of them together
    if both:
        draft.take.used.update(slot.at for slot in draft.sketch.numbers if slot.number == 2 and slot.op is None)
        draft.take.cue("total")
    whole = (draft.mood.has("whole") or both) and not draft.mood.has("shares") and not draft.sketch.has("share")
    if whole and draft.by and draft.metrics and "by" in draft.arguments:
        held = draft.by
        draft.become("metric_value", metrics=[*draft.metrics, *texts(draft.arguments.get("also"))], also=None)
        draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name in held)
    said = _said(draft)
    if not said and draft.tool == "metric_value" and set(draft.metrics) & CURRENT and draft.take.cue("where_is"):
        _split(draft, ["location"])
    if not said:
        return
    draft.take.used.update(slot.at for slot in said)
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.role == "label")
    draft.take.cue("group", "within", "which", "show_all", "how_did", "performance")
    names = list(dict.fromkeys(_name(draft, slot) for slot in said))
    if draft.mood.has("removing"):
        _less(draft, names)
        return
    if _of_the_one(draft, names) or _best_of_each(draft, said, names):
        return
    for name in names:  # split by tier, it is no longer only gold
        if any(slot.role != "head" for slot in said if slot.name == name) and not draft.sketch.filters:
            _not_only(draft, name)
    _more(draft, said, names)


def _of_the_one(draft: Draft, names: list[str]) -> bool:
    """Of the one row that was shown, it is split further."""
    words = {token.folded for token in draft.sketch.tokens}
    one = draft.tool == "ranking" and draft.arguments.get("n") == 1 and 0 < len(draft.handles) <= _FEW  # more than one where they tie
    if not one or not words & _OF_IT or draft.arguments.get("by") in names or draft.sketch.filters:
        return False
    dimension = draft.handles[0].dimension
    kept = [each for each in objects(draft.arguments.get("where")) if each.get("dimension") != dimension]
    draft.put("where", [*kept, condition(dimension, [handle.value for handle in draft.handles])])
    draft.become("breakdown", metrics=[*draft.metrics, *texts(draft.arguments.get("also"))], by=names, also=None, n=None)
    return True


def _best_of_each(draft: Draft, said: Sequence[DimensionSlot], names: list[str]) -> bool:
    """For each, the best product: within what was listed."""
    words = {token.folded for token in draft.sketch.tokens}
    ranked = any(draft.sketch.has(name) for name in _RANKS)
    if not (ranked and words & _EACH and len(names) == 1 and len(draft.by) == 1 and draft.by != names and draft.metrics):
        return False
    if draft.tool not in ("ranking", "breakdown"):
        return False
    within, number = draft.by[0], _limit(draft)
    if draft.tool == "ranking" and draft.handles and draft.handles[0].dimension == within:
        kept = [each for each in objects(draft.arguments.get("where")) if each.get("dimension") != within]
        draft.put("where", [*kept, condition(within, [handle.value for handle in draft.handles])])
    if number:
        draft.take.used |= {number.at, *number.also}
    few = 1 if not draft.sketch.text(said[0].at).casefold().endswith("s") else 3
    low = _is_low(draft)
    draft.take.cue(*_RANKS, "within", "group")
    n = int(number.number) if number else few
    draft.become("ranking_within_groups", metric=draft.metrics[0], by=names[0], within=within, n=n, lowest=low)
    return True


def _said(draft: Draft) -> list[DimensionSlot]:
    if {"tung"} & {token.folded for token in draft.sketch.tokens}:  # từng kênh một: one by one, no number
        draft.take.used.update(slot.at for slot in draft.sketch.numbers if slot.number == 1 and slot.op is None)
    who = {"who", "whom", "ai"}
    free = [
        slot for slot in draft.sketch.dimensions if slot.at not in draft.take.used and slot.role in ("head", "group", "within", "counted")
    ]
    said = [slot for slot in free if not draft.is_manner(slot.at)]  # that quarter: nothing changes
    if draft.narrows:  # only what gold customers bought: they are no cut
        draft.take.used.update(slot.at for slot in said if slot.role in ("head", "counted"))
        said = [slot for slot in said if slot.role not in ("head", "counted")]
    return [slot for slot in said if draft.sketch.text(slot.at).casefold() not in who or not draft.by]


def _name(draft: Draft, slot: DimensionSlot) -> str:
    """What the word means here: a firm may be a carrier or a brand, whichever is listed."""
    meant = {"hãng", "hang"} & {draft.sketch.text(slot.at).casefold().removesuffix(" nào").removesuffix(" nao")}
    return next((name for name in draft.by if meant and name in ("carrier", "manufacturer")), slot.name)


def _not_only(draft: Draft, dimension: str) -> None:
    held = objects(draft.arguments.get("where"))
    if any(each.get("dimension") == dimension and each.get("op", "=") in ("=", "in") for each in held):
        draft.put("where", [each for each in held if each.get("dimension") != dimension])


def _less(draft: Draft, names: Sequence[str]) -> None:
    by = texts(draft.arguments.get("by"))
    words = {token.folded for token in draft.sketch.tokens}
    held = objects(draft.arguments.get("where"))
    called = [each for each in held if {fold(value) for value in texts(each.get("values"))} & words]
    if called:  # a word of the trade that is a name in the conditions: remove store
        draft.put("where", [each for each in held if each not in called])
        return
    rest = [each for each in by if each not in names]
    if any(each.get("dimension") in names for each in objects(draft.arguments.get("where"))) and rest == by:
        for name in names:
            without_names(draft, name)
    elif rest == by:
        draft.fail()
    elif rest and draft.tool in _MANY_CUTS:
        draft.put("by", rest)
    else:
        draft.become("metric_value", metrics=draft.metrics, compare=draft.arguments.get("compare"))


def _more(draft: Draft, said: Sequence[DimensionSlot], names: list[str]) -> None:
    role, one = said[0].role, len(names) == 1
    if one and role != "head" and (ratio := ratios().get((next(iter(draft.metrics), ""), COUNTED.get(names[0], "")))):
        draft.take.cue("average", "per_unit")
        draft.put("metrics" if draft.can("metrics") else "metric", [ratio] if draft.can("metrics") else ratio)
    elif draft.tool == "overdue":
        _other_records(draft, names)
    elif draft.tool == "metric_value":
        _split(draft, names)
    elif draft.tool == "trend" and draft.mood.has("replacing") and _names_grain(draft):
        draft.become("breakdown", metrics=draft.metrics, by=names, compare=draft.arguments.get("compare"))
    elif draft.tool == "ranking" and one and _one_by_one(draft, names[0]):
        draft.become("breakdown", metrics=[*draft.metrics, *texts(draft.arguments.get("also"))], by=names)
    elif one and names[0] in TIMES and draft.tool in ("trend", "running_total", "rolling_average"):
        draft.put("grain", names[0])
    elif draft.tool in _MANY_CUTS:
        _cut_by(draft, role, names)
    elif one:
        _of_another(draft, role, names[0])
    else:
        draft.fail()


def _names_grain(draft: Draft) -> bool:
    """Per channel instead of per day: what it is no longer cut by is the bucket of time."""
    grain = str(draft.arguments.get("grain"))
    slots = [slot for slot in draft.sketch.buckets if isinstance(slot.span.meaning, Bucket) and slot.span.meaning.grain == grain]
    draft.take.used.update(slot.at for slot in slots)
    return bool(slots) or any(slot.name == grain for slot in draft.sketch.dimensions)


def _one_by_one(draft: Draft, name: str) -> bool:
    """Each channel, after the best of them: all of them, not the best."""
    each = bool({token.folded for token in draft.sketch.tokens} & _EACH)
    return each and not draft.sketch.has(*_RANKS) and (name == draft.arguments.get("by") or draft.arguments.get("n") == 1)


def _split(draft: Draft, names: list[str]) -> None:
    """A figure by something: over time a line, else a table."""
    if draft.arguments.get("periods"):
        draft.fail()
    elif len(names) == 1 and names[0] in TIMES and not draft.arguments.get("compare"):
        draft.become("trend", metrics=draft.metrics, grain=names[0])
    else:
        draft.become("breakdown", metrics=draft.metrics, by=names, compare=draft.arguments.get("compare"))


def _cut_by(draft: Draft, role: str, names: list[str]) -> None:
    """Another cut, or one more."""
    held = texts(draft.arguments.get("by"))
    if set(names) & set(held) and set(names) - set(held) and not draft.sketch.has("combine"):  # channel for payment method
        names = [*(name for name in held if name not in names), *(name for name in names if name not in held)]
    added = draft.mood.has("adding") or (role == "within" and draft.tool == "breakdown")
    draft.put("by", [*held, *(name for name in names if name not in held)] if added else names)
    if draft.tool == "share":
        draft.put("within", None)


def _of_another(draft: Draft, role: str, name: str) -> None:
    """What is ranked or listed is another thing; within each of something its best are ranked."""
    if draft.tool == "ranking" and role == "within" and name != draft.arguments.get("by"):
        n, lowest = draft.arguments.get("n") or _FEW, draft.arguments.get("lowest")
        draft.become("ranking_within_groups", metric=draft.metrics[0], by=draft.by[0], within=name, n=n, lowest=lowest)
    elif draft.tool in _ONE_CUT:
        draft.put("by", name)
    elif draft.can("entity"):
        draft.put("entity", name)
    elif draft.tool == "histogram":
        draft.put("per", name)
    else:
        draft.fail()


def _other_records(draft: Draft, names: Sequence[str]) -> None:
    """Late shipments instead of late purchase orders: a supplier has none of them."""
    of = {"shipment": "shipments", "purchase_order": "purchase_orders"}.get(names[0])
    if of is None:
        draft.fail()
        return
    draft.take.cue("late_word", "overdue")
    draft.put("of", of)


def edit_ranks(draft: Draft) -> None:
    """The first, the last, so many of them."""
    if draft.tool == "ranking_within_groups" and draft.take.used >= {at for name in _RANKS for at in draft.sketch.cues.get(name, ())}:
        number = _limit(draft)
        if number is not None:
            _count(draft, number)
        return
    cue = next((name for name in _RANKS if draft.sketch.has(name)), None)
    flipped = draft.sketch.has("other_end")
    number = _limit(draft)
    first = cue is not None and bool({"first", "truoc"} & {token.folded for token in draft.sketch.tokens})
    if (draft.mood.has("sorting") or first) and draft.tool == "breakdown" and number is None:
        _sort(draft)
        return
    if cue is None and number is None and not flipped:
        return
    if cue is None and not flipped and number is not None:
        _count(draft, number)
        return
    if not _as_ranking(draft, number):
        draft.fail()
        return
    if draft.tool == "breakdown":
        draft.take.used |= {number.at, *number.also} if number else set()
        return
    low = _is_low(draft)
    draft.take.cue(*_RANKS, "other_end", "only", "which", "nth", "show_all", "performance", "how_did", "total")
    draft.put("lowest", (not draft.arguments.get("lowest")) if flipped and cue is None else low)
    if not draft.arguments.get("lowest"):
        draft.put("lowest", None)
    if number is not None:
        draft.take.used |= {number.at, *number.also}
        draft.put("n", int(number.number))
    elif _asks_one(draft):
        draft.put("n", 1)
    draft.arguments.setdefault("n", _DEFAULT)


def _sort(draft: Draft) -> None:
    """All rows, in another order."""
    draft.take.cue(*_RANKS, "nth", "other_end", "rising", "falling")
    words = {token.folded for token in draft.sketch.tokens}
    low = _is_low(draft) or bool(words & {"ascending", "asc", "smallest", "lowest", "tang"})
    metric = draft.metrics[-1]
    draft.put("order", [{"by": metric, "descending": not low}])


def _limit(draft: Draft) -> NumberSlot | None:
    free = [slot for slot in draft.sketch.numbers if slot.at not in draft.take.used and slot.op is None and not _points(draft, slot)]
    return next((slot for slot in free if slot.kind == "plain" and float(slot.number).is_integer() and slot.number >= 1), None)


def _points(draft: Draft, slot: NumberSlot) -> bool:
    """Not only that one: no number."""
    start = draft.sketch.groups[slot.at].start
    return start > 0 and draft.sketch.tokens[start - 1].folded in ("that", "this", "which")


def _count(draft: Draft, number: NumberSlot) -> None:
    """A bare number is a new one for the number of the last call."""
    n = int(number.number)
    draft.take.used |= {number.at, *number.also}
    draft.take.cue("only", "show_all")
    field = _COUNTS.get(draft.tool) or _LIMITS.get(draft.tool)
    period, having = draft.arguments.get("period"), objects(draft.arguments.get("having"))
    if draft.tool == "breakdown" and not having and draft.by:
        draft.fail() if not _as_ranking(draft, number) else draft.put("limit" if draft.tool == "breakdown" else "n", n)
    elif len(having) == 1 and draft.tool == "breakdown":
        draft.put("having", [{**having[0], "value": number.number}])
    elif field:
        held = draft.arguments.get(field)
        more = draft.mood.has("more") and isinstance(held, int)
        draft.put(field, n + int(str(held)) if more else n)
    elif isinstance(period, dict) and period.get("kind") == "last":
        draft.put("period", {**period, "n": n})
    else:
        draft.fail()


def _as_ranking(draft: Draft, number: NumberSlot | None) -> bool:
    """The call as one that ranks: by what it is cut by."""
    if draft.tool in ("ranking", "ranking_within_groups"):
        return True
    cut = draft.by or ([str(draft.arguments["grain"])] if draft.tool == "trend" else [])
    if draft.tool not in ("breakdown", "trend", "share", "change_by_member") or len(cut) != 1 or not draft.metrics:
        return False
    n = int(number.number) if number else _DEFAULT
    if draft.tool in ("breakdown", "trend") and draft.arguments.get("compare"):  # the first rows of a comparison, not a ranking without it
        if not number and _asks_one(draft):
            n = 1
        draft.take.cue(*_RANKS, "only", "which", "show_all", "performance", "how_did")
        order = [{"by": draft.metrics[0], "descending": not _is_low(draft)}]
        draft.become("breakdown", metrics=draft.metrics, by=cut, order=order, limit=n)
        return True
    draft.become("ranking", metric=draft.metrics[0], by=cut[0], n=n, also=draft.metrics[1:], having=draft.arguments.get("having"))
    return True


def _is_low(draft: Draft) -> bool:
    """Best and worst mean what is good for the figure."""
    low = any(draft.sketch.has(name) for name in _LOW)
    words = " ".join(draft.sketch.text(at) for name in _RANKS for at in draft.sketch.cues.get(name, ()))
    return lowest(low, words, next(iter(draft.metrics), ""))


def _asks_one(draft: Draft) -> bool:
    """Which one is best: one."""
    words = [token.folded for token in draft.sketch.tokens]
    if set(words) & _PLURAL or draft.mood.has("sorting") or "instead" in words:
        return False
    if draft.sketch.has("other_end"):
        return False
    vietnamese = draft.sketch.language == "vi" and not {"cac", "nhung"} & set(words)
    return vietnamese or bool({"which", "what", "who", "one"} & set(words))
