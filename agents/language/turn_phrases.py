"""A later turn before it is read: what only leads up to it is left out, short ways of saying it are written out."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Politeness before what is asked.
_THANKS = re.compile(
    r"^\s*(?:thanks?(?: you)?(?: very much| a lot)?|great|perfect|ok(?:ay)?|cảm ơn(?: bạn| em| anh| chị)?)\s*[.!,]\s+(?=\w)", re.IGNORECASE
)
# A correction, not something left out: "no, silver".
_NO = re.compile(r"^\s*(?:(?:hm+|uh+|er+|ah|oh),? )?(?:no|nope|nah|không|à không|không phải)\s*[,.;:-]+\s+(?=\w)", re.IGNORECASE)
# Back to last month: another change, and no span of time that ends today.
_BACK_TO = re.compile(
    r"^\W*(?:ok(?:ay)?,? |and |now |please |let us |let's |can we |could you )*(?:(?:go|switch|change|return|get|come) )?back to (?=\w)"
    r"|^\W*(?:return|revert) to (?=\w)|^\W*(?:(?:thôi|à|ừ|vậy|giờ|ok|rồi|hay là),? )*(?:quay lại|trở lại|quay về|trở về) (?=\w)",
    re.IGNORECASE,
)
# Without the store filter: the condition goes.
_FILTER = re.compile(
    r"\b(?:without|drop|remove|clear|lift|lose|forget|no|take off|take away) (?:the |that |this )?"
    r"((?!(?:filters?|the|that|this|all|any)\b)[\w-]+(?: [\w-]+)?) filters?\b",
    re.IGNORECASE,
)
# By the way, one more thing: what follows was not led up to by the last answer.
_BESIDES = re.compile(
    r"^\W*(?:(?:oh|ah|ok|okay|and|so|also|well|hm+|à|ờ|ừ)[\s,]+)*(?:"
    r"(?:by the way|btw|incidentally|before i forget|nhân tiện|tiện thể|tiện đây|à mà|hỏi thêm(?: câu này| chút)?|cho"
    r" hỏi thêm)\b[\s,:;.!-]*"
    r"|(?:just )?(?:a |one |another |an )?(?:(?:quick|other|another|small|little|side|short|separate|different"
    r"|unrelated|more|further|last|final) )*"
    r"(?:quick one|small one|other one|thing|question|point|check|matter|q)\s*[,:;.!\u2013-]+"
    r"|(?:while (?:i have you|we(?:'re| are) (?:at it|here)|you(?:'re| are) at it)|on the side|apart from that)\s*[,:;.!\u2013-]+"
    r"|(?:(?:còn )?(?:một |1 )?(?:câu|chuyện|việc|ý) (?:này |khác |nữa )*(?:nữa|khác|thôi)|ngoài lề)\s*[,:;.!\u2013-]+"
    r")\s*(?=\w)",
    re.IGNORECASE,
)  # fmt: skip

_NUMBER = r"(?:\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_IT = r"(?:it|that|this|they|them|those|these|there|things|the (?:figure|number|rate|total|amount))"
_RANK = (
    r"(?:the )?(?P<rank>most|least|highest|lowest|best|worst|biggest|smallest|largest|greatest|strongest|weakest"
    r"|fewest|poorest|top|bottom)"
)
_IS = (
    r"(?:is|was|are|were|has|have|had|does|did|do|got|get|gets|gave|gives|brought|brings|brought in|brings in|made"
    r"|makes|saw|sees|shows?|showed"
    r"|took|takes|holds?|held|keeps?|kept|contributed|contributes|accounts? for|accounted for|has got|comes? out|came out)"
)
_IN = r"(?:(?:for|in|at|on|with|to|from|by|of|among|within) )?"
_OPENS = r"^\W*(?:(?:and|so|but|ok|okay|then|now)[\s,]+)*"
_THING = r"(?P<thing>(?!of\b|ones?\b|is\b|was\b|are\b|were\b)[a-z][\w-]+(?: [a-z][\w-]+)??)"
_CLOSES = r"(?: (?:then|though|by far|here|exactly|please))*\W*$"
_MEASURES = (
    r"(?:pieces?|units?|numbers?|counts?|money|values?|revenue|turnover|sales|profit|margin|rates?|percent"
    r"(?:age)?s?|shares?|orders?|volumes?"
    r"|quantit(?:y|ies)|amounts?|items?)"
)
_WRITTEN_OUT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        # for which category is it worst; which channel brought most of them
        (rf"{_OPENS}{_IN}(?:which|what) {_THING} (?:{_IS} )?(?:{_IT} )?(?:by far )?{_RANK}(?: ones?)?(?: of (?:{_IT}|all"
        rf"|all of {_IT}))?{_CLOSES}",
         r"which \g<thing> \g<rank>"),
        # in which warehouse is most of it
        (rf"{_OPENS}{_IN}(?:which|what) {_THING} (?:is|was|are|were|lies|lie|sits?|stands?) {_RANK} of {_IT}(?: \w+)?{_CLOSES}",
         r"which \g<thing> \g<rank>"),
        (rf"{_OPENS}where (?:does|do|did|is|are|was|were) (?:the )?(?P<rank>most|least) of {_IT}(?: (?:sit|lie|stand"
        rf"|live|come from|go|happen|occur|stored|kept|held|lying|sitting))?{_CLOSES}",
         r"where is it \g<rank>"),
        # who has the worst one among the brands
        (rf"{_OPENS}who(?:se)? (?:{_IS} )?(?:{_IT} )?{_RANK}(?: ones?)? (?:among|amongst|of|out of|from|within) (?:the "
        rf"|our |all |all the )*{_THING}{_CLOSES}",
         r"which \g<thing> \g<rank>"),
        # which products pull it down; which category is mostly responsible
        (rf"{_OPENS}(?:which|what) {_THING} (?:pull(?:s|ed)?|drag(?:s|ged)?|push(?:es|ed)?|drives?|drove|br"
        rf"(?:ings?|ought)|kept|keeps?|caus(?:es|ed|e)) {_IT}(?: (?:down|up|back|most))?{_CLOSES}",
         r"why, by \g<thing>"),
        (rf"{_OPENS}(?:which|what) {_THING} (?:is|was|are|were) (?:mostly |mainly |most |largely |chiefly |really |the most )?"
         rf"(?:responsible(?: for {_IT})?|to blame(?: for {_IT})?|behind {_IT}|the (?:main )?(?:cause|reason|culprit"
         rf"|driver)s?(?: of {_IT}| for {_IT})?|driving {_IT}){_CLOSES}",
         r"why, by \g<thing>"),
        # five rather than three; not three but five
        (rf"\b(?:top )?(?P<new>{_NUMBER}),? (?:rather than|instead of|in place of|and not|not|thay vì|thay cho|chứ không"
        rf" phải|không phải) (?:top )?{_NUMBER}\b(?! (?:days?|weeks?|months?))",
         r"\g<new>"),
        (rf"\bnot (?:top )?{_NUMBER},? but (?P<new>{_NUMBER})\b", r"\g<new>"),
        # value, not pieces
        (rf"^\W*(?P<said>[\w ]{{3,30}}?),? (?:and )?not (?:the |in |by )?(?P<other>{_MEASURES})\W*$", r"\g<said> instead of \g<other>"),
        (rf"^\W*not (?:the |in |by )?(?P<other>{_MEASURES}),? but (?:the |in |by )?(?P<said>[\w ]{{3,30}}?)\W*$",
         r"\g<said> instead of \g<other>"),
        # take web out
        (r"\b(?:take|leave|cut|filter|throw|kick|strip|keep|put)(?: the| all)? (?P<name>(?!it\b|that\b|them\b|this\b"
        r"|those\b)[\w&'-]+(?: [\w&'-]+){0,3}?) (?:out|off|away|aside)"
         r"(?: of (?:it|that|this|them|there|the (?:list|table|picture|total)))?(?=\W*$|\s*[,;.]| and\b)", r"without \g<name>"),
        # no split; bỏ phần chia đó đi
        (r"\b(?:no|without(?: the| any| that)?|(?:drop|forget|skip|remove|lose|leave out) (?:the|that|this)) (?:split"
        r"(?:ting)?|break-?down|grouping|split-up)s?\b", "in total"),
        (r"\b(?:không (?:cần )?chia(?: ra| nhỏ)?|(?:bỏ|thôi|khỏi) (?:phần |cách |cái |việc )?(?:chia|tách)(?: nhỏ| ra)?)"
         r"(?: theo [^\W\d_]+)?(?: (?:đó|này|nữa|đi|ra))*(?=\W*$|\s*,)", "tính chung"),
        # for the quarter, behind something narrower
        (r"^(?P<said>\W*(?:\w+ ){0,4}?)(?:for|over|during|across) the (?P<unit>month|quarter|year|week)(?: as a whole|"
        r" so far)?\W*$", r"\g<said>this \g<unit>"),
    )
)  # fmt: skip

# Only the business ones: of what was listed.
_ONES = re.compile(r"(?<=\w )(?:ones|guys|folks)\b", re.IGNORECASE)
_WHO_ARE = re.compile(r"\b(?:the )?(?:ones|those|people|guys) (?:that|who|which) (?:are|were|is|was) (\w+)(?: to us)?\b", re.IGNORECASE)
# What is listed or counted, in the plural.
NOUNS: Mapping[str, str] = {
    "sign_ups": "customers", "repeat_customers": "customers", "deliveries": "deliveries", "late_deliveries": "deliveries",
    "purchase_orders": "purchase orders", "open_purchase_orders": "purchase orders", "placed_orders": "orders", "units": "products",
    "customer": "customers", "product": "products", "supplier": "suppliers", "orders": "orders", "shipment": "shipments",
    "cancelled_orders": "orders", "active_customers": "customers", "customer_count": "customers", "new_customers": "customers",
    "product_count": "products", "active_products": "products",
}  # fmt: skip
_BESIDE = re.compile(
    r"\b(?:next to|beside|besides|alongside|along with|together with|with|to) (?:it|that|this|them)\b"
    r"|\b(?:their|its)\b|của (?:họ|nó)\b",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just) (?:that|this|the)\b|không (?:chỉ|riêng)", re.IGNORECASE)


def with_noun(text: str, noun: str) -> str:
    """Only the business ones: with the noun for what was listed."""
    return _ONES.sub(noun, _WHO_ARE.sub(r"\1 ones", text))


def is_beside(text: str) -> bool:
    """Next to it, with its orders: of the same."""
    return bool(_BESIDE.search(text))


def is_not_only(text: str) -> bool:
    """Not only that."""
    return bool(_NOT_ONLY.search(text))


def besides(message: str) -> str | None:
    """What follows words like "by the way"; None where there are none."""
    found = _BESIDES.match(message)
    return message[found.end() :] if found else None


def written_out(message: str) -> str:
    """The message without what only leads up to it, its short forms written out."""
    text = _BACK_TO.sub("", message)
    text = _FILTER.sub(r"remove \1", _NO.sub("", _THANKS.sub("", text))) or message
    text = besides(text) or text
    for pattern, said in _WRITTEN_OUT:
        text = pattern.sub(said, text)
    return text
