"""The trained forecast for parts of the business: products by themselves, and what is made of whole products as their sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.contract import ToolContext
from tools.facts import Evidence
from tools.forecasting.accuracy import card_evidence
from tools.forecasting.ahead import Amount
from tools.forecasting.foreseen import current_model, outlook_of
from tools.forecasting.from_history import FromHistory
from tools.forecasting.past_demand import Where
from tools.forecasting.terms import Measure
from tools.query.contract import AnyOf
from tools.query.operators.breakdown import Breakdown
from tools.query.run import run_query

if TYPE_CHECKING:
    from ml.contract import Outlook
    from ml.forecast.serving import Card

# What a product is, and never changes with who buys it or where: sums over these are sums of whole products.
OF_PRODUCTS = frozenset({"product", "sku", "category", "subcategory", "family", "series", "manufacturer", "supplier", "supplier_country"})
_MOST_PRODUCTS = 300_000


@dataclass(frozen=True)
class Trained:
    """The trained forecast of every product as of one day."""

    outlook: Outlook
    card: Card
    version: str

    def part(self, own: FromHistory, products: frozenset[str]) -> TrainedPart | None:
        """A part that is made of these products; None where the model knows none of them."""
        rows = np.array([place for place, product in enumerate(self.outlook.ids) if product in products], dtype=np.int64)
        return TrainedPart(self, own, rows) if len(rows) else None


@dataclass(frozen=True)
class TrainedPart:
    """The trained forecast of one part, with the part's own past beside it."""

    trained: Trained
    own: FromHistory
    rows: NDArray[np.int64]

    @property
    def name(self) -> str:
        return self.own.name

    @property
    def key(self) -> str:
        return self.own.key

    @property
    def alone(self) -> bool:
        return len(self.rows) == 1

    @property
    def model(self) -> str:
        return self.trained.outlook.models[int(self.rows[0])] if self.alone else "trained forecast, summed over products"

    @property
    def version(self) -> str:
        return self.trained.version

    @property
    def demand_class(self) -> str:
        return self.trained.outlook.classes[int(self.rows[0])] if self.alone else self.own.demand_class

    @property
    def history(self) -> tuple[tuple[date, float], ...]:
        return self.own.history

    @property
    def notes(self) -> tuple[str, ...]:
        said = "the interval is as wide as the part's own past was uncertain, and measured_coverage is that of such intervals on its past"
        return () if self.alone else (said,)

    def coverage(self, days: int) -> float | None:
        """For a day of one product that of its class on the backtest, which measures no totals; for a sum that of its own past."""
        if not self.alone:
            return self.own.coverage(days)
        return self.trained.card.coverage_of(self.demand_class) if days == 1 else None

    def between(self, first: int, last: int) -> Amount:
        expected = float(self.trained.outlook.mean[self.rows, first:last].sum())
        return self._alone(expected, first, last) if self.alone else self._summed(expected, first, last)

    def evidence(self, call_id: str) -> Evidence:
        return card_evidence(self.trained.card, self.version, f"{call_id}.m")

    def _alone(self, expected: float, first: int, last: int) -> Amount:
        from ml.forecast.history_spread import quantiles

        row, outlook = int(self.rows[0]), self.trained.outlook
        if last - first == 1:
            low, high = (outlook.quantiles[row, first, outlook.levels.index(level)] for level in (0.1, 0.9))
            return Amount(expected, float(low), float(high))
        through = outlook.total_sd[row] ** 2
        variance = float(through[last - 1] - (through[first - 1] if first else 0.0))
        ends = quantiles(np.array([expected]), np.array([max(variance, expected)]), (0.1, 0.9), self.own.forecast.outline.whole)[0]
        return Amount(expected, float(ends[0]), float(ends[1]))

    def _summed(self, expected: float, first: int, last: int) -> Amount:
        own = self.own.between(first, last)
        if own.expected <= 0:
            return Amount(expected, 0.0, max(own.high, expected))
        return Amount(expected, expected * own.low / own.expected, expected * own.high / own.expected)


def find_trained(context: ToolContext, horizon: int, measure: Measure, where: Where) -> Trained | str:
    """The trained forecast as of the day asked about, or in words why it does not serve."""
    if measure != "units" or not _of_products(where):
        return "the trained forecast counts units of products, and this asks for something else"
    model = current_model(context)
    if isinstance(model, str):
        return model
    if model.card.grain != "product":
        return f"the trained forecast is by {model.card.grain}"
    if horizon > model.card.horizon:
        longer = f"./oiis train forecast --horizon {horizon} trains a longer one"
        return f"the trained forecast was measured {model.card.horizon} days ahead; {longer}"
    outlook = outlook_of(context, model)
    return outlook if isinstance(outlook, str) else Trained(outlook, model.card, model.version)


def products_of(context: ToolContext, where: Where) -> frozenset[str]:
    """Every product under these conditions that was ever sold."""
    asked = replace(context.served.context, max_rows=_MOST_PRODUCTS)
    found = run_query(Breakdown(metrics=("units",), by=("product",), where=where), asked, context.served.source)
    return frozenset(str(row[0]) for row in found.rows)


def _of_products(where: Where) -> bool:
    filters = [each for item in where for each in (item.any_of if isinstance(item, AnyOf) else (item,))]
    return all(each.dimension in OF_PRODUCTS and each.step is None for each in filters)
