"""A message of several sentences or questions: each read on its own, or as going on about the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.language.decide import judge_alone
from agents.language.follow import CURRENT, merged
from agents.language.parse import Parsed
from agents.language.sketch import Sketch

Read = Callable[[str], Parsed]
_AND = frozenset({"and", "plus", "also", "và", "cùng", ";", ",", "&", "besides", "rồi"})
_TO_ASK = frozenset(
    {"overview", "funnel", "cohort", "basket", "overdue", "no_activity", "out_of_stock", "below", "seller_high", "seller_low"}
)
_MOST_TRIED = 4
_FEWEST = 2


def read_clauses(said: Sequence[str], read: Read) -> list[Parsed]:
    """The questions of a message: a sentence that cannot stand alone refines the one before; one that asks two things is two."""
    found: list[Parsed] = []
    for text in said:
        clause = read(text)
        if found and not clause.matters and not judge_alone(clause) and (refined := _refined(found[-1], clause, read)):
            found[-1] = refined
        else:
            found.append(_of_those_days(clause, found[-1].sketch, read) if found else clause)
    return found if len(found) > 1 or judge_alone(found[0]) else _halves(found[0], read) or found


def _refined(before: Parsed, clause: Parsed, read: Read) -> Parsed | None:
    """The question before with what the sentence adds; None when that makes no question."""
    if before.matters or not _says_something(clause.sketch):
        return None if before.matters else before
    texts = [merged(before.sketch, clause.sketch, clause.text), f"{before.text.rstrip(' ?!.;')}, {clause.text}"]
    readings = [read(text) for text in texts if text]
    return next((reading for reading in readings if judge_alone(reading)), None)


def _says_something(sketch: Sketch) -> bool:
    return bool(sketch.unread) or any(not group.is_empty_word for group in sketch.groups)


def _of_those_days(clause: Parsed, other: Sketch, read: Read) -> Parsed:
    """The question about the days of the other one, when it names none itself and is not about how things stand today."""
    own = clause.sketch
    figures = [slot for slot in own.metrics if slot.name not in CURRENT]
    if own.periods or own.comparisons or own.durations or not other.periods or clause.matters:
        return clause
    if own.has("keep", "out_of_stock", "below", "status", "details") or not (
        figures or own.has("top", "bottom", "seller_high", "seller_low")
    ):
        return clause
    dated = read(f"{clause.text.rstrip(' ?!.;')} {other.text(other.periods[0].at)}")
    return dated if judge_alone(dated) else clause


def _halves(whole: Parsed, read: Read) -> list[Parsed]:
    """Two questions in one sentence, where each half is one; none when it does not come apart."""
    words = [token.text for token in whole.sketch.tokens]
    places = [place for place, word in enumerate(words) if word.lower() in _AND and _FEWEST <= place < len(words) - 1]
    for place in places[:_MOST_TRIED]:
        after = place + 2 if words[place + 1].lower() in _AND else place + 1
        left, right = read(" ".join(words[:place])), read(" ".join(words[after:]))
        left, right = _of_those_days(left, right.sketch, read), _of_those_days(right, left.sketch, read)
        if all(_asks(half) for half in (left, right)):
            return [left, right]
    return []


def _asks(half: Parsed) -> bool:
    """Whether it is a question of its own, with a figure or something ranked in it."""
    sketch = half.sketch
    if sketch.groups and "group" in sketch.groups[0].cues():
        return False  # "by pieces" only says how
    figure = any(not slot.verb for slot in sketch.metrics) or sketch.has(*_TO_ASK)
    ranked = sketch.has("top", "bottom", "slowest", "fastest") and any(slot.role in ("head", "group") for slot in sketch.dimensions)
    counted = any(slot.role == "counted" for slot in sketch.dimensions)
    return (figure or ranked or counted) and not half.matters and judge_alone(half)
