"""Conditions that a new figure cannot take: its tables do not know them. They go and it is told; a town becomes where the goods lie."""

from __future__ import annotations

from collections.abc import Callable, Collection

from agents.language.edits.draft import Draft, objects, texts
from agents.language.figures import Json
from tools.query.vocabulary import narrowed_by

PlaceOf = Callable[[str, str], str | None]  # a name and a dimension: the member of that dimension that is called so
_TOWNS = frozenset({"province", "shipping_province", "district"})
_LYING = "location_province"


def fit(draft: Draft, before: Collection[str], place_of: PlaceOf) -> None:
    """After another figure took the place of the last one: only conditions it can take, and those the message names itself."""
    if not draft.failed and set(draft.metrics) != set(before):
        own = {choice.dimension for slot in draft.sketch.filters for choice in slot.choices}
        arguments, told = fitted(draft.arguments, draft.metrics, own, place_of)
        draft.arguments = arguments
        for text in told:
            draft.take.assume(text)


def fitted(arguments: Json, metrics: Collection[str], own: Collection[str], place_of: PlaceOf) -> tuple[Json, list[str]]:
    """The arguments with the conditions these metrics can take, and what is told of the others."""
    known = [narrowed_by()[name] for name in metrics if name in narrowed_by()]
    kept: list[Json] = []
    told: list[str] = []
    for each in objects(arguments.get("where")):
        dimension = str(each.get("dimension"))
        if dimension in own or all(dimension in dimensions for dimensions in known):
            kept.append(each)
            continue
        values = texts(each.get("values"))
        lying = [place_of(value, _LYING) for value in values] if dimension in _TOWNS and all(_LYING in each for each in known) else []
        name = ", ".join(values)
        if lying and all(lying):
            kept.append({**each, "dimension": _LYING, "values": lying})
            told.append(f"\u201c{name}\u201d is where the goods lie")
        else:
            told.append(f"\u201c{name}\u201d is left out: {_called(metrics)} is not known by {dimension.replace('_', ' ')}")
    if not told:
        return arguments, told
    rest = {name: value for name, value in arguments.items() if name != "where"}
    return {**rest, **({"where": kept} if kept else {})}, told


def _called(metrics: Collection[str]) -> str:
    return " and ".join(name.replace("_", " ") for name in metrics)
