"""Two runs side by side: which totals moved, which cases came right and which went wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping

from evals.results import Judged, Run
from evals.totals import Rate, totals
from tools.facts import Frozen


class Moved(Frozen):
    """One total in both runs."""

    name: str
    before: Rate
    after: Rate

    @property
    def by(self) -> float:
        return self.after.value - self.before.value


class Comparison(Frozen):
    """What changed between two runs of the same cases."""

    moved: tuple[Moved, ...]
    better: tuple[Judged, ...]
    worse: tuple[Judged, ...]
    only_before: int
    only_after: int


def compare(before: Run, after: Run) -> Comparison:
    """What the second run does better and worse than the first, over the turns both asked."""
    old, new = _by_turn(before), _by_turn(after)
    both = [key for key in new if key in old]
    first, second = totals(before), totals(after)
    return Comparison(
        moved=tuple(Moved(name=name, before=first[name], after=second[name]) for name in first if first[name] != second[name]),
        better=tuple(new[key] for key in both if new[key].correct and not old[key].correct),
        worse=tuple(new[key] for key in both if old[key].correct and not new[key].correct),
        only_before=len(old.keys() - new.keys()),
        only_after=len(new.keys() - old.keys()),
    )


def _by_turn(run: Run) -> Mapping[tuple[str, int, str], Judged]:
    return {(turn.case, turn.turn, turn.company): turn for turn in run.turns}


def sign_test(better: int, worse: int) -> float:
    """How likely so uneven a split is when neither run is better: two-sided, exact."""
    n, least = better + worse, min(better, worse)
    if n == 0:
        return 1.0
    return float(min(1.0, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2**n))
