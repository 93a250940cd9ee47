"""A rate told as the number behind it, or in money; a share as the figure it is a share of; "value, not pieces"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.edits.another_side import put_metrics
from agents.language.edits.draft import Draft, texts
from agents.language.figures_said import RATE_OF, VALUE_OF
from agents.language.pointing import as_value

_IN_NUMBERS = re.compile(
    r"\b(?:in|as) (?:absolute |plain |raw |real |actual |total )?(?:numbers?|counts?|absolute terms|units|pieces|items)(?= |$)"
    r"|\bas an? (?:absolute |plain |total )?(?:number|count|quantity|amount)(?: of \w+)?\b"
    r"|\b(?:the )?(?:absolute|raw|actual|plain|underlying) (?:numbers?|counts?|figures?|amounts?|values?)\b"
    r"|^(?:and |but |now |ok )?(?:show |give |use |i want |i need |i meant )?(?:me )?the (?:number|count)s?(?: instead"
    r"(?: of the \w+)?| rather than the \w+)?\W*$"
    r"|\bhow many (?:units |pieces |items |orders |cases |parcels |ones )?(?:(?:is|are|was|were) (?:that|it|those|they"
    r"|this)\b|(?:does|did) (?:that|it) (?:make|mean|come to)\b)"
    r"|\b(?:con )?số (?:lượng )?(?:tuyệt đối|cụ thể)\b|\b(?:theo|tính|bằng|ra) số (?:lượng|cái|đơn|tuyệt đối)\b"
    r"|\b(?:là|tức là|tương đương)(?: là)? (?:bao nhiêu|mấy) (?:cái|đơn|chiếc|sản phẩm|món|kiện)\b",
    re.IGNORECASE,
)
_COUNT_OF: Mapping[str, str] = {rate: count for count, rate in RATE_OF.items()}
_MONEY_OF: Mapping[str, str] = {
    "return_rate": "refunds", "cancellation_rate": "cancelled_value", "margin_rate": "margin", "discount_rate": "discount_amount",
    "stockout_rate": "stockouts",
}  # fmt: skip
_IN_MONEY = re.compile(
    r"\b(?:in|as) (?:money|cash|dong|vnd|đồng)(?: terms)?\b|\bmoney ?wise\b|\bhow much money\b|bằng tiền|ra tiền|thành"
    r" tiền|quy (?:ra )?tiền"
    r"|tính tiền|bao nhiêu tiền",
    re.IGNORECASE,
)
_THINGS = frozenset({"units", "orders", "placed_orders", "deliveries", "shipments"})
_TALK = re.compile(r"\b(?:in|as|an?|the|absolute|plain|raw|actual|numbers?|counts?|terms|money|cash|value|instead|of|rather than|than)\b")


def says_in_numbers(message: str) -> bool:
    """Whether a message asks for the number behind a rate, or for money."""
    return bool(_IN_NUMBERS.search(message) or _IN_MONEY.search(message))


def edit_numbers(draft: Draft) -> None:
    """The other side of the last figure, where the message says nothing but that."""
    held = next(iter(draft.metrics), "")
    said = {slot.name for slot in draft.sketch.metrics}
    if not held or draft.sketch.filters or not said <= _THINGS | {"revenue", held}:
        return
    if _IN_NUMBERS.search(draft.message):
        _count(draft, held)
    elif _IN_MONEY.search(draft.message):
        _money(draft, held)
    elif draft.mood.has("replacing") and said <= _THINGS | {held}:
        _instead(draft, held)


def _count(draft: Draft, held: str) -> None:
    if draft.tool == "share":
        by = [*texts(draft.arguments.get("by")), *texts(draft.arguments.get("within"))]
        _read(draft, _IN_NUMBERS)
        draft.become("breakdown", metrics=[held], by=by)
    elif held in _COUNT_OF:
        _read(draft, _IN_NUMBERS)
        put_metrics(draft, [_COUNT_OF[held]])


def _money(draft: Draft, held: str) -> None:
    other = _MONEY_OF.get(held) or VALUE_OF.get(held)
    if draft.tool == "share" or not other:
        _read(draft, _IN_MONEY)  # it is money already
        draft.fail() if draft.tool == "share" else None
        return
    _read(draft, _IN_MONEY)
    put_metrics(draft, [other])


def _instead(draft: Draft, held: str) -> None:
    """The value instead of the pieces: the pieces are what the last figure counts."""
    value = as_value(held, draft.message, draft.sketch.language)
    other = VALUE_OF.get(held) if value else RATE_OF.get(held) if draft.sketch.has("rate") else None
    if other:
        _read(draft, _TALK)
        put_metrics(draft, [other])


def _read(draft: Draft, pattern: re.Pattern[str]) -> None:
    draft.explain(draft.places(pattern))
    draft.rated = True  # no other side is looked for
    draft.take.used.update(slot.at for slot in draft.sketch.metrics)
    draft.take.cue("how_many", "how_much", "rate", "having", "which", "share", "show_all")
