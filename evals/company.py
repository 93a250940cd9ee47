"""The company a suite is asked about: what it calls its things, how large they are, and what day it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from agents.language.tokens import fold
from agents.session_ground import Ground
from ingestion.metrics import load_definitions
from tools.errors import ToolError
from tools.query.read import read_query
from tools.query.run import run_query
from tools.query.served import Served, serve_snapshot

if TYPE_CHECKING:
    from ingestion.warehouse import Snapshot

# What members are ordered by, so that the first of a kind is one that things happened to.
_COUNTED_BY = {
    **dict.fromkeys(("product", "sku", "category", "subcategory", "family", "series", "manufacturer", "promotion"), "lines"),
    **dict.fromkeys(("supplier", "supplier_country"), "purchase_spend"),
    **dict.fromkeys(("customer", "province", "district", "location", "channel", "payment_method", "shipping_province"), "orders"),
    **dict.fromkeys(("carrier", "shipment"), "deliveries"),
    "order": "revenue",
    "purchase_order": "purchase_orders",
    "competitor": "competitor_price",
    "indicator": "indicator_value",
}
# Dimensions whose members have a key beside their name, and what each of them has.
_KEYED = {"product": "product_count", "customer": "customer_count", "supplier": "supplier_count", "location": "location_count"}
# Members of these are all alike: the newest are named, because that is what people ask about.
_NEWEST_FIRST = ("order", "purchase_order", "shipment")
_MOST = 2_000


class NotHere(LookupError):
    """The company has no such thing, so the case cannot be asked about it."""


@dataclass(frozen=True)
class Company:
    """A served warehouse seen with the eyes of somebody who writes questions about it."""

    name: str
    served: Served

    @property
    def as_of(self) -> date:
        return self.served.context.as_of

    @property
    def language(self) -> str:
        return "vi" if self.served.currency == "VND" else "en"

    @cached_property
    def ground(self) -> Ground:
        """What the assistant stands on."""
        known = load_definitions()
        tables = tuple(name for name in known.tables if self.served.source.has_rows(name))
        return Ground(self.served, known, self.served.currency or "VND", tables)

    def member(self, kind: str, place: int) -> str:
        """The name of the n-th member of a dimension, the one with most business first; names that two share are left out."""
        names = self._names.get(kind)
        if not 1 <= place <= len(names):
            raise NotHere(f"{self.name} has no {kind} number {place}: it has {len(names)}")
        return names[place - 1]

    def common(self, kind: str, place: int) -> str:
        """The n-th name part that several members of a dimension share: naming it leaves open which one is meant."""
        parts = _shared_parts(self._names.get(kind), whole_words=2 if kind == "product" else 1)
        if not 1 <= place <= len(parts):
            raise NotHere(f"{self.name} has no {kind} name number {place} that several share")
        return parts[place - 1]

    def members(self, kind: str) -> tuple[str, ...]:
        """All names of a dimension, at most the first 2,000."""
        return self._names.get(kind)

    def key(self, dimension: str, value: str) -> tuple[str, str]:
        """The dimension and key that a filter value means, so that a name, an id and a SKU of one thing are the same."""
        kind = "product" if dimension == "sku" else dimension
        if kind not in _KEYED:
            return dimension, fold(value)
        return kind, self._keys.get(kind).get(fold(value), fold(value))

    def percentile(self, metric: str, per: str, part: float) -> float:
        """The value of a metric that this part of the members stays under."""
        rows = self._rows({"kind": "percentiles", "metric": metric, "per": per, "percentiles": [part]})
        value = rows[0][-1] if rows else None
        if value is None:
            raise NotHere(f"{self.name} has no {metric} per {per}")
        return float(str(value))

    def _rows(self, query: dict[str, object]) -> tuple[tuple[object, ...], ...]:
        try:
            return run_query(read_query(query), self.served.context, self.served.source).rows
        except ToolError as error:
            raise NotHere(str(error)) from error

    @cached_property
    def _keys(self) -> _Keys:
        return _Keys(self)

    @cached_property
    def _names(self) -> _Names:
        return _Names(self)


class _Names:
    """The names of each dimension, read once."""

    def __init__(self, company: Company) -> None:
        self.get = lru_cache(maxsize=None)(lambda kind: self._read(company, kind))

    def _read(self, company: Company, kind: str) -> tuple[str, ...]:
        if kind not in _COUNTED_BY:
            raise NotHere(f"no placeholder is called {kind}; there are {', '.join(sorted(_COUNTED_BY))}")
        metric = _COUNTED_BY[kind]
        rows = company._rows({"kind": "top", "metric": metric, "by": kind, "n": _MOST})
        names = [str(row[-2]) for row in rows]  # position, key, perhaps name, value
        once = [name for name in names if names.count(name) == 1] if kind in ("product", "customer") else names
        return tuple(sorted(once, reverse=True)[5:]) if kind in _NEWEST_FIRST else tuple(once)


class _Keys:
    """Folded names, ids and SKUs of the members of a dimension with keys, each with its key; read once."""

    def __init__(self, company: Company) -> None:
        self.get = lru_cache(maxsize=None)(lambda kind: self._read(company, kind))

    def _read(self, company: Company, kind: str) -> dict[str, str]:
        metric, by = _KEYED[kind], ["product", "sku"] if kind == "product" else [kind]
        try:
            rows = company._rows({"kind": "breakdown", "metrics": [metric], "by": by})
        except NotHere:
            return {}
        return {fold(str(word)): fold(str(row[0])) for row in rows for word in row[:-1] if word is not None}


def _shared_parts(names: tuple[str, ...], whole_words: int) -> tuple[str, ...]:
    """First words of products, last words of people: those at least three members share, the most shared first."""
    parts = Counter(" ".join(name.split()[:whole_words] if whole_words > 1 else name.split()[-1:]) for name in names if " " in name)
    return tuple(part for part, count in parts.most_common() if count >= 3 and part[0].isalpha())


def shortest_part(name: str, others: tuple[str, ...]) -> str:
    """The fewest neighbouring words of a name that no other name holds; the name itself when there are none."""
    words = name.split()
    rest = [other.casefold() for other in others if other != name]
    for length in range(2, len(words)):
        for start in range(len(words) - length + 1):
            part = " ".join(words[start : start + length])
            if len(part) > 5 and not any(part.casefold() in other for other in rest):
                return part
    return name


def serve(name: str, snapshot: Snapshot, as_of: date | None = None) -> Company:
    """A company from a snapshot."""
    return Company(name, serve_snapshot(snapshot, as_of))
