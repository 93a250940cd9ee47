"""Every filler: one for each thing a message can ask. A new one is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.language import (
    fill_chains,
    fill_changes,
    fill_conditions,
    fill_contrasts,
    fill_counted,
    fill_measures,
    fill_paths,
    fill_rankings,
    fill_records,
    fill_sets,
    fill_spreads,
    fill_times,
)
from agents.language.sketch import Sketch
from agents.language.taker import Candidate

Filler = Callable[[Sketch], Candidate | None]

FILLERS: tuple[Filler, ...] = (
    fill_measures.fill_value,
    fill_measures.fill_overview,
    fill_measures.fill_breakdown,
    fill_counted.fill_who_meet,
    fill_counted.fill_who_did,
    fill_counted.fill_who_never,
    fill_counted.fill_repeat_rate,
    fill_conditions.fill_orders,
    fill_conditions.fill_unnamed_members,
    fill_measures.fill_list,
    fill_times.fill_trend,
    fill_times.fill_mean,
    fill_times.fill_running,
    fill_times.fill_rolling,
    fill_times.fill_pattern,
    fill_spreads.fill_percentiles,
    fill_spreads.fill_histogram,
    fill_spreads.fill_group_by_metric,
    fill_rankings.fill_ranking,
    fill_rankings.fill_share,
    fill_rankings.fill_pareto,
    fill_rankings.fill_abc,
    fill_rankings.fill_rank_change,
    fill_rankings.fill_compare_groups,
    fill_chains.fill_chain,
    fill_chains.fill_conditioned,
    fill_contrasts.fill_rest,
    fill_contrasts.fill_only,
    fill_contrasts.fill_open_orders,
    fill_changes.fill_change_by_member,
    fill_changes.fill_why,
    fill_changes.fill_decomposition,
    fill_changes.fill_like_for_like,
    fill_changes.fill_streaks,
    fill_changes.fill_growth,
    fill_sets.fill_inactive,
    fill_sets.fill_did_but_never,
    fill_sets.fill_bought,
    fill_sets.fill_stopped,
    fill_sets.fill_overlap,
    fill_sets.fill_first_and_last,
    fill_sets.fill_gaps,
    fill_sets.fill_nth_event,
    fill_paths.fill_cohort,
    fill_paths.fill_funnel,
    fill_paths.fill_basket,
    fill_records.fill_look_up,
    fill_records.fill_lines,
    fill_records.fill_price,
    fill_records.fill_overdue,
    fill_records.fill_opening_closing,
    fill_records.fill_ageing,
    fill_records.fill_shortage,
)


def candidates_of(sketch: Sketch) -> Sequence[Candidate]:
    """Everything the message could mean."""
    return [found for filler in FILLERS if (found := filler(sketch)) is not None]
