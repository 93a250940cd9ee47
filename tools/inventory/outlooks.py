"""What is expected to sell, from the trained forecast where it serves that day, else from the fallback; said which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.contract import ToolContext
from tools.facts import Evidence, RuleEvidence
from tools.inventory.books import Books, remember, remembered

if TYPE_CHECKING:
    from ml.contract import Floats, Outlook
    from ml.inventory.lead_demand import Totals

FORECAST_DAYS = 56  # the trained forecast is asked so far; beyond, its last week and growth of spread are carried on


@dataclass(frozen=True)
class Ahead:
    """Expected demand of each row of the books, and what says so."""

    outlook: Outlook
    source: Evidence
    model: str
    version: str
    why: str = ""  # in words, why it is not the trained forecast

    def totals(self, days: int, demand_factor: float = 1.0) -> Totals:
        """Totals through each of so many days."""
        from ml.inventory.lead_demand import totals

        found = totals(self.outlook, days)
        return (
            found
            if demand_factor == 1.0
            else replace(found, means=found.means * demand_factor, deviations=found.deviations * demand_factor)
        )


def look_ahead(context: ToolContext, books: Books) -> Ahead:
    """The expectation for every row of the books, worked out once."""
    key = ("ahead", model_version(context))
    found = remembered(context, key)
    if isinstance(found, Ahead):
        return replace(found, source=found.source.model_copy(update={"id": f"{context.call_id}.model"}))
    from ml.inventory.demand import drift
    from ml.inventory.steady import best_weeks
    from tools.inventory.trained import trained_ahead

    drifts = drift(books.history)
    weeks = best_weeks(books.history, books.whole, drifts=drifts)
    usual = _fallback(context, books, weeks, drifts)
    trained = trained_ahead(context, books, FORECAST_DAYS, usual.outlook, weeks)
    ahead = replace(usual, why=trained) if isinstance(trained, str) else trained
    remember(context, key, ahead)
    return ahead


def model_version(context: ToolContext) -> str:
    """The trained forecast, and what is known of past ones, that are current now: what was worked out with others is not used again."""
    from ml import artifacts
    from ml.forecast.serving import KIND
    from ml.inventory import hindsight

    home = context.served.home
    current = [None if home is None else artifacts.versions_of(home, kind).current() for kind in (KIND, hindsight.KIND)]
    return " ".join(version.name if version else "none" for version in current)


def _fallback(context: ToolContext, books: Books, weeks: int, drifts: Floats) -> Ahead:
    from ml.inventory.demand import NAME
    from ml.inventory.steady import steady_outlook

    rule = (
        "Expected demand without a trained forecast: the mean of the last 56 days, later days weighing more, days without stock counted "
        "as what was expected of them by then, times the company's weekdays; its spread is measured on "
        "forecasts of past days. Where that would have served better lately, at the mean level of the last four weeks' forecasts."
    )
    outlook = steady_outlook(books.history, FORECAST_DAYS, weeks, drifts)
    return Ahead(outlook, RuleEvidence(id=f"{context.call_id}.model", rule=rule), NAME, "1")
