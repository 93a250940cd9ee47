"""The small parts of a tree, one check each: literals, names, types, patterns, intervals, limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from sqlglot import exp

from tools.query.guard_functions import FUNCTION_NAMES, NAMED
from tools.query.guard_refusal import SqlRefused, nearest

MAX_LITERAL = 1024
MAX_DIGITS = 24
MAX_WILDCARDS = 6  # a pattern is matched by trying every split: its price grows with each one
MAX_OFFSET = 1_000_000

TYPES = frozenset(
    {
        exp.DType.TINYINT,
        exp.DType.SMALLINT,
        exp.DType.INT,
        exp.DType.BIGINT,
        exp.DType.INT128,
        exp.DType.FLOAT,
        exp.DType.DOUBLE,
        exp.DType.DECIMAL,
        exp.DType.CHAR,
        exp.DType.VARCHAR,
        exp.DType.TEXT,
        exp.DType.BOOLEAN,
        exp.DType.DATE,
        exp.DType.TIME,
        exp.DType.TIMESTAMP,
        exp.DType.TIMESTAMPNTZ,
        exp.DType.TIMESTAMPTZ,
    }
)
TYPE_NAMES = ("integer", "bigint", "double", "decimal", "varchar", "boolean", "date", "timestamp")

UNITS = ["MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "DECADE", "CENTURY"]
WORDS = frozenset({*UNITS, *(f"{unit}S" for unit in UNITS), "DOW", "ISODOW", "DOY", "ISOYEAR", "YEARWEEK", "EPOCH", "ALL"})


def check_anonymous(node: exp.Expr) -> None:
    name = node.name.lower()
    if name not in NAMED:
        raise SqlRefused("function", "This function is not available", value=name, allowed=nearest(name, FUNCTION_NAMES))


def check_literal(node: exp.Expr) -> None:
    longest = MAX_LITERAL if node.is_string else MAX_DIGITS
    if len(node.name) > longest:
        raise SqlRefused("size", "A value is too long", allowed=[f"{longest} characters"])


def check_identifier(node: exp.Expr) -> None:
    if not node.name or len(node.name) > 64 or any(mark in node.name for mark in "\"'`;\\\n\r\t"):
        raise SqlRefused("name", "A name holds characters that names do not have", allowed=["letters", "digits", "_"])


def check_word(node: exp.Expr) -> None:
    if node.name.upper() not in WORDS:
        raise SqlRefused("construct", "This word is not accepted here", value=node.name, allowed=sorted(word.lower() for word in UNITS))


def check_type(node: exp.Expr) -> None:
    if node.this not in TYPES:
        name = str(getattr(node.this, "value", node.this)).lower()
        raise SqlRefused("type", "This type cannot be cast to", value=name, allowed=TYPE_NAMES)


def check_type_parameter(node: exp.Expr) -> None:
    if not (isinstance(node.this, exp.Literal) and not node.this.is_string and node.this.name.isdigit() and int(node.this.name) <= 38):
        raise SqlRefused("type", "A type is given an odd size", allowed=["whole numbers up to 38"])


def check_join(node: exp.Expr) -> None:
    if node.text("kind").upper() not in {"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI"} or node.text("side").upper() not in {
        "",
        "LEFT",
        "RIGHT",
        "FULL",
    }:
        raise SqlRefused("join", "This kind of join is not accepted", allowed=["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])


def check_table(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise SqlRefused("function", "Only tables stand after FROM", value=node.this.name or node.this.key, remedy="name a table")
    alias = node.args.get("alias")
    if alias and alias.args.get("columns"):
        raise SqlRefused("name", "The columns of a table keep their names", value=node.name, remedy="rename columns in the SELECT list")


def check_pattern(node: exp.Expr) -> None:
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise SqlRefused("construct", "A LIKE pattern is written out", remedy="use contains(a, b) to compare with another column")
    if pattern.name.count("%") > MAX_WILDCARDS:
        raise SqlRefused("cost", "A LIKE pattern has too many wildcards", allowed=[f"{MAX_WILDCARDS} of %"])


def check_interval(node: exp.Expr) -> None:
    amount = node.this.this if isinstance(node.this, exp.Neg) else node.this
    if not (isinstance(amount, exp.Literal) and re.fullmatch(r"-?\d{1,6}", amount.name) and isinstance(node.args.get("unit"), exp.Var)):
        raise SqlRefused(
            "construct",
            "An interval is one whole number and one unit",
            allowed=["INTERVAL 3 MONTH"],
            remedy="use to_days(n), to_months(n) ... when the number is a column",
        )


def check_tuple(node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.GroupingSets | exp.Cube | exp.Rollup | exp.Distinct):
        raise SqlRefused("construct", "Rows are not values here", value="tuple", remedy="compare the columns one by one")


def check_limit(node: exp.Expr) -> None:
    """Whole numbers written out; how many rows may be asked for is checked with the caller's limit."""
    count = node.args.get("expression")
    if not (isinstance(count, exp.Literal) and not count.is_string and count.name.isdigit()):
        raise SqlRefused("limit", "LIMIT and OFFSET are whole numbers", allowed=["LIMIT 100"])
    if isinstance(node, exp.Offset) and int(count.name) > MAX_OFFSET:
        raise SqlRefused("limit", "OFFSET is too large", value=count.name, allowed=[f"up to {MAX_OFFSET}"])


def check_window_edge(node: exp.Expr) -> None:
    for part in ("start", "end"):
        edge = node.args.get(part)
        if isinstance(edge, str) and edge.upper() not in {"UNBOUNDED", "CURRENT ROW"}:
            raise SqlRefused("construct", "A window frame ends at a number of rows", allowed=["UNBOUNDED", "CURRENT ROW", "a number"])
        if isinstance(edge, exp.Expr) and not isinstance(edge, exp.Literal | exp.Interval):
            raise SqlRefused("construct", "A window frame ends at a number of rows", allowed=["UNBOUNDED", "CURRENT ROW", "a number"])


def check_star(node: exp.Expr) -> None:
    """A star is a whole select item or count(*); anywhere else it unpacks."""
    holder = node.parent.parent if isinstance(node.parent, exp.Column) else node.parent
    if not isinstance(holder, exp.Select | exp.Count):
        raise SqlRefused("construct", "A star stands alone", value="star", remedy="name the columns")


CHECKS: MappingProxyType[type[exp.Expr], Callable[[exp.Expr], None]] = MappingProxyType(
    {
        exp.Anonymous: check_anonymous,
        exp.Literal: check_literal,
        exp.Identifier: check_identifier,
        exp.Var: check_word,
        exp.DataType: check_type,
        exp.DataTypeParam: check_type_parameter,
        exp.Join: check_join,
        exp.Table: check_table,
        exp.Like: check_pattern,
        exp.ILike: check_pattern,
        exp.Interval: check_interval,
        exp.Tuple: check_tuple,
        exp.Limit: check_limit,
        exp.Offset: check_limit,
        exp.WindowSpec: check_window_edge,
        exp.Star: check_star,
    }
)
