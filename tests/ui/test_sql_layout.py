"""SQL laid out: the same words, on lines of their own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.sql_layout import lay_out

QUERY = (
    "WITH a AS (SELECT b.c AS c, COALESCE(SUM(d), 0) AS e FROM b LEFT JOIN f ON b.g = f.g WHERE NOT h = 'it''s  FROM (x' GROUP BY 1) "
    'SELECT * FROM (SELECT c, "odd  SELECT" FROM a WHERE e <= $p0) AS i ORDER BY c LIMIT 10001'
)
_WORD = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[^\s'\"]+|.")


def words(sql: str) -> str:
    """The text without the white space between its words; what is quoted stays whole."""
    return "".join(piece for piece in _WORD.findall(sql) if not piece.isspace())


def test_clauses_and_subqueries_stand_on_lines_of_their_own() -> None:
    assert lay_out(QUERY).splitlines() == [
        "WITH a AS (",
        "  SELECT b.c AS c, COALESCE(SUM(d), 0) AS e",
        "  FROM b",
        "  LEFT JOIN f ON b.g = f.g",
        "  WHERE NOT h = 'it''s  FROM (x'",
        "  GROUP BY 1",
        ")",
        "SELECT *",
        "FROM (",
        '  SELECT c, "odd  SELECT"',
        "  FROM a",
        "  WHERE e <= $p0",
        ") AS i",
        "ORDER BY c",
        "LIMIT 10001",
    ]


@given(
    st.lists(
        st.sampled_from(["SELECT", "FROM", "WITH", "(", ")", ",", "a", "LEFT", "JOIN", "'x y'", '"b  c"', "=", "$p0", "'", " "]),
        max_size=40,
    )
)
def test_nothing_but_white_space_changes(pieces: list[str]) -> None:
    sql = " ".join(pieces)
    assert words(lay_out(sql)) == words(sql)


@pytest.mark.parametrize("sql", ["SELECT 1 -- one\nFROM a", "SELECT /* x */ 1 FROM a", "SELECT $$ FROM $$", "", "   "])
def test_text_whose_lines_matter_is_left_alone(sql: str) -> None:
    assert lay_out(sql) in (sql, "")
