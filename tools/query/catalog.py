"""Every operator of the algebra: a query class and the function that builds its SELECT. Adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from tools.query.bench import Bench, Draft
from tools.query.contract import Query
from tools.query.operators.basket import Basket, build_basket
from tools.query.operators.breakdown import Breakdown, build_breakdown
from tools.query.operators.change import Change, LikeForLike, RankChange, build_change, build_like_for_like, build_rank_change
from tools.query.operators.cohort import Cohort, build_cohort
from tools.query.operators.contribution import Contribution, Decomposition, build_contribution, build_decomposition
from tools.query.operators.distribution import Histogram, Percentiles, build_histogram, build_percentiles
from tools.query.operators.events import Moments, NthEvent, build_moments, build_nth_event
from tools.query.operators.funnel import Funnel, build_funnel
from tools.query.operators.grouping import ByMetric, build_by_metric
from tools.query.operators.overdue import Overdue, build_overdue
from tools.query.operators.pareto import Abc, Pareto, build_abc, build_pareto
from tools.query.operators.pattern import Pattern, build_pattern
from tools.query.operators.prices import PriceInForce, build_price_in_force
from tools.query.operators.ranking import Top, TopPerGroup, build_top, build_top_per_group
from tools.query.operators.records import Record, RecordLines, build_record, build_record_lines
from tools.query.operators.running import Rolling, Running, build_rolling, build_running
from tools.query.operators.series import Series, build_series
from tools.query.operators.sets import AntiJoin, NoActivity, SetComparison, build_anti_join, build_no_activity, build_set_comparison
from tools.query.operators.share import Compare, Share, build_compare, build_share
from tools.query.operators.steps import Steps, build_steps
from tools.query.operators.stock import Ageing, OpeningClosing, build_ageing, build_opening_closing
from tools.query.operators.streaks import Gaps, Streaks, build_gaps, build_streaks
from tools.query.operators.value import Value, build_value


@dataclass(frozen=True)
class Operator:
    """One kind of question."""

    query: type[Query]
    build: Callable[[Query, Bench], Draft]

    @property
    def kind(self) -> str:
        return str(self.query.model_fields["kind"].default)


def _operator(query: type[Query], build: Callable[[Any, Bench], Draft]) -> Operator:
    return Operator(query, cast(Callable[[Query, Bench], Draft], build))


OPERATORS: tuple[Operator, ...] = (
    _operator(Value, build_value),
    _operator(Breakdown, build_breakdown),
    _operator(Series, build_series),
    _operator(Top, build_top),
    _operator(TopPerGroup, build_top_per_group),
    _operator(Share, build_share),
    _operator(Compare, build_compare),
    _operator(Change, build_change),
    _operator(LikeForLike, build_like_for_like),
    _operator(RankChange, build_rank_change),
    _operator(Running, build_running),
    _operator(Rolling, build_rolling),
    _operator(Percentiles, build_percentiles),
    _operator(Histogram, build_histogram),
    _operator(Streaks, build_streaks),
    _operator(Gaps, build_gaps),
    _operator(AntiJoin, build_anti_join),
    _operator(SetComparison, build_set_comparison),
    _operator(NoActivity, build_no_activity),
    _operator(Moments, build_moments),
    _operator(NthEvent, build_nth_event),
    _operator(Cohort, build_cohort),
    _operator(Funnel, build_funnel),
    _operator(Basket, build_basket),
    _operator(Pareto, build_pareto),
    _operator(Abc, build_abc),
    _operator(OpeningClosing, build_opening_closing),
    _operator(Ageing, build_ageing),
    _operator(PriceInForce, build_price_in_force),
    _operator(Overdue, build_overdue),
    _operator(Record, build_record),
    _operator(RecordLines, build_record_lines),
    _operator(ByMetric, build_by_metric),
    _operator(Pattern, build_pattern),
    _operator(Contribution, build_contribution),
    _operator(Decomposition, build_decomposition),
    _operator(Steps, build_steps),
)
