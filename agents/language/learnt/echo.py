"""Whether what a message says comes back in the plan: its figures, its not, its than, its most; and what the plan has that was not said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.language.figures import Json
from agents.language.rank import Ranked
from agents.language.sketch import Sketch

Features = dict[str, float]
_NOT = frozenset({
    "not", "never", "no", "without", "none", "nothing", "nobody", "except", "excluding", "exclude", "neither", "nor", "but", "khong",
    "chua", "tru", "ngoai",
})  # fmt: skip
_THAN = frozenset({
    "than", "vs", "versus", "against", "compared", "comparison", "compare", "beside", "next", "relative", "difference", "between",
    "hon", "voi", "sanh",
})  # fmt: skip
_MOST = frozenset({
    "most", "least", "best", "worst", "highest", "lowest", "largest", "smallest", "biggest", "top", "bottom", "fewest", "fastest",
    "slowest", "longest", "shortest", "nhat",
})  # fmt: skip
_LEAVES_OUT = frozenset({"inactive", "did_but_never", "stopped", "like_for_like"})
_COMPARES = frozenset({"compare_groups", "contribution", "decomposition", "rank_change", "change_by_member"})
_ENTITIES = frozenset({"customer", "product", "supplier", "order", "shipment", "purchase_order", "sku"})
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LONGEST = 6  # longer runs of digits are codes
Calls = Sequence[tuple[str, Json]]


def heard_and_said(sketch: Sketch, ranked: Ranked) -> Features:
    """Words that ask for an operation against operations of the plan."""
    words = [token.folded for token in sketch.tokens]
    calls = ranked.candidate.calls
    tool, texts = ranked.candidate.tool, {str(value) for value in _leaves(calls)}
    without = tool in _LEAVES_OUT or bool(texts & {"!=", "not_in", "stopped"})
    compares = tool in _COMPARES or any({"compare", "having"} & arguments.keys() for _, arguments in calls)
    heard = {name: sum(word in those for word in words) for name, those in (("not", _NOT), ("than", _THAN), ("most", _MOST))}
    told = {"not": without, "than": compares, "most": tool == "ranking"}
    found = {f"heard {name}": float(count) for name, count in heard.items()}
    found |= {f"{name} not said": float(heard[name] > 0 and not told[name]) for name in heard}
    found |= {f"{name} from nothing": float(heard[name] == 0 and told[name]) for name in heard}
    found["digits"], found["digits lost"] = _digits(words, calls)
    return found


def _digits(words: Sequence[str], calls: Calls) -> tuple[float, float]:
    """How many numbers were written, and how many of them are nowhere in the plan."""
    written = [_figures(run) for word in words for run in _DIGITS.findall(word) if len(run) <= _LONGEST]
    held = {_figures(run) for value in _leaves(calls) if not isinstance(value, bool) for run in _DIGITS.findall(_plain(value))}
    return float(len(written)), float(sum(number not in held for number in written))


def _figures(run: str) -> str:
    """The digits that count: 1.5 million is written out as 1500000, and 80 % as 0.8."""
    return re.sub(r"[.,]", "", run).strip("0") or "0"


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _leaves(found: object) -> Iterator[object]:
    """Every value of a plan, without the names of its fields."""
    if isinstance(found, dict):
        found = tuple(found.values())
    if not isinstance(found, list | tuple):
        yield found
        return
    for each in found:
        yield from _leaves(each)


def make_of(sketch: Sketch, ranked: Ranked, rivals: Sequence[Ranked]) -> Features:
    """How much the plan holds, how many words it stands on, and how the message is made."""
    calls, used = ranked.candidate.calls, ranked.candidate.used
    arguments = calls[0][1]
    by = _list(arguments.get("by"))
    words = sum(token.text[0].isalnum() for token in sketch.tokens) or 1
    full = sum(not group.is_empty_word for group in sketch.groups) or 1
    held = [sketch.groups[at] for at in used if at < len(sketch.groups)]
    period = arguments.get("period")
    found = {
        "metrics": float(len(_list(arguments.get("metrics") or arguments.get("metric")))),
        "conditions": float(len(_list(arguments.get("where")))),
        "lines to pass": float(len(_list(arguments.get("having")))),
        "compared": float("compare" in arguments),
        "lowest": float(bool(arguments.get("lowest"))),
        "beside": float(bool(arguments.get("also"))),
        "cut by a thing": float(bool(by) and str(by[0]) in _ENTITIES),
        "arguments": float(len(arguments)),
        "values in plan": float(sum(1 for _ in _leaves(calls))),
        "words held": sum(group.end - group.start for group in held) / words,
        "pieces held": sum(not group.is_empty_word for group in held) / full,
        "readings": float(len(rivals)),
        "same tool": sum(each.candidate.tool == ranked.candidate.tool for each in rivals) / max(len(rivals), 1),
        "same plan": float(sum(each.candidate.calls == calls for each in rivals)),
        "explain more": float(sum(len(each.candidate.used) > len(used) for each in rivals)),
        "behind the first": (max(each.score for each in rivals) - ranked.score) / 4,
    }
    if isinstance(period, dict):
        found[f"period {period.get('kind')}"] = 1.0
    return found | _made(sketch, words)


def _list(found: object) -> list[object]:
    if isinstance(found, list | tuple):
        return list(found)
    return [found] if found else []


def _made(sketch: Sketch, words: int) -> Features:
    """The message itself: how many pieces of each kind, and how surely its names are names."""
    written = [sketch.text(slot.at) for slot in sketch.filters]
    return {
        "words": words / 10,
        "pieces": len(sketch.groups) / 10,
        "times": float(len(sketch.periods)),
        "cuts": float(len(sketch.dimensions)),
        "figures": float(len({slot.name for slot in sketch.metrics})),
        "numbers": float(len(sketch.numbers)),
        "small words": sum(group.is_empty_word for group in sketch.groups) / words,
        "signs": float(sum(token.text in ",;-:(" for token in sketch.tokens)),
        "words of figures": sum(sketch.groups[slot.at].end - sketch.groups[slot.at].start for slot in sketch.metrics) / words,
        "inexact names": float(sum(slot.best.match in ("typo", "near", "partial") for slot in sketch.filters)),
        "short names": float(sum(len(text) <= 4 for text in written)),
        "small names": float(sum(text.islower() for text in written)),
    }
