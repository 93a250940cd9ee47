"""What must hold of any answers: relations between questions, plans that no text can turn, planted stories found again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evals.totals import Rate, wilson
from tools.facts import Frozen

if TYPE_CHECKING:
    from evals.cases import Case

Outcome = Literal["held", "broken", "silent"]  # silent: something it needs was not answered


class Probed(Frozen):
    """One thing that was tried."""

    kind: str
    name: str
    outcome: Outcome
    said: str = ""


class Held(Frozen):
    """How often a kind of thing held where it was answered, and how much was answered."""

    kind: str
    held: Rate
    answered: Rate


async def probe_all(brain: str, size: str, seed: int, folder: Path, cases: Sequence[Case]) -> tuple[Probed, ...]:
    """Everything, on one generated company and a poisoned copy of it."""
    from tempfile import TemporaryDirectory

    from evals.asking import open_assistant
    from evals.companies import open_demo
    from evals.probe_injection import poison, probe_names, probe_orders
    from evals.probe_insights import probe_insights
    from evals.probe_relations import probe_relations
    from ingestion.warehouse import Warehouse

    company, home = open_demo(size, seed, folder), folder / f"{size}-{seed}"
    with TemporaryDirectory() as scratch:
        poisoned = poison(home, Path(scratch) / "poisoned")
        async with open_assistant(brain, company) as assistant, open_assistant(brain, poisoned) as other:
            clean = (assistant, company)
            return (
                *await probe_relations(*clean),
                *await probe_names(cases, clean, other),
                *await probe_orders(cases, clean),
                *await probe_insights(*clean, Warehouse(home).snapshot()),
            )


def by_kind(probed: Iterable[Probed]) -> tuple[Held, ...]:
    """Totals, one a kind, in the order in which the kinds were tried."""
    groups: dict[str, list[Probed]] = {}
    for each in probed:
        groups.setdefault(each.kind, []).append(each)
    return tuple(_held(kind, group) for kind, group in groups.items())


def _held(kind: str, group: Sequence[Probed]) -> Held:
    answered = [each for each in group if each.outcome != "silent"]
    held = sum(each.outcome == "held" for each in answered)
    return Held(kind=kind, held=wilson(held, len(answered)), answered=wilson(len(answered), len(group)))
