"""The questions about stock as tools; the work is done in modules that are only read when one is asked."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.inventory.terms import (
    AbcXyzQuery,
    BudgetQuery,
    MissedQuery,
    OverstockQuery,
    PlanQuery,
    ReorderQuery,
    ReplayQuery,
    RiskQuery,
    SupplierQuery,
    WhatIfQuery,
)


@tool()
def reorder_advice(context: ToolContext, query: ReorderQuery) -> Findings:
    """What to order now, how much, from whom and why, with the receipt of each line and when it would not be ordered.

    Use it for "what should I reorder", "how much of X do we need to buy". `show: all` also lists what need not be ordered. Not for
    what runs out first (stockout_risk), nor for a fixed sum of money (budget_buying). It orders nothing.
    """
    from tools.inventory.reorder import advise

    return advise(context, query)


@tool()
def stockout_risk(context: ToolContext, query: RiskQuery) -> Findings:
    """What may run out within the next days: the chance, the day it becomes likely, units and margin expected to be missed.

    Use it for "what runs out before the next delivery". Days ahead; chances as fractions of 1. Not for past stock-outs (cost_of_stockouts).
    """
    from tools.inventory.running_out import foresee

    return foresee(context, query)


@tool()
def safety_stock_and_eoq(context: ToolContext, query: PlanQuery) -> Findings:
    """Safety stock, reorder point, order-up-to level, economic order quantity (with `order_cost`) and the fill rate they give, by product.

    Use it for "how much safety stock", "what is the EOQ". Units and days. Not for what to order today (reorder_advice).
    """
    from tools.inventory.safety import size

    return size(context, query)


@tool()
def abc_xyz(context: ToolContext, query: AbcXyzQuery) -> Findings:
    """Products classed by value (A, B, C) and by how well demand can be foreseen (X, Y, Z): nine classes and their products.

    `only` lists one class ("A", "AX", "Z"). Not for ABC of customers or of a metric (abc_classes).
    """
    from tools.inventory.grades import grade

    return grade(context, query)


@tool()
def overstock(context: ToolContext, query: OverstockQuery) -> Findings:
    """Stock beyond any likely need and dead stock: units, value, yearly carrying cost, days of cover, where it could go instead.

    Use it for "what do we have too much of", "dead stock". Not for how long stock has lain (stock_ageing).
    """
    from tools.inventory.idle import find_idle

    return find_idle(context, query)


@tool()
def supplier_options(context: ToolContext, query: SupplierQuery) -> Findings:
    """Who could deliver a product: unit cost, lead time and how sure it is, on-time, fill and reject rates, minimum order, cost a year.

    Use it for "which supplier for X". Not for a supplier's figures in general (breakdown by supplier).
    """
    from tools.inventory.sources import compare

    return compare(context, query)


@tool()
def what_if_inventory(context: ToolContext, query: WhatIfQuery) -> Findings:
    """The order plan as it is beside the plan under a change: lead times, demand, cost, service level or stock.

    Use it for "what if the lead time doubles" (`change: {lead_time_factor: 2}`), "5 days longer"
    (`change: {lead_time_more_days: 5}`), "what if demand rises 20 %".
    """
    from tools.inventory.imagine import imagine

    return imagine(context, query)


@tool()
def budget_buying(context: ToolContext, query: BudgetQuery) -> Findings:
    """How to spend a sum of money on stock: the lots that save most margin within it, supplier minimums and space kept.

    Use it for "I have 200 million for stock, where". It buys nothing.
    """
    from tools.inventory.buying import buy

    return buy(context, query)


@tool()
def policy_replay(context: ToolContext, query: ReplayQuery) -> Findings:
    """The last months played again under several ordering rules: fill rate against average stock, and what ours would save.

    Takes seconds. Not a forecast.
    """
    from tools.inventory.replaying import play

    return play(context, query)


@tool()
def cost_of_stockouts(context: ToolContext, query: MissedQuery) -> Findings:
    """What past stock-outs cost: units, revenue and margin missed on days without stock, an estimate from the days around them.

    Days up to as_of. Not for what may run out next (stockout_risk).
    """
    from tools.inventory.missed import cost

    return cost(context, query)
