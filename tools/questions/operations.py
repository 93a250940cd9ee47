"""Stock, prices, what is late, and records as they are on file."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.past import ask
from tools.query.operators.overdue import Overdue
from tools.query.operators.prices import PriceInForce
from tools.query.operators.records import Record, RecordLines
from tools.query.operators.steps import Steps
from tools.query.operators.stock import Ageing, OpeningClosing


@tool()
def opening_closing_stock(context: ToolContext, query: OpeningClosing) -> Findings:
    """The stock level before a period and at its end. Levels are never summed over days."""
    return ask(context, query, "Opening closing stock")


@tool()
def stock_ageing(context: ToolContext, query: Ageing) -> Findings:
    """How long stock has lain, first in first out, in ranges of days."""
    return ask(context, query, "Stock ageing")


@tool()
def price_in_force(context: ToolContext, query: PriceInForce) -> Findings:
    """The list price of products on a day: the newest one that began on or before it."""
    return ask(context, query, "Price in force")


@tool()
def overdue(context: ToolContext, query: Overdue) -> Findings:
    """Purchase orders past their expected day, or shipments past the promised one, longest overdue first, in days."""
    return ask(context, query, "Overdue")


@tool()
def look_up(context: ToolContext, query: Record) -> Findings:
    """Everything on file about one or several entities: an order, customer, product, supplier, purchase order or shipment.

    Times are UTC. Contact data needs the scope pii:read. Not for sums or counts.
    """
    return ask(context, query, "Look up")


@tool()
def look_up_lines(context: ToolContext, query: RecordLines) -> Findings:
    """The lines of one or several orders or purchase orders."""
    return ask(context, query, "Look up lines")


@tool()
def chain(context: ToolContext, query: Steps) -> Findings:
    """Several queries run as one, each able to use the rows of earlier ones as a filter (customers of suppliers that were late).

    The answer is that of the last step.
    """
    return ask(context, query, "Chain")
