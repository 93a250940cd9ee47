"""Who is first, and what part of the whole."""

from __future__ import annotations

from tools.contract import ToolContext, tool
from tools.facts import Findings
from tools.past import ask
from tools.query.operators.change import RankChange
from tools.query.operators.pareto import Abc, Pareto
from tools.query.operators.ranking import Top, TopPerGroup
from tools.query.operators.share import Share


@tool()
def ranking(context: ToolContext, query: Top) -> Findings:
    """The n best members of a dimension by one metric, or the worst with `lowest`; ties on the last place are all shown.

    Use it for "top 5", "best", "worst", "the third largest" (`nth`). Without a measure in the question use revenue and say so.
    Not for the best within each group (ranking_within_groups).
    """
    return ask(context, query, "Ranking", "bar")


@tool()
def ranking_within_groups(context: ToolContext, query: TopPerGroup) -> Findings:
    """The n best members within each group (best products per province), the rest of each group as one row with `others`."""
    return ask(context, query, "Ranking within groups")


@tool()
def share(context: ToolContext, query: Share) -> Findings:
    """Which part of the total, or of its parent group, each member makes, as fractions of 1.

    With `top`, what the n largest make together. Only for metrics that add up. Not for ABC classes (abc_classes).
    """
    return ask(context, query, "Share", "bar")


@tool()
def pareto(context: ToolContext, query: Pareto) -> Findings:
    """The members that together make a share of the total (80 % unless said otherwise), largest first, the one that
    crosses the line included.
    """
    return ask(context, query, "Pareto")


@tool()
def abc_classes(context: ToolContext, query: Abc) -> Findings:
    """Every member with its class by cumulated share: A to the first line, B to the second, C the rest."""
    return ask(context, query, "Abc classes")


@tool()
def rank_change(context: ToolContext, query: RankChange) -> Findings:
    """Who entered, left or moved within the first n places against another period ("who dropped out of the top 20")."""
    return ask(context, query, "Rank change")
