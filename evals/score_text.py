"""The words of an answer: whether its numbers are bound, and whether it speaks of what was asked."""

from __future__ import annotations

from collections.abc import Collection

from agents.answer import Answer
from agents.grounding import check
from agents.language.tokens import fold
from agents.plan import Plan
from evals.company import Company
from evals.gold import GoldPlan, Ran
from evals.tables import plain, same
from tools.facts import Fact, Findings


def ungrounded(answer: Answer, company: Company) -> int:
    """How many sentences of the answer, read as plain text, hold a number that no fact of it says."""
    plan = answer.interpretation.plan if answer.interpretation else Plan(standalone_question=answer.question)
    if answer.status != "answered" or not plan.calls():
        return 0
    ground = company.ground
    return len(check(answer.text, answer.facts, plan, plan.language, ground.currency, ground.known).removed)


def relevance(answer: Answer, gold: GoldPlan, known: Collection[str]) -> float | None:
    """F1 of the atoms a right answer speaks of: metric, entity, period, value with unit, comparison. `known` are the metrics there are.

    None where nothing was to be found, so that nothing is to be said.
    """
    atoms = [atom for piece in gold.pieces for atom in _atoms(piece)]
    if not atoms:
        return None
    recall = sum(_spoken(atom, answer) for atom in atoms) / len(atoms)
    precision = _to_the_point(answer, gold, known)
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def _atoms(piece: Ran) -> list[tuple[str, object]]:
    """What one piece of a right answer must say."""
    findings = piece.findings
    if findings is None or not any(table.rows for table in findings.tables):
        return []
    facts = findings.facts[:1]
    atoms: list[tuple[str, object]] = [("metric", piece.call.arguments.get("metric", fact.name)) for fact in facts]
    atoms += [("value", (fact.value, fact.unit)) for fact in facts]
    atoms += [("entity", value) for value in _filter_values(piece.call.arguments)]
    if findings.period and findings.period.start.year > 1:
        atoms.append(("period", findings.period))
    if not facts and (name := _first_name(findings)):
        atoms.append(("entity", name))
    if findings.compared:
        atoms.append(("comparison", None))
    return atoms


def _first_name(findings: Findings) -> str:
    """What stands in the first row, where a table holds names and no measures."""
    row = findings.tables[0].rows[0] if findings.tables and findings.tables[0].rows else ()
    return next((value for value in reversed(row) if isinstance(value, str)), "")


def _filter_values(arguments: object) -> list[str]:
    """Names that the conditions of a call hold."""
    if isinstance(arguments, dict):
        own = [str(value) for value in arguments.get("values", ()) if isinstance(value, str)]
        return own + [name for key, each in arguments.items() if key != "values" for name in _filter_values(each)]
    return [name for each in arguments for name in _filter_values(each)] if isinstance(arguments, list) else []


def _spoken(atom: tuple[str, object], answer: Answer) -> bool:
    kind, wanted = atom
    if kind == "metric":
        return any(fact.name == wanted for fact in answer.facts)
    if kind == "period":
        return any(fact.period == wanted for fact in answer.facts)
    if kind == "comparison":
        return any(fact.name.endswith(("_before", "_change", "_change_rate")) for fact in answer.facts)
    if kind == "entity":
        said = fold(" ".join((answer.text, *(word for fact in answer.facts for word in fact.filters))))
        return fold(str(wanted)) in said
    return any(_same_value(fact, wanted) for fact in answer.facts)


def _same_value(fact: Fact, wanted: object) -> bool:
    value, unit = wanted if isinstance(wanted, tuple) else (wanted, None)
    return fact.unit == unit and same(plain(fact.value), plain(value))


def _to_the_point(answer: Answer, gold: GoldPlan, known: Collection[str]) -> float:
    """Which part of the metrics that the answer tells was asked for; an answer without metrics strays nowhere."""
    asked = {_base(fact.name) for piece in gold.pieces if piece.findings for fact in piece.findings.facts}
    asked |= {str(piece.call.arguments.get("metric")) for piece in gold.pieces}
    told = {_base(fact.name) for fact in answer.facts} & set(known)
    return len(told & asked) / len(told) if told else 1.0


def _base(name: str) -> str:
    """The metric a column belongs to."""
    return name.removesuffix("_before").removesuffix("_change_rate").removesuffix("_change")
