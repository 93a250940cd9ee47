"""What is asked of documents, reviews and the market: the question as it stands, and the names and times in it that narrow it."""

from __future__ import annotations

import re
from datetime import date

from agents.language.figures import Json
from agents.language.taker import Taker, without_nothing

_OF_REVIEWS = frozenset({"reviews", "average_rating", "active_customers", "customer_count", "bad_reviews"})
_OF_PURCHASES = frozenset(
    {
        "late_deliveries", "deliveries", "purchase_orders", "overdue_purchase_orders", "open_purchase_orders", "purchase_spend",
        "received_lines", "late_received_lines", "supplier_lead_time_days", "supplier_reject_rate", "orders", "cost", "units",
    }
)  # fmt: skip
_CUES = (
    "which",
    "how_much",
    "show_all",
    "top",
    "group",
    "bottom",
    "having",
    "why",
    "total",
    "vague",
    "how_many",
    "trend",
    "within",
    "only",
)
# The clause a question is about, by its words; what is more particular first.
_CLAUSES = (
    ("minimum_order", re.compile(r"\bminimum|\bmoq\b|tối thiểu", re.IGNORECASE)),
    ("rejects", re.compile(r"\breject|\bdefect|\bquality\b|\bdamaged\b|bị trả|từ chối|lỗi", re.IGNORECASE)),
    ("short_delivery", re.compile(r"\bshort\b|\bmissing\b|\bincomplete\b|\bunder-?deliver|thiếu", re.IGNORECASE)),
    ("payment", re.compile(r"\bpay(?:ment|ments|able|ing)?\b|\bpaid\b|\bdue\b|thanh toán", re.IGNORECASE)),
    ("lead_time", re.compile(r"\blead[- ]?time|\bslower\b|thời gian giao", re.IGNORECASE)),
    ("late_delivery", re.compile(r"\blate\b|\bdelay|\boverdue\b|\bpenalt|\bbreach|\bcontract|trễ|chậm|muộn|phạt|hợp đồng", re.IGNORECASE)),
)
_PENALTY = re.compile(r"\bpenalt|phạt", re.IGNORECASE)
_LATE = re.compile(r"\blate|\bdelay|trễ|chậm|muộn", re.IGNORECASE)
_PRAISE = re.compile(
    r"\b(?:like|likes|liked|love|loves|praise|praised|happy|enjoy|good things|positive)\b|khen|thích|hài lòng", re.IGNORECASE
)
_DISLIKE = re.compile(r"\b(?:dislike|not like|unhappy)\b|không thích|không hài lòng", re.IGNORECASE)
_COMPETITORS = re.compile(r"\bcompetitors?\b|đối thủ", re.IGNORECASE)


def fill_question(take: Taker, text: str, as_of: date) -> Json | None:
    """The question itself; documents are found by its words."""
    return {"question": text}


def fill_clauses(take: Taker, text: str, as_of: date) -> Json | None:
    """Which clause, of which suppliers, over which time."""
    late = bool(_PENALTY.search(text) and _LATE.search(text))
    clause = "late_delivery" if late else next((name for name, words in _CLAUSES if words.search(text)), None)
    if clause is None:
        return None
    suppliers = [slot.best.value for slot in take.sketch.filters if slot.best.dimension == "supplier" and not slot.negated]
    take.used.update(slot.at for slot in take.sketch.filters if slot.best.dimension == "supplier" and not slot.negated)
    others = [slot for slot in take.sketch.filters if slot.best.dimension != "supplier"]
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in _OF_PURCHASES)
    take.used.update(slot.at for slot in take.sketch.dimensions if slot.name in ("supplier", "purchase_order", "shipment", "order"))
    take.cue(
        "which",
        "show_all",
        "how_many",
        "how_much",
        "having",
        "overdue",
        "late_word",
        "status",
        "lines",
        "total",
        "combine",
        "speed",
        "rate",
    )
    return without_nothing({"clause": clause, "suppliers": suppliers, "where": take.filters(others), **take.period()})


def fill_themes(take: Taker, text: str, as_of: date) -> Json | None:
    """Of which goods, in which period, complaints unless praise is asked for, cut by what is named."""
    period = take.period()
    take.cue(*_CUES)
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in _OF_REVIEWS)
    grain = take.bucket()
    grouped = next((slot.name for slot in take.sketch.dimensions if slot.role in ("group", "within")), None)
    by = grouped if grouped in ("category", "product") else "month" if grain == "month" or grouped == "month" else None
    take.used.update(slot.at for slot in take.sketch.dimensions if slot.name in ("customer", "product", "rating", "category", "month"))
    tone = "praise" if _PRAISE.search(text) and not _DISLIKE.search(text) else None
    return without_nothing({"where": take.where(), "tone": tone, "by": by, **period})


def fill_market(take: Taker, text: str, as_of: date) -> Json | None:
    """Which indicators and goods; the question itself finds the notes."""
    if take.sketch.comparisons or take.sketch.buckets or take.sketch.numbers:
        return None  # the tool compares and cuts nothing
    period = take.period()
    indicators = [slot for slot in take.sketch.filters if slot.best.dimension == "indicator"]
    take.used.update(slot.at for slot in indicators)
    goods = [slot for slot in take.sketch.filters if slot.best.dimension in ("product", "sku", "category", "subcategory", "family")]
    names = [slot.best.value for slot in indicators]
    competitors = None if _COMPETITORS.search(text) or not names else False
    found = without_nothing({"indicators": names, "where": take.filters(goods), "about": text, **period})
    return found if competitors is None else {**found, "competitors": False}
