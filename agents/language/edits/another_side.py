"""The last figure told in another way: how long stock lasts, divided by another, in money, as a rate."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.language.edits.draft import Draft
from agents.language.edits.inherit import conditions_of
from agents.language.figures import is_mean
from agents.language.figures_said import RATE_OF, VALUE_OF
from agents.language.follow import BRIEF
from agents.language.pointing import as_value
from agents.language.replies import replies
from agents.language.sketch import Sketch
from tools.query.vocabulary import ratios

# How long does that last: of stock that is a figure.
_LASTS = re.compile(
    r"\bhow (?:long|many (?:days|weeks)) (?:will|does|do|would|can|is|are)\b.*\b(?:last|lasts|enough|sufficient)\b"
    r"|(?:đủ|du) (?:bán |ban )?(?:trong |được |duoc )?(?:bao nhiêu ngày|mấy ngày|bao lâu|bao nhieu ngay|may ngay|bao lau)",
    re.IGNORECASE,
)
# Its own words; numbers and names between them ask for more.
_HOW_LONG = re.compile(
    r"\bhow (?:long|many (?:days|weeks))(?: worth)?\b"
    r"|\b(?:will|does|do|would|can|is|are|that|it|this|they|those|last|lasts|enough|sufficient)\b"
    r"|đủ (?:bán |dùng )?(?:trong |được )?|bao nhiêu (?:ngày|tuần)|mấy (?:ngày|tuần)|bao lâu"
    r"|\bdu (?:ban )?(?:trong |duoc )?|bao nhieu ngay|may ngay|bao lau"
)
_WEEKS = re.compile(r"\bweeks?\b|\btuần\b|\btuan\b", re.IGNORECASE)
LYING = frozenset({"stock_on_hand", "available_stock", "stock_value"})
_DIVIDED = re.compile(r"\bdivided by\b|\bdivide (?:it|that|this|them) by\b|\bchia cho\b", re.IGNORECASE)
# Only how the same figure is said: as a percentage of all deliveries, divided by the orders.
_HOW = re.compile(
    r"^\W*(?:and |now |but |và )?(?:(?:can|could) (?:you|i) (?:see|have|show|give) (?:it|that|this|me that) )?"
    r"(?:as an? (?:rate|ratio|percentage|percent|share|proportion|part|fraction)\b|in percent\b|divided by\b|divide (?:it|that) by\b"
    r"|chia cho\b|tính (?:theo|bằng|ra) (?:tỷ lệ|tỉ lệ|phần trăm|%))",
    re.IGNORECASE,
)


def says_how(message: str) -> bool:
    """Whether a message only says in what the last figure is to be told."""
    return bool(_HOW.search(message))


def lasts(draft: Draft) -> bool:
    """How long the stock lasts is a figure of its own."""
    if not (set(draft.metrics) & LYING and _LASTS.search(draft.message)):
        return False
    draft.explain(draft.places(_HOW_LONG))
    draft.take.used.update(slot.at for slot in draft.sketch.metrics if slot.verb or slot.name in LYING)
    draft.take.cue("how_many", "how_much")
    if _WEEKS.search(draft.message):
        draft.take.assume("told in days, not in weeks")
    put_metrics(draft, ["days_of_cover"])
    return True


def divides(draft: Draft) -> bool:
    """One figure divided by another is a figure of its own, or there is none."""
    if not draft.metrics or not _DIVIDED.search(draft.message):
        return False
    slots = [slot for slot in draft.sketch.metrics if slot.at not in draft.take.used]
    said = [
        *([" + ".join(draft.metrics)] if len(slots) < 2 else []),
        *(slot.name for slot in slots),
    ]  # the last figure, or one that is named
    name = ratios().get((said[0], said[1])) if len(said) == 2 else None
    if name is None:
        left, right = (f"\u201c{each.replace('_', ' ')}\u201d" for each in (*said, "?")[:2])
        draft.fail(replies(draft.sketch.language).say("no_ratio", left=left, right=right))
        return True
    draft.take.used.update(slot.at for slot in slots)
    draft.explain(draft.places(_DIVIDED))
    draft.take.cue("group", "how_many", "average", "per_unit")
    put_metrics(draft, [name])
    return True


def edit_side(draft: Draft) -> None:
    """What is it worth, as a percentage: the figure that belongs to the last one."""
    nouns = {slot.name for slot in draft.sketch.metrics if not slot.verb and slot.at not in draft.take.used}
    if not draft.metrics or draft.rated or (nouns and not _as_part(draft, nouns)):
        return
    language = draft.sketch.language
    text = as_value(draft.metrics[0], draft.message, language)
    other = _worth(draft) if text else None
    rate = draft.sketch.has("rate") or bool(_AS_PART.search(draft.message) and "total" not in draft.message.casefold())
    if other is None and (rate or (draft.sketch.has("share") and not draft.mood.has("shares"))):
        other = RATE_OF.get(draft.metrics[0]) or _REST_OF.get(draft.metrics[0])
        if other:
            draft.rated = draft.take.cue("rate", "share")
        draft.explain(_lower_half(draft, other))
        if draft.metrics[0] in _REST_OF:
            draft.take.assume("there is no rate of late deliveries: the late ones are the rest of the on-time rate to 100 %")
    if other:
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)
        draft.take.cue("how_much", "total", "rate", "price_in_force", "attribute")
        put_metrics(draft, [other])


def _lower_half(draft: Draft, rate: str | None) -> set[int]:
    """As a percentage of gross: words for what the rate is a part of."""
    parts = next((denominator for (_, denominator), name in ratios().items() if name == rate), "").split("_")
    tokens = draft.sketch.tokens
    return {at for at in draft.sketch.unread if tokens[at].folded in parts} if _AS_PART.search(draft.message) else set()


_AS_PART = re.compile(
    r"\bwhat (?:percentage|percent|share|proportion|part|fraction) of (?:all |the |our )?(?!total|that|it)\w"
    r"|\bas an? (?:percentage|percent|pct|%|share|proportion|part|fraction|ratio) of\b|(?<!\w)(?:%|percent|pct) of\b",
    re.IGNORECASE,
)


def _as_part(draft: Draft, nouns: set[str]) -> bool:
    """As a percentage of all deliveries, in money: the noun only says of what, or in what."""
    if _AS_PART.search(draft.message) and draft.metrics[0] in (RATE_OF.keys() | _REST_OF.keys()):
        return True
    if "stock_value" in nouns and not draft.metrics[0].startswith(("stock", "available_stock")):
        return False  # the value of what lies there is another figure than what was cancelled is worth
    return nouns <= {"revenue", "cost", "stock_value"} and bool(as_value(draft.metrics[0], draft.message, draft.sketch.language))


def _worth(draft: Draft) -> str | None:
    """Of orders the average value is a figure of its own."""
    if draft.metrics[0] in ("orders", "placed_orders") and draft.sketch.has("average") and draft.take.cue("average"):
        return "average_order_value"
    return VALUE_OF.get(draft.metrics[0])


# Rates of the other part.
_REST_OF = {"late_deliveries": "on_time_delivery_rate"}


def put_metrics(draft: Draft, names: Sequence[str]) -> None:
    """These figures in the place of those of the call."""
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


def asks_the_worth(message: str, new: Sketch, old: Sketch) -> bool:
    """What is it worth: the value of what was counted."""
    named_figure = any(not slot.verb for slot in new.metrics)
    brief = bool(old.metrics) and not named_figure and len(new.tokens) <= BRIEF
    return brief and bool(as_value(old.metrics[0].name, message, old.language))
