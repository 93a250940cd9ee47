"""A message in its conversation: taken as it is, as an edit of the last question, or as a step back."""

from __future__ import annotations

import re
from itertools import pairwise

from agents.brain import Understood
from agents.language.decide import judge_alone
from agents.language.follow import exchanged, habits, holds, inherited, merged, starts_with, without_filters
from agents.language.parse import Parsed, language_of, parse
from agents.language.pointing import as_value, dated, named, swapped
from agents.language.rank import LOOSE
from agents.language.sketch import Sketch
from agents.language.tokens import tidy, tokens_of
from agents.language.vocabulary import Vocabulary
from agents.memory import Dialogue, Turn
from agents.plan import Language

_ASKS = re.compile(
    r"\b(?:how (?:many|much)|what (?:is|was|are|were|share|percentage)|which|who|where|when|show|list|give"
    r"|bao nhiêu|nào|liệt kê|cho (?:tôi )?(?:biết|xem))\b",
    re.IGNORECASE,
)


# Politeness before what is asked.
_THANKS = re.compile(
    r"^\s*(?:thanks?(?: you)?(?: very much| a lot)?|great|perfect|ok(?:ay)?|cảm ơn(?: bạn| em| anh| chị)?)\s*[.!,]\s+(?=\w)", re.IGNORECASE
)


# A correction, not something left out: "no, silver".
_NO = re.compile(r"^\s*(?:no|nope|nah|không|à không|không phải)\s*[,.;:-]+\s+(?=\w)", re.IGNORECASE)


def standalone(message: str, dialogue: Dialogue, words: Vocabulary) -> Understood:
    """The question the message means."""
    language = dialogue.preferences.language or _language(message, dialogue, words)
    plain = Understood(message=message, standalone_question=message, as_of=dialogue.as_of, language=language)
    tokens = tokens_of(tidy(message))
    rest = _after_fresh(message)
    if rest is not None:
        return plain.model_copy(update={"standalone_question": rest or message})
    last = _last(dialogue)
    if last is None:
        return plain
    if holds(tokens, habits().back) and len(tokens) <= 8:
        return plain.model_copy(update={"standalone_question": _before(dialogue) or last.plan.standalone_question})
    question = _edited(message, last, dialogue, words, language)
    return plain.model_copy(update={"standalone_question": question, "edits": last.plan if question != message else None})


def _after_fresh(message: str) -> str | None:
    """What follows the words that begin anew, wherever they stand at the front; None when there are none."""
    text = tidy(message)
    tokens = tokens_of(text)
    rest: str | None = None
    for place in range(min(6, len(tokens))):
        if skipped := starts_with(tokens[place:], habits().fresh):
            rest = text[tokens[place + skipped - 1].end :].lstrip(" :,.-;!") or rest or ""
    return rest


def _language(message: str, dialogue: Dialogue, words: Vocabulary) -> Language:
    """Of a short message in a conversation, the language of the conversation unless its words say otherwise."""
    read = language_of(message, words.lexicon, words.values)
    last = _last(dialogue)
    known = any(token.folded in words.lexicon.known[read] for token in tokens_of(tidy(message)))
    return last.plan.language if last and not known else read


def _last(dialogue: Dialogue) -> Turn | None:
    return next((turn for turn in reversed(dialogue.turns) if turn.plan.outcome in ("answer", "clarify")), None)


def _before(dialogue: Dialogue) -> str:
    """The question before the last one."""
    asked = [turn.plan.standalone_question for turn in dialogue.turns if turn.plan.outcome == "answer"]
    return asked[-2] if len(asked) > 1 else ""


def _edited(message: str, last: Turn, dialogue: Dialogue, words: Vocabulary, language: Language) -> str:
    """The message with what it points at named; where it leans on the last question, that question with pieces exchanged."""

    def read(text: str, spoken: Language) -> Parsed:
        return parse(text, words.lexicon, words.values, dialogue.as_of, spoken)

    message = _NO.sub("", _THANKS.sub("", message)) or message
    new = read(message, language)
    if any(matter.kind == "refuse" for matter in new.matters) or (new.matters and new.matters[0].kind == "talk" and not new.sketch.metrics):
        return message
    old = read(last.plan.standalone_question, last.plan.language)
    if swapped(message) and len(old.sketch.filters) == 2:
        return exchanged(old.sketch)
    if (wide := _widened(new, old)) is not None:
        return wide
    if _asks_the_worth(message, new.sketch, old.sketch):
        return merged(old.sketch, new.sketch, message)
    said = dated(named(message, old.sketch, dialogue.handles), old.sketch, dialogue.as_of)
    if said != message:
        new = read(said, language)
        shown = not old.sketch.filters and any(not slot.verb for slot in new.sketch.metrics)  # a figure of a row that was shown
        own = _asks_by_itself(said, new) or shown
        about = inherited(old.sketch, new.sketch, said, pointed=bool(new.sketch.filters))
        if own and judge_alone(read(about, language)):
            return about
    elif points_back(new.sketch) and _asks_by_itself(message, new):
        about = inherited(old.sketch, new.sketch, message)
        return about if judge_alone(read(about, language)) else message
    elif not _leans(message, new):
        return message
    text = merged(old.sketch, new.sketch, said)
    return text if text and text != last.plan.standalone_question else message


