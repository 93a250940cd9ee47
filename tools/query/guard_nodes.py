"""The kinds of SQL that are accepted: every node of the tree and every part of it is on a list, the unknown is refused."""

from __future__ import annotations

from types import MappingProxyType

from sqlglot import exp

from tools.query.guard_functions import FUNCTION_CLASSES, FUNCTION_NAMES
from tools.query.guard_refusal import SqlRefused, nearest
from tools.query.guard_values import CHECKS

QUERY_PARTS = ("with_", "order", "limit", "offset")
# Which parts of a structural node may be filled; a filled part outside this list is as unknown as an unknown node.
STRUCTURE: MappingProxyType[type[exp.Expr], tuple[str, ...]] = MappingProxyType(
    {
        exp.Select: (*QUERY_PARTS, "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "windows"),
        exp.Union: (*QUERY_PARTS, "this", "expression", "distinct"),
        exp.Intersect: (*QUERY_PARTS, "this", "expression", "distinct"),
        exp.Except: (*QUERY_PARTS, "this", "expression", "distinct"),
        exp.Subquery: ("this", "alias"),
        exp.With: ("expressions",),
        exp.CTE: ("this", "alias", "materialized"),
        exp.From: ("this",),
        exp.Table: ("this", "alias"),
        exp.TableAlias: ("this", "columns"),
        exp.Join: ("this", "on", "side", "kind", "using"),
        exp.Where: ("this",),
        exp.Group: ("expressions", "grouping_sets", "cube", "rollup", "all"),
        exp.GroupingSets: ("expressions",),
        exp.Cube: ("expressions",),
        exp.Rollup: ("expressions",),
        exp.Having: ("this",),
        exp.Qualify: ("this",),
        exp.Order: ("this", "expressions"),  # `this` when it orders what an aggregate takes in
        exp.Ordered: ("this", "desc", "nulls_first"),
        exp.Limit: ("expression",),
        exp.Offset: ("expression",),
        exp.Distinct: ("expressions", "on"),
        exp.Tuple: ("expressions",),
        exp.Column: ("this", "table"),
        exp.Identifier: ("this", "quoted"),
        exp.Star: ("except_",),
        exp.Alias: ("this", "alias"),
        exp.Paren: ("this",),
        exp.Literal: ("this", "is_string"),
        exp.Boolean: ("this",),
        exp.Null: (),
        exp.Var: ("this",),
        exp.And: ("this", "expression"),
        exp.Or: ("this", "expression"),
        exp.Not: ("this",),
        exp.EQ: ("this", "expression"),
        exp.NEQ: ("this", "expression"),
        exp.GT: ("this", "expression"),
        exp.GTE: ("this", "expression"),
        exp.LT: ("this", "expression"),
        exp.LTE: ("this", "expression"),
        exp.NullSafeEQ: ("this", "expression"),
        exp.NullSafeNEQ: ("this", "expression"),
        exp.Is: ("this", "expression"),
        exp.In: ("this", "expressions", "query"),
        exp.Between: ("this", "low", "high"),
        exp.Like: ("this", "expression", "negate"),
        exp.ILike: ("this", "expression", "negate"),
        exp.Exists: ("this",),
        exp.Add: ("this", "expression"),
        exp.Sub: ("this", "expression"),
        exp.Mul: ("this", "expression"),
        exp.Div: ("this", "expression", "typed", "safe"),
        exp.IntDiv: ("this", "expression"),
        exp.Neg: ("this",),
        exp.Interval: ("this", "unit"),
        exp.Cast: ("this", "to"),
        exp.TryCast: ("this", "to", "safe", "requires_string"),
        exp.DataType: ("this", "expressions", "nested"),
        exp.DataTypeParam: ("this",),
        exp.Filter: ("this", "expression"),
        exp.WithinGroup: ("this", "expression"),
        exp.IgnoreNulls: ("this",),
        exp.RespectNulls: ("this",),
        exp.Window: ("this", "partition_by", "order", "spec", "alias", "over"),
        exp.WindowSpec: ("kind", "start", "start_side", "end", "end_side"),
        exp.Anonymous: ("this", "expressions"),
    }
)


PARTS_IN_WORDS: MappingProxyType[str, str] = MappingProxyType({"db": "schema prefix", "catalog": "database prefix", "when": "time travel"})
REMEDIES: MappingProxyType[type[exp.Expr], str] = MappingProxyType(
    {
        exp.CurrentDate: "write the date you mean, for example DATE '2026-03-31': the data has its own last day",
        exp.CurrentTimestamp: "write the moment you mean, for example TIMESTAMP '2026-03-31 12:00:00'",
        exp.Values: "write the values as SELECT ... UNION ALL SELECT ...",
        exp.Any: "use IN or EXISTS",
        exp.Escape: "use contains, starts_with or ends_with",
        exp.SimilarTo: "use LIKE, contains, starts_with or ends_with",
        exp.RegexpLike: "use LIKE, contains, starts_with or ends_with",
        exp.Fetch: "use LIMIT",
        exp.Tuple: "compare the columns one by one",
        exp.Placeholder: "write the value in its place",
        exp.Parameter: "write the value in its place",
    }
)


def check_shape(tree: exp.Expr, text: str = "") -> None:
    """Refuse the first node that is not on the list; `text` is what was typed, to call a function by its own name."""
    for node in tree.walk():
        kind = type(node)
        if kind in STRUCTURE:
            check_parts(node, STRUCTURE[kind])
        elif kind not in FUNCTION_CLASSES:
            raise refusal(node, text)
        check = CHECKS.get(kind)
        if check:
            check(node)


def check_parts(node: exp.Expr, allowed: tuple[str, ...]) -> None:
    for part, value in node.args.items():
        if part not in allowed and value is not None and value is not False and value != []:
            name = PARTS_IN_WORDS.get(part, part.strip("_").replace("_", " "))
            raise SqlRefused("construct", "This form of SQL is not accepted", value=name, remedy="write it in plain SELECT terms")


def refusal(node: exp.Expr, text: str) -> SqlRefused:
    remedy = REMEDIES.get(type(node), "write it in plain SELECT terms")
    if not isinstance(node, exp.Func):
        return SqlRefused("construct", "This form of SQL is not accepted", value=type(node).__name__.lower(), remedy=remedy)
    start, end = node.meta.get("start"), node.meta.get("end")
    typed = text[start : end + 1] if isinstance(start, int) and isinstance(end, int) else ""
    name = (typed or node.sql_name()).lower()
    return SqlRefused("function", "This function is not available", value=name, allowed=nearest(name, FUNCTION_NAMES), remedy=remedy)
