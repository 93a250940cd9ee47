"""Questions about what is to come and what documents say: a phrase names the tool, the names, times and numbers beside it fill it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.language import wishes_ahead, wishes_documents, wishes_stock
from agents.language.figures import Json
from agents.language.matters import Matter
from agents.language.rank import TELLING, Ranked, weight_of
from agents.language.sketch import Sketch
from agents.language.taker import Candidate, Taker

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
    "what_if": Wish("what_if_inventory", wishes_stock.fill_what_if, "what_if"),
    "lost_sales": Wish("cost_of_stockouts", wishes_stock.fill_lost_sales, "reorder"),
    "replay": Wish("policy_replay", wishes_stock.fill_replay, "reorder", firm=False),
    "budget": Wish("budget_buying", wishes_stock.fill_budget, "reorder", firm=False),
    "complaints": Wish("review_themes", wishes_documents.fill_themes, "sentiment"),
    "market": Wish("market_context", wishes_documents.fill_market, "document", whole=True, firm=False),
    "find_document": Wish("search_documents", wishes_documents.fill_question, "document", whole=True),
    "safety_stock": Wish("safety_stock_and_eoq", wishes_stock.fill_plan, "reorder"),
    "abc_xyz": Wish("abc_xyz", wishes_stock.fill_classes, "reorder"),
    "overstock": Wish("overstock", wishes_stock.fill_overstock, "reorder"),
    "suppliers": Wish("supplier_options", wishes_stock.fill_suppliers, "reorder"),
    "reorder": Wish("reorder_advice", wishes_stock.fill_plan, "reorder"),
    "runs_out": Wish("stockout_risk", wishes_stock.fill_risk, "forecast"),
    "forecast": Wish("demand_forecast", wishes_ahead.fill_forecast, "forecast"),
    "document": Wish("document_question", wishes_documents.fill_question, "document", whole=True),
}


@dataclass(frozen=True)
class Wished:
    """What a phrase of the message asks for: the call, with the message as it is read beside it; or what is said instead."""

    sketch: Sketch
    best: Ranked | None
    reply: str = ""


def wished(sketch: Sketch, matters: Sequence[Matter], text: str, as_of: date, tools: frozenset[str]) -> Wished | None:
    """The first wish that can be filled; else why not, when a phrase means nothing else."""
    named = [matter for matter in matters if matter.kind == "tool"]
    asked = [wish for name, wish in WISHES.items() if any(matter.name == name for matter in named)]
    own = without(sketch, named)
    for wish in asked:
        take = Taker(own)
        arguments = wish.fill(take, text, as_of) if wish.tool in tools else None
        if arguments is not None:
            used = frozenset(range(len(own.groups))) if wish.whole else frozenset(take.used)
            own = replace(own, unread=()) if wish.whole else own
            return Wished(own, _ranked(own, Candidate(((wish.tool, arguments),), used, tuple(take.assumptions))))
        if wish.firm:
            return Wished(own, None, wish.reply)
    return None


def foreseen(sketch: Sketch, text: str, as_of: date, tools: frozenset[str]) -> Wished | None:
    """A figure that can be forecast, over days that lie ahead: nobody needs to say forecast."""
    wish, take = WISHES["forecast"], Taker(sketch)
    arguments = wish.fill(take, text, as_of) if wish.tool in tools and any(not slot.verb for slot in sketch.metrics) else None
    if arguments is None:
        return None
    return Wished(sketch, _ranked(sketch, Candidate(((wish.tool, arguments),), frozenset(take.used), tuple(take.assumptions))))


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
