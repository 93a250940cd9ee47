"""What a plan says, as one label for each question a reader can answer: which tool, which metric, cut by what, in which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.language.figures import Json

HEADS = ("tool", "metric", "by", "way")
NOTHING = "none"
_CUTS = ("by", "entity", "of", "per")
_WAYS = ("only", "direction", "run", "keep")


def labels_of(calls: Sequence[tuple[str, Json]]) -> dict[str, str]:
    """The labels of a plan, read from its first call."""
    if not calls:
        return dict.fromkeys(HEADS, NOTHING)
    tool, arguments = calls[0]
    return {"tool": tool, "metric": _metric(arguments), "by": _cut(arguments), "way": _way(arguments)}


def _metric(arguments: Json) -> str:
    found = arguments.get("metrics") or arguments.get("metric")
    if isinstance(found, list | tuple) and found:
        return str(found[0])
    if isinstance(found, str):
        return found
    side = arguments.get("did") or arguments.get("left")
    return str(side.get("metric", NOTHING)) if isinstance(side, dict) else NOTHING


def _cut(arguments: Json) -> str:
    for name in _CUTS:
        found = arguments.get(name)
        names = [str(each) for each in found] if isinstance(found, list | tuple) else [str(found)] if found else []
        if within := arguments.get("within"):
            names += [str(each) for each in within] if isinstance(within, list | tuple) else [str(within)]
        if names:
            return "/".join(names[:2])
    return str(arguments.get("grain", NOTHING))


def _way(arguments: Json) -> str:
    """The one thing that turns the answer into another: lowest instead of highest, falling, without, compared."""
    for name in ("lowest", "nth"):
        if arguments.get(name):
            return name
    for name in _WAYS:
        if isinstance(found := arguments.get(name), str):
            return found
    if isinstance(compare := arguments.get("compare"), Mapping):
        return f"vs {compare.get('to')}"
    if isinstance(having := arguments.get("having"), list | tuple) and having:
        return f"having {_op(having[0])}"
    conditions = arguments.get("where")
    if isinstance(conditions, list | tuple) and any(_op(each) in ("!=", "not_in") for each in conditions):
        return "without"
    return NOTHING


def _op(condition: object) -> str:
    return str(condition.get("op", "=")) if isinstance(condition, Mapping) else "="
