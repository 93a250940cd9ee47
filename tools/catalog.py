"""Every tool: one file in a family and one line here."""

from __future__ import annotations

from tools.contract import AnyTool
from tools.documents.document_question import document_question
from tools.documents.documents_and_data import documents_and_data
from tools.documents.market_context import market_context
from tools.documents.review_themes import review_themes
from tools.documents.search_documents import search_documents
from tools.forecasting.forecasts import demand_forecast, forecast_accuracy
from tools.inventory.asking import (
    abc_xyz,
    budget_buying,
    cost_of_stockouts,
    overstock,
    policy_replay,
    reorder_advice,
    safety_stock_and_eoq,
    stockout_risk,
    supplier_options,
    what_if_inventory,
)
from tools.questions.comparisons import change_by_member, compare_groups, contribution, decomposition, like_for_like, streaks
from tools.questions.customers import (
    bought_together,
    cohort_retention,
    did_but_never,
    first_and_last,
    funnel,
    inactive,
    longest_gaps,
    nth_event,
    overlap,
)
from tools.questions.measures import (
    breakdown,
    group_by_metric,
    histogram,
    metric_value,
    percentiles,
    rolling_average,
    running_total,
    trend,
    weekday_hour_pattern,
)
from tools.questions.operations import chain, look_up, look_up_lines, opening_closing_stock, overdue, price_in_force, stock_ageing
from tools.questions.rankings import abc_classes, pareto, rank_change, ranking, ranking_within_groups, share

TOOLS: tuple[AnyTool, ...] = (
    metric_value,
    breakdown,
    trend,
    running_total,
    rolling_average,
    weekday_hour_pattern,
    percentiles,
    histogram,
    group_by_metric,
    ranking,
    ranking_within_groups,
    share,
    pareto,
    abc_classes,
    rank_change,
    compare_groups,
    change_by_member,
    like_for_like,
    contribution,
    decomposition,
    streaks,
    did_but_never,
    overlap,
    inactive,
    longest_gaps,
    first_and_last,
    nth_event,
    cohort_retention,
    funnel,
    bought_together,
    opening_closing_stock,
    stock_ageing,
    price_in_force,
    overdue,
    look_up,
    look_up_lines,
    chain,
    search_documents,
    document_question,
    documents_and_data,
    review_themes,
    market_context,
    demand_forecast,
    forecast_accuracy,
    reorder_advice,
    stockout_risk,
    safety_stock_and_eoq,
    abc_xyz,
    overstock,
    supplier_options,
    what_if_inventory,
    budget_buying,
    policy_replay,
    cost_of_stockouts,
)
