"""Text cells to typed values, as SQL: how a column writes its values is read from all of them, once."""

from __future__ import annotations

import duckdb

from ingestion.mapping import value_names
from ingestion.moments import DATE_LIKE, read_moment
from ingestion.numbers import cleaned, read_number
from ingestion.reading import Parsed, Reading, identifier
from ingestion.schema import quote

_EVIDENCE_ROWS = 5000


def parse(reading: Reading) -> Parsed:
    """How the text of a column reads as the column it is to become."""
    if reading.column.choices:
        return _choice(reading)
    match reading.column.kind:
        case "id":
            return _id(reading)
        case "text":
            return Parsed(f"nfc_normalize({reading.cell})")
        case "boolean":
            return _boolean(reading.cell)
        case "date" | "timestamp":
            return read_moment(reading)
        case _:
            return read_number(reading)


def looks(connection: duckdb.DuckDBPyConnection, relation: str, headers: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Of each column, the share of filled cells that could be a number and the share that could be a date (from 5,000 rows)."""
    number = "[-+(]?[0-9][0-9.,]*([eE][-+]?[0-9]+)?[-)]?"
    parts = []
    for text in map(identifier, headers):
        for test in (f"regexp_full_match({cleaned(text)}, '{number}')", f"regexp_matches({text}, '{DATE_LIKE}')"):
            parts.append(f"avg(CAST({test} AS INT)) FILTER ({text} IS NOT NULL)")
    row = connection.execute(f"SELECT {', '.join(parts)} FROM (FROM {relation} LIMIT {_EVIDENCE_ROWS})").fetchone() or ()
    shares = [float(share) if share is not None else 1.0 for share in row]
    return {header: (shares[2 * place], shares[2 * place + 1]) for place, header in enumerate(headers)}


def _id(reading: Reading) -> Parsed:
    """Ids stay text; `17850.0`, which spreadsheets make of whole numbers with gaps, loses its tail when all ids have one."""
    cell = reading.cell
    tails, filled, shortened = reading.count(
        f"regexp_full_match({cell}, '[0-9]+\\.0')", f"{cell} IS NOT NULL", f"regexp_full_match({cell}, '[0-9][.,][0-9]+[eE]\\+?[0-9]+')"
    )
    if filled and tails == filled:
        return Parsed(f"regexp_replace({cell}, '\\.0$', '')", "ids ended in .0, which was dropped")
    note = f"{shortened:,} ids were shortened by a spreadsheet (like 8.93E+12): different ones may have become one" if shortened else None
    return Parsed(f"nfc_normalize({cell})", note)


def _boolean(text: str) -> Parsed:
    yes = "('1', 'true', 't', 'yes', 'y', 'x', 'co', 'dung', '1.0')"
    no = "('0', 'false', 'f', 'no', 'n', 'khong', 'sai', '0.0')"
    word = f"strip_accents(lower({text}))"
    return Parsed(f"CASE WHEN {word} IN {yes} THEN true WHEN {word} IN {no} THEN false END")


def _choice(reading: Reading) -> Parsed:
    """A closed set: the file's own words from the map first, then the usual names of each choice."""
    text = reading.cell
    plain_text = f"regexp_replace(strip_accents(replace(lower({text}), 'đ', 'd')), '[^0-9a-z]', '', 'g')"
    own = "".join(f" WHEN {text} = {quote(word)} THEN {quote(choice)}" for word, choice in reading.words.items() if choice)
    usual = "".join(f" WHEN {quote(word)} THEN {quote(choice)}" for word, choice in value_names(reading.column).items())
    known = f"CASE {plain_text}{usual} END"
    return Parsed(f"CASE{own} ELSE {known} END" if own else known)
