"""Numbers as people write them: decimal marks, digit groups, currencies, signs and percentages, decided by the whole column."""

from __future__ import annotations

from ingestion.errors import BadMapping
from ingestion.mapping import plain
from ingestion.reading import Decimal, Parsed, Reading

# What may stand around the digits: currencies, white space of any width, percent signs, apostrophes between groups.
CURRENCY = r"(?i)vnd|vnđ|usd|eur|gbp|đồng|dong|[\s\x{00A0}\x{202F}\x{2009}₫$€£¥%''`]|đ"
_CODES = {"₫": "VND", "Đ": "VND", "VNĐ": "VND", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_THREE_AFTER_DOT = r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+"
_PERCENT_WORDS = ("percent", "pct", "phantram", "prozent", "pourcent")


def cleaned(cell: str) -> str:
    """The cell without what may stand around its digits."""
    return f"regexp_replace({cell}, '{CURRENCY}', '', 'g')"


def read_number(reading: Reading) -> Parsed:
    """The number in each cell; one whose digit groups are malformed is none."""
    cell, column = reading.cell, reading.column
    odd, dotted = reading.count(
        f"{cell} IS NOT NULL AND try_cast({cell} AS DOUBLE) IS NULL", f"regexp_full_match({cell}, '{_THREE_AFTER_DOT}')"
    )
    style, note = reading.decimal, None
    if odd and column.kind == "money":
        _one_currency(reading)
    if style is None and (odd or dotted):
        style, note = _decimal_style(reading)
    target = "DECIMAL(28,6)" if column.kind != "number" else "DOUBLE"
    clean = f"regexp_replace({cleaned(cell)}, '^\\((.*)\\)$|^(.*)-$', '-\\1\\2')"
    if style == "comma":
        sql = _grouped(clean, ".", ",", target)
    elif odd:
        sql = f"coalesce(try_cast({cell} AS {target}), {_grouped(clean, ',', '.', target)})"
    else:
        sql = f"try_cast({cell} AS {target})"
    if column.kind == "rate":
        sql, rate_note = _rate(reading, sql)
        note = "; ".join(part for part in (note, rate_note) if part) or None
    return Parsed(_sized(sql, reading), note)


def _sized(sql: str, reading: Reading) -> str:
    """The number in its column's type; one that does not fit is not a number, and a fraction is no integer."""
    column = reading.column
    if column.kind == "integer":
        return f"CASE WHEN ({sql}) = floor({sql}) THEN try_cast({sql} AS BIGINT) END"
    # Money keeps its fractions of a cent until it has been multiplied.
    return f"try_cast({sql} AS {column.sql_type})" if column.kind in ("quantity", "rate") else sql


def _one_currency(reading: Reading) -> None:
    """Amounts in several currencies cannot be added up."""
    found = f"upper(regexp_extract({reading.cell}, '(?i)(vnd|vnđ|usd|eur|gbp|jpy|[₫$€£¥])', 1))"
    amount = f"{found} <> '' AND regexp_matches({reading.cell}, '[0-9]')"
    rows = reading.connection.execute(f"SELECT DISTINCT {found} FROM {reading.relation} WHERE {amount} LIMIT 20").fetchall()
    codes = sorted({_CODES.get(row[0], row[0]) for row in rows})
    if len(codes) > 1:
        raise BadMapping(
            f"amounts in several currencies: {', '.join(codes)}", where=f"column {reading.header}", remedy="export each currency by itself"
        )


def _decimal_style(reading: Reading) -> tuple[Decimal, str | None]:
    """Which of . and , is the decimal mark: certain cells decide, then the file's other numbers; 85.000 alone is thousands of money."""
    cell = cleaned(reading.cell)
    comma, point, many_dots, dots, commas, three_dots, filled = reading.count(
        f"regexp_matches({cell}, ',[0-9]{{1,2}}$|,[0-9]{{4,}}$|\\.[0-9]{{3}},|^0,[0-9]')",
        f"regexp_matches({cell}, '\\.[0-9]{{1,2}}$|\\.[0-9]{{4,}}$|,[0-9]{{3}}\\.|^0\\.[0-9]')",
        f"regexp_matches({cell}, '\\.[0-9]{{3}}\\.[0-9]{{3}}')",
        f"contains({cell}, '.')",
        f"contains({cell}, ',')",
        f"regexp_full_match({cell}, '{_THREE_AFTER_DOT}')",
        f"{cell} IS NOT NULL",
    )
    if comma > point or (many_dots and not point) or (reading.decimal_comma and commas and not dots):
        return "comma", "decimal comma, dots separate thousands"
    if not point and dots and dots == three_dots and _in_thousands(reading, dots, filled):
        return "comma", "every dot is followed by three digits: read as thousands (set decimal: point in the map if they are fractions)"
    if dots and not commas:
        return "point", None
    return "point", "decimal point, commas separate thousands" if not comma else "both . and , used as decimal mark: . was believed"


def _in_thousands(reading: Reading, dots: int, filled: int) -> bool:
    """`2.000` in every cell is a quantity with three decimals; thousands would stand beside quantities below a thousand."""
    if reading.decimal_comma is not None:
        return reading.decimal_comma
    return reading.column.kind == "money" or (reading.column.kind in ("quantity", "integer") and dots < filled)


def _grouped(clean: str, thousands: str, mark: str, target: str) -> str:
    """A number whose digit groups are well formed; `1,23` where the comma separates thousands is no number."""
    group, point = f"\\{thousands}", f"\\{mark}"
    shape = f"[-+]?([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]+)({point}[0-9]*)?([eE][-+]?[0-9]+)?"
    bare = f"replace(replace({clean}, '{thousands}', ''), '{mark}', '.')"
    return f"CASE WHEN regexp_full_match({clean}, '{shape}') THEN try_cast({bare} AS {target}) END"


def _rate(reading: Reading, sql: str) -> tuple[str, str | None]:
    """A fraction; percentages are told by the header, by their sign or by values above 1. A discount may be written as minus."""
    if "%" in reading.header or any(word in plain(reading.header) for word in _PERCENT_WORDS):
        return f"abs({sql}) / 100", "the header says percent: divided by 100"
    signed, large = reading.count(f"contains({reading.cell}, '%')", f"abs({sql}) > 1 AND abs({sql}) <= 100")
    if signed:
        return f"CASE WHEN contains({reading.cell}, '%') THEN abs({sql}) / 100 ELSE abs({sql}) END", "percentages were divided by 100"
    if large:
        return f"abs({sql}) / 100", "values above 1: read as percentages"
    return f"abs({sql})", None
