"""Sentences about stock ahead: what it comes to in all, then the first lines, each with what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agents.writer_forms import LISTED, labelled, more
from agents.writer_page import Page

_PLACED = ("product", "location")


def _form(
    lead: str, columns: tuple[str, ...], names: tuple[str, ...] = _PLACED, totals: tuple[str, ...] = ()
) -> Callable[[Page], list[str]]:
    """A lead with totals of the whole finding, then the first rows with some of their columns."""

    def write(page: Page) -> list[str]:
        page.names = tuple(name for name in names if name in page.columns)
        slots = {name: f"{{fact:{page.call}.all.{name}}}" for name in totals}
        lines = [page.book.say(lead, when=page.when(), **slots)]
        return [*lines, *_listed(page, columns), *(more(page) if len(page.rows) > LISTED else [])]

    return write


def _listed(page: Page, columns: tuple[str, ...]) -> list[str]:
    """The first rows with those of their columns that say something."""
    told = {row: [name for name in columns if name in page.columns and page.cell(row, name) is not None] for row in range(len(page.rows))}
    return [f"- {page.name(row)}: {labelled(page, row, told[row])}".removesuffix(": ") for row in list(told)[:LISTED]]


def _second_first(write: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """The same about the finding's second table, where that one is the answer."""

    def written(page: Page) -> list[str]:
        tables = page.findings.tables
        turned = page.findings.model_copy(update={"tables": (*tables[1:], *tables[:1])})
        return write(replace(page, findings=turned, names=()))

    return written


write_reorder = _form(
    "reorder",
    ("order_quantity", "cost", "expected_demand", "safety_stock", "available", "on_order", "rounding", "no_order_from_stock"),
    totals=("lines_to_order", "total_units", "total_cost", "urgent_lines"),
)
write_risk = _form("runs_out", ("chance_of_running_out", "missing_units", "lost_margin", "available", "on_order", "next_delivery_days"))
write_levels = _form("levels", ("safety_stock", "reorder_point", "order_up_to", "economic_quantity", "lead_time_days", "fill_rate"))
write_grades = _form("grades", ("products", "share", "stock_value"), ("class",))
write_overstock = _form(
    "overstock",
    ("excess_units", "excess_value", "yearly_carrying_cost", "cover_days", "days_since_sale"),
    totals=("excess_value", "dead_value", "yearly_carrying_cost", "lines_overstocked"),
)
write_suppliers = _form(
    "suppliers",
    ("unit_cost", "lead_time_days", "on_time_rate", "fill_rate", "reject_rate", "minimum_order", "yearly_cost"),
    ("supplier", "relation"),
)
write_what_if = _form("what_if", ("lines_to_order", "order_quantity", "cost", "safety_stock_value", "urgent_lines"), ("plan",))
write_budget = _form(
    "budget",
    ("order_quantity", "cost", "margin_saved", "chance_before", "chance"),
    totals=("budget", "spent", "margin_saved", "lines_to_order"),
)
write_replay = _second_first(
    _form(
        "replay",
        ("fill_rate", "average_stock", "average_stock_against", "stock_saved", "stock_saved_at_least", "stock_saved_at_most"),
        ("against",),
    )
)
write_missed = _form(
    "missed",
    ("missed_units", "missed_revenue", "missed_margin", "days_without_stock", "sold_units"),
    totals=("missed_revenue", "missed_margin", "missed_units", "products_out_of_stock"),
)
write_themes = _form("themes", ("reviews", "share", "mean_rating"), ("theme", "category", "product"))
