"""What was asked before: the answers a message may lean on, with what was taken back taken away, and the question that waits."""

from __future__ import annotations

import re

from agents.language.follow import habits, holds
from agents.language.tokens import tidy, tokens_of
from agents.memory import Dialogue, Turn

_SHORT = 8
# Words that add nothing to a step back.
_FILLING = frozenset(
    [
        *("a", "all", "and", "again", "back", "before", "can", "could", "did", "do", "for", "go", "had", "have", "how", "i", "is", "it"),
        *("last", "let", "like", "me", "my", "no", "now", "of", "oh", "ok", "okay", "one", "please", "previous", "question", "result"),
        *("same", "sorry", "step", "take", "that", "the", "then", "thing", "this", "to", "undo", "us", "view", "want", "was", "we"),
        *("went", "what", "wait", "with", "would", "you", "just", "cai", "truoc", "ve", "di", "nhe", "thoi", "cho", "toi", "giup", "cau"),
        *("hoi", "lai", "nhu", "cu", "buoc", "em", "anh", "mot", "luc", "nay", "vua", "roi", "o"),
        *("y", "minh", "chi", "a", "khong", "la", "thi"),
        *("hm", "hmm", "hmmm", "uh", "um", "er", "ah", "nah", "nope", "well", "actually", "so", "help"),
    ]
)


def goes_back(message: str) -> bool:
    """Whether a message only takes the last step back; "back to this year" changes something."""
    words = [token.folded for token in tokens_of(tidy(message)) if token.text[0].isalnum()]
    for phrase in habits().back:
        for place in range(len(words) - len(phrase) + 1):
            if tuple(words[place : place + len(phrase)]) == phrase:
                return not set(words[:place] + words[place + len(phrase) :]) - _FILLING
    return False


def goes_back_and(message: str) -> str:
    """What is asked of the answer before the last one: "one step back and only the app"; nothing where no step is taken back."""
    text = tidy(message)
    tokens = tokens_of(text)
    words = [token.folded for token in tokens]
    for phrase in habits().back:
        for place in range(min(_SHORT, len(words) - len(phrase))):
            if tuple(words[place : place + len(phrase)]) != phrase or set(words[:place]) - _FILLING - {","}:
                continue
            end = place + len(phrase)
            while end < len(words) and words[end] in _FILLING - _JOINTS:
                end += 1
            if end < len(words) - 1 and words[end] in _JOINTS:
                while end < len(words) and words[end] in _JOINTS:
                    end += 1
                return text[tokens[end].start :] if end < len(words) else ""
    return ""


_JOINTS = frozenset({"and", "but", "then", ",", ";", ".", ":", "!", "-", "nhung", "roi", "va", "ma", "cho", "xem", "thu"})


def goes_to_the_start(message: str) -> bool:
    """Whether a message takes every step back."""
    tokens = tokens_of(tidy(message))
    return len(tokens) <= _SHORT and holds(tokens, habits().first)


def answered(dialogue: Dialogue) -> list[Turn]:
    """The turns that were answered, oldest first; one that took a step back ends on the one before it."""
    stack: list[Turn] = []
    for turn in dialogue.turns:
        if turn.plan.outcome != "answer" or not turn.found:
            continue
        if goes_back(turn.question) and len(stack) > 1 and turn.plan.calls() == stack[-2].plan.calls():
            stack.pop()
        else:
            stack.append(turn)
    return stack


# Back to the late ones: what was asked before the last answer, and what is said of it now.
_TO_EARLIER = re.compile(
    r"^\W*(?:(?:right|ok|okay|so|now|well|alright|anyway|let us|let's|can we|please|rồi|thôi|giờ|vậy)[\s,]+)*"
    r"(?:(?:go|going|come|coming|return|returning)\s+)?(?:back to|quay lại|trở lại|quay về)\s+"
    r"(?:the |our |those |these |my |câu |chuyện |phần |vụ |mấy )*(?P<what>[^:,.;!?]+?)\s*(?:[:,.;!?]\s*(?P<rest>\S.*))?$",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset(
    [
        *(
            "ones",
            "question",
            "answer",
            "numbers",
            "figures",
            "last",
            "this",
            "month",
            "week",
            "year",
            "quarter",
            "first",
            "start",
            "before",
        ),
        *("previous", "original", "beginning", "again", "with", "from", "dau", "thang", "tuan", "nam", "quy", "truoc", "nay", "ban", "luc"),
    ]
)


def goes_to_earlier(message: str, dialogue: Dialogue) -> tuple[Turn, str] | None:
    """The answer before the last one that a message goes back to by a word of it, and what it says beyond that."""
    found, steps = _TO_EARLIER.match(message), answered(dialogue)
    words = _told(found["what"]) - _SAYS_NOTHING if found else set()
    if found is None or len(steps) < 2 or not words:
        return None
    rest = _BUT.sub("", found["rest"] or "")
    if words <= _LIST:
        turn = next((turn for turn in reversed(steps[:-1]) if _lists(turn)), None)
        return (turn, rest) if turn else None
    turn = next((turn for turn in reversed(steps[:-1]) if words & _said(turn)), None)
    return (turn, rest) if turn and not words & _said(steps[-1]) else None


_BUT = re.compile(r"^(?:but|and|then|now|nhưng|mà|và|rồi)\s+", re.IGNORECASE)
_LIST = frozenset({"list", "table", "ranking", "rank", "danh", "sach", "bang", "xep", "hang"})


def _lists(turn: Turn) -> bool:
    """Whether rows were shown: of things, not of times."""
    return any({"by", "entity"} & call.arguments.keys() for call in turn.plan.calls())


def _said(turn: Turn) -> set[str]:
    return _told(f"{turn.question} {turn.plan.standalone_question}")


def _told(text: str) -> set[str]:
    return {token.folded.rstrip("s") for token in tokens_of(tidy(text)) if len(token.folded) >= _LEAST}


_LEAST = 3


def last_of(dialogue: Dialogue) -> Turn | None:
    """What a message leans on: the last answer, or the question that was asked back since."""
    asked = next((turn for turn in reversed(dialogue.turns) if turn.plan.outcome in ("answer", "clarify")), None)
    if asked is not None and asked.plan.outcome == "clarify":
        return asked
    stack = answered(dialogue)
    return stack[-1] if stack else asked  # nothing was found yet: the question that failed is all there is
