"""Whether a message is a question by itself or leans on the one before it."""

from __future__ import annotations

import re
from itertools import pairwise

from agents.language.edits.mood import Mood
from agents.language.follow import habits, holds, starts_with
from agents.language.parse import Parsed
from agents.language.rank import LOOSE
from agents.language.sketch import Sketch

ASKS = re.compile(
    r"\b(?:how (?:many|much)|what(?:'s| is| was| are| were| share| percentage| did| do| does| has| have)|which|who|where|when"
    r"|show|list|give|tell me|is there|are there|did we|do we|have we"
    r"|bao nhiêu|nào|liệt kê|cho (?:tôi )?(?:biết|xem)|là gì|có mấy)\b",
    re.IGNORECASE,
)
_OF = frozenset({"of", "from", "for", "among", "were", "in", "with", "by", "on"})
_SPANS = frozenset({"time", "period", "month", "quarter", "week", "year", "months", "weeks", "days", "day"})
_THOSE = frozenset({"them", "those", "these", "that", "which"})
_IS_THAT = {("is", "that"), ("was", "that"), ("does", "that"), ("did", "that"), ("that", "based"), ("behind", "that"), ("are", "that")}
_PERSONS = frozenset({"they", "them", "their", "theirs", "those", "these", "it", "its", "he", "she", "his", "her"})
_PERSONS_VI = frozenset({"họ", "nó", "chúng", "đó", "ấy"})
_OPERATIONS = {
    "last_time", "first_time", "keep", "details", "status", "lines", "attribute", "basket", "no_activity", "top", "bottom", "why",
}  # fmt: skip
_OWN_QUESTION = (
    "overview", "funnel", "cohort", "basket", "last_time", "details", "status", "lines", "no_activity", "overdue", "opening_closing",
    "ageing",
)  # fmt: skip
# How many of them were late: those that were spoken of are counted.
_PART_OF = re.compile(r"\bhow many of (?:them|those|these)\b|trong (?:số )?đó", re.IGNORECASE)
# Words that ask for goods of any kind.
_OF_ALL = frozenset(
    [
        *("what", "which", "anything", "something", "everything", "all", "overall", "who", "items", "goods", "stuff", "things", "any"),
        *("gì", "nào", "những", "các", "hết thảy", "tất", "mọi", "ai", "gi", "nao", "nhung", "cac"),
    ]
)
# Figures that are spoken of where stock is asked about: they name no goods.
_STOCKS = frozenset({"stockouts", "stock_on_hand", "available_stock", "orders", "purchase_orders", "stock_on_order", "days_of_cover"})
_WHEN = frozenset({"khi", "lúc", "chừng", "hôm", "ngày", "tuần", "tháng", "thế", "luc", "chung", "ngay", "tuan", "thang", "the"})
_LONGEST = 9
_FEW, _BRIEF, _BRIEF_VI, _WHOLE = 7, 5, 7, 3
_SUBJECTS_VI = frozenset({"chúng", "mình", "ta", "công", "shop", "bên", "ai"})
_OWNERS = frozenset({"our", "we", "us", "my", "chung", "minh"})


def points_back(sketch: Sketch) -> bool:
    """Whether a word stands for what was spoken of: how many of them, the revenue of those."""
    words = [token.folded for token in sketch.tokens]
    pointing = _PERSONS_VI if sketch.language == "vi" else _PERSONS
    if words and (words[-1] == "that" or any(pair in _IS_THAT for pair in pairwise(words))):
        return True
    return bool({token.lower for token in sketch.tokens} & pointing) or any(
        (before in _OF and word in _THOSE) or (before in ("that", "those", "same") and word in _SPANS) for before, word in pairwise(words)
    )


def asks_by_itself(message: str, new: Parsed) -> bool:
    """Whether it has the form of a question and something to be asked."""
    return bool(ASKS.search(message)) and bool(new.sketch.metrics or new.sketch.cues.keys() & _OPERATIONS or new.sketch.filters)


def says_something(new: Parsed) -> bool:
    """Whether anything in the message could change a question; "ok", "more" and "are you sure" cannot."""
    sketch = new.sketch
    if sketch.unread or holds(sketch.tokens, habits().point):
        return True
    return any(
        not group.is_empty_word or group.cues() - LOOSE or group.of("metric", "dimension", "value", "time", "number", "verb")
        for group in sketch.groups
    )


def _only_ranks(sketch: Sketch) -> bool:
    """Which are worst: by the figure of the last question and in its days."""
    return not (sketch.metrics or sketch.periods or sketch.filters) and not sketch.has(*_OWN_QUESTION, "seller_high", "seller_low")


def _is_ranked(sketch: Sketch) -> bool:
    return sketch.has("top", "bottom") and any(slot.role == "head" for slot in sketch.dimensions)


