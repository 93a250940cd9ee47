"""One line of SQL as lines a person can follow. Only white space between words is changed."""

from __future__ import annotations

import re

# Quoted text is one piece and stays as it is.
_PIECES = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\s+|[(),]|[^\s(),'\"]+|.")
_JOIN_KINDS = ("LEFT", "INNER", "CROSS", "FULL", "RIGHT")
_OPENS_LINE = {"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "QUALIFY", *_JOIN_KINDS}
_LINES_MATTER = ("--", "/*", "$$")
_STEP = "  "


def lay_out(sql: str) -> str:
    """Clauses on lines of their own, subqueries indented. Text whose line ends mean something is left as it is."""
    if any(mark in sql for mark in _LINES_MATTER):
        return sql
    lines, depth, nested = [""], 0, [False]
    for piece in _PIECES.findall(sql):
        word = piece.upper()
        if piece.isspace():
            lines[-1] += " " if lines[-1].strip() else ""
            continue
        # Inside the brackets of a call there is one line; inside those of a subquery each clause has its own.
        if nested[-1] and (word in _OPENS_LINE or (word == "JOIN" and not _continues(lines[-1]))) and lines[-1].strip():
            lines.append(_STEP * depth)
        if piece == ")":
            was = nested.pop() if len(nested) > 1 else False
            depth -= was
            if was:
                lines.append(_STEP * depth)
        lines[-1] += piece
        if piece == "(":
            nested.append(False)
        elif word in ("SELECT", "WITH") and not nested[-1]:
            lines, depth = _open_block(lines, depth, piece, len(nested) > 1)
            nested[-1] = True
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _open_block(lines: list[str], depth: int, piece: str, inside: bool) -> tuple[list[str], int]:
    """A subquery begins on a new line, one step further in."""
    if not inside:
        return lines, depth
    return [*lines[:-1], lines[-1].removesuffix(piece).rstrip(), _STEP * (depth + 1) + piece], depth + 1


def _continues(line: str) -> bool:
    return line.rstrip().upper().endswith((*_JOIN_KINDS, "OUTER"))
