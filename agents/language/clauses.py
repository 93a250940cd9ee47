"""A message of several sentences or questions: each read on its own, or as going on about the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.language.decide import judge_alone
from agents.language.follow import CURRENT, merged
from agents.language.parse import Parsed
from agents.language.rank import LOOSE
from agents.language.sketch import Sketch

Read = Callable[[str], Parsed]
_AND = frozenset({"and", "plus", "also", "và", "cùng", ";", ",", "&", "besides", "rồi", "together", "alongside"})
_TO_ASK = frozenset(
    {"overview", "funnel", "cohort", "basket", "overdue", "no_activity", "out_of_stock", "below", "seller_high", "seller_low"}
)
_SIGNS = (": ", ". ", " - ", " \u2013 ", " \u2014 ", ", ")
_NOW = frozenset({"now", "right now", "today", "currently", "at present", "hiện tại", "bây giờ", "hiện nay"})
_HOW = frozenset({"in", "by", "as", "for", "per", "of", "on", "with", "measured", "theo", "tinh", "amount"})
_SHORTEST = 5
_MOST_TRIED = 4
_FEWEST = 2


def read_clauses(said: Sequence[str], read: Read) -> list[Parsed]:
    """The questions of a message: a sentence that cannot stand alone refines the one before; one that asks two things is two."""
    found: list[Parsed] = []
    for clause in _asking([read(text) for text in said], read):
        if found and (refined := _one_of_both(found[-1], clause, read)):
            found[-1] = refined
        else:
            found.append(_of_those_days(clause, found[-1].sketch, read) if found else clause)
    if len(found) > 1:
        return found
    alone = judge_alone(found[0])
    return found if alone and not _is_two(found[0].sketch) else _halves(found[0], read) or found


def _one_of_both(before: Parsed, clause: Parsed, read: Read) -> Parsed | None:
    """A sentence and the one before as one question, where either does not stand alone."""
    leans = not judge_alone(clause) or _only_asks_why(clause.sketch) or _trails(clause) or _is_theirs(before.sketch, clause.sketch)
    if not clause.matters and leans and (refined := _refined(before, clause, read)):
        return refined
    if (wish := _of_a_wish(before, clause, read)) is not None:
        return wish
    opens = not before.matters and not judge_alone(before)
    return _refined(clause, before, read) if opens else None


def _of_a_wish(before: Parsed, clause: Parsed, read: Read) -> Parsed | None:
    """A few words behind what is asked of models or documents: show by product, for Dairy only."""
    wishes = before.matters and all(matter.kind == "tool" for matter in before.matters)
    figures = [slot for slot in clause.sketch.metrics if not slot.verb]
    if not wishes or clause.matters or figures or len(clause.sketch.tokens) > _SHORTEST + 1 or not _says_something(clause.sketch):
        return None
    return read(f"{before.text.rstrip(' ?!.;')}, {clause.text}")


def _is_two(sketch: Sketch) -> bool:
    """Whether two figures each have a time or a cut of their own behind them: orders by channel and margin by category."""
    nouns = [slot.at for slot in sketch.metrics if not slot.verb]
    own = [slot.at for slot in (*sketch.periods, *sketch.buckets)] + [
        slot.at for slot in sketch.dimensions if slot.role in ("group", "within")
    ]
    own += [at for at, group in enumerate(sketch.groups) if group.end - group.start <= _FEWEST and sketch.text(at).casefold() in _NOW]
    if len(nouns) < _FEWEST or len(own) < _FEWEST or len(sketch.comparisons) or sketch.has("why", "versus", "change"):
        return False
    first, last = nouns[0], nouns[-1]
    texts = [sketch.text(at).casefold() for at in own]
    apart = any(first < at < last for at in own) and (max(own) > last)
    return apart and len(set(texts)) > 1


def _asking(clauses: Sequence[Parsed], read: Read) -> list[Parsed]:
    """The sentences without what only leads up to them: "I am writing a report. What was ..."; "for my slides: sales last month"."""
    if len(clauses) == 1:
        return [_after_colon(clauses[0], read)]
    alone = [clause for clause in clauses if judge_alone(clause)]
    dated = any(clause.sketch.periods for clause in alone)
    telling = [clause for clause in clauses if clause in alone or clause.matters or not _leads_up(clause.sketch, dated)]
    return telling if any(clause in alone for clause in telling) else list(clauses)


def _after_colon(whole: Parsed, read: Read) -> Parsed:
    """What stands behind a colon or a dash, where nothing is said before it and nothing else explains the message."""
    if judge_alone(whole):
        return whole
    for sign in _SIGNS:
        before, found, after = whole.text.partition(sign)
        if not found:
            continue
        lead = read(before)
        if any(matter.kind != "decline" for matter in lead.matters):
            continue
        asked = read(after.strip())
        if judge_alone(asked) and _leads_up(lead.sketch, bool(asked.sketch.periods)):
            return asked
    return whole


def _leads_up(sketch: Sketch, dated: bool) -> bool:
    """Whether a sentence only leads up to a question: it tells nothing, and no word of it may be somebody's name."""
    spoken = [token for token in sketch.tokens if token.is_word]
    names = [place for place in sketch.unread if _may_be_name(sketch, place)]
    return len(spoken) >= _FEWEST and not names and not _tells(sketch, dated)


