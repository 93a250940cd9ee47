"""What a filler took, and how the words around figures change what they mean: late orders, stock in money, the share of returns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.language.deeds import DEEDS, PLAIN_DEEDS
from agents.language.denial import denials
from agents.language.sketch import Sketch

STOCKS = frozenset({"stock_on_hand", "stock_on_order", "available_stock", "stock_value", "days_of_cover", "inventory_turnover"})
LOST = frozenset({"shrinkage_units", "shrinkage_value"})  # of stock that is written off only what was lost is asked
RATE_OF: Mapping[str, str] = {
    "cancelled_orders": "cancellation_rate",
    "returned_units": "return_rate",
    "damaged_shipments": "damage_rate",
    "rejected_units": "supplier_reject_rate",
    "discount_amount": "discount_rate",
    "margin": "margin_rate",
    "stockouts": "stockout_rate",
    "repeat_customers": "repeat_rate",
}
VALUE_OF: Mapping[str, str] = {
    "stock_on_hand": "stock_value",
    "shrinkage_units": "shrinkage_value",
    "returned_units": "refunds",
    "cancelled_orders": "cancelled_value",
    "units": "revenue",
    "orders": "revenue",
}
_COUNTED_OFTEN = frozenset({"stockouts", "repeat_customers", "margin", "discount_amount"})  # how often: so many times
_MONEY = re.compile(r"\bin (?:terms of )?(?:money|vnd|dong|cash|value)\b(?! not)|\btinh (?:bang |theo |ra )?tien\b")
_SPEEDS = frozenset({"slow", "slower", "slowly", "fast", "faster", "quick", "quicker", "quickly", "sooner", "speed", "speedy"})
DONE = frozenset({"orders", "placed_orders"})


@dataclass
class Said:
    """The record of what was taken from a sketch, shared by all slots, and what figures become beside other words."""

    sketch: Sketch
    used: set[int] = field(default_factory=set)
    assumptions: list[str] = field(default_factory=list)
    turned: set[int] = field(default_factory=set)

    def cue(self, *names: str) -> bool:
        """Whether any of the cues is there; all of them are explained."""
        places = [place for name in names for place in self.sketch.cues.get(name, ())]
        listed = {slot.at for slot in self.sketch.dimensions}
        self.used.update(place for place in places if place not in listed)
        return bool(places)

    def cue_words(self, name: str) -> str:
        """The words of a cue as written."""
        return " ".join(self.sketch.text(place).casefold() for place in self.sketch.cues.get(name, ()))

    def turn(self, *denied: int) -> bool:
        """Whether a word denies any of these places; what is taken then says the opposite of them."""
        words = [at for at, target in denials(self.sketch).items() if target in denied]
        self.turned.update(words)
        self.used.update(words)
        return bool(words)

    def assume(self, *supposed: str) -> None:
        """What was decided on the way; nothing where nothing had to be."""
        self.assumptions.extend(text for text in supposed if text)

    def _one_stock(self, nouns: list[str]) -> list[str]:
        """How much stock is on order: the word stock only says what is on order."""
        words = {token.folded for token in self.sketch.tokens}
        if nouns[:1] == ["stock_on_hand"] and len(nouns) == 1 and words & {"value", "worth"}:
            return ["stock_value"]
        if nouns[:2] == ["stock_on_order", "units"]:
            return [nouns[0], *nouns[2:]]  # in units
        if len(nouns) > 1 and nouns[0] in ("stock_on_hand", "units") and nouns[1] in STOCKS | LOST and not self.sketch.has("combine"):
            return nouns[1:]
        return nouns

    def _of_share(self, nouns: list[str]) -> list[str]:
        """Which percentage of orders is cancelled: the rate."""
        parted = any(slot.role in ("group", "within") for slot in self.sketch.dimensions) or self.sketch.filters
        cut = bool(parted) and nouns[:1] == ["margin"]
        if (
            nouns[:1] in (["sessions"], ["visitors"])
            and self.sketch.has("share")
            and any(slot.name == "orders" for slot in self.sketch.metrics)
        ):
            self.used.update(slot.at for slot in self.sketch.metrics if slot.name == "orders")
            self.cue("share")
            return ["conversion_rate"]
        if (
            nouns[:1] == ["shipments"]
            and self.sketch.has("rate")
            and {"break", "breaks", "broke", "damage", "damages"} & {t.folded for t in self.sketch.tokens}
        ):
            self.cue("rate")
            return ["damage_rate"]
        often = self.cue_words("group_by_metric") in ("how often", "how frequently")
        if often and nouns[:1] and nouns[0] in RATE_OF and nouns[0] not in _COUNTED_OFTEN and self.cue("group_by_metric"):
            return [RATE_OF[nouns[0]], *nouns[1:]]
        if nouns and nouns[0] in RATE_OF and self._is_oftener():
            return [RATE_OF[nouns[0]], *nouns[1:]]
        if nouns and nouns[0] != "margin" and self.sketch.has("rate") and (rate := RATE_OF.get(nouns[0])) and self.cue("rate"):
            return [rate, *nouns[1:]]
        if nouns and not cut and self.sketch.has("share") and (rate := RATE_OF.get(nouns[0])) and self.cue("share"):
            return [rate, *nouns[1:]]
        return nouns

    def _is_oftener(self) -> bool:
        """Cancelled more often than others: of those there are."""
        named = len(self.sketch.filters) > 1 and self.sketch.has("versus", "higher", "lower")
        return named and "often" in {token.folded for token in self.sketch.tokens}

    def _rates_alone(self, nouns: list[str]) -> list[str]:
        """The percentage of deliveries on time is the rate, not also the count."""
        rates = [name for name in nouns if name.endswith("_rate")]
        return rates if rates and self.sketch.has("share") else nouns

    def _said(self, nouns: list[str]) -> list[str]:
        """The nouns as the words around them change them."""
        changed = nouns
        for step in (
            self._worth,
            self._with_deed,
            self._late,
            self._sped,
            self._in_stock,
            self._one_stock,
            self._of_share,
            self._rates_alone,
        ):
            changed = step(changed)
        return changed

    def _in_money(self) -> bool:
        return _MONEY.search(" ".join(token.folded for token in self.sketch.tokens)) is not None

    def _worth(self, nouns: list[str]) -> list[str]:
        """Stock in money is its value, units sold in money the revenue."""
        if nouns[:1] in (["stock_on_hand"], ["units"], ["shrinkage_units"]) and self._in_money():
            self.used.update(slot.at for slot in self.sketch.metrics if slot.verb and slot.name == "revenue")
            return [VALUE_OF[nouns[0]], *nouns[1:]]
        return nouns

    def _late(self, nouns: list[str]) -> list[str]:
        """Deliveries that are called late are another figure."""
        listed = {"open", "still", "outstanding", "now", "which", "list"} & {token.folded for token in self.sketch.tokens}
        if listed and not self.sketch.has("how_many", "group", "trend"):
            return nouns
        carried = any(slot.best.dimension == "carrier" for slot in self.sketch.filters)
        called = nouns[:1] in (["orders"], ["shipments"], ["deliveries"]) and nouns[1:2] == ["late_deliveries"]
        if called and (carried or not self.sketch.has("combine")):
            return nouns[1:]
        if nouns[:1] in (["orders"], ["deliveries"], ["shipments"]) and self.turn(*self.sketch.cues.get("late_word", ())):
            self.cue("late_word", "overdue", "exclude")
            return ["on_time_deliveries", *nouns[1:]]
        late_orders = nouns[:1] == ["orders"] and (carried or self.sketch.has("how_many", "trend"))
        if (
            (late_orders or nouns[:1] in (["deliveries"], ["shipments"]))
            and self.sketch.has("late_word")
            and self.cue("late_word", "overdue")
        ):
            return ["late_deliveries", *nouns[1:]]
        return nouns

    def _sped(self, nouns: list[str]) -> list[str]:
        """Deliveries that are slower or quicker are asked for their days; reliable ones for how many are on time."""
        words = {token.folded for token in self.sketch.tokens}
        there = [slot.at for slot in self.sketch.filters if slot.best.value == "delivered" and self.sketch.has("speed")]
        deeds = any(slot.verb and slot.name == "delivery_days" for slot in self.sketch.metrics)
        waited = bool(there) or (self.sketch.has("speed") and deeds)
        quick = words & _SPEEDS or self.sketch.has("fastest", "slowest")
        if (nouns[:1] in (["deliveries"], ["shipments"]) and quick) or (nouns[:1] in (["shipments"], ["orders"]) and waited):
            self.cue("speed", "versus", "average")
            self.used.update([*there, *(slot.at for slot in self.sketch.metrics if slot.name == "delivery_days")])
            return ["delivery_days", *nouns[1:]]
        if nouns[:2] in (["delivery_days", "orders"], ["delivery_days", "shipments"]) and not self.sketch.has("combine"):
            return [nouns[0], *nouns[2:]]
        if "supplier_on_time_rate" in nouns and "deliveries" in nouns and "supplier" not in words | {"suppliers", "vendors"}:
            return ["on_time_delivery_rate"]
        return nouns

    def _in_stock(self, nouns: list[str]) -> list[str]:
        """Units that lie somewhere are stock, those that were sold are not."""
        sold = any(slot.verb and slot.name == "units" for slot in self.sketch.metrics)
        counted = nouns[:1] in (["active_products"], ["product_count"]) and "have" in self.cue_words("keep")
        if counted and not self.sketch.periods and self.cue("keep"):
            return ["product_count", *nouns[1:]]
        moving = self.sketch.has("rising", "falling", "row")
        if (
            nouns[:1] in (["units"], ["active_products"], ["product_count"])
            and self.sketch.has("keep")
            and not (sold or moving)
            and self.cue("keep")
        ):
            self.used.update(slot.at for slot in self.sketch.metrics if slot.name == "stock_on_hand")
            return ["stock_on_hand", *nouns[1:]]
        return nouns

    def _with_deed(self, nouns: list[str]) -> list[str]:
        """Beside a noun a verb says what happened: orders placed are orders, orders cancelled are another figure."""
        for slot in self.sketch.metrics:
            counted_in = slot.name == "cancelled_orders" and self._counts_in()
            if not slot.verb or slot.at in self.used or (slot.left_out and not counted_in):
                continue
            if slot.name == "delivery_days" and self.sketch.has("speed", "fastest", "slowest", "average", "median"):
                continue
            if nouns[0] == "active_products" and self._counts_kinds():
                self.used.add(slot.at)
                continue
            if slot.name == "stock_on_hand" and nouns[0] in ("units", "active_products"):
                self.used.add(slot.at)
                nouns = ["stock_on_hand", *nouns[1:]]
            elif slot.name == "cancelled_orders" and nouns[0] in DONE and self._counts_in():
                self.used.add(slot.at)
                self.cue("exclude")
                nouns = ["placed_orders", *nouns[1:]]
            elif changed := DEEDS.get((nouns[0], slot.name)):
                self.used.add(slot.at)
                nouns = [changed, *nouns[1:]]
            elif (slot.name in PLAIN_DEEDS and not STOCKS & set(nouns)) or slot.name in nouns or slot.name == "stock_on_hand":
                self.used.add(slot.at)
        return nouns

    def _counts_in(self) -> bool:
        """With the cancelled ones: all orders that were placed."""
        said = {token.folded for token in self.sketch.tokens}
        return bool(said & {"included", "including", "include"}) or {"ke", "ca"} <= said or {"tinh", "ca"} <= said or {"bao", "gom"} <= said

    def _counts_kinds(self) -> bool:
        """How many different ones: not how many pieces."""
        return self.sketch.has("different") or bool(
            {"different", "distinct", "unique", "sku", "skus", "khac"} & {token.folded for token in self.sketch.tokens}
        )
