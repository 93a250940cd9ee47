"""Where a question about ordering is worked out: the rows asked about, their totals ahead, lead times, and the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import Days, Evidence, RuleEvidence
from tools.inventory.books import Books, open_books, remember, remembered
from tools.inventory.outlooks import Ahead, look_ahead, model_version
from tools.inventory.reading import Reader
from tools.inventory.sheet import Draft
from tools.inventory.terms import Changed, PlanQuery, StockQuery
from tools.past import filters_in_words
from tools.query.contract import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.inventory.lead_demand import Totals
    from ml.inventory.lead_times import LeadTimes
    from ml.inventory.orders import Plan, Shelves, Terms

UNCHANGED = Changed()
LEAST_AHEAD_DAYS = 120  # so far shelf lives and lead times at which nothing would be ordered are looked at


@dataclass(frozen=True)
class Desk:
    """Books, expectation and the rows a question is about."""

    context: ToolContext
    books: Books
    ahead: Ahead
    rows: NDArray[np.int64]
    filters: tuple[str, ...]

    @property
    def shelves(self) -> Shelves:
        return self.books.shelves.rows(self.rows)

    def totals(self, days: int, factor: float = 1.0) -> Totals:
        return self.ahead.totals(days, factor).rows(self.rows)

    def late_note(self, taken: str) -> str:
        """Deliveries that nothing is known of any more, and what they are taken as; empty where there are none."""
        rows = {int(row) for row in self.rows}
        late = sum(each.overdue for each in self.books.deliveries if each.row in rows)
        return f"{late:,} deliveries have been awaited longer than their supplier is known to take; {taken}" if late else ""

    def draft(self, rule: str, *more: Evidence) -> Draft:
        """An answer about the day after as_of on, with stock, forecast and rule as evidence."""
        day = self.books.history.as_of
        told = RuleEvidence(id=f"{self.context.call_id}.rule", rule=rule)
        why = [f"not the trained forecast: {self.ahead.why}"] if self.ahead.why else []
        evidence = (told, self.books.evidence(self.context), self.ahead.source, *more)
        return Draft(self.context, evidence, Days(start=day, end=day), self.filters, [*self.books.notes, *why])


@dataclass(frozen=True)
class Planned:
    """A plan for rows of the books, those asked about marked."""

    desk: Desk
    rows: NDArray[np.int64]  # rows of the books the plan is about
    shelves: Shelves
    totals: Totals
    leads: LeadTimes
    terms: Terms
    plan: Plan
    asked: NDArray[np.int64]  # places in the plan that the question is about
    unplanned: NDArray[np.int64]  # rows asked about that have no lead time

    @property
    def whole(self) -> NDArray[np.bool_]:
        return self.desk.books.whole[self.rows]


def open_desk(context: ToolContext, query: StockQuery, what: str) -> Desk:
    """The desk with the rows that meet the question's conditions, or a refusal that says which conditions nothing meets."""
    reader = Reader(context)
    books = open_books(context, what)
    rows = np.flatnonzero(_meets(reader, books, query))
    if not len(rows):
        raise CannotDo(what, f"no product with stock or sales meets {'; '.join(words(query)) or 'the question'}", "Widen the conditions")
    return Desk(context, books, look_ahead(context, books), rows, words(query))


def words(query: StockQuery) -> tuple[str, ...]:
    """The conditions as a person would write them."""
    own = [f"{name} = {value}" for name in ("location", "supplier") if (value := getattr(query, name))]
    return (*filters_in_words(Query(where=query.where)), *own)


def plan_for(context: ToolContext, query: PlanQuery, what: str, changed: Changed = UNCHANGED) -> Planned:
    """The plan of everything bought together with what is asked about: minimums of a supplier count all of its products."""
    desk = open_desk(context, query, what)
    key = (
        model_version(context),
        query.model_copy(update={"limit": 1, "where": ()}).model_dump_json(include=set(PlanQuery.model_fields)),
        changed.model_dump_json(),
    )
    found = remembered(context, ("plan", *key))
    made = found if isinstance(found, Planned) else _made(context, query, what, changed)
    if made is not found:
        remember(context, ("plan", *key), made)
    place = np.full(len(desk.books.product), -1)
    place[made.rows] = np.arange(len(made.rows))
    return replace(made, desk=desk, asked=place[desk.rows][place[desk.rows] >= 0], unplanned=desk.rows[place[desk.rows] < 0])


