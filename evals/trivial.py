"""Trivial engines to hold a planner against: silence, one metric by keyword, the nearest example; and the accepted plans themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agents.brain import Understood, World
from agents.finding import Finding
from agents.language.tokens import fold
from agents.memory import Dialogue
from agents.plan import Clarify, Engine, Language, Part, Plan, PlannedCall
from evals.cases import Call, Case
from evals.company import Company, NotHere
from evals.fill import fill_case
from evals.gold import GoldTurn

if TYPE_CHECKING:
    from agents.writer import Draft

_NEAR = 60.0  # below this likeness nothing is copied
_DECLINED = "I cannot say."


class _Simple:
    """What all of them share: the message is the question, and the plain draft is the answer."""

    engine: Engine = "embedded"

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        return Understood(message=message, standalone_question=message, as_of=dialogue.as_of)

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return draft


class AbstainBrain(_Simple):
    """Declines everything."""

    async def plan(self, understood: Understood, world: World) -> Plan:
        return _decline(understood)


class KeywordBrain(_Simple):
    """The metric whose words stand in the question, over all history; declines when there is none."""

    async def plan(self, understood: Understood, world: World) -> Plan:
        said = f" {' '.join(fold(understood.message).split())} "
        spoken = [(len(word), metric.name) for metric in world.metrics for word in (metric.name, *metric.also) if f" {fold(word)} " in said]
        if not spoken:
            return _decline(understood)
        return plan_of(understood.message, [Call(tool="metric_value", arguments={"metrics": [max(spoken)[1]]})], world)


class NearestBrain(_Simple):
    """The plan of the example that reads most alike, with the example's own names and periods."""

    def __init__(self, examples: Mapping[str, Sequence[Call]]) -> None:
        self._examples = dict(examples)

    async def plan(self, understood: Understood, world: World) -> Plan:
        from rapidfuzz import fuzz, process

        others = [text for text in self._examples if text != understood.message]
        found = process.extractOne(understood.message, others, scorer=fuzz.token_set_ratio, score_cutoff=_NEAR)
        return plan_of(understood.message, self._examples[found[0]], world) if found else _decline(understood)


class GoldBrain(_Simple):
    """Does what the case accepts first: what a planner without fault would reach, and a test of the harness itself."""

    def __init__(self) -> None:
        self._turns: list[GoldTurn] = []

    def learn(self, turns: Sequence[GoldTurn]) -> None:
        """The turns that will be asked next, in their order."""
        self._turns = list(turns)

    async def plan(self, understood: Understood, world: World) -> Plan:
        gold = next(turn for turn in self._turns if turn.turn.ask == understood.message)
        self._turns.remove(gold)
        if gold.turn.expect[0] == "answer":
            plans = [plan for plan in gold.plans if plan.runs] or list(gold.plans)
            return plan_of(understood.message, plans[0].calls, world)
        return _other(gold, understood)


def _other(gold: GoldTurn, understood: Understood) -> Plan:
    outcome = gold.turn.expect[0]
    asked = Clarify(question="Which one?", options=("this one", "that one")) if outcome == "clarify" else None
    return Plan(standalone_question=understood.message, outcome=outcome, clarify=asked, reply=_DECLINED)


def plan_of(question: str, calls: Sequence[Call], world: World, language: Language = "en") -> Plan:
    """Calls as a plan, each given to the agent it belongs to."""
    from evals.routing import agents_for

    parts = []
    for number, call in enumerate(calls, 1):
        able = {card.name for card in world.agents if call.tool in card.tools}
        agent = next((each for each in agents_for(call) if each in able), world.agent_for(call.tool) or "bi")
        planned = PlannedCall(id=f"c{number}", tool=call.tool, arguments=call.arguments)
        parts.append(Part(agent=agent, question=question, calls=(planned,)))
    return Plan(standalone_question=question, language=language, parts=tuple(parts))


def _decline(understood: Understood) -> Plan:
    return Plan(standalone_question=understood.message, outcome="decline", reply=_DECLINED)


def examples_of(cases: Sequence[Case], company: Company) -> dict[str, Sequence[Call]]:
    """Questions with an accepted plan, filled for the company."""
    examples: dict[str, Sequence[Call]] = {}
    for case in cases:
        if case.is_dialogue or not case.turns[0].accept:
            continue
        try:
            turn = fill_case(case, company).turns[0]
        except NotHere:
            continue
        examples[turn.ask] = turn.accept[0]
    return examples
