"""The four agents: what each is for and the tools it may call. A tool of several agents is the first one's unless a plan differs."""

from __future__ import annotations

from agents.brain import AgentCard
from agents.plan import Agent
from tools.contract import AnyTool

_MEASURES = (
    "metric_value", "breakdown", "trend", "ranking", "ranking_within_groups", "share", "compare_groups", "change_by_member",
    "rolling_average", "running_total", "histogram", "percentiles",
)  # fmt: skip
_RECORDS = ("look_up", "look_up_lines", "chain")
_STOCK = (
    "reorder_advice", "stockout_risk", "safety_stock_and_eoq", "abc_xyz", "overstock", "supplier_options", "what_if_inventory",
    "budget_buying", "policy_replay", "cost_of_stockouts",
)  # fmt: skip
_DOCUMENTS = ("document_question", "search_documents", "documents_and_data", "review_themes", "market_context")
_AHEAD = ("demand_forecast", "forecast_accuracy")

AGENTS: tuple[AgentCard, ...] = (
    AgentCard(
        "bi",
        "Revenue, orders, margin and every other figure of the business: values, trends, comparisons, what drove a change.",
        (
            *_MEASURES,
            "weekday_hour_pattern",
            "group_by_metric",
            "pareto",
            "abc_classes",
            "rank_change",
            "like_for_like",
            "contribution",
            "decomposition",
            "streaks",
            "overlap",
            "funnel",
            "bought_together",
            "inactive",
            "first_and_last",
            *_AHEAD,
            *_RECORDS,
        ),
    ),
    AgentCard(
        "inventory",
        "Stock on hand, its value, age, cover and turnover; stockouts, shrinkage, prices in force, what to reorder.",
        (
            *_MEASURES,
            "opening_closing_stock",
            "stock_ageing",
            "abc_classes",
            "pareto",
            "price_in_force",
            "longest_gaps",
            *_STOCK,
            *_AHEAD,
            *_RECORDS,
        ),
    ),
    AgentCard(
        "customer",
        "Who buys, how often and what together: cohorts, repeat purchase, silence, baskets, funnels, ratings.",
        (
            *_MEASURES,
            "did_but_never",
            "overlap",
            "inactive",
            "longest_gaps",
            "first_and_last",
            "nth_event",
            "cohort_retention",
            "funnel",
            "bought_together",
            "group_by_metric",
            "pareto",
            "rank_change",
            *_RECORDS,
            *_DOCUMENTS,
        ),
    ),
    AgentCard(
        "operations",
        "Orders on their way: shipments, carriers, delivery times, returns, purchase orders, suppliers, what is overdue.",
        (
            *_MEASURES,
            "overdue",
            "weekday_hour_pattern",
            "streaks",
            "longest_gaps",
            "first_and_last",
            "funnel",
            "decomposition",
            "supplier_options",
            *_RECORDS,
            *_DOCUMENTS,
        ),
    ),
)


def tools_of(agent: Agent, tools: tuple[AnyTool, ...]) -> tuple[AnyTool, ...]:
    """The tools one agent may call; the gate is given these and knows no other."""
    allowed = next(card.tools for card in AGENTS if card.name == agent)
    return tuple(each for each in tools if each.name in allowed)