def _may_be_name(sketch: Sketch, place: int) -> bool:
    token = sketch.tokens[place]
    foreign = sketch.language == "en" and token.lower != token.folded
    return foreign or (token.text[0].isupper() and (place > 0 or len(sketch.tokens) <= _SHORTEST))


def _tells(sketch: Sketch, dated: bool) -> bool:
    """Whether a sentence names a figure, a thing or a name, asks for an operation, or says when where the question does not."""
    if any(group.of("value", "metric", "percent") or (group.of("time") and not dated) for group in sketch.groups):
        return True
    heard = {cue for group in sketch.groups if not group.is_empty_word for cue in group.cues()}
    return bool(sketch.dimensions) or (bool(heard - LOOSE) and not sketch.unread)


def _refined(before: Parsed, clause: Parsed, read: Read) -> Parsed | None:
    """The question before with what the sentence adds; None when that makes no question."""
    if before.matters or not _says_something(clause.sketch):
        return None if before.matters else before
    texts = [merged(before.sketch, clause.sketch, clause.text), f"{before.text.rstrip(' ?!.;')}, {clause.text}"]
    if clause.sketch.numbers or _only_asks_why(clause.sketch) or _trails(clause) or _is_theirs(before.sketch, clause.sketch):
        texts.reverse()  # nothing may get lost of "the last 90 days, 5 names"
    readings = [read(text) for text in texts if text]
    return next((reading for reading in readings if judge_alone(reading)), None)


def _only_asks_why(sketch: Sketch) -> bool:
    """Which brands are to blame: the figure and the time stand in the sentence before."""
    return sketch.has("why", "contribution") and not sketch.metrics and not sketch.periods


def _is_theirs(before: Sketch, clause: Sketch) -> bool:
    """And show me their stock: a figure of the few that the sentence before picks."""
    whose = {"their", "its"} & {token.folded for token in clause.tokens}
    return (
        bool(whose) and len(clause.tokens) <= _SHORTEST + 1 and before.has("top", "bottom") and any(slot.limits for slot in before.numbers)
    )


def _trails(clause: Parsed) -> bool:
    """In orders; by units; for gold customers: says how, and asks nothing."""
    tokens = clause.sketch.tokens
    return bool(tokens) and tokens[0].folded in _HOW and len(tokens) <= _SHORTEST and not clause.sketch.has("which", "how_many", "how_much")


def _says_something(sketch: Sketch) -> bool:
    return bool(sketch.unread) or any(not group.is_empty_word or group.of("metric") for group in sketch.groups)


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
    dated = read(f"{clause.text.rstrip(' ?!.;')}, {other.text(other.periods[0].at)}")
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
