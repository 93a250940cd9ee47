"""The whole way: cases through the assistant, judged, totalled, reported."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
import yaml

from evals.baseline import BASELINES, fallen, read_baseline
from evals.brains import NoBrain, brain_called
from evals.cases import Call, Case, Turn, read_file
from evals.catalog import NoSuite, Suite, suite_called
from evals.companies import NoCompany, open_companies
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.generate import generate_suite
from evals.gold import Runner, gold_case
from evals.noise import KINDS, noisy
from evals.report import write_report
from evals.results import Run
from evals.run import run_suite
from evals.totals import totals

CASES = (Path(__file__).parent / "some_cases.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("own")
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    return suite_called(str(folder))


def run(suite: Suite, brain: str, company: Company) -> Run:
    return asyncio.run(run_suite(suite, brain, [company]))


@pytest.fixture(scope="module")
def right(suite: Suite, company: Company) -> Run:
    return run(suite, "gold", company)


def test_the_accepted_plans_are_right_all_the_way(right: Run) -> None:
    assert [turn.case for turn in right.turns if not turn.correct] == []
    found = totals(right)
    for total in ("execution accuracy", "selective accuracy", "coverage", "slot F1", "routing macro F1", "tool match", "dialogue turns"):
        assert found[total].value == 1, total
    assert found["silent substitution"].value == 0
    assert found["relevance"].value > 0.9
    assert found["grounded answers"].value == 1
    assert found["same twice"].n >= 1
    assert found["same twice"].value == 1


def test_what_cannot_be_asked_here_is_left_and_named(right: Run) -> None:
    assert [(left.case, "99" in left.why) for left in right.left] == [("unicorns", True)]


def test_a_period_without_data_is_to_be_declined(right: Run) -> None:
    turn = next(turn for turn in right.turns if turn.case == "long-ago")
    assert (turn.expect, turn.did, turn.correct) == (("decline",), "decline", True)


def test_that_nothing_was_found_is_an_answer(right: Run) -> None:
    turn = next(turn for turn in right.turns if turn.case == "none-left")
    assert (turn.did, turn.executed, turn.correct) == ("answer", True, True)


def test_a_reference_to_a_row_is_the_row_that_was_shown(company: Company, suite: Suite, runner: Runner) -> None:
    case = next(case for case in suite.cases() if case.is_dialogue)
    first, second = gold_case(fill_case(case, company), runner)
    shown = first.plans[0].pieces[0].table
    assert shown is not None
    assert second.plans[0].calls[0].arguments["where"] == [{"dimension": "category", "values": [shown.rows[1][1]]}]


def test_abstaining_is_never_wrong_and_never_useful(suite: Suite, company: Company) -> None:
    found = totals(run(suite, "abstain", company))
    assert found["coverage"].value == 0
    assert found["silent substitution"].value == 0
    assert 0 < found["RS(10)"].value == found["RS(0)"].value < 0.5


def test_one_metric_by_keyword_answers_another_question(suite: Suite, company: Company) -> None:
    keyword = run(suite, "keyword", company)
    by_case = {turn.case: turn for turn in keyword.turns if not turn.dialogue}
    assert by_case["all-time"].correct
    assert by_case["one"].silently_wrong
    assert by_case["one"].slots["period"] == (0, 1, 1)
    assert totals(keyword)["silent substitution"].value > 0
    assert by_case["one"].trace.accepted
    assert by_case["one"].trace.sql


def test_half_an_answer_is_no_answer(suite: Suite, company: Company) -> None:
    assert not next(turn for turn in run(suite, "keyword", company).turns if turn.case == "both").correct


def test_copying_the_nearest_example_runs(suite: Suite, company: Company) -> None:
    assert totals(run(suite, "nearest", company))["no fault"].value == 1


def test_a_case_that_is_wrong_itself_is_left(company: Company, runner: Runner) -> None:
    bad = Case(id="x", archetype=1, turns=(Turn(ask="?", accept=((Call(tool="ranking", arguments={"metric": "mood", "by": "day"}),),)),))
    with pytest.raises(NotHere, match="mood"):
        gold_case(bad, runner)


def test_the_report_stands_alone_and_shows_every_failure(suite: Suite, company: Company, right: Run, tmp_path: Path) -> None:
    keyword = run(suite, "keyword", company)
    page = write_report(keyword, tmp_path, {"gold": right}).read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|https?://|@import", page)
    for turn in keyword.turns:
        assert (f"<summary>{turn.ask} " in page) is not turn.correct or turn.correct
    assert page.count("<details>") == sum(not turn.correct for turn in keyword.turns)
    assert "<script>alert" not in page


def test_what_people_write_cannot_break_the_page(right: Run, tmp_path: Path) -> None:
    spoilt = right.turns[0].model_copy(update={"ask": "<script>alert(1)</script>", "correct": False})
    page = write_report(right.model_copy(update={"turns": (spoilt,)}), tmp_path).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_noise_is_the_same_every_time_and_spares_codes(company: Company) -> None:
    turn = Turn(ask="What was the average revenue of GC-CNX-0001, please?", accept=((Call(tool="funnel"),),))
    case = Case(id="x", archetype=1, turns=(turn,))
    for kind in KINDS:
        changed = noisy(case, kind)
        if changed is None:
            continue
        assert changed == noisy(case, kind)
        assert "gc-cnx-0001" in changed.turns[0].ask.lower()
        assert changed.turns[0].accept == turn.accept
    typed = noisy(case, "typo")
    assert typed is not None
    assert sorted(typed.turns[0].ask) == sorted(turn.ask)
    assert noisy(typed, "case") is None


def test_a_suite_with_noise_asks_each_question_again(suite: Suite, company: Company) -> None:
    clean = Suite("n", "", suite.folders, lambda case: case.id == "one", noise=True)
    found = run(clean, "gold", company)
    assert {turn.noise for turn in found.turns} >= {None, "typo", "case", "punctuation", "keywords"}
    assert all(turn.correct for turn in found.turns)


def test_a_generated_suite_holds_what_its_plans_find(company: Company, tmp_path: Path) -> None:
    path = generate_suite(company, tmp_path, most=25)
    cases = read_file(path)
    assert len(cases) == 25
    assert {case.language for case in cases} == {"en", "vi"}
    assert generate_suite(company, tmp_path / "again", most=25).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    assert totals(run(suite_called(str(tmp_path)), "gold", company))["correct"].value == 1


def test_what_does_not_exist_is_named(company: Company, tmp_path: Path) -> None:
    with pytest.raises(NoSuite, match="dev"):
        suite_called("no such suite")
    with pytest.raises(NoBrain, match="embedded"):
        brain_called("no such engine", company)
    with pytest.raises(NoCompany, match="tiny"):
        list(open_companies("no such company", 1, tmp_path))
    with pytest.raises(NoCompany, match="not there"):
        list(open_companies("retail", 1, tmp_path, retail=tmp_path / "none.parquet"))


def test_results_are_json_that_others_can_read(right: Run) -> None:
    document = json.loads(right.model_dump_json())
    assert {turn["case"] for turn in document["turns"]} == {each["id"] for each in yaml.safe_load(CASES)} - {"unicorns"}


def _baselines() -> list[object]:
    """Every committed baseline: the quick one is held with every run of the tests, the others with the slow ones."""
    paths = sorted(BASELINES.glob("*.json"))
    return [pytest.param(path, id=path.stem, marks=() if path.stem == "quick" else pytest.mark.slow) for path in paths]


@pytest.mark.parametrize("path", _baselines() or [None])
def test_no_total_falls_below_its_committed_baseline(path: Path | None, home: Path) -> None:
    if path is None:
        pytest.skip("no baseline is committed yet: ./oiis eval run SUITE --keep writes one")
    written = json.loads(path.read_text(encoding="utf-8"))
    baseline = read_baseline(written["suite"], written["brain"])
    assert baseline is not None
    sizes = {name.rsplit("-", 1)[0] for name in baseline.companies}
    companies = open_companies(sizes.pop(), len(baseline.companies), home)
    found = asyncio.run(run_suite(suite_called(baseline.suite), baseline.brain, companies))
    assert [str(each) for each in fallen(found, baseline)] == []
