"""The figures a message asks for: its nouns and verbs, and how the words around them change what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from agents.language.deeds import DEEDS, PLAIN_DEEDS
from agents.language.sketch import COUNTED, ON_FILE, MetricSlot, Sketch

Json = dict[str, object]
# Metrics of which one value already is a mean or a rate.
MEANS = (
    "average_",
    "_rate",
    "_days",
    "days_of_cover",
    "units_per_order",
    "inventory_turnover",
    "mean_",
    "supplier_punctuality",
    "competitor_price",
    "indicator_value",
)
# Metrics of which less is better.
BAD = frozenset(
    {
        "cancelled_orders",
        "cancellation_rate",
        "cancelled_value",
        "returned_units",
        "return_rate",
        "refunds",
        "delivery_days",
        "late_deliveries",
        "damaged_shipments",
        "damage_rate",
        "shipping_cost",
        "stockouts",
        "stockout_rate",
        "shrinkage_units",
        "shrinkage_value",
        "supplier_lead_time_days",
        "late_received_lines",
        "rejected_units",
        "supplier_reject_rate",
        "overdue_purchase_orders",
        "cost",
        "discount_amount",
        "discount_rate",
    }
)


MONEY = 10_000  # nobody orders so many times: the number is an amount
_STOCKS = frozenset({"stock_on_hand", "stock_on_order", "available_stock", "stock_value", "days_of_cover", "inventory_turnover"})
_RATIOS: Mapping[tuple[str, str], str] = {
    ("revenue", "orders"): "average_order_value",
    ("units", "orders"): "units_per_order",
    ("revenue", "units"): "average_selling_price",
}
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
# What a quantity is worth.
VALUE_OF: Mapping[str, str] = {
    "stock_on_hand": "stock_value",
    "shrinkage_units": "shrinkage_value",
    "returned_units": "refunds",
    "cancelled_orders": "cancelled_value",
    "units": "revenue",
    "orders": "revenue",
}
_SPEEDS = frozenset({"slow", "slower", "slowly", "fast", "faster", "quick", "quicker", "quickly", "sooner", "speed", "speedy"})
_DONE = frozenset({"orders", "placed_orders"})
_JOINING = frozenset({"and", ",", "&", "plus", "và", "vs", "or", "/", "+", "với", "cùng", "as", "versus", "by"})
_PREPOSITIONS = frozenset({"in", "from", "of", "for", "per", "to", "on", "with", "average", "an"})
_HANGING = frozenset({"from", "of", "in", "for", "the", "a", "our", "to", "on", "ended", "end", "per", "with", "của", "từ", "trong"})


@dataclass
class Figures:
    """Takes figures from a sketch, each word at most once; the record of what was taken is shared with all other slots."""

    sketch: Sketch
    used: set[int] = field(default_factory=set)
    assumptions: list[str] = field(default_factory=list)

    def cue(self, *names: str) -> bool:
        """Whether any of the cues is there; all of them are explained."""
        places = [place for name in names for place in self.sketch.cues.get(name, ())]
        listed = {slot.at for slot in self.sketch.dimensions}
        self.used.update(place for place in places if place not in listed)
        return bool(places)

    def cue_words(self, name: str) -> str:
        """The words of a cue as written."""
        return " ".join(self.sketch.text(place).casefold() for place in self.sketch.cues.get(name, ()))

    def assume(self, *supposed: str) -> None:
        """What was decided on the way; nothing where nothing had to be."""
        self.assumptions.extend(text for text in supposed if text)

    def metrics(self) -> list[str]:
        """Every metric named by a noun; else what is counted; else the one a verb means."""
        self._pass_what_is_left_out_anyway()
        nouns = [slot for slot in self.sketch.metrics if not slot.verb and slot.at not in self.used and not slot.left_out]
        if nouns and all(slot.per for slot in nouns):  # what do they spend per order: the verb is the upper half
            nouns = [slot for slot in self.sketch.metrics if slot.at not in self.used and not slot.left_out]
        if any(slot.per for slot in nouns):
            return self._ratio(nouns)
        nouns = self._joined(nouns)
        counted = [slot for slot in self.sketch.dimensions if slot.role == "counted" and slot.at not in self.used]
        if counted and nouns and {slot.name for slot in nouns} <= _DONE and not self._has_line():
            self.used.update(slot.at for slot in nouns)  # how many customers placed an order: customers are counted
            nouns = []
        if self._is_of_each_order(nouns):
            return []
        if nouns:
            self.used.update(slot.at for slot in nouns)
            on_file = {slot.name for slot in nouns}
            self.used.update(slot.at for slot in counted if ON_FILE.get(slot.name) in on_file)  # how many people have an account
            if "new_customers" in on_file:
                self.cue("new")
            self.cue("overview")  # an overview of figures that are named is these figures
            return self._said(list(dict.fromkeys(slot.name for slot in nouns)))
        if counted:
            self.used.update(slot.at for slot in counted)
            return self._said(list(dict.fromkeys(self._count_of(slot.name) for slot in counted)))
        return self._verb_metric()

    def _is_of_each_order(self, nouns: list[MetricSlot]) -> bool:
        """Phí ship trung bình mỗi đơn: one figure for each order, which nobody defined."""
        if [slot.name for slot in nouns[1:]] != ["average_order_value"] or nouns[0].name in ("revenue", "orders"):
            return False
        near = nouns[1].at == nouns[0].at + 1
        return near and self.sketch.text(nouns[1].at).casefold().startswith(("trung bình", "bình quân", "trung binh", "binh quan"))

    def _has_line(self) -> bool:
        """Whether a number says more than that something was done at all."""
        return any(not (number.op == ">=" and number.number <= 1) for number in self.sketch.numbers)

    def metric(self, default: str | None = None) -> str | None:
        """The one metric to work with; the default is said."""
        found = self.metrics()
        if found:
            return found[0]
        if default:
            self.assume(f"measured by {default.replace('_', ' ')}")
        return default

    def _joined(self, nouns: list[MetricSlot]) -> list[MetricSlot]:
        """Figures that are named side by side; one that hangs on another by a preposition makes a figure nobody defined."""
        kept = nouns[:1]
        for before, slot in pairwise(nouns):
            first, last = self.sketch.groups[before.at].end, self.sketch.groups[slot.at].start
            between = {token.lower for token in self.sketch.tokens[first:last]}
            if "customers" in before.name and slot.name in _DONE and between & {"who", "that", "with"}:
                self.used.add(slot.at)  # clients who made a purchase are clients
                continue
            hangs = self.sketch.tokens[last - 1].lower in _PREPOSITIONS and not between & {"and", "và", "&"}
            if hangs and before.name != "stock_on_hand" and not self.sketch.has("share", "versus", "why"):
                continue
            if (
                before.name == "stock_on_hand"
                or not between
                or between & _JOINING
                or not between <= _HANGING
                or self.sketch.has("share", "versus", "why", "change", "rising", "falling", "top", "bottom")
            ):
                kept.append(slot)
        return kept

    def _pass_what_is_left_out_anyway(self) -> None:
        """Sales figures hold no cancelled orders, so leaving those out changes nothing."""
        for slot in self.sketch.metrics:
            beside = any(each.negated and each.at == slot.at + 1 for each in self.sketch.filters)
            if slot.left_out and beside and slot.name in _DONE:
                self.used.add(slot.at)  # except orders paid in cash: the name says which
                continue
            if slot.left_out and slot.name == "cancelled_orders":
                self.used.add(slot.at)
                self.cue("exclude")
                self.assume("cancelled orders are left out of sales figures anyway")

    def _ratio(self, nouns: list[MetricSlot]) -> list[str]:
        """One figure per another: a metric of its own, or nothing."""
        upper = [slot for slot in nouns if not slot.per]
        lower = [slot for slot in nouns if slot.per]
        known = _RATIOS.get((upper[0].name, lower[0].name)) if len(upper) == len(lower) == 1 else None
        if len(upper) == len(lower) == 1 and is_mean(upper[0].name):
            known = upper[0].name  # the average price is one per unit already
        if known:
            self.used |= {upper[0].at, lower[0].at}
            self.cue("group", "average", "per_unit", "within")
        return [known] if known else []

    def _one_stock(self, nouns: list[str]) -> list[str]:
        """How much stock is on order: the word stock only says what is on order."""
        words = {token.folded for token in self.sketch.tokens}
        if nouns[:1] == ["stock_on_hand"] and len(nouns) == 1 and words & {"value", "worth"}:
            return ["stock_value"]
        if nouns[:2] == ["stock_on_order", "units"]:
            return [nouns[0], *nouns[2:]]  # in units
        if len(nouns) > 1 and nouns[0] in ("stock_on_hand", "units") and nouns[1] in _STOCKS and not self.sketch.has("combine"):
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
        for step in (self._with_deed, self._late, self._sped, self._in_stock, self._one_stock, self._of_share, self._rates_alone):
            changed = step(changed)
        return changed

    def _late(self, nouns: list[str]) -> list[str]:
        """Deliveries that are called late are another figure."""
        listed = {"open", "still", "outstanding", "now", "which", "list"} & {token.folded for token in self.sketch.tokens}
        if listed and not self.sketch.has("how_many", "group", "trend"):
            return nouns
        carried = any(slot.best.dimension == "carrier" for slot in self.sketch.filters)
        if carried and nouns[:2] == ["orders", "late_deliveries"]:
            return nouns[1:]
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
        waited = self.sketch.has("speed") and any(slot.verb and slot.name == "delivery_days" for slot in self.sketch.metrics)
        quick = words & _SPEEDS or self.sketch.has("fastest", "slowest")
        if (nouns[:1] in (["deliveries"], ["shipments"]) and quick) or (nouns[:1] in (["shipments"], ["orders"]) and waited):
            self.cue("speed", "versus", "average")
            self.used.update(slot.at for slot in self.sketch.metrics if slot.name == "delivery_days")
            return ["delivery_days", *nouns[1:]]
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
            return ["stock_on_hand", *nouns[1:]]
        return nouns

    def _with_deed(self, nouns: list[str]) -> list[str]:
        """Beside a noun a verb says what happened: orders placed are orders, orders cancelled are another figure."""
        for slot in self.sketch.metrics:
            if not slot.verb or slot.at in self.used:
                continue
            if nouns[0] == "active_products" and self._counts_kinds():
                self.used.add(slot.at)
                continue
            if slot.name == "stock_on_hand" and nouns[0] in ("units", "active_products"):
                self.used.add(slot.at)
                nouns = ["stock_on_hand", *nouns[1:]]
            elif slot.name == "cancelled_orders" and nouns[0] in _DONE and self._counts_in():
                self.used.add(slot.at)
                self.cue("exclude")
                nouns = ["placed_orders", *nouns[1:]]
            elif changed := DEEDS.get((nouns[0], slot.name)):
                self.used.add(slot.at)
                nouns = [changed, *nouns[1:]]
            elif (slot.name in PLAIN_DEEDS and not _STOCKS & set(nouns)) or slot.name in nouns or slot.name == "stock_on_hand":
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

    def _verb_metric(self) -> list[str]:
        verbs = [slot for slot in self.sketch.metrics if slot.verb and slot.at not in self.used and not slot.left_out]
        self.used.update(slot.at for slot in verbs)
        names = list(dict.fromkeys(slot.name for slot in verbs))
        if names == ["margin"] and self.sketch.has("share", "rate") and self.cue("share", "rate"):
            return ["margin_rate"]
        counted = names in (["returned_units"], ["cancelled_orders"])
        if counted and (self._is_oftener() or (self.sketch.has("rate") and self.cue("rate"))):
            return [RATE_OF[names[0]]]
        money = {"tien", "money"} & {token.folded for token in self.sketch.tokens}
        if names == ["units"] and (money or self.sketch.has("how_much", "top", "bottom", "share")) and not self.sketch.has("how_many"):
            self.assume("sold is measured by revenue")
            return ["revenue"]
        if names == ["orders"] and self._we_buy(verbs):
            return ["purchase_spend"]
        if names == ["orders"] and self.sketch.has("how_much"):
            return ["revenue"]
        if names == ["revenue"] and self._pays_suppliers([self.sketch.text(slot.at).casefold() for slot in verbs]):
            return ["purchase_spend"]
        return names[:1] if len(names) > 1 else names

    def _we_buy(self, verbs: list[MetricSlot]) -> bool:
        """What we buy is bought from suppliers; what customers buy is sold."""
        starts = [self.sketch.groups[slot.at].start for slot in verbs]
        return any(start and self.sketch.tokens[start - 1].folded == "we" for start in starts)

    def _pays_suppliers(self, said: list[str]) -> bool:
        """What is paid to a supplier was bought, not sold."""
        named = {slot.name for slot in self.sketch.dimensions} | {slot.best.dimension for slot in self.sketch.filters}
        return bool(named & {"supplier", "supplier_country", "carrier"}) and any(
            word.startswith(("pay", "paid", "spen", "owe")) or (word == "money" and self._hands_out()) for word in said
        )

    def _hands_out(self) -> bool:
        return bool(
            {token.folded for token in self.sketch.tokens} & {"give", "gave", "given", "giving", "goes", "went", "hand", "handed", "send"}
        )

    def _count_of(self, dimension: str) -> str:
        if dimension == "customer" and self.cue("new"):
            return "new_customers"
        if dimension in ("product", "sku") and (self.cue("different") or self._counts_kinds()):
            return "active_products"
        if dimension == "product" and any(slot.verb and slot.name == "units" for slot in self.sketch.metrics):
            return "units"
        owned = not self.sketch.metrics and not self.sketch.periods and not self.sketch.numbers
        return ON_FILE.get(dimension, COUNTED[dimension]) if owned else COUNTED[dimension]


def is_mean(metric: str) -> bool:
    return any(part in metric for part in MEANS)
