"""Fillers of the tools about ways: who came back month by month, how far orders and visits get, what goes with what."""

from __future__ import annotations

from agents.language.sketch import Sketch
from agents.language.taker import Candidate, Taker
from tools.query.contract import AsOf, Calendar


def fill_cohort(sketch: Sketch) -> Candidate | None:
    """Who came back, by when they first came."""
    take = Taker(sketch)
    came_back = sketch.has("first_time") and sketch.has("repeat_event")
    if not take.cue("cohort") and not came_back:
        return None
    take.cue("rate", "average")
    take.cue("trend", "how_many", "share", "group", "first_time", "repeat_event", "which")
    take.used.update(slot.at for slot in sketch.periods if slot.at in sketch.cues.get("cohort", ()))  # "in the following months"
    grain: str | None = take.bucket() or next((s.name for s in sketch.dimensions if s.name in ("week", "month", "quarter", "year")), None)
    take.dimensions("head", "group", "counted", "within")
    take.used.update(slot.at for slot in sketch.metrics)
    number = take.number("plain")
    offsets = int(number.number) if number else _months_between(take)
    return take.made("cohort_retention", {"grain": grain, "offsets": offsets, "where": take.where(), **take.period()}, 1)


def _months_between(take: Taker) -> int | None:
    """From the month of the cohort to the month by which they came back."""
    months = []
    for slot in take.sketch.periods:
        meaning = slot.span.meaning
        if isinstance(meaning, Calendar) and meaning.month:
            months.append((meaning.year * 12 + meaning.month, slot.at))
        elif isinstance(meaning, AsOf):
            months.append((meaning.day.year * 12 + meaning.day.month, slot.at))
    if len(months) != 2 or months[1][0] <= months[0][0]:
        return None
    take.used.add(months[1][1])
    return months[1][0] - months[0][0]


def fill_funnel(sketch: Sketch) -> Candidate | None:
    """Step by step, how many are left."""
    take = Taker(sketch)
    words = take.cue_words("funnel")
    steps = {slot.best.value for slot in sketch.filters if slot.best.dimension in ("order_status", "event")}
    visited = any(slot.name in ("sessions", "visitors") for slot in sketch.metrics)
    visits = visited + (visited and any(slot.name in ("cart_additions", "product_views") for slot in sketch.metrics))
    if not take.cue("funnel") and len(steps) + visits < 2:
        return None
    take.cue("never", "exclude")
    web = _is_web(sketch, words)
    take.used.update(slot.at for slot in sketch.metrics)
    for slot in sketch.filters:
        if slot.best.dimension in ("event", "order_status") or (web and slot.best.value == "web"):
            take.used.add(slot.at)
    take.cue("how_many", "which", "having", "combine", "overdue", "share")
    return take.made("funnel", {"of": "sessions" if web else "orders", "where": take.where(), **take.period()}, 1)


def _is_web(sketch: Sketch, words: str) -> bool:
    """Visits that become purchases, rather than orders that get delivered."""
    said = {token.folded for token in sketch.tokens}
    visited = any(word in words for word in ("view", "cart", "checkout", "visit", "click", "shopper", "browse"))
    figures = any(slot.name in ("sessions", "visitors", "product_views", "cart_additions", "conversion_rate") for slot in sketch.metrics)
    online = bool(said & {"site", "website", "online"}) or any(slot.best.value == "web" for slot in sketch.filters)
    return visited or figures or (online and not said & {"order", "orders", "don", "paid", "shipped", "delivered"})


_PAIR = 2  # which two go together: one pair has two


def fill_basket(sketch: Sketch) -> Candidate | None:
    """What goes with what."""
    take = Taker(sketch)
    figures = {slot.name for slot in sketch.metrics if not slot.verb and slot.name not in ("orders", "units", "active_products")}
    if len(figures) > 1 or not take.cue("basket"):
        return None  # sales together with stock: two figures
    item = next((slot for slot in sketch.filters if slot.best.dimension in ("product", "sku", "category", "subcategory")), None)
    named = take.dimensions("head", "group", "counted", "label")
    of = next((name for name in named if name in ("category", "subcategory", "manufacturer", "family")), None)
    if item:
        take.used.add(item.at)
        if item.best.dimension in ("category", "subcategory") and of is None:
            of = item.best.dimension
    take.used.update(slot.at for slot in sketch.metrics)
    take.cue("top", "which", "both", "combine", "last_time", "average")
    order = next((name for name in ("lift", "confidence") if take.cue(name)), None)
    take.cue("support", "group")
    n = take.limit()
    return take.made(
        "bought_together",
        {
            "of": of,
            "item": item.best.value if item else None,
            "order": order,
            "n": None if n == _PAIR else n,
            "where": take.where(),
            **take.period(),
        },
        1.2,
    )
