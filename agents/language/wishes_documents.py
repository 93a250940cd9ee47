"""What is asked of documents, reviews and the market: the question as it stands, and the names and times in it that narrow it."""

from __future__ import annotations

import re
from datetime import date

from agents.language.figures import Json
from agents.language.sketch import Sketch
from agents.language.spoken import says
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
    "overview",
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
# The theme that is asked for, by its words; what is more particular first.
_THEMES = tuple(
    (theme, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for theme, words in (
        ("packaging", "packaging|packing|wrapping|bao bì|đóng gói"),
        ("late delivery", "late deliver(?:y|ies)|slow deliver(?:y|ies)|late parcels?|giao (?:hàng )?(?:trễ|chậm|muộn)"),
        ("damaged on arrival", "damage[ds]?|broken|breakage|vỡ|bể|móp"),
        ("wrong item", "wrong (?:item|product|goods)|giao (?:sai|nhầm)|sai hàng|nhầm hàng"),
        ("taste and smell", "taste|smell|flavou?rs?|mùi vị|hương vị"),
        ("freshness and date", "freshness|stale|expired|best before|cận date|quá hạn sử dụng"),
        ("customer service", "customer service|rude staff|thái độ|phục vụ"),
        ("durability and material", "durability|chất liệu|độ bền"),
        ("instructions", "instructions|hướng dẫn sử dụng"),
        ("quality", "quality|chất lượng"),
    )
)
_COMPETITORS = re.compile(r"\bcompetitors?\b|đối thủ", re.IGNORECASE)


_CUT = ("category", "product")
_MONTHLY = re.compile(
    r"\b(?:month (?:after|by|on) month|monthly|over the months|each month|từng tháng|theo tháng|mỗi tháng)\b", re.IGNORECASE
)


# Who may, what must, what is allowed: rules and duties, which no figure answers.
_RULE = re.compile(
    r"\bwho (?:approves?|authori[sz]es?|signs?(?: off)?|decides|has to (?:approve|sign|check|confirm)|must (?:approve|sign|check|confirm)"
    r"|is (?:allowed|authori[sz]ed|permitted|entitled|in charge)|may|needs to (?:approve|sign|be told))\b"
    r"|\b(?:am i|are we|are (?:customers|staff|suppliers|drivers|they)|is (?:it|anyone|somebody|staff|a \w+|the \w+)) "
    r"(?:allowed|permitted|entitled|obliged|required|supposed)\b"
    r"|\b(?:do|must|does|should) (?:we|i|customers|staff|suppliers|drivers|they|you|a customer|the customer) (?:have|need) to "
    r"(?!wait|buy|order|reorder|restock|replenish|get|purchase)"
    r"|\bwhen (?:do|must|should) (?:we|i|they) (?:have to )?(?:pay|settle)\b|\b(?:by when|until when) (?:do|must|can|may)\b"
    r"|\bhow (?:must|should|are|is) [\w' -]{2,40} (?:be )?"
    r"(?:stored|packed|labelled|labeled|handled|disposed|documented|inspected)\b"
    r"|\b(?:can ?not|can|may not|may|must not|must)(?: [\w'-]+){0,4} be (?:returned|exchanged|refunded|stored|stacked|sold to|filed)\b"
    r"|\bwhat (?:happens|do we do|should we do|must we do|do i do|should i do) "
    r"(?:when|with|about) (?:a|an|the|goods|customers|something|damaged)\b"
    r"|\bwhat (?:paperwork|documents|papers|proof|approval|permission|evidence) (?:do|is|are|does|must)\b"
    r"|\bmust suppliers\b"
    r"|\bai (?:là người )?(?:duyệt|phê duyệt|ký|được phép|có quyền|chịu trách nhiệm|phải duyệt|quyết định)\b"
    r"|\b(?:có )?được phép\b|\bkhông được (?:đổi|trả lại|trả hàng|hoàn|bán|chất|để)\b"
    r"|\b(?:khi nào|bao giờ|chừng nào) (?:mình |ta |chúng ta )?phải (?:trả|thanh toán)\b"
    r"|\bphải (?:làm gì|làm sao|xử lý|làm thế nào) (?:khi|nếu|với)\b|\bcó (?:bao nhiêu|mấy) ngày để (?:trả|đổi|thanh toán)\b",
    re.IGNORECASE,
)
# A term agreed on, of somebody no table names.
_TERM = re.compile(
    r"\bminimum order|\bpayment terms?\b|\bcredit (?:days|period|terms)\b|\bnotice period\b|\bdeposit\b|\bguarantee\b|\bincoterms?\b"
    r"|\bdelivery terms\b|\bto pay\b|\bđơn (?:hàng )?tối thiểu|\bđiều khoản|\bhạn thanh toán|\bphải trả\b|\bđặt cọc",
    re.IGNORECASE,
)
_COUNTED = ("top", "bottom", "how_many", "trend", "rising", "falling", "why", "contribution", "share", "never", "no_activity", "average")


def asks_of_documents(sketch: Sketch, text: str) -> bool:
    """Whether a rule, a duty, a permission or a term is asked for, and nothing is counted, ranked or followed over time."""
    if sketch.periods or sketch.comparisons or (sketch.has(*_COUNTED) and not _DAYS_TO.search(text)):
        return False
    named = any(slot.best.dimension in ("supplier", "product", "sku", "order", "purchase_order", "customer") for slot in sketch.filters)
    stranger = any(sketch.tokens[place].text[0].isupper() and place for place in sketch.unread)
    return bool(_RULE.search(text)) or (bool(_TERM.search(text)) and stranger and not named)


_DAYS_TO = re.compile(r"\bhow many days do (?:we|i|customers|they) have to\b|\bmấy ngày để\b|\bbao nhiêu ngày để\b", re.IGNORECASE)


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
    if grouped is None and take.sketch.has("which"):  # which products are complained about
        grouped = next((slot.name for slot in take.sketch.dimensions if slot.role == "head" and slot.name in _CUT), None)
    by = grouped if grouped in _CUT else "month" if "month" in (grain, grouped) or says(_MONTHLY, take.sketch, text) else None
    take.used.update(slot.at for slot in take.sketch.dimensions if slot.name in ("customer", "product", "rating", "category", "month"))
    tone = "praise" if says(_PRAISE, take.sketch, text) and not says(_DISLIKE, take.sketch, text) else None
    return without_nothing({"where": take.where(), "theme": _theme(take, text), "tone": tone, "by": by, **period})


def _theme(take: Taker, text: str) -> str | None:
    """The one theme that is named."""
    for theme, words in _THEMES:
        if says(words, take.sketch, text):
            take.used.update(at for at in range(len(take.sketch.groups)) if words.search(take.sketch.text(at)))
            return theme
    return None


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
