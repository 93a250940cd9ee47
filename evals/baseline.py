"""Committed totals of a suite, and whether a new run fell below them by more than chance explains."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evals.results import Run
from evals.totals import Rate, totals
from tools.facts import Frozen

BASELINES = Path(__file__).parent / "baselines"
# Parts of turns, so that their intervals mean something; where less is better the sign is turned.
GUARDED = {
    "correct": 1,
    "execution accuracy": 1,
    "selective accuracy": 1,
    "coverage": 1,
    "silent substitution": -1,
    "dialogue turns": 1,
    "grounded answers": 1,
    "same twice": 1,
    "no fault": 1,
}


class Baseline(Frozen):
    """What a suite reached when somebody last said that this is what it must reach."""

    suite: str
    brain: str
    companies: tuple[str, ...]
    code: str = ""
    totals: dict[str, Rate]


class Fallen(Frozen):
    """One total that is worse than it was."""

    name: str
    before: Rate
    after: Rate

    def __str__(self) -> str:
        return f"{self.name}: was {self.before}, is {self.after}"


def keep_baseline(run: Run, folder: Path = BASELINES) -> Path:
    """Make this run's totals the ones to be reached."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: rate for name, rate in totals(run).items() if name in GUARDED}
    baseline = Baseline(suite=run.suite, brain=run.brain, companies=run.companies, code=run.code, totals=kept)
    path = baseline_path(run.suite, run.brain, folder)
    path.write_text(baseline.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def read_baseline(suite: str, brain: str, folder: Path = BASELINES) -> Baseline | None:
    """The committed totals, or None when there are none yet."""
    path = baseline_path(suite, brain, folder)
    return Baseline.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def baseline_path(suite: str, brain: str, folder: Path = BASELINES) -> Path:
    """Where the totals of a suite lie; the embedded engine's is the suite's own."""
    return folder / (f"{suite}.json" if brain == "embedded" else f"{suite}-{brain}.json")


def fallen(run: Run, baseline: Baseline) -> tuple[Fallen, ...]:
    """The totals that fell out of the interval they had: below its lower bound, or above the upper one where less is better."""
    return _fallen(baseline.totals, totals(run))


def _fallen(before: Mapping[str, Rate], after: Mapping[str, Rate]) -> tuple[Fallen, ...]:
    return tuple(
        Fallen(name=name, before=before[name], after=after[name])
        for name, sign in GUARDED.items()
        if name in before and name in after and before[name].n and _worse(before[name], after[name], sign)
    )


def _worse(before: Rate, after: Rate, sign: int) -> bool:
    if after.n == 0:
        return True
    return after.value < before.low if sign > 0 else after.value > before.high