def _kinds(sketch: Sketch) -> int:
    """How many kinds of things a message names."""
    named = (sketch.metrics, sketch.dimensions, sketch.filters, (*sketch.periods, *sketch.comparisons))
    return sum(map(bool, named)) + _is_ranked(sketch)


def _length(sketch: Sketch) -> int:
    """Its words, a name counted as one."""
    words = sum(token.text[0].isalnum() for token in sketch.tokens)
    return words - sum(sketch.groups[slot.at].end - sketch.groups[slot.at].start - 1 for slot in sketch.filters)


def leans(message: str, new: Parsed) -> bool:
    """Whether the message is no question by itself: it begins like a continuation, or names no measure."""
    sketch = new.sketch
    if not sketch.groups or new.matters or not says_something(new):
        return False
    measured = any(not slot.verb for slot in sketch.metrics)
    ranked = _is_ranked(sketch)
    asking = bool(ASKS.search(message)) and not (ranked and _only_ranks(sketch))
    if asking and (measured or ranked or sketch.has(*_OWN_QUESTION) or sketch.metrics):
        return False
    length, kinds = _length(sketch), _kinds(sketch)
    if starts_with(sketch.tokens, habits().lean) > 0:
        return not (measured and kinds >= _WHOLE)
    if length <= _FEW and kinds <= 1 and not sketch.has(*_OWN_QUESTION):
        return True
    if ranked and _only_ranks(sketch) and length <= _FEW:
        return True
    return not measured and not ranked and not sketch.has(*_OWN_QUESTION) and length <= _FEW


def lacks_goods(sketch: Sketch) -> bool:
    """Whether it does not say of what: "how much should we order?", "bao giờ thì hết?"; "what should we order?" asks for all."""
    things = [slot for slot in sketch.dimensions if slot.at not in sketch.dropped and not sketch.groups[slot.at].of("metric")]
    named = sketch.filters or things or any(not slot.verb and slot.name not in _STOCKS for slot in sketch.metrics)
    words = [token.lower for token in sketch.tokens]
    listed = any(word in _OF_ALL and before not in _WHEN for before, word in pairwise(["", *words]))
    return not named and not listed and _length(sketch) <= _LONGEST


def _only_deeds(sketch: Sketch) -> bool:
    """Sold how much last month: Vietnamese leaves out whom or what it is about."""
    deeds = all(slot.verb or sketch.text(slot.at).casefold().startswith(_DEEDS_VI) for slot in sketch.metrics)
    return bool(sketch.metrics) and deeds and not (sketch.dimensions or sketch.filters)


_DEEDS_VI = ("bán được", "bán ra", "bán bao", "ban duoc", "ban ra", "ban bao", "nhập về", "nhap ve", "bị trả", "bi tra")


# How many did we sell: a number of nothing that is named.
_SO_MANY = re.compile(
    r"\bhow many (?:of (?:it|them|those|these) )?"
    r"(?:did|do|does|have|has|had|were|was|are|is|came|come|got|get|went|go|sold|sell|will|can)\b",
    re.IGNORECASE,
)


def is_own_question(message: str, new: Parsed, mood: Mood) -> bool:
    """Whether a message that could be read on its own is meant so: it asks, names its figure, and leans on nothing."""
    sketch = new.sketch
    measured = any(not slot.verb for slot in sketch.metrics) or any(slot.role == "counted" for slot in sketch.dimensions)
    leaning = starts_with(sketch.tokens, habits().lean) > 0 or mood.has("adding", "removing", "restoring", "whole", "replacing")
    kinds, length = _kinds(sketch), _length(sketch)
    if leaning:
        return measured and kinds >= _WHOLE and length > _FEW
    if sketch.has(*_OWN_QUESTION):
        return True
    if _is_ranked(sketch) and _only_ranks(sketch):
        return length > _FEW
    if _PART_OF.search(message) and not any(not slot.verb for slot in sketch.metrics):
        return False
    if _SO_MANY.search(message) and _only_deeds(sketch):
        return False
    if sketch.language == "vi" and not _SUBJECTS_VI & {token.lower for token in sketch.tokens} and _only_deeds(sketch):
        return False
    if ASKS.search(message):
        measured = measured or bool(sketch.cues.keys() & _OPERATIONS)
        bare = not (sketch.periods or sketch.comparisons or sketch.filters) and not {token.folded for token in sketch.tokens} & _OWNERS
        brief = length < (_BRIEF_VI if sketch.language == "vi" else _BRIEF) and bare and not sketch.has("keep")
        return bool(sketch.metrics or measured or _is_ranked(sketch)) and not brief
    return measured and (kinds >= _WHOLE or (kinds > 1 and bool(sketch.periods or sketch.filters)))
