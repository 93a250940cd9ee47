"""What is right: the accepted plans of a filled case, run; a plan the data cannot answer is right when it is declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.cases import Accepted, Call, Case, Turn
from evals.company import Company, NotHere
from evals.fill import SHOWN
from tools.call import call as run_call
from tools.catalog import TOOLS
from tools.contract import Caller, ToolCall, ToolContext
from tools.errors import CannotDo, NoRecord, ToolError
from tools.facts import FactTable, Findings

# These give each of their metrics a column of its own, so a plan of several metrics is right in one call or in several.
_SIDE_BY_SIDE = ("metric_value", "breakdown", "trend")
# Forecasts and stock advice: nothing else works them out again, so what they give is right here by definition.
READ_ONCE = frozenset(each.name for each in TOOLS if each.run.__module__.startswith(("tools.forecasting.", "tools.inventory.")))


@dataclass(frozen=True)
class Ran:
    """One call and what came of it; no findings when it was refused, with the reason."""

    call: Call
    findings: Findings | None
    trouble: str = ""
    for_the_data: bool = False  # refused because the data does not reach that far or no forecast was kept, not because it was asked wrongly

    @property
    def table(self) -> FactTable | None:
        return self.findings.tables[0] if self.findings and self.findings.tables else None


@dataclass(frozen=True)
class GoldPlan:
    """One accepted plan, cut into pieces that each must be found in an answer."""

    calls: Accepted
    pieces: tuple[Ran, ...]

    @property
    def runs(self) -> bool:
        return all(piece.findings is not None for piece in self.pieces)


@dataclass(frozen=True)
class GoldTurn:
    """A turn as asked, with every accepted plan run."""

    turn: Turn
    plans: tuple[GoldPlan, ...]

    @property
    def read_once(self) -> bool:
        """Whether it is held against what a forecast or stock tool itself gave."""
        return self.answerable and any(call.tool in READ_ONCE for call in self.plans[0].calls)

    @property
    def answerable(self) -> bool:
        """Whether this company's data reaches far enough for some accepted plan."""
        return any(plan.runs for plan in self.plans)


class Runner:
    """Runs calls in one company, each once."""

    def __init__(self, company: Company) -> None:
        self._context = ToolContext(company.served, Caller("evals"))
        self._known: dict[str, Ran] = {}

    def run(self, call: Call) -> Ran:
        """The call with its findings or its trouble."""
        key = call.model_dump_json()
        if key not in self._known:
            self._known[key] = self._run(call)
        return self._known[key]

    def _run(self, call: Call) -> Ran:
        try:
            return Ran(call, run_call(ToolCall(call.tool, call.arguments), self._context, TOOLS))
        except CannotDo as error:
            return Ran(call, None, str(error), error.what.startswith("the period") or isinstance(error, NoRecord))
        except ToolError as error:
            return Ran(call, None, str(error))


def gold_case(case: Case, runner: Runner) -> tuple[GoldTurn, ...]:
    """Every turn with its plans run; NotHere when the company lacks a table or a member the case speaks of."""
    turns: list[GoldTurn] = []
    for turn in case.turns:
        turns.append(_gold_turn(turn, runner, turns))
    return tuple(turns)


def _gold_turn(turn: Turn, runner: Runner, before: Sequence[GoldTurn]) -> GoldTurn:
    plans = tuple(_gold_plan(tuple(_shown(call, before) for call in calls), runner) for calls in turn.accept)
    refused = [piece for plan in plans for piece in plan.pieces if piece.findings is None]
    if plans and not any(plan.runs for plan in plans) and not all(piece.for_the_data for piece in refused):
        raise NotHere(next(piece.trouble for piece in refused if not piece.for_the_data))
    return GoldTurn(turn, plans)


def _gold_plan(calls: Accepted, runner: Runner) -> GoldPlan:
    return GoldPlan(calls, tuple(runner.run(piece) for call in calls for piece in pieces_of(call)))


def pieces_of(call: Call) -> tuple[Call, ...]:
    """One call for each metric where they only stand side by side; else the call itself."""
    metrics = call.arguments.get("metrics")
    together = {"having", "limit", "order"} & call.arguments.keys()
    if call.tool not in _SIDE_BY_SIDE or not isinstance(metrics, list) or len(metrics) < 2 or together:
        return (call,)
    return tuple(Call(tool=call.tool, arguments={**call.arguments, "metrics": [metric]}) for metric in metrics)


def _shown(call: Call, before: Sequence[GoldTurn]) -> Call:
    """The call with `{shown:2}` as what stood in the second row of the turn before (`{shown2:2}`: two turns before)."""
    arguments = {key: _put_in(value, before) for key, value in call.arguments.items()}
    return Call(tool=call.tool, arguments=arguments)


def _put_in(value: object, before: Sequence[GoldTurn]) -> object:
    if isinstance(value, dict):
        return {key: _put_in(each, before) for key, each in value.items()}
    if isinstance(value, list):
        return [_put_in(each, before) for each in value]
    found = SHOWN.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else _row_of(before[-int(found[1] or 1)], int(found[2]))


def _row_of(turn: GoldTurn, place: int) -> str:
    table = next((piece.table for plan in turn.plans if plan.runs for piece in plan.pieces), None)
    if table is None or not table.rows:
        raise NotHere("the turn before showed no rows here")
    row = table.rows[place - 1 if place > 0 else place] if abs(place) <= len(table.rows) else ()
    name = next((value for value, column in zip(row, table.columns, strict=False) if column.unit is None and isinstance(value, str)), None)
    if name is None:
        raise NotHere(f"the turn before showed no row {place} with a name")
    return name
