"""What the join found, bound: conditions with their clause, purchases with their query, amounts with the rule they follow from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.metrics import Unit
from knowledge.clauses import Condition, ConditionKind, LateDelivery, MinimumOrder, in_words
from knowledge.library_visibility import known_from
from tools.contract import ToolContext
from tools.documents.documents_and_data_match import Hit, Matched, ordered
from tools.documents.documents_and_data_terms import Term, Terms
from tools.facts import Derivation, Fact, FactTable, FactValue, Findings, RuleEvidence, TableColumn

_UNITS: dict[str, Unit] = {
    "days_late": "days",
    "days_taken": "days",
    "days_over": "days",
    "value": "money",
    "penalty": "money",
    "missing": "money",
    "quantity": "units",
    "received": "units",
    "rejected": "units",
    "rejected_share": "%",
    "received_share": "%",
}
_TITLES: dict[ConditionKind, str] = {
    "late_delivery": "Late deliveries with a penalty",
    "minimum_order": "Orders below the agreed minimum",
    "payment": "Receipts and when they are due",
    "lead_time": "Receipts slower than agreed",
    "rejects": "Lines that may be refused as a whole",
    "short_delivery": "Incomplete deliveries",
}
_RULES: dict[ConditionKind, str] = {
    "late_delivery": "penalty = value of the late goods x min(rate x days counted, cap); days are counted as the clause says",
    "minimum_order": "missing = agreed minimum - value of the order",
    "payment": "due on = day of receipt + agreed days",
    "lead_time": "days over = days from order to receipt - agreed days",
    "rejects": "rejected share = rejected / received, over what the clause lets pass",
    "short_delivery": "received share = received / ordered, under what the clause asks for",
}


@dataclass(frozen=True)
class Joined:
    """A clause, its terms, and the purchases that meet them."""

    clause: ConditionKind
    terms: Terms
    matched: Matched


def bind(context: ToolContext, joined: Joined, limit: int) -> Findings:
    """The findings: totals first, then the purchases shown, then the conditions they were held against."""
    hits = tuple(ordered(joined.matched.hits))
    shown = hits[:limit]
    rule = RuleEvidence(id=f"{context.call_id}.rule", rule=_RULES[joined.clause])
    rows = tuple(fact for number, hit in enumerate(shown) for fact in _row_facts(context, number, hit, rule.id))
    used = _used_terms(joined, hits)
    return Findings(
        facts=(*_totals(context, joined, hits, rows, rule.id, len(shown) == len(hits)), *_term_facts(context, used), *rows),
        evidence=(*(each.evidence for each in joined.matched.fetched), *(term.evidence for term in used), rule),
        tables=(_purchases(joined.clause, shown), _conditions(used)) if shown else (_conditions(used),),
        notes=tuple(_notes(joined, hits, shown)),
        truncated=len(shown) < len(hits) or any(each.result.truncated for each in joined.matched.fetched),
    )


def _used_terms(joined: Joined, hits: tuple[Hit, ...]) -> tuple[Term, ...]:
    """The terms behind the hits; when nothing met them, all that were held against."""
    used = {id(hit.term) for hit in hits}
    return tuple(term for term in joined.terms.found if id(term) in used or not used)


def _totals(
    context: ToolContext, joined: Joined, hits: tuple[Hit, ...], rows: tuple[Fact, ...], rule: str, complete: bool
) -> Iterator[Fact]:
    orders = len({hit.row["po_id"] for hit in hits})
    first = joined.matched.fetched[0].evidence.id if joined.matched.fetched else rule
    yield Fact(id=f"{context.call_id}.purchase_orders", name="purchase_orders", value=orders, unit="count", evidence_id=first)
    for name in ("penalty", "missing", "value"):
        amounts = [amount for hit in hits if isinstance(amount := hit.derived.get(name, hit.measured.get(name)), Decimal)]
        if amounts:
            parts = tuple(fact.id for fact in rows if fact.name == name)
            yield Fact(
                id=f"{context.call_id}.total_{name}",
                name=f"total_{name}",
                value=sum(amounts, Decimal(0)),
                unit="money",
                evidence_id=rule if name != "value" else first,
                derived_from=Derivation(op="sum", fact_ids=parts) if complete and parts else None,
            )


def _row_facts(context: ToolContext, number: int, hit: Hit, rule: str) -> Iterator[Fact]:
    entity = f"{hit.row['po_id']} · {hit.row.get('supplier') or hit.row['supplier_id']}"
    for values, evidence in ((hit.measured, hit.evidence_id), (hit.derived, rule)):
        for name, value in values.items():
            yield Fact(
                id=f"{context.call_id}.{number}.{name}",
                name=name,
                value=value,
                unit=_UNITS.get(name),
                entity=entity,
                filters=(in_words(hit.term.condition),) if evidence == rule else (),
                evidence_id=evidence,
            )


def _term_facts(context: ToolContext, terms: tuple[Term, ...]) -> Iterator[Fact]:
    """The numbers of the clauses, each bound to the words it was read in."""
    for number, term in enumerate(terms):
        for name, value, unit in _numbers(term.condition):
            yield Fact(
                id=f"{context.call_id}.t{number}.{name}",
                name=name,
                value=value,
                unit=unit,
                entity=term.document.title,
                evidence_id=term.evidence.id,
            )


def _numbers(condition: Condition) -> Iterator[tuple[str, FactValue, Unit | None]]:
    if isinstance(condition, LateDelivery):
        yield "grace_days", condition.grace_days, "days"
        yield "penalty_rate", condition.rate, "%"
        if condition.cap is not None:
            yield "penalty_cap", condition.cap, "%"
    elif isinstance(condition, MinimumOrder):
        yield "minimum_order_value", condition.amount, "money"
    else:
        for name, unit in (("within_days", "days"), ("over", "%"), ("under", "%")):
            if hasattr(condition, name):
                yield f"agreed_{name}", getattr(condition, name), "days" if unit == "days" else "%"


def _purchases(clause: ConditionKind, hits: tuple[Hit, ...]) -> FactTable:
    measured = tuple(dict.fromkeys(name for hit in hits for name in hit.measured))
    names = [name for name in hits[0].row if name not in ("value", "unvalued", *measured, *hits[0].derived)]
    dated = [*names, *(name for hit in hits for name in hit.row if name == "received_on" and name not in names)]
    listed = [*dict.fromkeys(dated), *measured, *hits[0].derived, "condition", "document"]
    rows = tuple(tuple(_cell(_all_of(hit), name) for name in listed) for hit in hits)
    return FactTable(
        title=_TITLES[clause], shape="table", columns=tuple(TableColumn(name=name, unit=_UNITS.get(name)) for name in listed), rows=rows
    )


def _all_of(hit: Hit) -> dict[str, object]:
    told = {"condition": in_words(hit.term.condition), "document": hit.term.document.title}
    row = {name: value for name, value in hit.row.items() if name != "value"}  # the sum of some lines is no value of all
    return {**row, **hit.measured, **hit.derived, **told}


def _cell(values: dict[str, object], name: str) -> FactValue:
    value = values.get(name)
    return value if isinstance(value, Decimal | int | float | bool | str | date) or value is None else str(value)


def _conditions(terms: tuple[Term, ...]) -> FactTable:
    rows = tuple(_condition_row(term) for term in terms)
    names = ("supplier_id", "condition", "document", "in_force_from", "place", "quote")
    return FactTable(title="Conditions of the contracts", shape="table", columns=tuple(TableColumn(name=name) for name in names), rows=rows)


def _condition_row(term: Term) -> tuple[FactValue, ...]:
    since = known_from(term.document)
    return (term.supplier_id, in_words(term.condition), term.document.title, since, term.evidence.place, term.condition.quote)


def _notes(joined: Joined, hits: tuple[Hit, ...], shown: tuple[Hit, ...]) -> Iterator[str]:
    yield "each purchase is judged by the contract in force on the day it was ordered"
    yield from joined.terms.notes
    yield from dict.fromkeys(note for each in joined.matched.fetched for note in each.result.notes if "no rows meet" not in note)
    if joined.matched.ungoverned:
        yield f"{joined.matched.ungoverned} purchases were left out: no one contract in the library says what holds for their day"
    if unknown := joined.matched.unknown:
        yield f"{unknown} purchases were left out: lines of theirs carry no cost or no received quantity, so it is not known what they are"
    unvalued = len({hit.row["po_id"] for hit in hits if hit.row.get("unvalued")})
    if unvalued and joined.clause != "short_delivery":  # which is about units alone
        yield f"the value of {unvalued} purchases is not known, since lines of theirs carry no cost or no received quantity"
    if not hits:
        yield "no purchase meets these conditions"
    if len(shown) < len(hits):
        yield f"the {len(shown)} heaviest of {len(hits)} are shown; the totals are of all"
    if any(getattr(term.condition, "days", "") == "working" for term in joined.terms.found):
        yield "working days are counted Monday to Friday, public holidays included"
    if joined.clause == "payment":
        yield "what was paid is not in the data: these are the days on which payment falls due"
