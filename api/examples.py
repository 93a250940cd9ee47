"""Questions that work on the data that is loaded: in the language the engine reads, about tables that hold rows."""

from __future__ import annotations

from agents.brain import Brain
from agents.brain_typed import TypedBrain
from agents.session_ground import Ground

# The table each question needs beside orders, then the question typed and in plain words.
_LAST_MONTH = "period: {kind: named, name: last_month}"
_QUESTIONS = (
    ("orders", f"{{tool: metric_value, arguments: {{metrics: [revenue], {_LAST_MONTH}}}}}", "What was revenue last month?"),
    ("products", "{tool: ranking, arguments: {metric: revenue, by: category, n: 5}}", "Which 5 categories sell best by revenue?"),
    ("orders", "{tool: trend, arguments: {metrics: [orders], grain: month}}", "How did the number of orders develop by month?"),
    ("customers", "{tool: share, arguments: {metric: revenue, by: [province]}}", "What share of revenue does each province have?"),
    ("stock_levels", "{tool: metric_value, arguments: {metrics: [stock_value]}}", "What is our stock worth?"),
    (
        "purchase_orders",
        "{tool: metric_value, arguments: {metrics: [overdue_purchase_orders]}}",
        "How many overdue purchase orders are there?",
    ),
    ("shipments", "{tool: metric_value, arguments: {metrics: [on_time_delivery_rate]}}", "What was the on-time delivery rate last month?"),
)


def examples(brain: Brain, ground: Ground) -> tuple[str, ...]:
    """What can be asked here, as it can be sent."""
    typed = isinstance(brain, TypedBrain)
    return tuple(asked if typed else plain for table, asked, plain in _QUESTIONS if table in ground.tables)
