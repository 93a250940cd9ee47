"""Turns of phrase written out in words that are read: from last month to this one, the 30 before that, 8 in 10, classes like 3-5."""

from __future__ import annotations

import re

_UNIT = r"(days?|weeks?|months?|quarters?|years?)"
_AGAINST = r"(vs\.?|versus|against|compared (?:to|with)|next to|than|and|to|with)"
# Classes by their own edges: once, twice, 3-5, 6 and up.
_CLASS = r"(?:\d{1,4}\s?[-\u2013]\s?\d{1,4}|\d{1,4}\s?\+|\d{1,4}(?: (?:and up|or more|and more|and above|trở lên))?|once|twice)"
_CLASSES = re.compile(rf"(?<![\w.,-]){_CLASS}(?:\s?(?:,\s?and\b|,|;|/|\band\b|\bor\b|\bvà\b)\s?{_CLASS}){{1,9}}(?![\w%])", re.IGNORECASE)
_RANGED = re.compile(r"(\d)\s?[-\u2013]\s?(\d)")
_OPEN = re.compile(r"\+|and up|or more|and more|and above|trở lên", re.IGNORECASE)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENTHS = re.compile(rf"\b([1-9]|{'|'.join(_WORDS)}) (?:in|out of)(?: every)? (?:10|ten)\b(?! (?:days|weeks|months))", re.IGNORECASE)
_REWORDED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (rf"\b(last|previous) {_UNIT}\b(.{{1,40}}?)\bthis one\b", r"\1 \2\3this \2"),
        (rf"\bbetween (last|this) {_UNIT} and the one before\b", r"\1 \2 vs the \2 before"),
        (rf"\b(last|this|previous) {_UNIT},? {_AGAINST} the one before(?: (?:that|it))?\b", r"\1 \2 \3 the \2 before"),
        (
            rf"\b(last|past|previous) (\d+) {_UNIT},? {_AGAINST} the \2 (?:\3 )?before?\b(?: (?:that|it|them|those))?",
            r"\1 \2 \3 \4 the \2 \3 before",
        ),
        (r"\b(?!day|week|month|quarter|year|hour|step|one)(\w{4,}) by \1\b", r"by \1"),
        (r"\b(b2b|app) online\b", r"\1"),
        (r"\brunning (?:count|number|figure|score|tally|sum) of\b", "cumulative"),
        (r"\bwhen (\w+(?: \d{4})?) (?:ended|was over|closed|finished|had ended)\b", r"at the end of \1"),
        (r"\b(?:that|which|who) (?:ain'?t|aren'?t|isn'?t) (?=(?-i:[A-ZÀ-Ỹ]))", "other than "),
        (r"\b(?:chi nhánh|tiệm|điểm bán|cơ sở|shop) (?=[Qq]uận \d|[Qq]\.?\s?\d)", "cửa hàng "),
        (r"\b(\d[\d.,]*)\s?\+(?=\s+[a-z])", r"\1 or more"),
        (
            r"\b(?:money )?(?:did|do|have) we (?:lose|lost) (?:to|on|through|from|because of) (?:returns?|returned goods|refunds?)\b",
            "was refunded",
        ),
        (r"\bcustomers? (?:did|have|do) we (?:lose|lost)\b", "customers stopped buying"),
        (
            r"\baverage (?:value|size|amount|worth|cost) of (?:a |an |our |the )?(?:purchase orders?|pos?)\b",
            "average purchase spend per purchase order",
        ),
        (r"\baverage (?:purchase order|po) (?:value|size|amount)\b", "average purchase spend per purchase order"),
        (r"\b(web|app|phone|online) (and|or|vs\.?|versus) (?:the )?(?:store|shop)s?\b", r"\1 \2 store channel"),
        (r"\b(?:store|shop)s? (and|or|vs\.?|versus) (?:the )?(web|app|phone|online)\b", r"store channel \1 \2"),
        (r"\bdue to\b", "because of"),
        (r"\b(which|what) (\w+) lost (revenue|sales|margin|profit|orders)\b", r"\1 \2 had falling \3"),
        (r"\b(?:how many )?weeks of (?:stock|inventory|cover|supply)(?= (?:do|have|are|is|does)\b)", "days of cover"),
        (r"\bvalue of (?:the |our |all )*returns\b", "refunds"),
        (r"\b(?:used|using|had|have|carried) (?:a |any )?promotions?\b", "with a promotion"),
        (r"\b(best|most|worst|least|well) online\b", r"\1 on the web"),
        (r"\b([1-5])[- ]stars? (reviews?|ratings?)\b", r"reviews with rating \1"),
        (r"\b(?:total )?(?:cost|worth) of (?:the |our |all )*(?:stock|inventory)\b(?! (?:outs?|counts?|movements?))", "stock value"),
        (r"\bhalf (?:a )?dozen\b", "6"),
        (r"\bhalf a year\b(?! ago)", "6 months"),
        (r"\b(?:nine|9) (\w+) (?:out of|in)(?: every)? (?:ten|10)\b", r"90 % of \1"),
        (r"\b(?:eight|8) (\w+) (?:out of|in)(?: every)? (?:ten|10)\b", r"80 % of \1"),
        (r"\b(\w+) by \1\b(?=[,:]? (?:how|what|on|where|which))", r"by \1"),
        (r"\b(?:(?:sold|selling|sell|run|running|going|go|gone) )?at a loss\b", "with margin below 0"),
        (r"\b(?:we |do we |that |which )*(?:lose|losing|lost|loses) money on\b", " with margin below 0"),
        (r"\bsince (?:the )?(week|month|quarter|year) (?:began|started|opened|kicked off|got going)\b", r"this \1"),
        (r"\bsince (?:the )?new year(?:'s)?(?: day| eve)?\b", "this year"),
        (r"\b(?:fell|fall|falls|fallen|falling) through\b", "were cancelled"),
        (r"\b(?:the )?(?:very )?1st(?: ever)? (time|order|purchase)\b", r"first \1"),
        (r"\bonline (?=(?:orders?|sales|revenue|turnover|shoppers?|customers?|buyers?|purchases?)\b)", "web "),
        (r"\b(bought|buy|buys|order|ordered|sold|sell|shop|shops|shopped) online\b", r"\1 on the web"),
    )
)  # fmt: skip


def reworded(message: str) -> str:
    """The message with such turns written out; anything else stays as it is."""
    for pattern, said in _REWORDED:
        message = pattern.sub(said, message)
    message = _TENTHS.sub(_in_percent, message)
    return _CLASSES.sub(lambda found: _spelt_out(found[0]), message)


def _in_percent(found: re.Match[str]) -> str:
    """Eight in ten is 80 percent."""
    said = found[1].lower()
    return f"{10 * (int(said) if said.isdigit() else _WORDS.index(said) + 1)} %"


def _spelt_out(classes: str) -> str:
    """A list of classes with its ranges in words: 1, 2 to 4, 5 or more."""
    if not _RANGED.search(classes) or not _OPEN.search(classes):
        return classes
    return re.sub(r"(\d)\s?\+", r"\1 or more", _RANGED.sub(r"\1 to \2", classes))
