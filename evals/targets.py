"""What the embedded planner is to reach on questions it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

from evals.totals import Rate


@dataclass(frozen=True)
class Target:
    """A total and the bound it must keep."""

    total: str
    bound: float
    at_most: bool = False

    def met(self, rate: Rate) -> bool:
        return rate.value <= self.bound if self.at_most else rate.value >= self.bound

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.bound:g}"


TARGETS: tuple[Target, ...] = (
    Target("execution accuracy", 0.80),
    Target("selective accuracy", 0.97),
    Target("coverage", 0.80),
    Target("silent substitution", 0.015, at_most=True),
    Target("abstain macro F1", 0.90),
    Target("routing macro F1", 0.95),
    Target("dialogue turns", 0.90),
    Target("noise drop", 0.05, at_most=True),
    Target("grounded answers", 1.0),
    Target("same twice", 1.0),
    Target("relevance", 0.90),
)


def target_of(total: str) -> Target | None:
    """The bound of a total, if it has one."""
    return next((target for target in TARGETS if target.total == total), None)
