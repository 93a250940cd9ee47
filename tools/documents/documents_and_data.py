"""Clauses joined with the data: what the contracts say, as conditions a person can see, and which purchases meet them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.contract import ToolContext, tool
from tools.documents.documents_and_data_findings import Joined, bind
from tools.documents.documents_and_data_match import match_rows
from tools.documents.documents_and_data_rows import open_bench
from tools.documents.documents_and_data_terms import documents_of, read_terms
from tools.errors import CannotDo, NeedsPermission
from tools.facts import Findings, Frozen
from tools.query.bench import Conditions
from tools.query.contract import AllTime, Filter, Period
from tools.query.filters import resolve_values

JoinedClause = Literal["late_delivery", "minimum_order", "payment", "lead_time", "rejects", "short_delivery"]


class DocumentsAndData(Frozen):
    """Which clause, of which suppliers (all with a contract when none are named), over which time."""

    clause: JoinedClause
    suppliers: tuple[str, ...] = Field(default=(), max_length=100)
    where: Conditions = ()  # other conditions on the purchases: maker, product, category, location
    period: Period = AllTime()
    limit: int = Field(default=50, ge=1, le=200)


@tool(scope="documents:read")
def documents_and_data(context: ToolContext, query: DocumentsAndData) -> Findings:
    """Clauses of supplier contracts as conditions, and the purchases that meet them: "which late deliveries qualify for a penalty,
    and how much is it", "orders below the minimum value", "when do these receipts have to be paid", "deliveries slower than the
    agreed lead time", "lines rejected beyond what the contract allows", "short deliveries".

    Penalties are calculated from the value of the late goods; each shows its clause, word for word, and its query. A purchase is
    judged by the version of the contract in force on the day it was ordered. Not for what a document says alone (document_question),
    nor for lateness without a contract (overdue).
    """
    if "data:read" not in context.caller.scopes:
        raise NeedsPermission("documents_and_data", "data:read")
    documents_of(context)
    suppliers = _ids(context, query.suppliers)
    terms = read_terms(context, query.clause, suppliers).in_currency(context.served.currency)
    if not terms.found:
        whose = f"of {', '.join(query.suppliers)}" if query.suppliers else "in the library"
        raise CannotDo(
            f"{query.clause.replace('_', ' ')} by contract",
            "; ".join([f"no contract {whose} that you may read sets such a condition", *terms.notes]),
            "./oiis docs add takes contracts in",
        )
    named = suppliers or tuple(sorted({term.supplier_id for term in terms.found}))
    where = (Filter(dimension="supplier", op="in", values=named), *query.where)
    found = match_rows(context, query.clause, terms, where, query.period)
    return bind(context, Joined(query.clause, terms, found), query.limit)


def _ids(context: ToolContext, names: tuple[str, ...]) -> tuple[str, ...]:
    """Suppliers by id or name; an unknown one is refused with the nearest."""
    if not names:
        return ()
    bench = open_bench(context)
    wanted = Filter(dimension="supplier", op="in", values=names)
    return tuple(str(value) for value in resolve_values(bench, bench.dimension("supplier"), wanted))
