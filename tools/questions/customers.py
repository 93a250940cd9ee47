"""What entities did, and did not."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.past import ask
from tools.query.operators.basket import Basket
from tools.query.operators.cohort import Cohort
from tools.query.operators.events import Moments, NthEvent
from tools.query.operators.funnel import Funnel
from tools.query.operators.sets import AntiJoin, NoActivity, SetComparison
from tools.query.operators.streaks import Gaps


@tool()
def did_but_never(context: ToolContext, query: AntiJoin) -> Findings:
    """Entities that did one thing but never another (customers who bought printers but never ink)."""
    return ask(context, query, "Did but never")


@tool()
def overlap(context: ToolContext, query: SetComparison) -> Findings:
    """Two selections of the same entities: how many are in both, only in the first, only in the second; or the members themselves."""
    return ask(context, query, "Overlap", "kpi")


@tool()
def inactive(context: ToolContext, query: NoActivity) -> Findings:
    """Members without any row of a metric for at least n days: customers without an order, products without a sale.

    Those who never had one are included and marked. Not a prediction of who will leave.
    """
    return ask(context, query, "Inactive")


@tool()
def longest_gaps(context: ToolContext, query: Gaps) -> Findings:
    """The longest silences between two active days of a member, the time since the last one included."""
    return ask(context, query, "Longest gaps")


@tool()
def first_and_last(context: ToolContext, query: Moments) -> Findings:
    """When something first and last happened to each entity: a customer's last order, a product's first sale."""
    return ask(context, query, "First and last")


@tool()
def nth_event(context: ToolContext, query: NthEvent) -> Findings:
    """How many entities reached their n-th event, within how many days of the first (a second order within 30 days)."""
    return ask(context, query, "Nth event", "kpi")


@tool()
def cohort_retention(context: ToolContext, query: Cohort) -> Findings:
    """Of the customers whose first valid order fell in a month (or other bucket), the part that bought k buckets later."""
    return ask(context, query, "Cohort retention")


@tool()
def funnel(context: ToolContext, query: Funnel) -> Findings:
    """Orders placed, paid, shipped, delivered; or sessions that viewed, added to the cart, bought: counts and the rate
    to the step before.
    """
    return ask(context, query, "Funnel", "bar")


@tool()
def bought_together(context: ToolContext, query: Basket) -> Findings:
    """Pairs of products or categories in the same order with support, confidence and lift; with `item`, only pairs that hold it."""
    return ask(context, query, "Bought together")