def _asks_the_worth(message: str, new: Sketch, old: Sketch) -> bool:
    """What is it worth: the value of what was counted."""
    named_figure = any(not slot.verb for slot in new.metrics)
    brief = bool(old.metrics) and not named_figure and len(new.tokens) <= _BRIEF
    return brief and bool(as_value(old.metrics[0].name, message, old.language))


def _widened(new: Parsed, old: Parsed) -> str | None:
    """The last question without its names, where the message takes them away: no filter, all provinces, regardless of tier."""
    tokens = new.sketch.tokens
    every = {token.folded for token in tokens} & _EVERY
    for slot in new.sketch.dimensions if every and not new.sketch.metrics else ():
        if any(each.best.dimension == slot.name for each in old.sketch.filters):
            return without_filters(old.sketch, slot.name)
    return without_filters(old.sketch) if holds(tokens, habits().drop) else None


_BRIEF = 6
_EVERY = frozenset({"all", "any", "every", "regardless", "irrespective", "whatever", "tat", "moi"})


def points_back(sketch: Sketch) -> bool:
    """Whether a word stands for what was spoken of: how many of them, the revenue of those."""
    words = [token.folded for token in sketch.tokens]
    return any(
        (before in _OF and word in _THOSE) or (before in ("that", "those", "same") and word in _SPANS) for before, word in pairwise(words)
    )


_OF = frozenset({"of", "from", "for", "among", "were", "in", "with", "by", "on"})
_SPANS = frozenset({"time", "period", "month", "quarter", "week", "year", "months", "weeks", "days", "day"})
_THOSE = frozenset({"them", "those", "these", "that", "which"})


def _asks_by_itself(message: str, new: Parsed) -> bool:
    return bool(_ASKS.search(message)) and bool(new.sketch.metrics or new.sketch.cues.keys() & _OPERATIONS or new.sketch.filters)


_OPERATIONS = {
    "last_time",
    "first_time",
    "keep",
    "details",
    "status",
    "lines",
    "attribute",
    "basket",
    "no_activity",
    "top",
    "bottom",
    "why",
}
_OWN_QUESTION = (
    "overview",
    "funnel",
    "cohort",
    "basket",
    "last_time",
    "details",
    "status",
    "lines",
    "no_activity",
    "overdue",
    "opening_closing",
    "ageing",
)


def _says_something(new: Parsed) -> bool:
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


def _leans(message: str, new: Parsed) -> bool:
    """Whether the message is no question by itself: it begins like a continuation, or names no measure."""
    sketch = new.sketch
    if not sketch.groups or new.matters or not _says_something(new):
        return False
    leaning = starts_with(sketch.tokens, habits().lean) > 0
    measured = bool(sketch.metrics) and not all(slot.verb for slot in sketch.metrics)
    ranked = sketch.has("top", "bottom") and any(slot.role == "head" for slot in sketch.dimensions)
    asking = bool(_ASKS.search(message)) and not (ranked and _only_ranks(sketch))
    if asking and (measured or ranked or sketch.has(*_OWN_QUESTION) or sketch.metrics):
        return False
    length = len(sketch.tokens) - sum(sketch.groups[slot.at].end - sketch.groups[slot.at].start - 1 for slot in sketch.filters)
    kinds = [bool(sketch.metrics), bool(sketch.dimensions), bool(sketch.filters), bool(sketch.periods or sketch.comparisons), ranked]
    if leaning:
        return not (measured and sum(kinds) >= 3)
    if length <= 7 and sum(kinds) <= 1 and not sketch.has(*_OWN_QUESTION):
        return True
    if ranked and _only_ranks(sketch) and length <= 7:
        return True
    return not measured and not ranked and not sketch.has(*_OWN_QUESTION) and length <= 7
