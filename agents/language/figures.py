"""The figures a message asks for: its nouns and verbs, and how the words around them change what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from agents.language.deeds import PLAIN_DEEDS
from agents.language.figures_said import DONE, RATE_OF, Said
from agents.language.sketch import COUNTED, ON_FILE, MetricSlot

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
_RATIOS: Mapping[tuple[str, str], str] = {
    ("revenue", "orders"): "average_order_value",
    ("units", "orders"): "units_per_order",
    ("revenue", "units"): "average_selling_price",
}
# What a quantity is worth.
_JOINING = frozenset({"and", ",", "&", "plus", "và", "vs", "or", "/", "+", "với", "cùng", "as", "versus", "by"})
_PREPOSITIONS = frozenset({"in", "from", "of", "for", "per", "to", "on", "with", "average", "an"})
_HANGING = frozenset({"from", "of", "in", "for", "the", "a", "our", "to", "on", "ended", "end", "per", "with", "của", "từ", "trong"})


def listed(found: object) -> list[object]:
    """The members of an argument that may be a list; nothing where it is none."""
    return list(found) if isinstance(found, list | tuple) else []


@dataclass
class Figures(Said):
    """Takes figures from a sketch, each word at most once; the record of what was taken is shared with all other slots."""

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
        if counted and nouns and {slot.name for slot in nouns} <= DONE and not self._has_line():
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
            if "customers" in before.name and slot.name in DONE and between & {"who", "that", "with"}:
                self.used.add(slot.at)  # clients who made a purchase are clients
                continue
            if slot.name in ("new_customers", "repeat_customers") and self.sketch.tokens[last - 1].lower in ("by", "from", "of", "among"):
                continue  # orders placed by new customers: of them alone, which no figure is
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
            beside = any(each.negated and 0 < each.at - slot.at <= 1 + 3 * slot.verb for each in self.sketch.filters)
            if slot.left_out and beside and (slot.name in DONE or (slot.verb and slot.name in PLAIN_DEEDS)):
                self.used.add(slot.at)  # except orders paid in cash, but nothing bought in the shop: the name says which
                self.turn(slot.at)
                continue
            if slot.left_out and self._is_corrected(slot):
                self.used.add(slot.at)  # pieces, never mind the orders
                self.turn(slot.at)
                continue
            if slot.left_out and slot.name == "discount_amount" and self._before(slot.at).startswith(("net", "after")):
                self.used.add(slot.at)
                self.cue("exclude")
                self.assume("sales figures are after discounts")
            if slot.left_out and slot.name == "cancelled_orders":
                self.used.add(slot.at)
                self.turn(slot.at)
                self.cue("exclude")
                self.assume("cancelled orders are left out of sales figures anyway")

    def _is_corrected(self, slot: MetricSlot) -> bool:
        """Pieces, never mind the orders: another figure is asked for, and this one stands last as what is not meant."""
        out = next((self.sketch.text(at).casefold() for at in reversed(self.sketch.cues.get("exclude", ())) if at < slot.at), "")
        last = slot.at == max(each.at for each in self.sketch.metrics) > min(each.at for each in self.sketch.metrics)
        return last and not slot.verb and out in ("never mind", "nevermind", "forget about", "not")

    def _before(self, at: int) -> str:
        """The words of the group before."""
        return self.sketch.text(at - 1).casefold() if at else ""

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

    def _verb_metric(self) -> list[str]:
        verbs = [slot for slot in self.sketch.metrics if slot.verb and slot.at not in self.used and not slot.left_out]
        self.used.update(slot.at for slot in verbs)
        names = list(dict.fromkeys(slot.name for slot in verbs))
        if names == ["units", "revenue"] and self._in_money():
            return ["revenue"]
        if names == ["margin"] and self.sketch.has("share", "rate") and self.cue("share", "rate"):
            return ["margin_rate"]
        counted = names in (["returned_units"], ["cancelled_orders"])
        if counted and (self._is_oftener() or (self.sketch.has("rate") and self.cue("rate"))):
            return [RATE_OF[names[0]]]
        money = {"tien", "money"} & {token.folded for token in self.sketch.tokens}
        amount = money or self.what_we_sold() or self.sketch.has("how_much", "top", "bottom", "share")
        if names == ["units"] and amount and not self.sketch.has("how_many"):
            self.assume("sold is measured by revenue")
            return ["revenue"]
        if names == ["orders"] and self._we_buy(verbs):
            return ["purchase_spend"]
        if names == ["orders"] and self.sketch.has("how_much"):
            return ["revenue"]
        if names == ["revenue"] and self._pays_suppliers([self.sketch.text(slot.at).casefold() for slot in verbs]):
            return ["purchase_spend"]
        return names[:1] if len(names) > 1 else names

    def what_we_sold(self) -> bool:
        """What did we sell: how much of it in all."""
        words = [token.folded for token in self.sketch.tokens[:4]]
        verbs = {slot.name for slot in self.sketch.metrics}
        return (
            bool(self.sketch.periods)
            and verbs == {"units"}
            and words[:1] == ["what"]
            and bool({"did", "do", "have"} & set(words))
            and bool({"we", "i", "you"} & set(words))
        )

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
        sold = [slot.at for slot in self.sketch.metrics if slot.verb and slot.name == "units"]
        if dimension in ("product", "sku") and sold and self._as_a_rule():
            self.used.update(sold)
            self.cue("different")
            return "product_count"
        if dimension in ("product", "sku") and (self.cue("different") or self._counts_kinds()):
            return "active_products"
        if dimension == "product" and sold:
            return "units"
        owned = not self.sketch.metrics and not self.sketch.periods and not self.sketch.numbers
        return ON_FILE.get(dimension, COUNTED[dimension]) if owned else COUNTED[dimension]

    def _as_a_rule(self) -> bool:
        """How many products do we sell: of what is sold as a rule, no number of pieces."""
        words = {token.folded for token in self.sketch.tokens}
        return bool({"do", "does"} & words) and not (
            self.sketch.periods or self.sketch.durations or self.sketch.buckets or self.sketch.numbers
        )


def is_mean(metric: str) -> bool:
    return any(part in metric for part in MEANS)
