"""What a clause could mean and how sure that is: readings, their words as questions, the level of confidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.language.denial import denials
from agents.language.heavy import heavy
from agents.language.learnt.learnt import Learnt
from agents.language.learnt.phrasing import phrase
from agents.language.learnt.weighing import Weighed, weigh
from agents.language.parse import Parsed
from agents.language.rank import Ranked
from agents.language.sketch import Sketch
from agents.plan import Language

_WELL_MEANT, _TOGETHER = 0.2, 0.55  # chances of two readings that are worth asking about


@dataclass(frozen=True)
class Skill:
    """What was learnt, whether the message leaned on the question before, and how a wording is read."""

    learnt: Learnt | None = None
    edited: bool = False
    read: Callable[[str], Parsed] | None = None


RULES = Skill()


# A reading that explains every word is answered when it is more likely right than wrong; a little below, where no other comes near it.
_CLEAN, _ALONE = 0.5, 0.35
_FORMED = 0.04  # a figure found by its form: how people said it before says little of it
_FAR = 4.0  # how far ahead by rank: more than a name or a time weighs
# The first by rank stands while it is not unlikely: rules were written for it.
_STANDS = 0.45


def chosen(weighed: Sequence[Weighed], first: Ranked) -> Weighed:
    """The likeliest reading; the first by rank where it explains everything and may well be right."""
    ranks_first = next((each for each in weighed if each.ranked is first), weighed[0])
    return ranks_first if not first.unexplained and ranks_first.probability >= _STANDS else weighed[0]


def is_answered(best: Weighed, weighed: Sequence[Weighed], sketch: Sketch, learnt: Learnt) -> bool:
    """Whether a reading is likely enough for what it leaves; never over a number, a name or a word the question may be about."""
    left = [sketch.groups[at] for at in best.ranked.unexplained]
    out = {slot.at for slot in sketch.without} | {slot.at for slot in sketch.metrics if slot.left_out} | denials(sketch).keys()
    if out & set(best.ranked.unexplained) or heavy(sketch) or any(group.of("number", "percent", "value") for group in left):
        return False
    if left or sketch.unread:
        return best.probability >= learnt.lines.answer
    if sketch.has("overview"):
        return True  # figures the house chose, and says so: nothing else could be meant
    if any(tag.formed for group in sketch.groups for tag in group.of("metric")):
        return best.probability >= _FORMED
    rivals = [each.ranked.score for each in weighed if each is not best]
    return best.probability >= (_ALONE if best.ranked.score - max(rivals, default=0.0) >= _FAR else _CLEAN)


def readings_of(parsed: Parsed) -> tuple[Sketch, Sequence[Ranked]]:
    """The slots of a clause with one reading of each name, and everything it could mean."""
    return parsed.settled[0], parsed.readings


def offered(weighed: Sequence[Weighed], parsed: Parsed, language: Language, skill: Skill) -> tuple[str, ...]:
    """The two likeliest readings as questions, when both may well be meant and each is read back as itself."""
    close = [each for each in weighed[:2] if each.probability >= _WELL_MEANT]
    if skill.read is None or len(close) < 2 or sum(each.probability for each in close) < _TOGETHER:
        return ()
    said = [(phrase(each.ranked.candidate.calls, language), each.ranked.candidate.calls) for each in close]
    return tuple(text for text, calls in said if text and text != parsed.text and read_back(text, skill) == calls)


def read_back(text: str, skill: Skill) -> object:
    """The plan the first reading of a text has, if it explains all of it."""
    if skill.read is None:
        return None
    _, options = readings_of(skill.read(text))
    return options[0].candidate.calls if options and not options[0].unexplained else None


def would_be_answered(text: str, skill: Skill) -> bool:
    """Whether a text offered as a question gets an answer: its reading explains all of it and is likely enough."""
    if skill.read is None:
        return True
    parsed = skill.read(text)
    sketch, options = readings_of(parsed)
    if not options or options[0].unexplained:
        return False
    if skill.learnt is None:
        return True
    weighed = weigh(skill.learnt, parsed, sketch, options)
    return is_answered(chosen(weighed, options[0]), weighed, sketch, skill.learnt)


def confidence_of(chance: float | None, ignored: bool, assumed: bool, skill: Skill) -> tuple[Literal["high", "medium", "low"], str]:
    """How sure the reading is, and what to say about it: by its chance where that was learnt."""
    if ignored:
        return "low", "left_out"
    if chance is None or skill.learnt is None:
        return ("medium" if assumed else "high"), ""
    if chance < skill.learnt.lines.plain:
        return "low", "doubtful"
    return ("medium", "likely") if assumed or chance < skill.learnt.lines.sure else ("high", "")
