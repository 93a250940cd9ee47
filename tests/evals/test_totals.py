"""Totals against independent oracles: enumeration, textbook values, hand-made runs."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path
from statistics import NormalDist, fmean, harmonic_mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.baseline import fallen, keep_baseline, read_baseline
from evals.cases import Behaviour
from evals.compare import compare, sign_test
from evals.results import Judged, Run, read_run, write_run
from evals.summary import risks, write_summary
from evals.targets import TARGETS, target_of
from evals.totals import buckets, latencies, macro_f1, pass_hat, quantile, totals, wilson


def judged(
    case: str = "a",
    expect: tuple[Behaviour, ...] = ("answer",),
    did: str = "answer",
    right: bool = True,
    **more: object,
) -> Judged:
    values = {"case": case, "turn": 1, "company": "c", "ask": "?", "language": "en", "archetype": 1, "expect": expect, "did": did}
    return Judged.model_validate({**values, "correct": right, "executed": right if "answer" in expect else None, **more})


def run_of(*turns: Judged) -> Run:
    return Run(suite="s", brain="b", companies=("c",), turns=turns)


@given(st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n + 1))))
def test_wilson_bounds_are_where_the_score_test_just_rejects(counts: tuple[int, int]) -> None:
    hits, n = counts
    rate, z = wilson(hits, n), NormalDist().inv_cdf(0.975)
    for bound in (rate.low, rate.high):
        assert abs(hits / n - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / n), rel=1e-5)


def test_wilson_of_eight_in_ten() -> None:
    rate = wilson(8, 10)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.4902, 0.9433)
    assert (wilson(0, 10).low, wilson(10, 10).high) == (0.0, 1.0)


@given(st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_value(counts: tuple[int, int]) -> None:
    rate = wilson(*counts)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1


def test_of_nothing_everything_is_possible() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high, wilson(0, 0).n) == (0.0, 1.0, 0)


@given(st.lists(st.booleans(), min_size=2, max_size=9), st.sampled_from((2, 4)))
def test_pass_hat_is_the_share_of_draws_that_are_all_right(outcomes: list[bool], k: int) -> None:
    turns = [judged(case=str(place), right=right, intent="i") for place, right in enumerate(outcomes)]
    draws = list(combinations(outcomes, k))
    expected = sum(map(all, draws)) / len(draws) if draws else 0.0
    assert pass_hat(turns, k).value == pytest.approx(expected)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40))
def test_macro_f1_is_the_mean_of_harmonic_means(pairs: list[tuple[str, str]]) -> None:
    scores = []
    for name in sorted({label for pair in pairs for label in pair}):
        precise = [right == name for right, told in pairs if told == name]
        recalled = [told == name for right, told in pairs if right == name]
        parts = [sum(each) / len(each) if each else 0.0 for each in (precise, recalled)]
        scores.append(harmonic_mean(parts) if all(parts) else 0.0)
    assert macro_f1(pairs, ("a", "b", "c")).value == pytest.approx(fmean(scores))


def test_selective_figures() -> None:
    run = run_of(
        judged("1"),
        judged("2", right=False),
        judged("3", right=False, warned=True),
        judged("4", did="decline", right=False),
        judged("5", expect=("decline",), did="decline"),
        judged("6", expect=("decline",), did="answer", right=False),
    )
    found = totals(run)
    assert found["execution accuracy"].value == 1 / 4
    assert found["coverage"].value == 3 / 4
    assert found["selective accuracy"].value == 1 / 4
    assert found["silent substitution"].value == 2 / 6
    assert found["RS(0)"].value == pytest.approx(2 / 6)
    assert found["RS(5)"].value == pytest.approx((2 - 15) / 6)
    assert found["decline F1"].value == pytest.approx(0.5)


def test_dialogues_count_by_turn_and_as_a_whole() -> None:
    turns = [judged("d", turn=1, dialogue=True), judged("d", turn=2, dialogue=True, right=False), judged("e", dialogue=True)]
    found = totals(run_of(*turns))
    assert found["dialogue turns"].value == pytest.approx(2 / 3)
    assert found["whole dialogues"].value == 1 / 2


def test_noise_is_held_against_clean_wordings_of_the_same_intent() -> None:
    turns = [
        judged("1", intent="i"),
        judged("2", intent="i", noise="typo", right=False),
        judged("3", intent="i", noise="case"),
        judged("4", intent="other", right=False),
    ]
    assert totals(run_of(*turns))["noise drop"].value == pytest.approx(0.5)


def test_slots_routing_tools() -> None:
    turns = [
        judged("1", slots={"metric": (1, 0, 0), "filter": (1, 1, 2)}, asked_agents=("bi",), right_agents=("bi",), tools_match=True),
        judged("2", asked_agents=("bi", "customer"), right_agents=("customer",), tools_match=False, right=False),
    ]
    found = totals(run_of(*turns))
    assert found["slot F1"].value == pytest.approx(4 / 7)
    assert found["slot F1, metric"].value == 1
    assert found["routing macro F1"].value == pytest.approx((2 / 3 + 1) / 2)
    assert found["tool match"].value == 1 / 2


def test_quantiles_are_values_that_occurred() -> None:
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(range(1, 101), 0.95) == 95
    assert quantile([], 0.5) == 0.0
    assert latencies(run_of(judged(seconds=0.5)))["end to end p95"] == 0.5


def test_buckets_split_the_turns() -> None:
    found = buckets(run_of(judged("1", archetype=7), judged("2", archetype=8, language="vi", right=False)))
    assert found["archetype"]["07"].value == 1
    assert found["language"]["vi"].value == 0
    assert set(found["kind"]) == {"question"}


def test_a_run_is_kept_and_read_again(tmp_path: Path) -> None:
    run = run_of(judged("1"), judged("2", right=False))
    assert read_run(write_run(run, tmp_path).parent) == run


def test_compare_names_what_moved() -> None:
    before = run_of(judged("1"), judged("2", right=False), judged("3"), judged("gone"))
    after = run_of(judged("1", right=False), judged("2"), judged("3"), judged("new"))
    found = compare(before, after)
    assert [turn.case for turn in found.better] == ["2"]
    assert [turn.case for turn in found.worse] == ["1"]
    assert (found.only_before, found.only_after) == (1, 1)
    assert not [moved for moved in found.moved if moved.before == moved.after]


def test_the_sign_test_is_the_binomial() -> None:
    stats = pytest.importorskip("scipy.stats")
    for better, worse in ((0, 0), (5, 5), (9, 1), (0, 12)):
        expected = stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
        assert sign_test(better, worse) == pytest.approx(expected)


def test_a_fall_below_the_interval_is_named(tmp_path: Path) -> None:
    folder = tmp_path
    good = run_of(*(judged(str(place)) for place in range(100)))
    keep_baseline(good, folder)
    kept = read_baseline("s", "b", folder)
    assert kept is not None
    assert fallen(good, kept) == ()
    slightly = run_of(*(judged(str(place), right=place > 1) for place in range(100)))
    worse = run_of(*(judged(str(place), right=place > 20) for place in range(100)))
    assert [each.name for each in fallen(slightly, kept)] == []
    assert {"correct", "selective accuracy", "silent substitution"} <= {each.name for each in fallen(worse, kept)}
    assert read_baseline("never run", "b", folder) is None


def test_targets_name_totals_that_exist() -> None:
    found = totals(run_of(judged()))
    assert all(target.total in found for target in TARGETS)
    wrong = target_of("silent substitution")
    assert wrong is not None
    assert wrong.met(wilson(1, 100))
    assert not wrong.met(wilson(2, 100))
    assert target_of("no such total") is None


def test_the_area_under_the_risk_coverage_curve_by_hand() -> None:
    """Surest first: right, wrong, right give risks of 0, 1/2 and 1/3."""
    turns = [judged("a", sure=0.5), judged("b", right=False, sure=0.8), judged("c", sure=0.9), judged("d", did="decline", right=False)]
    assert totals(run_of(*turns))["AURC"].value == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    perfect = [judged("a", sure=0.9), judged("b", right=False, sure=0.1)]
    assert totals(run_of(*perfect))["AURC"].value == pytest.approx(0.25)


def test_clarification_quality_counts_only_what_was_offered() -> None:
    asked = [judged(str(each), did="clarify", right=False, clarified=each) for each in (True, False, True)]
    rate = totals(run_of(*asked, judged("z")))["clarification quality"]
    assert rate.value == pytest.approx(2 / 3)
    assert rate.n == 3


def test_risks_of_the_summary_page() -> None:
    turns = (judged("a", sure=0.9), judged("b", right=False, sure=0.7), judged("c", did="decline", right=False))
    assert [risk for _, risk in risks(turns)] == [0.0, 0.5]
    assert [coverage for coverage, _ in risks(turns)] == pytest.approx([1 / 3, 2 / 3])


def test_the_summary_shows_totals_and_no_question(tmp_path: Path) -> None:
    secret = judged("a").model_copy(update={"ask": "a very secret wording"})
    page = write_summary([run_of(secret, judged("b", right=False)), run_of(judged("a"))], tmp_path).read_text(encoding="utf-8")
    assert "secret wording" not in page
    assert "execution accuracy" in page
    assert page.count("<polyline") == 2
