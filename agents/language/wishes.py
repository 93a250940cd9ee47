"""Questions about what is to come and what documents say: a phrase names the tool, the names, times and numbers beside it fill it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.language import wishes_ahead, wishes_documents, wishes_stock
from agents.language.figures import Json
from agents.language.gapped import wishes_in
from agents.language.heavy import heavy
from agents.language.matters import Matter
from agents.language.rank import TELLING, Ranked, weight_of
from agents.language.sketch import Sketch
from agents.language.tags import Group
from agents.language.taker import Candidate, Taker
from tools.query.contract import Between

Fill = Callable[[Taker, str, date], Json | None]


@dataclass(frozen=True)
class Wish:
    """A tool, what fills it, and what is said when it cannot be filled.

    A question for documents is handed on `whole`, so no word of it is left over. A phrase that is not `firm` occurs in other
    questions too.
    """

    tool: str
    fill: Fill
    reply: str
    whole: bool = False
    firm: bool = True


# The first one named is meant: what is more particular stands first.
WISHES: Mapping[str, Wish] = {
    "accuracy": Wish("forecast_accuracy", wishes_ahead.fill_accuracy, "forecast"),
    "clause_data": Wish("documents_and_data", wishes_documents.fill_clauses, "document"),
    "replay": Wish("policy_replay", wishes_stock.fill_replay, "reorder", firm=False),
    "what_if": Wish("what_if_inventory", wishes_stock.fill_what_if, "what_if"),
    "lost_sales": Wish("cost_of_stockouts", wishes_stock.fill_lost_sales, "reorder"),
    "budget": Wish("budget_buying", wishes_stock.fill_budget, "reorder", firm=False),
    "complaints": Wish("review_themes", wishes_documents.fill_themes, "sentiment"),
    "market": Wish("market_context", wishes_documents.fill_market, "document", whole=True, firm=False),
    "find_document": Wish("search_documents", wishes_documents.fill_question, "document", whole=True),
    "safety_stock": Wish("safety_stock_and_eoq", wishes_stock.fill_plan, "reorder"),
    "abc_xyz": Wish("abc_xyz", wishes_stock.fill_classes, "reorder"),
    "overstock": Wish("overstock", wishes_stock.fill_overstock, "reorder"),
    "suppliers": Wish("supplier_options", wishes_stock.fill_suppliers, "reorder"),
    "reorder": Wish("reorder_advice", wishes_stock.fill_plan, "reorder"),
    "cover": Wish("metric_value", wishes_stock.fill_cover, "reorder", firm=False),
    "runs_out": Wish("stockout_risk", wishes_stock.fill_risk, "forecast"),
    "forecast": Wish("demand_forecast", wishes_ahead.fill_forecast, "forecast"),
    "document": Wish("document_question", wishes_documents.fill_question, "document", whole=True),
}


_SPENT = 100_000  # nobody orders so many pieces: the number is an amount of money
_RECORDS = frozenset({"order", "purchase_order", "shipment"})
_ADVICE = frozenset({"should", "nên", "nen", "tốt", "tot", "hợp", "hop", "best"})
_FROM_WHOM = re.compile(r"\b(?:của|từ|cua|tu) (?:ai|nhà cung cấp nào|nha cung cap nao|ncc nào|bên nào|ben nao)\b")
_RUNS_OUT = re.compile(
    r"\b(?:bao giờ|khi nào|chừng nào|bao lâu nữa|mấy ngày nữa|bao gio|khi nao)\b.*\b(?:hết|cạn|cháy|het|can|chay)\b(?! hạn)", re.IGNORECASE
)
_JUDGED = re.compile(r"\bdự báo\b.*\b(?:đúng|sai|chuẩn|chính xác|đáng tin|lệch|sát|trúng)\b")
_IS_OVER = re.compile(r"\b(?:how often|how many times|most often|most frequently|did (?:we|it|they) run|ran out|bao nhieu lan|may lan)\b")
_BUYS = re.compile(r"\b(?:mua|lấy|nhập|đặt|mua|lay|nhap|dat) (?:hàng |những |hang )?(?:gì|gi|nào|nao)\b")

_SPENDS = re.compile(r"\b(?:what|which|where|how)\b.*\b(?:buy|order|stock|goods|get|spend|invest|put|restock|purchase)\b")


@dataclass(frozen=True)
class Wished:
    """What a phrase of the message asks for: the call, with the message as it is read beside it; or what is said instead."""

    sketch: Sketch
    best: Ranked | None
    reply: str = ""


def wished(sketch: Sketch, matters: Sequence[Matter], text: str, as_of: date, tools: frozenset[str]) -> Wished | None:
    """The first wish that can be filled; else why not, when a phrase means nothing else."""
    named = [matter for matter in matters if matter.kind == "tool"]
    loose = wishes_in(sketch.tokens, sketch.language)
    own = without(sketch, named)
    names = {matter.name for matter in named}
    names |= _implied(own, names, as_of)
    if names <= {"complaints"} and wishes_documents.asks_of_documents(own, text):
        names = {"document"}
    spread = {matter.name for matter in loose} - names
    if _lists_others(own):
        spread -= {"runs_out", "overstock", "lost_sales"}
    for name, wish in WISHES.items():
        if name not in names | spread:
            continue
        parts = [matter for matter in loose if matter.name == name]
        denied = name == "overstock" and any(_is_denied(sketch, matter) for matter in (*named, *parts) if matter.name == name)
        found = _filled(_beside(without(own, parts), parts), wish, text, as_of) if wish.tool in tools and not denied else None
        if found is not None and (name in names or _is_whole(found)):
            return found
        if wish.firm and name in names:
            return Wished(own, None, wish.reply)
    return None


def _is_denied(sketch: Sketch, matter: Matter) -> bool:
    """What is not overstocked: no tool lists what is not so."""
    return sketch.language == "en" and matter.start > 0 and sketch.tokens[matter.start - 1].folded in ("not", "never", "nor")


def _beside(sketch: Sketch, parts: Sequence[Matter]) -> Sketch:
    """The sketch without phrases that begin or end inside a part and only hold a sentence together."""
    spoken = {place for part in parts for place in range(part.start, part.end)}
    held = {at for at, group in enumerate(sketch.groups) if spoken & set(range(group.start, group.end)) and _only_joins(group)}
    return replace(sketch, dropped=(*sketch.dropped, *sorted(held))) if held else sketch


def _only_joins(group: Group) -> bool:
    return not group.of("metric", "dimension", "value", "time", "number", "percent", "ordinal")


def _lists_others(sketch: Sketch) -> bool:
    """Which warehouses, which suppliers: a list of anything but goods."""
    return any(slot.name not in ("product", "sku") and slot.role in ("head", "group", "within") for slot in sketch.dimensions)


def _filled(own: Sketch, wish: Wish, text: str, as_of: date) -> Wished | None:
    """The call, when the rest of the message fills it."""
    take = Taker(own)
    arguments = wish.fill(take, text, as_of)
    if arguments is None:
        return None
    used = frozenset(range(len(own.groups))) if wish.whole else frozenset(take.used)
    own = replace(own, unread=()) if wish.whole else own
    return Wished(own, _ranked(own, Candidate(((wish.tool, arguments),), used, tuple(take.assumptions))))


def _is_whole(found: Wished) -> bool:
    """A form with gaps is meant where nothing of the message is left over."""
    return found.best is not None and not found.best.unexplained and not heavy(found.sketch)


def _implied(sketch: Sketch, names: set[str], as_of: date) -> set[str]:
    """What the rest of a message makes of it: an order and money beside it, whom to buy one product from, what is short in days ahead."""
    found: set[str] = set()
    if "runs_out" in names and _IS_OVER.search(" ".join(token.folded for token in sketch.tokens)):
        names.discard("runs_out")  # how often it was empty is counted, not foreseen
    if any("cancel" in slot.name or "return" in slot.name for slot in sketch.metrics):
        names.discard("lost_sales")  # lost by cancelled orders, not by empty shelves
    spoken = {slot.name for slot in sketch.dimensions} | {slot.name for slot in sketch.metrics}
    if {"document", "complaints"} <= names and not spoken & {"customer", "reviews"}:
        names.discard("complaints")  # what a contract says is nobody's complaint
    if any(slot.best.dimension in _RECORDS for slot in sketch.filters):
        names.discard("forecast")  # when one purchase order is expected is written in it
    if "reorder" in names and any(each.kind == "plain" and each.number >= _SPENT and not each.limits for each in sketch.numbers):
        found.add("budget")
    goods = [slot for slot in sketch.filters if slot.best.dimension in ("product", "sku") and not slot.negated]
    words = [token.lower for token in sketch.tokens]
    text = " ".join(words)
    whom = any(slot.name == "supplier" and slot.role != "label" for slot in sketch.dimensions) or bool(_FROM_WHOM.search(text))
    if _ADVICE & set(words) and len(goods) == 1 and whom:
        found.add("suppliers")
    if "forecast" in names and _JUDGED.search(text):
        found.add("accuracy")
    if _RUNS_OUT.search(text) and not sketch.periods:
        found.add("runs_out")
    if (_BUYS.search(text) or _SPENDS.search(text)) and any(each.number >= _SPENT and each.op is None for each in sketch.numbers):
        found.add("budget")
    ahead = any(isinstance(slot.span.meaning, Between) and slot.span.meaning.end > as_of for slot in sketch.periods)
    if ahead and (sketch.has("below", "out_of_stock") or any(slot.name == "stockouts" for slot in sketch.metrics)):
        found.add("runs_out")
    return found


def foreseen(sketch: Sketch, text: str, as_of: date, tools: frozenset[str]) -> Wished | None:
    """What is sold in days that lie ahead is forecast: nobody needs to say forecast, nor what is counted."""
    wish, take = WISHES["forecast"], Taker(sketch)
    listed = any(slot.name in ("product", "category", "location") and slot.role == "head" for slot in sketch.dimensions)
    unnamed = not sketch.metrics and (_asks_amount(sketch) or (listed and sketch.has("seller_high", "top")))
    asked = unnamed or any(slot.name in _FORESEEN for slot in sketch.metrics)
    arguments = wish.fill(take, text, as_of) if wish.tool in tools and asked else None
    if arguments is None:
        return None
    return Wished(sketch, _ranked(sketch, Candidate(((wish.tool, arguments),), frozenset(take.used), tuple(take.assumptions))))


def _asks_amount(sketch: Sketch) -> bool:
    return sketch.has("how_many", "how_much") or "demand" in {token.folded for token in sketch.tokens}


_FORESEEN = frozenset({"revenue", "units", "ordered_units"})


def without(sketch: Sketch, matters: Sequence[Matter]) -> Sketch:
    """The sketch with the words of the phrases taken as read."""
    spoken = {place for matter in matters for place in range(matter.start, matter.end)}
    # A figure inside a phrase stays one: expected revenue is revenue.
    inside = {at for at, group in enumerate(sketch.groups) if not group.of("metric") and set(range(group.start, group.end)) <= spoken}
    unread = tuple(place for place in sketch.unread if place not in spoken)
    return replace(sketch, unread=unread, dropped=(*sketch.dropped, *inside))


def _ranked(sketch: Sketch, candidate: Candidate) -> Ranked:
    left = (at for at, group in enumerate(sketch.groups) if at not in candidate.used and at not in sketch.dropped)
    return Ranked(candidate, 0.0, tuple(at for at in left if weight_of(sketch.groups[at]) >= TELLING))
