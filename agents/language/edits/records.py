"""Another side of a record that was shown: what is in it, how it stands, whose it is."""

from __future__ import annotations

import re

from agents.language.edits.against import single_goods
from agents.language.edits.draft import Draft, texts
from agents.language.taker import condition

RECORDS = ("look_up", "look_up_lines")
_SIDES = ("status", "details", "attribute", "where_is", "late_word", "overdue", "last_time", "how_did", "which")
_TOLD = frozenset({"customer", "channel", "payment_method", "location", "supplier", "order_status", "carrier", "province", "day"})


def edit_record(draft: Draft) -> None:
    """A look at the same record from another side."""
    if draft.tool not in RECORDS or draft.sketch.filters or draft.sketch.periods:
        return
    if _value_of_order(draft):
        return
    sides = [slot for slot in draft.sketch.dimensions if slot.name in _TOLD]
    lines = draft.sketch.has("lines")
    verbs = [slot for slot in draft.sketch.metrics if slot.verb]
    if any(not slot.verb for slot in draft.sketch.metrics) or not (lines or sides or verbs or draft.sketch.has(*_SIDES)):
        return
    draft.take.used.update([*(slot.at for slot in sides), *(slot.at for slot in verbs)])
    draft.take.cue("lines", *_SIDES)
    of, ids = draft.arguments.get("of"), draft.arguments.get("ids")
    draft.become("look_up_lines" if lines and of in ("order", "purchase_order") else "look_up", of=of, ids=ids)


_VALUE = re.compile(
    r"\b(?:(?:total|order|overall)? ?(?:value|worth|amount|total)|how much (?:was|is) (?:it|that|the order)(?: worth| in total)?)\b"
    r"|(?:tổng )?(?:giá trị|tiền)|bao nhiêu tiền",
    re.IGNORECASE,
)
_BOUGHT = re.compile(
    r"\bwhat (?:did|have|has) (?:they|he|she|the customer|that customer) (?:order|ordered|buy|bought|get)\b"
    r"|(?:họ|khách) (?:mua|đặt) (?:những )?(?:gì|món gì|hàng gì)",
    re.IGNORECASE,
)


def _value_of_order(draft: Draft) -> bool:
    """What an order comes to; what was in it, where it is asked what they ordered."""
    ids = texts(draft.arguments.get("ids"))
    other = [slot for slot in draft.sketch.dimensions if slot.name != "order"]
    if draft.arguments.get("of") != "order" or other or any(slot.name not in _OF_ORDER for slot in draft.sketch.metrics):
        return False
    pattern = next((each for each in (_BOUGHT, _VALUE) if each.search(draft.message)), None)
    if pattern is None:
        return False
    draft.explain(draft.places(pattern))
    draft.take.used.update([*(slot.at for slot in draft.sketch.metrics), *(slot.at for slot in draft.sketch.dimensions)])
    draft.take.cue("total", "how_much", "which", "price_in_force")
    if pattern is _BOUGHT:
        draft.become("look_up_lines", of="order", ids=ids)
    else:
        draft.arguments = {}
        draft.become("metric_value", metrics=["revenue"], where=[condition("order", ids)])
    return True


_OF_ORDER = ("revenue", "orders", "units")
_MAKER = re.compile(
    r"\bwho (?:supplies|delivers|provides|makes|sells us|do we (?:get|buy) (?:it|that|this|them) from)(?: (?:it|that|this|them))?\b"
    r"|\bwhich supplier\b|\bncc nào\b|nhập (?:của|từ) (?:ai|đâu)"
    r"|\b(?:ai|bên nào|nhà cung cấp nào|nguồn nào|công ty nào) (?:giao|cung cấp|bán|cấp|nhập)"
    r"(?: (?:món|hàng|cái|sản phẩm) (?:đó|này|ấy))?(?: cho (?:mình|ta|tôi|em|anh|chị))?",
    re.IGNORECASE,
)


def edit_maker(draft: Draft) -> None:
    """Who supplies that, after a figure of one product: its record says it."""
    goods = single_goods(draft)
    if not goods or draft.tool in RECORDS or not _MAKER.search(draft.message):
        return
    if draft.sketch.periods or any(slot.best.dimension != "product" for slot in draft.sketch.filters):
        return
    draft.explain(draft.places(_MAKER))
    draft.take.used.update(slot.at for slot in draft.sketch.filters)
    draft.take.cue("which", "attribute")
    draft.arguments = {}
    draft.become("look_up", of="product", ids=[goods], columns=["supplier_id"])
