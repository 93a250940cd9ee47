"""Fillers for what is held against its opposite: one against all others, only this and nothing else, what is not done yet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.figures import Json
from agents.language.sketch import FilterSlot, Sketch
from agents.language.taker import Candidate, Taker, condition

_OWN = frozenset({"tier", "province", "district", "customer_kind", "area_kind", "customer"})
_HELD = ("versus", "higher", "lower")
_NOT_YET = re.compile(
    r"\b(?:not (?:yet )?(?:been )?(?:yet )?|not yet |yet to be |still to be |waiting to be |un|awaiting |"
    r"still (?:need|needs|have|has) to be |chưa (?:được )?|chua (?:duoc )?)"
    r"(?P<deed>ship|sent(?! back)|dispatch|pai|pay|deliver|arriv|giao|gửi|gui|xuất|xuat|thanh toán|thanh toan|trả tiền|tra tien)",
    re.IGNORECASE,
)
# "not shipped late" is said of orders that were shipped.
_LATENESS = re.compile(
    r"\w* (?:(?:\w+ )?(?:late|on time|in full|in time|muộn|trễ|đúng hẹn)\b|(?:for )?(?:by|with|in|via|through|using|from|to|bằng|qua)\b)",
    re.IGNORECASE,
)
# In which states an order still is, before it is shipped, paid, delivered.
_BEFORE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("pai", "pay", "thanh", "trả", "tra"), ("pending",)),
    (("ship", "sent", "dispatch", "gửi", "gui", "xuất", "xuat"), ("pending", "paid")),
    (("deliver", "arriv", "giao"), ("pending", "paid", "shipped")),
)
_OF_WHAT: Mapping[str, str] = {"orders": "orders", "placed_orders": "orders"}


_MUCH = frozenset({"nhieu", "cao", "chay", "dong", "lon", "tot", "manh"})
_LITTLE = frozenset({"it", "thap", "cham", "kem", "e", "vang", "yeu"})


def is_held_against(sketch: Sketch) -> bool:
    """Viewed much yet bought little, in Vietnamese: one figure against another, which nothing ranks."""
    words = [token.folded for token in sketch.tokens]
    turn = next((place for place, token in enumerate(sketch.tokens) if token.lower in ("mà", "nhưng", "ma", "nhung")), None)
    if turn is None or sketch.language != "vi":
        return False
    before, behind = set(words[:turn]), set(words[turn:])
    return bool((before & _MUCH and behind & _LITTLE) or (before & _LITTLE and behind & _MUCH))


def fill_rest(sketch: Sketch) -> Candidate | None:
    """One against all others: Hanoi against the rest of the country."""
    take = Taker(sketch)
    names = [slot for slot in sketch.filters if not slot.negated]
    held = sketch.has(*_HELD) or any(group.of("comparator") for group in sketch.groups)
    if not names or not held or not sketch.has("others") or sketch.has("top", "bottom", "within"):
        return None
    if any(slot.role in ("group", "within") for slot in sketch.dimensions):
        return None
    side = names[0].best.dimension
    same = [slot for slot in names if slot.best.dimension == side]
    take.cue("others", *_HELD, "which", "how_much", "combine", "performance", "change")
    take.used.update(at for at, group in enumerate(sketch.groups) if group.of("comparator"))
    take.used.update(slot.at for slot in same)
    take.used.update(slot.at for slot in sketch.dimensions if slot.role in ("head", "label", "loose"))
    gains = {"profitable", "lucrative"} & {token.folded for token in sketch.tokens}
    metric = take.metric("margin" if gains else "revenue")
    values = [slot.best.value for slot in same]
    sides: Json = {"left": [condition(side, values)], "right": [condition(side, values, True)]}
    return take.made("compare_groups", {"metric": metric, **sides, "where": take.where(), **take.period()}, 1.2)


def fill_only(sketch: Sketch) -> Candidate | None:
    """Who did this and nothing else of its kind: customers that only use the app."""
    take = Taker(sketch)
    cut = next((at for name in ("only_did", "only") for at in sketch.cues.get(name, ())), None)
    people = [slot for slot in sketch.dimensions if slot.name == "customer" and slot.role in ("head", "counted")]
    if cut is None or not people or people[0].at > cut or sketch.has("never", "top", "bottom"):
        return None
    behind = [slot for slot in sketch.filters if slot.at > cut and not slot.negated and slot.best.dimension not in _OWN]
    nouns = [slot for slot in sketch.metrics if not slot.verb and slot.name != "orders"]
    if not behind or nouns or len({slot.best.dimension for slot in behind}) > 1 or not _acts(sketch, people[0].at, behind[0]):
        return None
    take.cue("only_did", "only", "which", "having", "how_many", "combine", "exclude")
    take.used |= {people[0].at, *(slot.at for slot in behind), *(slot.at for slot in sketch.metrics)}
    side, values = behind[0].best.dimension, [slot.best.value for slot in behind]
    others = [slot for slot in sketch.filters if slot not in behind]
    when = take.period()
    did: Json = {"metric": "orders", "where": [condition(side, values)], **when}
    never: Json = {"metric": "orders", "where": [condition(side, values, True)], **when}
    return take.made("did_but_never", {"entity": "customer", "did": did, "never": never, "where": take.filters(others)}, 2.0)


def _acts(sketch: Sketch, people: int, name: FilterSlot) -> bool:
    """Whether somebody does something between the people and the name: "only app customers" is a plain filter."""
    between = {token.folded for token in sketch.tokens[sketch.groups[people].end : sketch.groups[name.at].end]}
    return bool(between & _DOING) or sketch.has("only_did")


_DOING = frozenset(
    {
        "use",
        "uses",
        "used",
        "buy",
        "buys",
        "bought",
        "order",
        "orders",
        "ordered",
        "shop",
        "shops",
        "shopped",
        "take",
        "takes",
        "pay",
        "pays",
    }
    | {"paid", "ever", "come", "comes", "mua", "dung", "dat", "xai", "tra"}
)


def fill_open_orders(sketch: Sketch) -> Candidate | None:
    """Orders that are not shipped, paid or delivered yet: those that still stand before that state."""
    found = _NOT_YET.search(" ".join(token.lower for token in sketch.tokens))
    counted = [slot for slot in sketch.metrics if slot.name in _OF_WHAT and not slot.verb]
    listed = [slot for slot in sketch.dimensions if slot.name == "order" and slot.role in ("head", "counted")]
    named = {slot.name for slot in sketch.metrics} | {slot.name for slot in sketch.dimensions}
    bought = any("purchase" in name for name in named) or any(
        slot.best.dimension in ("order", "supplier", "purchase_order", "shipment", "purchase_status") for slot in sketch.filters
    )
    late = sketch.has("late_word") or "deliveries" in {slot.name for slot in sketch.metrics}
    if (
        found is None
        or _LATENESS.match(found.string, found.end())
        or not (counted or listed)
        or bought
        or late
        or sketch.has("rate", "share", "why")
    ):
        return None
    take = Taker(sketch)
    deed = found["deed"].casefold()
    states = next(states for words, states in _BEFORE if deed.startswith(words))
    take.cue("never", "exclude", "overdue", "status", "which", "how_many", "show_all", "total", "no_activity", "zero", "having", "keep")
    take.used.update(slot.at for slot in sketch.filters if slot.best.dimension == "order_status")
    take.used |= {*(slot.at for slot in counted), *(slot.at for slot in listed)}
    take.turn(*range(len(sketch.groups)))
    take.used.update(slot.at for slot in sketch.metrics if slot.verb or slot.name in ("shipments", "deliveries"))
    where = [condition("order_status", list(states)), *take.where()]
    by = take.dimensions("group", "within")
    if sketch.has("which", "show_all") and not sketch.has("how_many") and not by:
        return take.made("breakdown", {"metrics": ["revenue"], "by": ["order"], "where": where, **take.period()}, 2.0)
    if by:
        return take.made("breakdown", {"metrics": ["orders"], "by": by, "where": where, **take.period()}, 2.0)
    return take.made("metric_value", {"metrics": ["orders"], "where": where, **take.period()}, 2.0)
