"""The labels of the result: as typed, or readable when none was given, and never two meanings under one."""

from __future__ import annotations

from typing import cast

from sqlglot import exp

from tools.query.guard_refusal import SqlRefused

MAX_LABEL = 60


def typed_labels(tree: exp.Expr) -> dict[str, str]:
    """How the names of the result were spelled: the resolver folds them to lower case."""
    items = [item for item in first_select(tree).expressions if isinstance(item, exp.Alias | exp.Column) and not item.is_star]
    return {item.alias_or_name.lower(): item.alias_or_name for item in items}


def spell_out_order(tree: exp.Expr) -> None:
    """ORDER BY ALL as the positions it stands for; a label that means two columns cannot order."""
    for order in tree.find_all(exp.Order):
        query = order.parent
        if not isinstance(query, exp.Query):
            continue
        labels = query.named_selects
        for item in order.expressions:
            name = item.this.name if isinstance(item.this, exp.Column) and not item.this.table else ""
            if name and labels.count(name) > 1:
                raise SqlRefused("name", "Two result columns have the same name", value=name, remedy="give each its own with AS")
        if [item.this.name.upper() for item in order.expressions if isinstance(item.this, exp.Var)] == ["ALL"]:
            order.set("expressions", [by_position(order.expressions[0], place) for place, _ in enumerate(labels, 1)])


def by_position(item: exp.Ordered, place: int) -> exp.Ordered:
    copy = item.copy()
    copy.set("this", exp.Literal.number(place))
    return copy


def restore_labels(tree: exp.Query, typed: dict[str, str]) -> None:
    """Give the result its names back, in the select list and where ORDER BY uses them."""
    renamed: dict[str, str] = {}
    for place, item in enumerate(first_select(tree).expressions):
        label = typed.get(item.alias) or (readable(item, renamed) if item.alias == f"_col_{place}" else item.alias)
        renamed[item.alias] = label
        item.set("alias", exp.to_identifier(label, quoted=not label.isidentifier() or label != label.lower() or None))
    order = tree.args.get("order")
    for column in order.find_all(exp.Column) if order else ():
        if not column.table and column.name in renamed:
            column.set("this", first_label(tree, renamed[column.name]))


def first_label(tree: exp.Query, label: str) -> exp.Identifier:
    found = next(item.args["alias"] for item in first_select(tree).expressions if item.alias == label)
    return cast(exp.Identifier, found.copy())


def readable(item: exp.Expr, taken: dict[str, str]) -> str:
    """The expression itself, without table names, as a label."""
    copy = item.this.copy()
    for column in copy.find_all(exp.Column):
        column.set("table", None)
    text = copy.sql("duckdb", comments=False).lower().replace('"', "").replace("'", "").replace("\n", " ")
    label = text[:MAX_LABEL]
    return label if label not in taken.values() else f"{label[: MAX_LABEL - 3]}_{len(taken) + 1}"


def first_select(tree: exp.Expr) -> exp.Select:
    """The SELECT that names the result: the first one of a UNION."""
    while not isinstance(tree, exp.Select):
        tree = tree.this
    return tree
