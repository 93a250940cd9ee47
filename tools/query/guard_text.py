"""From text to one syntax tree: cheap limits first, so that a huge or odd text costs nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import TokenType

from tools.query.guard_refusal import ECHO, SqlRefused

Dialect = Literal["duckdb", "sqlite", "postgres"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "sqlite", "postgres")

MAX_BYTES = 4096
MAX_TOKENS = 1200
MAX_DEPTH = 40  # the parser recurses: depth is stack and, where it backtracks, time
FIRST_TOKENS = (TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN)


def read(sql: str, dialect: Dialect) -> exp.Query:
    """The single query in `sql`; everything else is refused."""
    check_size(sql)
    check_characters(sql)
    check_depth(sql)
    with parser_faults():
        check_start(sql, dialect)
        statements = [statement for statement in sqlglot.parse(sql, read=dialect) if not is_empty(statement)]
    return single(statements)


@contextmanager
def parser_faults() -> Iterator[None]:
    """Whatever the parser raises on odd input, faults of its own included, is a refusal: nothing has run."""
    try:
        yield
    except SqlglotError as error:
        raise SqlRefused("syntax", "This cannot be read as SQL", value=near(error), remedy="check the spelling and the brackets") from None
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError) as error:
        raise SqlRefused("syntax", "This cannot be read as SQL", remedy="write it more simply", detail=repr(error)) from None


def check_size(sql: str) -> None:
    if len(sql) > MAX_BYTES or len(sql.encode("utf-8", "replace")) > MAX_BYTES:
        raise SqlRefused("size", "The statement is too long", allowed=[f"{MAX_BYTES} bytes"], remedy="ask in smaller steps")


def check_characters(sql: str) -> None:
    """Control, invisible, direction-changing and unassigned characters are never needed and hide what a text says."""
    for character in sql:
        if character not in " \n\r\t" and unicodedata.category(character)[0] in "CZ":
            code = f"U{ord(character):04X}"
            raise SqlRefused("characters", "The statement holds an invisible character", value=code, remedy="type it again as plain text")
    if "sqlglot.meta" in sql.lower():
        raise SqlRefused("characters", "The statement holds a comment addressed to the parser", remedy="leave the comment out")


def check_depth(sql: str) -> None:
    depth = 0
    for character in sql:
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_DEPTH:
            raise SqlRefused(
                "cost", "The brackets are nested too deep", allowed=[f"{MAX_DEPTH} levels"], remedy="use WITH to name the parts"
            )


def check_start(sql: str, dialect: Dialect) -> None:
    """Only queries go on to the parser: it would read an unknown command as free text and say so in the log."""
    tokens = sqlglot.tokenize(sql, read=dialect)
    if not tokens:
        raise SqlRefused("statement", "There is no statement", remedy="write one SELECT")
    if tokens[0].token_type not in FIRST_TOKENS:
        raise SqlRefused("statement", "Only queries are run", value=tokens[0].text, allowed=["SELECT", "WITH ... SELECT"])
    if len(tokens) > MAX_TOKENS:
        raise SqlRefused(
            "cost", "The statement has too many words", value=str(len(tokens)), allowed=[str(MAX_TOKENS)], remedy="ask in smaller steps"
        )
    # The parser would join them, the engine would not.
    if any(one.token_type == other.token_type == TokenType.STRING for one, other in pairwise(tokens)):
        raise SqlRefused("syntax", "Two texts stand side by side", remedy="put a comma or || between them")


def is_empty(statement: exp.Expr | None) -> bool:
    return statement is None or isinstance(statement, exp.Semicolon)


def single(statements: list[exp.Expr | None]) -> exp.Query:
    if len(statements) != 1:
        raise SqlRefused("statement", "Exactly one statement is run at a time", value=str(len(statements)), allowed=["1"])
    tree = statements[0]
    # Brackets around a whole query carry nothing but can carry clauses of their own.
    while isinstance(tree, exp.Subquery) and [key for key, value in tree.args.items() if value] == ["this"]:
        tree = tree.this
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise SqlRefused("statement", "Only queries are run", allowed=["SELECT", "UNION", "INTERSECT", "EXCEPT"])
    return tree


def near(error: SqlglotError) -> str:
    """The word the parser stumbled over, when it is a plain word."""
    if not isinstance(error, ParseError) or not error.errors:
        return ""
    word = str(error.errors[0].get("highlight") or "")
    return word if ECHO.fullmatch(word) else ""
