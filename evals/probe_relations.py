"""Metamorphic relations: answers to several questions that must fit each other, though nobody knows the right number of any."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agents.session import Assistant
from evals.asking import ask_turns
from evals.company import Company
from evals.fill import fill_text
from evals.gold import Runner
from evals.probe import Probed
from tools.facts import FactTable

Tables = Sequence[FactTable]
_SUMS = {"revenue": "revenue", "units sold": "units", "orders": "orders", "margin": "margin", "refunds": "refunds"}
_GROWS = {name: column for name, column in _SUMS.items() if column != "margin"}  # a margin may be negative
_CUTS = ("channel", "province")
_PERIODS = ("last month", "last quarter", "this year", "in {month:-2}")
_TWICE = (
    ("revenue {month:-1}", "doanh thu {month_vi:-1}"),
    ("orders {month:-2}", "số đơn hàng {month_vi:-2}"),
    ("margin {quarter:-1}", "lợi nhuận gộp {quarter_vi:-1}"),
    ("units sold of {category:1} {month:-1}", "số lượng bán của {category:1} {month_vi:-1}"),
    ("top 5 products by revenue {month:-1}", "top 5 sản phẩm theo doanh thu {month_vi:-1}"),
)
_SERVICE = (
    ("safety stock at 90 % service", "safety stock at 98 % service"),
    ("tồn kho an toàn với mức phục vụ 90 %", "tồn kho an toàn với mức phục vụ 98 %"),
)


@dataclass(frozen=True)
class Relation:
    """Questions, and what must hold of the tables that answer them."""

    kind: str
    asks: tuple[str, ...]
    holds: Callable[[Tables], bool]


async def probe_relations(assistant: Assistant, company: Company) -> tuple[Probed, ...]:
    """Every relation, each question asked in a conversation of its own."""
    runner = Runner(company)
    return tuple([await _probe(relation, assistant, company, runner) for relation in relations()])


async def _probe(relation: Relation, assistant: Assistant, company: Company, runner: Runner) -> Probed:
    asks = [fill_text(ask, company) for ask in relation.asks]
    name, tables = " | ".join(asks), []
    for ask in asks:
        (reply,) = await ask_turns((ask,), assistant)
        table = runner.run(reply.calls[0]).table if reply.did == "answer" else None
        if table is None:
            return Probed(kind=relation.kind, name=name, outcome="silent", said=reply.answer.text)
        tables.append(table)
    return Probed(kind=relation.kind, name=name, outcome="held" if relation.holds(tables) else "broken")


def relations() -> Iterator[Relation]:
    """All of them."""
    for period in _PERIODS:
        for name, column in _SUMS.items():
            for cut in _CUTS:
                yield Relation("parts make the whole", (f"{name} by {cut} {period}", f"{name} {period}"), _sums_to(column))
            whole, part, rest = f"{name} {period}", f"{name} of {{category:1}} {period}", f"{name} without {{category:1}} {period}"
            if column not in ("orders", "refunds"):  # one order may hold several categories
                yield Relation("a part and the rest make the whole", (part, rest, whole), _adds(column))
            if column in _GROWS.values():
                yield Relation("a filter never adds", (part, whole), _at_most(column))
            yield Relation("the first 5 of 10", (f"top 5 products by {name} {period}", f"top 10 products by {name} {period}"), _begins)
    for name, column in _SUMS.items():
        days = tuple(f"{name} in {{month:{back}}}" for back in (-4, -3, -2))
        span = f"{name} from {{month_start:-4}} to {{month_end:-2}}"
        yield Relation("months make their span", (*days, span), _adds(column))
    yield from (Relation("two languages, one number", pair, _same) for pair in _TWICE)
    yield from (Relation("more service, no less stock", pair, _at_most("safety_stock")) for pair in _SERVICE)


def total(table: FactTable, column: str) -> float:
    """The sum of a column; NaN where there is none."""
    names = [each.name for each in table.columns]
    if column not in names:
        return math.nan
    return sum(float(str(row[names.index(column)])) for row in table.rows if row[names.index(column)] is not None)


def _sums_to(column: str) -> Callable[[Tables], bool]:
    return lambda tables: math.isclose(total(tables[0], column), total(tables[1], column), rel_tol=1e-9)


def _adds(column: str) -> Callable[[Tables], bool]:
    return lambda tables: math.isclose(sum(total(each, column) for each in tables[:-1]), total(tables[-1], column), rel_tol=1e-9)


def _at_most(column: str) -> Callable[[Tables], bool]:
    return lambda tables: total(tables[0], column) <= total(tables[1], column) * (1 + 1e-9)


def _begins(tables: Tables) -> bool:
    """The rows without their places; ties at the end may add some."""
    first, second = ([row[:2] for row in table.rows] for table in tables)
    return first[:5] == second[:5]


def _same(tables: Tables) -> bool:
    return tables[0].rows == tables[1].rows
