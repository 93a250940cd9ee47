"""Whatever valid query is put together, it is answered or refused by type; the engine never sees a statement it cannot read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.metrics import load_definitions
from tests.tools.query.conftest import Ask
from tools.errors import BadInput, CannotDo
from tools.query.read import read_query

DEFINITIONS = load_definitions()
METRIC = st.sampled_from(sorted(DEFINITIONS.metrics))
DIMENSION = st.sampled_from(sorted(DEFINITIONS.dimensions))
GRAIN = st.sampled_from(["day", "week", "month", "quarter", "year"])
PERIOD = st.sampled_from(
    [
        {"kind": "all"},
        {"kind": "named", "name": "last_month"},
        {"kind": "named", "name": "ytd"},
        {"kind": "last", "n": 28},
        {"kind": "calendar", "year": 2025, "quarter": 4},
        {"kind": "as_of", "day": "2025-12-31"},
    ]
)
COMPARE = st.sampled_from([None, {"to": "previous"}, {"to": "year_on_year"}])
WHERE = st.lists(
    st.builds(lambda dimension, op: {"dimension": dimension, "op": op}, DIMENSION, st.sampled_from(["is_null", "not_null"])), max_size=2
)
METRICS, DIMENSIONS = st.lists(METRIC, min_size=1, max_size=3), st.lists(DIMENSION, min_size=1, max_size=2)
FLAG = st.booleans()


def asked(kind: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Mapping[str, object]]:
    return st.fixed_dictionaries({"kind": st.just(kind), "where": WHERE, "period": PERIOD, **fields})


QUERIES = {
    "value": asked("value", metrics=METRICS, compare=COMPARE),
    "breakdown": asked("breakdown", metrics=METRICS, by=DIMENSIONS, compare=COMPARE, include_empty=FLAG),
    "series": asked("series", metrics=METRICS, grain=GRAIN, by=st.lists(DIMENSION, max_size=1), compare=COMPARE),
    "top": asked("top", metric=METRIC, by=DIMENSION, lowest=FLAG, include_empty=FLAG),
    "top_per_group": asked("top_per_group", metric=METRIC, by=DIMENSION, within=DIMENSION, others=FLAG),
    "share": asked("share", metric=METRIC, by=DIMENSIONS, within=st.lists(DIMENSION, max_size=1)),
    "change": asked("change", metric=METRIC, by=DIMENSION),
    "like_for_like": asked("like_for_like", metric=METRIC, entity=DIMENSION),
    "rank_change": asked("rank_change", metric=METRIC, by=DIMENSION),
    "running": asked("running", metric=METRIC, grain=GRAIN, by=st.lists(DIMENSION, max_size=1), restart=st.sampled_from(["never", "year"])),
    "rolling": asked("rolling", metric=METRIC, grain=GRAIN, n=st.integers(2, 5), how=st.sampled_from(["mean", "sum"])),
    "percentiles": asked("percentiles", metric=METRIC, per=st.none() | DIMENSION, by=st.lists(DIMENSION, max_size=1)),
    "histogram": asked("histogram", metric=METRIC, per=st.none() | DIMENSION),
    "streaks": asked("streaks", metric=METRIC, grain=GRAIN, by=st.lists(DIMENSION, max_size=1), run=st.sampled_from(["falling", "zero"])),
    "gaps": asked("gaps", entity=DIMENSION, metric=METRIC),
    "no_activity": asked("no_activity", entity=DIMENSION, metric=METRIC),
    "moments": asked("moments", entity=DIMENSION, metric=METRIC),
    "nth_event": asked("nth_event", entity=DIMENSION, metric=METRIC, members=FLAG),
    "pareto": asked("pareto", metric=METRIC, by=DIMENSION),
    "by_metric": asked("by_metric", entity=DIMENSION, metric=METRIC, include_empty=FLAG),
    "pattern": asked("pattern", metric=METRIC, of=st.sampled_from([["weekday"], ["hour"], ["weekday", "hour"]])),
    "contribution": asked("contribution", metric=METRIC, by=DIMENSION),
    "decomposition": asked("decomposition", by=DIMENSION),
    "cohort": asked("cohort", grain=GRAIN),
    "funnel": asked("funnel", of=st.sampled_from(["orders", "sessions"])),
    "overdue": asked("overdue", of=st.sampled_from(["purchase_orders", "shipments"])),
    "price_in_force": asked("price_in_force"),
    "basket": asked("basket", of=DIMENSION),
}


@pytest.mark.parametrize("kind", sorted(QUERIES))
def test_answered_or_refused(ask: Ask, kind: str) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES[kind])
    def holds(payload: Mapping[str, object]) -> None:
        try:
            result = ask(read_query(payload))
        except (BadInput, CannotDo) as refusal:
            assert len(str(refusal)) > 20
        else:
            assert all(len(row) == len(result.columns) for row in result.rows)
            assert len({column.name for column in result.columns}) == len(result.columns)

    holds()
