"""Then and now, this and that, and why."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.past import ask
from tools.query.operators.change import Change, LikeForLike
from tools.query.operators.contribution import Contribution, Decomposition
from tools.query.operators.share import Compare
from tools.query.operators.streaks import Streaks


@tool()
def compare_groups(context: ToolContext, query: Compare) -> Findings:
    """One group against another on one metric: both values, their difference and their ratio.

    `left` and `right` are filters (chairs against tables). Not for two periods (metric_value with `compare`).
    """
    return ask(context, query, "Compare groups")


@tool()
def change_by_member(context: ToolContext, query: Change) -> Findings:
    """Which members of a dimension rose or fell most against another period, in amount and percent.

    Use it for "which products lost", with `more_than` for "fell by more than 30 %". For each member's part of the total change
    use contribution.
    """
    return ask(context, query, "Change by member", "bar")


@tool()
def like_for_like(context: ToolContext, query: LikeForLike) -> Findings:
    """The change over those members only that were active in both periods: same stores, same products, same customers."""
    return ask(context, query, "Like for like", "kpi")


@tool()
def contribution(context: ToolContext, query: Contribution) -> Findings:
    """How much of the change of a metric each member of a dimension made; the parts add up to the change.

    Use it for "why did it fall" by product, province, channel ... For price against volume use decomposition.
    """
    return ask(context, query, "Contribution", "bar")


@tool()
def decomposition(context: ToolContext, query: Decomposition) -> Findings:
    """The change of revenue split into price, volume, mix, new and lost members; the parts add up to the change.

    Use it for "was it price or volume".
    """
    return ask(context, query, "Decomposition", "bar")


@tool()
def streaks(context: ToolContext, query: Streaks) -> Findings:
    """Members whose metric fell, rose, was nothing or was something for at least n full buckets in a row ("falling
    three months running").
    """
    return ask(context, query, "Streaks")
