"""`./oiis eval ...` at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.eval import app
from evals.results import read_run

CASES = Path(__file__).parent / "some_cases.yaml"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "cases.yaml").write_text(CASES.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path, company: object) -> Path:
    """A home whose companies are the ones built for these tests."""
    monkeypatch.setenv("OIIS_HOME", str(tmp_path))
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "companies").symlink_to(home)
    return tmp_path


def ask(*arguments: object) -> tuple[int, str]:
    told = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return told.exit_code, told.output


def test_run_compare_report(here: Path, suite: Path) -> None:
    code, told = ask("run", suite, "--brain", "gold", "--seeds", 1, "--out", here / "a")
    assert code == 0, told
    assert "execution accuracy" in told
    assert "report.html" in told
    assert ask("run", suite, "--brain", "keyword", "--seeds", 1, "--out", here / "b")[0] == 0
    code, told = ask("compare", here / "a", here / "b")
    assert code == 0
    assert f"went wrong: {sum(not turn.correct for turn in read_run(here / 'b').turns)}" in told
    (here / "b" / "report.html").unlink()
    assert ask("report", here / "b")[0] == 0
    assert (here / "b" / "report.html").exists()


def test_a_fall_below_the_baseline_ends_with_1(here: Path, suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import evals.baseline

    kept = here / "baselines"
    monkeypatch.setattr(evals.baseline, "BASELINES", kept)
    for function in (evals.baseline.keep_baseline, evals.baseline.read_baseline, evals.baseline.baseline_path):
        monkeypatch.setattr(function, "__defaults__", (kept,))
    run = ("run", suite, "--seeds", 1, "--out", here / "a", "--brain", "keyword")
    assert ask(*run, "--keep")[0] == 0
    assert ask(*run)[0] == 0
    path = kept / "mine-keyword.json"
    raised = json.loads(path.read_text(encoding="utf-8"))
    raised["totals"]["correct"].update(value=1.0, low=0.9)
    path.write_text(json.dumps(raised), encoding="utf-8")
    code, told = ask(*run)
    assert code == 1
    assert "correct: was 1.000" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "nothing"), "no suite"),
        (("run", "smoke", "--brain", "nobody"), "no engine"),
        (("run", "smoke", "--company", "x"), "no company"),
    ],
)
def test_what_does_not_exist_ends_with_2(here: Path, arguments: tuple[str, ...], said: str) -> None:
    code, told = ask(*arguments)
    assert code == 2
    assert said in told


def test_suites_are_listed() -> None:
    code, told = ask("suites")
    assert code == 0
    assert all(name in told for name in ("dev", "test", "dialogues", "noise"))


def test_review_shows_nothing_where_nobody_complained(here: Path) -> None:
    code, told = ask("review")
    assert code == 0
    assert "0 wait" in told
    assert ask("review", "--approve", "nobody")[0] == 2