def _made(context: ToolContext, query: PlanQuery, what: str, changed: Changed) -> Planned:
    from ml.inventory.orders import orderable, plan_orders

    desk = open_desk(context, query.model_copy(update={"where": ()}), what)
    leads = lead_times(desk.books, query.assumed_lead_time_days, changed)
    # What has no supplier takes the last lead time, which is the assumed one or none.
    every = replace(desk.shelves, supplier=desk.shelves.supplier % len(leads.days))
    mine = orderable(every, leads)
    rows = desk.rows[mine]
    shelves, terms = _changed(every.rows(np.flatnonzero(mine)), changed), terms_of(query, changed)
    totals = desk.ahead.totals(_days_needed(leads, terms), changed.demand_factor).rows(rows)
    plan = plan_orders(shelves, totals, leads, terms, desk.books.whole[rows])
    return Planned(desk, rows, shelves, totals, leads, terms, plan, np.arange(len(rows)), desk.rows[~mine])


def lead_times(books: Books, assumed: int | None, changed: Changed = UNCHANGED) -> LeadTimes:
    """Lead times of the suppliers and, last, of what has no supplier: the assumed one, or none."""
    from ml.inventory.lead_times import POINTS, LeadTimes

    known = books.suppliers.leads
    other = np.full((1, POINTS), np.nan if assumed is None else float(assumed))
    days = np.concatenate([np.where(np.isnan(known.days), other, known.days), other])
    basis = tuple("given" if each == "none" and assumed is not None else each for each in (*known.basis, "none"))
    leads = LeadTimes(days, basis, (*known.receipts, 0))
    leads = leads.scaled(changed.lead_time_factor) if changed.lead_time_factor != 1.0 else leads
    leads = leads.longer(changed.lead_time_more_days) if changed.lead_time_more_days else leads
    return leads.fixed(changed.lead_time_days) if changed.lead_time_days is not None else leads


def terms_of(query: PlanQuery, changed: Changed = UNCHANGED) -> Terms:
    """The terms of a question."""
    from ml.inventory.orders import Terms

    return Terms(
        service=changed.service_level or query.service_level,
        goal=query.goal,
        review_days=query.review_days,
        order_cost=query.order_cost,
        carrying_rate=query.carrying_rate,
        minimum=query.supplier_minimum,
    )


def _changed(shelves: Shelves, changed: Changed) -> Shelves:
    return replace(
        shelves,
        unit_cost=shelves.unit_cost * changed.cost_factor,
        on_hand=np.maximum(shelves.on_hand + changed.extra_stock, 0.0) if changed.extra_stock else shelves.on_hand,
    )


def _days_needed(leads: LeadTimes, terms: Terms) -> int:
    longest = np.nanmax(leads.days) if np.isfinite(leads.days).any() else 0.0
    return max(int(longest) + terms.review_days + 1, LEAST_AHEAD_DAYS)


def _meets(reader: Reader, books: Books, query: StockQuery) -> NDArray[np.bool_]:
    kept = np.ones(len(books.product), dtype=bool)
    wanted = reader.product_ids(query.where)
    if wanted is not None:
        kept &= np.array([each in wanted for each in books.goods.ids], dtype=bool)[books.product]
    place = reader.entity("location", query.location)
    if place is not None:
        buys = books.places.feeder.get(place, place)
        kept &= np.array([each == buys for each in books.places.ids], dtype=bool)[books.location]
    supplier = reader.entity("supplier", query.supplier)
    if supplier is not None:
        kept &= np.append([each == supplier for each in books.suppliers.ids], False).astype(bool)[books.shelves.supplier]
    return kept
