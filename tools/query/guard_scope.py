"""Row scope: each table a caller may see only in part is read through a filtered subquery that we add to the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from ingestion.schema import TABLES
from tools.query.guard_names import owner, permitted, tables_read
from tools.query.guard_refusal import SqlRefused


@dataclass(frozen=True)
class RowScope:
    """The rows this caller may see: those of these locations and provinces (empty = all), with contact data or without."""

    locations: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    personal: bool = False

    @property
    def restricted(self) -> bool:
        return bool(self.locations or self.provinces)


@dataclass(frozen=True)
class Own:
    """The table itself says where a row belongs."""

    column: str


@dataclass(frozen=True)
class Via:
    """A row belongs where the row it refers to belongs."""

    column: str
    table: str


Axis = Literal["locations", "provinces"]
Rule = Own | Via

# A row that refers to nothing (a counter sale without customer, an anonymous visit) belongs nowhere and is hidden.
RULES: Mapping[Axis, Mapping[str, Rule]] = MappingProxyType(
    {
        "locations": MappingProxyType(
            {
                "locations": Own("location_id"),
                "orders": Own("location_id"),
                "stock_levels": Own("location_id"),
                "stock_movements": Own("location_id"),
                "purchase_orders": Own("location_id"),
                "order_lines": Via("order_id", "orders"),
                "returns": Via("order_id", "orders"),
                "shipments": Via("order_id", "orders"),
                "reviews": Via("order_id", "orders"),
                "purchase_order_lines": Via("po_id", "purchase_orders"),
                # A location knows the customers it served, and of the shop's visits those that ended in an order it served.
                "customers": Via("customer_id", "orders"),
                "web_events": Via("order_id", "orders"),
            }
        ),
        "provinces": MappingProxyType(
            {
                "customers": Own("province"),
                # A sale's province is the customer's, a stock row's the one its location stands in.
                "locations": Own("province"),
                "orders": Via("customer_id", "customers"),
                "order_lines": Via("order_id", "orders"),
                "returns": Via("order_id", "orders"),
                "shipments": Via("order_id", "orders"),
                "reviews": Via("customer_id", "customers"),
                "web_events": Via("customer_id", "customers"),
                "stock_levels": Via("location_id", "locations"),
                "stock_movements": Via("location_id", "locations"),
                "purchase_orders": Via("location_id", "locations"),
                "purchase_order_lines": Via("po_id", "purchase_orders"),
            }
        ),
    }
)

# The same for everyone: the range, its prices, who we buy from, the market. A table in no list is refused under a scope.
OPEN = frozenset({"suppliers", "products", "promotions", "price_history", "competitor_prices", "market_indicators"})

# Conditions of the caller must not be tried on rows the scope hides: an error, a cast that fails, would tell about them.
# The engine pushes conditions down through a subquery, but never below a LIMIT.
BARRIER = 2**63 - 1


def scoped(tree: exp.Query, scope: RowScope) -> exp.Query:
    """The tree, reading each table that has something to hide through a subquery of permitted columns and rows."""
    read = columns_read(tree)
    for table in list(tables_read(tree)):
        if hides_rows(table.name, scope) or hides_columns(table.name, scope):
            table.replace(filtered(table, read[id(table)], scope))
    return tree


def hides_columns(table: str, scope: RowScope) -> bool:
    return len(permitted(scope.personal)[table]) < len(permitted(True)[table])


def hides_rows(table: str, scope: RowScope) -> bool:
    return scope.restricted and table not in OPEN


def columns_read(tree: exp.Query) -> dict[int, set[str]]:
    """For each mention of a real table, the columns taken from it."""
    read: dict[int, set[str]] = defaultdict(set)
    for part in traverse_scope(tree):
        for column in part.find_all(exp.Column):
            source = owner(column.table, part)
            if isinstance(source, exp.Table):
                read[id(source)].add(column.name)
    return read


def filtered(table: exp.Table, columns: set[str], scope: RowScope) -> exp.Subquery:
    name = table.name
    visible = permitted(scope.personal)[name]
    taken = [column for column in visible if column in columns] or [visible[0]]
    inner = exp.select(*(exp.column(column, table=name) for column in taken)).from_(name)
    condition = row_condition(name, scope)
    if condition is not None:
        inner = inner.where(condition).limit(BARRIER)
    return inner.subquery(table.alias_or_name, copy=False)


def row_condition(table: str, scope: RowScope) -> exp.Expr | None:
    """What a row of `table` must satisfy to be seen; None when it is open; refused when it cannot be told."""
    asked: tuple[tuple[Axis, tuple[str, ...]], ...] = (("locations", scope.locations), ("provinces", scope.provinces))
    conditions = [belongs(table, axis, values) for axis, values in asked if values and table not in OPEN]
    return exp.and_(*conditions) if conditions else None


def belongs(table: str, axis: Axis, values: tuple[str, ...]) -> exp.Expr:
    rule = RULES[axis].get(table)
    if rule is None:
        raise SqlRefused(
            "scope",
            f"This table cannot be narrowed to your {axis}",
            value=table,
            allowed=sorted({*RULES[axis], *OPEN}),
            remedy="leave the table out, or ask someone who may see all of it",
        )
    column = exp.column(rule.column, table=table)
    if isinstance(rule, Own):
        return column.isin(*(exp.Literal.string(value) for value in values))
    inner = exp.select(exp.column(rule.column, table=rule.table)).from_(rule.table).where(belongs(rule.table, axis, values))
    return column.isin(query=inner)


def undecided() -> list[str]:
    """Tables nobody has decided about: must stay empty when the contract grows."""
    return [table.name for table in TABLES if table.name not in OPEN and not any(table.name in rules for rules in RULES.values())]
