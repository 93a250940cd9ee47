"""What calls list and hold, and whether two of them are the same."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.edits.draft import Call, objects, texts


def alike(one: Sequence[Call], other: Sequence[Call]) -> bool:
    """The same calls, whatever the order of their conditions."""

    def sorted_calls(calls: Sequence[Call]) -> list[tuple[str, dict[str, object]]]:
        return [(tool, {**arguments, "where": sorted(map(str, conditions(arguments)))}) for tool, arguments in calls]

    def conditions(arguments: dict[str, object]) -> list[object]:
        return [sorted(each.items(), key=str) for each in objects(arguments.get("where"))]

    return sorted_calls(one) == sorted_calls(other)


def listed(calls: Sequence[Call]) -> list[str]:
    """What the calls list, and what they measure."""
    return [name for _, arguments in calls for field in ("entity", "by", "metric", "metrics") for name in texts(arguments.get(field))]
