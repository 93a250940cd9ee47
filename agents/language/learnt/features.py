"""What can be said about a reading without running it: how much it explains, what it leaves, guesses and repairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.language.heavy import heavy
from agents.language.learnt.echo import heard_and_said, make_of
from agents.language.parse import Parsed
from agents.language.rank import LOOSE, TELLING, Ranked, weight_of
from agents.language.sketch import Sketch
from agents.language.tags import Group

Features = dict[str, float]
# Words that a name follows more often than anything else.
_BEFORE_NAMES = frozenset({"of", "for", "from", "in", "at", "to", "with", "cua", "tai", "o", "cho"})
EVERYDAY = "everyday"  # the name of words of general language in the lexicon


@dataclass(frozen=True)
class Choice:
    """One reading among those of its clause, the best by rank first."""

    parsed: Parsed
    sketch: Sketch  # settled
    options: Sequence[Ranked]
    place: int
    edited: bool = False  # the message leaned on the question before

    @property
    def ranked(self) -> Ranked:
        return self.options[self.place]


def features_of(choice: Choice) -> Features:
    """Named figures, most between 0 and 1; a name that is missing is 0."""
    found: Features = {}
    for part in _PARTS:
        found.update(part(choice))
    return {name: value for name, value in found.items() if value}


def _explained(choice: Choice) -> Features:
    """How much of the message the reading uses, and what kinds of pieces it leaves."""
    sketch, used = choice.sketch, choice.ranked.candidate.used
    weights = [0.0 if at in sketch.dropped else weight_of(group) for at, group in enumerate(sketch.groups)]
    told = sum(weight for at, weight in enumerate(weights) if at in used)
    found: Features = {"coverage": told / (sum(weights) or 1.0)}
    for at, group in enumerate(sketch.groups):
        if at in used or at in sketch.dropped:
            continue
        heavy = weights[at] >= TELLING or at in choice.ranked.unexplained
        kind = _kind(group)
        if kind:
            name = f"{'leaves' if heavy else 'passes'} {kind}"
            found[name] = found.get(name, 0.0) + 1.0
    found["leaves any"] = float(bool(choice.ranked.unexplained))
    return found


def _kind(group: Group) -> str:
    """The kind of piece a group is, as far as it matters when it is left over."""
    for kind in ("time", "value", "metric", "dimension", "number", "percent", "verb", "comparator", "ordinal"):
        if group.of(kind):
            return "empty word" if group.is_empty_word else kind
    cues = group.cues()
    if cues:
        return "loose cue" if group.is_empty_word or cues <= LOOSE else "cue"
    return ""


def _words(choice: Choice) -> Features:
    """Words nothing explains, everyday words that are passed over, and how long the message is."""
    sketch = choice.sketch
    tokens = sketch.tokens
    words = [token for token in tokens if token.text[0].isalnum()]
    everyday = [group for group in sketch.groups if _is_everyday(group)]
    unread = [tokens[place] for place in sketch.unread]
    weighty = heavy(sketch)
    named = [place for place in sketch.unread if place and tokens[place - 1].folded in _BEFORE_NAMES]
    return {
        "unread": float(len(unread)),
        "unread any": float(bool(unread)),
        "unread part": len(unread) / (len(words) or 1),
        "unread with figures": float(sum(not token.text.isalpha() for token in unread)),
        "unread heavy": float(len(weighty)),
        "unread heavy any": float(bool(weighty)),
        "unread where a name stands": float(bool(named)),
        "unread capital": float(sum(token.text[0].isupper() and token.start > 0 for token in unread)),
        "everyday": float(len(everyday)),
        "everyday part": len(everyday) / (len(words) or 1),
        "everyday any": float(bool(everyday)),
        "long": max(len(words) - 8, 0) / 8,
        "very long": float(len(words) > 14),
        "short": float(len(words) <= 3),
        "one or two words": float(len(words) <= 2),
    }


def _is_everyday(group: Group) -> bool:
    return bool(group.tags) and all(tag.kind == "skip" and tag.name == EVERYDAY for tag in group.tags)


def _rivals(choice: Choice) -> Features:
    """How far the next different reading is behind."""
    ranked = choice.ranked
    others = [each for each in choice.options if each.candidate.calls != ranked.candidate.calls]
    best = max((each.score for each in others), default=ranked.score - 6.0)
    clean = sum(not each.unexplained for each in others)
    ahead = ranked.score - best
    return {
        "ahead": max(min(ahead, 4.0), -4.0) / 4,
        "just ahead": float(0 <= ahead < 0.4),
        "tied": float(abs(ahead) < 0.01),
        "behind": float(ahead < 0),
        "rivals that explain all": min(clean, 4) / 4,
        "alone": float(not others),
        "score": min(ranked.score, 12.0) / 12,
        "poor score": float(ranked.score < 2),
    }


def _guesses(choice: Choice) -> Features:
    """What was repaired, assumed or matched only nearly."""
    candidate, sketch = choice.ranked.candidate, choice.sketch
    names = [slot for slot in sketch.filters if slot.at in candidate.used]
    doubtful = [slot for slot in names if slot.best.score < 1]
    metrics = [slot for slot in sketch.metrics if slot.at in candidate.used]
    return {
        "repairs": float(len(choice.parsed.repairs)),
        "repaired": float(bool(choice.parsed.repairs)),
        "assumptions": float(len(candidate.assumptions)),
        "metric by default": float(any(each.startswith("measured by") for each in candidate.assumptions)),
        "names": float(len(names)),
        "doubtful names": float(len(doubtful)),
        "least sure name": max((1 - slot.best.score for slot in names), default=0.0),
        "names of several kinds": float(sum(len({each.dimension for each in slot.choices}) > 1 for slot in names)),
        "only verbs": float(bool(metrics) and all(slot.verb for slot in metrics)),
        "several metrics": float(len({slot.name for slot in metrics}) > 1),
        "no metric word": float(not metrics),
        "several readings": float(sum(len({tag.kind for tag in group.tags} - {"skip"}) > 1 for group in sketch.groups)) / 3,
    }


def _shape(choice: Choice) -> Features:
    """The tool and how the arguments look: some operations are read more safely than others."""
    candidate, sketch = choice.ranked.candidate, choice.sketch
    tool, arguments = candidate.calls[0]
    by = arguments.get("by")
    cuts = len(by) if isinstance(by, list) else int(bool(by))
    periods = [slot for slot in sketch.periods if slot.at in candidate.used]
    return {
        f"tool {tool}": 1.0,
        "several calls": float(len(candidate.calls) > 1),
        "two cuts": float(cuts > 1),
        "no period": float(not periods and "period" not in arguments),
        "several periods": float(len(sketch.periods) > 1),
        "n by default": float("n" in arguments and not sketch.numbers),
        "vietnamese": float(sketch.language == "vi"),
        "bonus": candidate.bonus / 2,
        "cut of a plain value": float(tool == "breakdown" and not _says_cut(sketch)),
        "edited": float(choice.edited),
    }


def _says_cut(sketch: Sketch) -> bool:
    return sketch.has("group", "within", "which", "show_all") or bool(sketch.buckets)


def _echo(choice: Choice) -> Features:
    """What was said against what the plan says."""
    found = heard_and_said(choice.sketch, choice.ranked) | make_of(choice.sketch, choice.ranked, choice.options)
    return found | {"place": float(choice.place)}


_PARTS: tuple[Callable[[Choice], Features], ...] = (_explained, _words, _rivals, _guesses, _shape, _echo)
