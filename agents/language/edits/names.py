"""Names in a message that leans on the last one: put in the place of others of their kind, added, left out, let in again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from agents.language.edits.draft import Draft, objects, plain, texts
from agents.language.figures import Json
from agents.language.sketch import FilterSlot
from agents.language.spans import ValueSpan
from agents.language.taker import condition
from agents.language.whose import lies

# Naming the one makes conditions on the others pointless: they follow from it, or another is meant.
_INSTEAD: Mapping[str, frozenset[str]] = {
    "product": frozenset({"product", "sku", "category", "subcategory", "family", "series", "manufacturer"}),
    "sku": frozenset({"product", "sku", "category", "subcategory", "family", "series", "manufacturer"}),
    "category": frozenset({"category", "subcategory", "product", "sku"}),
    "subcategory": frozenset({"subcategory", "category", "product", "sku"}),
    "family": frozenset({"family", "product", "sku"}),
    "series": frozenset({"series", "product", "sku"}),
    "manufacturer": frozenset({"manufacturer", "product", "sku"}),
    "customer": frozenset({"customer", "tier", "customer_kind", "area_kind", "province", "district"}),
    "tier": frozenset({"tier", "customer"}),
    "customer_kind": frozenset({"customer_kind", "customer"}),
    "province": frozenset({"province", "district"}),
    "district": frozenset({"province", "district"}),
    "location": frozenset({"location", "location_province", "location_kind"}),
    "location_kind": frozenset({"location", "location_kind"}),
    "supplier": frozenset({"supplier", "supplier_country"}),
    "supplier_country": frozenset({"supplier", "supplier_country"}),
}
_POSITIVE, _NEGATIVE = ("=", "in"), ("!=", "not_in")
_PLACES = ("location", "location_province")
_SETS = ("did", "never", "left", "right", "steps")


def edit_names(draft: Draft) -> None:
    """Every name of the message finds its place in the conditions of the call."""
    chosen = [(slot, _meant(draft, slot)) for slot in draft.sketch.filters if slot.at not in draft.take.used]
    if not chosen:
        return
    if _record(draft, chosen):
        return
    if not draft.can("where") or any(span.dimension in _inside(draft) for _, span in chosen):
        draft.fail()
        return
    draft.take.used.update(slot.at for slot, _ in chosen)
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.role == "label")
    draft.take.cue("exclude", "only", "combine", "having")
    for dimension in dict.fromkeys(span.dimension for _, span in chosen):
        said = [(slot, span.value) for slot, span in chosen if span.dimension == dimension]
        _of_one_kind(draft, dimension, said)
    _no_longer_ranked(draft, [span.dimension for slot, span in chosen if not _left_out(draft, slot)])


def _of_one_kind(draft: Draft, dimension: str, said: list[tuple[FilterSlot, str]]) -> None:
    held = objects(draft.arguments.get("where"))
    shown = _values(held, dimension, _POSITIVE)
    wanted = [value for slot, value in said if not _left_out(draft, slot)]
    unwanted = [value for slot, value in said if _left_out(draft, slot)]
    if not wanted and len(unwanted) > 1 and unwanted[0] in shown and not draft.mood.has("removing"):
        wanted, unwanted = unwanted[1:], []  # not Dairy, Beverages
    if len(wanted) > 1 and set(wanted) & set(shown) and draft.mood.has("replacing") and not draft.mood.has("adding"):
        wanted = [value for value in wanted if value not in shown] or wanted  # Beverages instead of Dairy
    if wanted:
        _take_in(draft, held, dimension, wanted)
    else:
        _leave_out(draft, held, dimension, unwanted)


def _left_out(draft: Draft, slot: FilterSlot) -> bool:
    return (slot.negated or draft.mood.has("removing")) and not draft.mood.has("restoring")


def _take_in(draft: Draft, held: list[Json], dimension: str, values: list[str]) -> None:
    """Instead of others of the kind; beside them when they are added; back in when they were left out."""
    kept = [each for each in held if each.get("dimension") != dimension]
    shown = _values(held, dimension, _POSITIVE)
    hidden = _values(held, dimension, _NEGATIVE)
    back = [value for value in values if value in hidden]
    if back or (hidden and draft.mood.has("restoring")):
        rest = [value for value in hidden if value not in values]
        draft.put("where", [*kept, condition(dimension, rest, negated=True)] if rest else kept)
        return
    if draft.mood.has("adding") and shown:
        draft.put("where", [*kept, condition(dimension, [*shown, *(value for value in values if value not in shown)])])
        return
    others = _INSTEAD.get(dimension, frozenset())
    kept = [each for each in kept if each.get("dimension") not in others or each.get("op", "=") in _NEGATIVE]
    draft.put("where", [*kept, condition(dimension, values)])


def _leave_out(draft: Draft, held: list[Json], dimension: str, values: list[str]) -> None:
    """One of several names goes; the only one goes with its condition, unless all but it is meant; another stays out."""
    kept = [each for each in held if each.get("dimension") != dimension]
    shown, hidden = _values(held, dimension, _POSITIVE), _values(held, dimension, _NEGATIVE)
    if shown and set(values) & set(shown):
        rest = [value for value in shown if value not in values]
        if rest:
            kept.append(condition(dimension, rest))
        elif not draft.mood.has("removing"):
            kept.append(condition(dimension, values, negated=True))
    else:
        kept += [condition(dimension, shown)] if shown and not _all_but(draft) else []
        kept.append(condition(dimension, [*hidden, *(value for value in values if value not in hidden)], negated=True))
    draft.put("where", kept)


def _all_but(draft: Draft) -> bool:
    """Everyone except silver, after gold alone: gold no longer stands alone."""
    words = [token.folded for token in draft.sketch.tokens]
    return bool({"all", "everyone", "everybody", "everything", "everywhere", "moi"} & set(words)) or ("tat", "ca") in pairwise(words)


def _values(held: list[Json], dimension: str, ops: tuple[str, ...]) -> list[str]:
    found = (each.get("values") for each in held if each.get("dimension") == dimension and each.get("op", "=") in ops)
    return [value for values in found if isinstance(values, list | tuple) for value in values]


def values_of(held: list[Json], dimension: str) -> list[str]:
    """The names of one kind that are taken in."""
    return _values(held, dimension, _POSITIVE)


def _meant(draft: Draft, slot: FilterSlot) -> ValueSpan:
    """What the name means here: what names of the last call were, if it can be that."""
    labels = {each.name for each in draft.sketch.dimensions if abs(each.at - slot.at) == 1}
    lying = "location" in labels or (bool(draft.metrics) and all(lies(name) for name in draft.metrics))
    if place := next((choice for name in _PLACES for choice in slot.choices if choice.dimension == name and lying), None):
        draft.take.used.update(each.at for each in draft.sketch.dimensions if each.name == "location" and abs(each.at - slot.at) == 1)
        return place
    kept = {str(each.get("dimension")) for each in objects(draft.arguments.get("where"))} | set(draft.by)
    kept |= {"product"} if "sku" in kept else set()
    return next((choice for choice in slot.choices if choice.dimension in kept), slot.best)


def _record(draft: Draft, chosen: list[tuple[FilterSlot, ValueSpan]]) -> bool:
    """A call about one record or one product: another takes its place."""
    field = "ids" if "ids" in draft.arguments else "item" if "item" in draft.arguments else ""
    of = str(draft.arguments.get("of") or "product")
    same = [(slot, span) for slot, span in chosen if span.dimension == of and not _left_out(draft, slot)]
    if not field or len(same) != len(chosen):
        return False
    draft.take.used.update(slot.at for slot, _ in same)
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.role == "label")
    values = [span.value for _, span in same]
    draft.put(field, values if field == "ids" else values[0])
    return True


def _inside(draft: Draft) -> set[str]:
    """The kinds of names that conditions of its own hold: bought printers but never ink."""
    inner = plain({name: draft.arguments[name] for name in _SETS if name in draft.arguments})
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.update(str(value["dimension"]) for _ in (1,) if "dimension" in value)
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(inner)
    return found


def _no_longer_ranked(draft: Draft, dimensions: list[str]) -> None:
    """Of one product there is no best one: its figure is asked."""
    if draft.tool not in ("ranking",) or not dimensions:
        return
    by = str(draft.arguments.get("by"))
    values = _values(objects(draft.arguments.get("where")), by, _POSITIVE)
    if by in dimensions and len(values) > 1:
        draft.put("n", len(values))
    elif by in dimensions and len(values) == 1:
        draft.become("metric_value", metrics=[*draft.metrics, *texts(draft.arguments.get("also"))], also=None, n=None)


def put_condition(draft: Draft, each: Json) -> None:
    """A condition as the message means it: in the place of its like, beside them, or left out."""
    held, dimension = objects(draft.arguments.get("where")), str(each.get("dimension"))
    values = texts(each.get("values"))
    if each.get("op", "=") in _NEGATIVE or draft.mood.has("removing"):
        _leave_out(draft, held, dimension, values)
    elif each.get("op", "=") in _POSITIVE:
        _take_in(draft, held, dimension, values)
    else:
        draft.put("where", [*(other for other in held if other.get("dimension") != dimension), each])


def related(dimension: str) -> frozenset[str]:
    """The kinds of names that one of this kind takes the place of."""
    return _INSTEAD.get(dimension, frozenset({dimension}))


def without_names(draft: Draft, dimension: str) -> None:
    """Conditions of one kind go."""
    held = objects(draft.arguments.get("where"))
    draft.put("where", [each for each in held if each.get("dimension") not in related(dimension)])
