"""Text cells to typed values, as SQL: how a column writes its numbers and dates is read from all of its values, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb

from ingestion.mapping import value_names
from ingestion.schema import Column, quote

DateOrder = Literal["day_first", "month_first"]
Decimal = Literal["point", "comma"]

_CURRENCY = r"(?i)vnd|vnđ|usd|eur|gbp|đồng|dong|[\s₫$€£¥%''`]|đ"
_YEARS = "BETWEEN 1900 AND 2200"


@dataclass(frozen=True)
class Parsed:
    """An SQL expression that gives the typed value or NULL, and what a person should know about how it was read."""

    sql: str
    note: str | None = None


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def parse(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    header: str,
    column: Column,
    timezone: str,
    date_order: DateOrder | None = None,
    decimal: Decimal | None = None,
    words: dict[str, str] | None = None,
    comma_elsewhere: bool = False,
    others: tuple[str, ...] = (),
) -> Parsed:
    """How the text in `header` of `relation` reads as `column`."""
    text = identifier(header)
    if column.choices:
        return _choice(text, column, words or {})
    if words:
        text = _replace_words(text, words)
    match column.kind:
        case "id":
            return _id(connection, relation, text)
        case "text":
            return Parsed(text)
        case "boolean":
            return _boolean(text)
        case "date" | "timestamp":
            return _time(connection, relation, text, column, timezone, date_order, others)
        case _:
            return _number(connection, relation, text, column, decimal, comma_elsewhere)


def looks(connection: duckdb.DuckDBPyConnection, relation: str, headers: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Of each column, the share of filled cells that could be a number and the share that could be a date (from 5,000 rows)."""
    parts = []
    for header in headers:
        text = identifier(header)
        cleaned = f"regexp_replace({text}, '{_CURRENCY}', '', 'g')"
        parts.append(
            f"avg(CAST(regexp_full_match({cleaned}, '[-+(]?[0-9][0-9.,]*(e[-+]?[0-9]+)?[-)]?') AS INT)) FILTER ({text} IS NOT NULL)"
        )
        parts.append(f"avg(CAST(regexp_matches({text}, '{_DATE_LIKE}') AS INT)) FILTER ({text} IS NOT NULL)")
    row = connection.execute(f"SELECT {', '.join(parts)} FROM (FROM {relation} LIMIT 5000)").fetchone() or ()
    shares = [float(share) if share is not None else 1.0 for share in row]
    return {header: (shares[2 * place], shares[2 * place + 1]) for place, header in enumerate(headers)}


def _id(connection: duckdb.DuckDBPyConnection, relation: str, text: str) -> Parsed:
    """Ids stay text; `17850.0`, which spreadsheets make of whole numbers with gaps, loses its tail when all ids have one."""
    tails, filled = _counts(connection, relation, f"regexp_full_match({text}, '[0-9]+\\.0')", f"{text} IS NOT NULL")
    if filled and tails == filled:
        return Parsed(f"regexp_replace({text}, '\\.0$', '')", "ids ended in .0, which was dropped")
    return Parsed(text)


def _boolean(text: str) -> Parsed:
    yes = "('1', 'true', 't', 'yes', 'y', 'x', 'co', 'dung', '1.0')"
    no = "('0', 'false', 'f', 'no', 'n', 'khong', 'sai', '0.0')"
    word = f"strip_accents(lower({text}))"
    return Parsed(f"CASE WHEN {word} IN {yes} THEN true WHEN {word} IN {no} THEN false END")


def _plain_sql(text: str) -> str:
    return f"regexp_replace(strip_accents(replace(lower({text}), 'đ', 'd')), '[^0-9a-z]', '', 'g')"


def _choice(text: str, column: Column, words: dict[str, str]) -> Parsed:
    """A closed set: the file's own words from the map first, then the usual names of each choice."""
    own = "".join(f" WHEN {text} = {quote(word)} THEN {quote(choice)}" for word, choice in words.items() if choice)
    usual = "".join(f" WHEN {quote(word)} THEN {quote(choice)}" for word, choice in value_names(column).items())
    known = f"CASE {_plain_sql(text)}{usual} END"
    return Parsed(f"CASE{own} ELSE {known} END" if own else known)


def _replace_words(text: str, words: dict[str, str]) -> str:
    """Whole cells replaced before reading, as the map says (`Freight included: ""` means empty)."""
    cases = "".join(f" WHEN {quote(word)} THEN {quote(value) if value else 'NULL'}" for word, value in words.items())
    return f"(CASE {text}{cases} ELSE {text} END)"


def _number(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, column: Column, decimal: Decimal | None, comma_elsewhere: bool
) -> Parsed:
    odd, dotted_thousands = _counts(
        connection,
        relation,
        f"{text} IS NOT NULL AND try_cast({text} AS DOUBLE) IS NULL",
        f"regexp_full_match({text}, '{_THREE_AFTER_DOT}')",
    )
    style, note = decimal, None
    if style is None and (odd or dotted_thousands):
        style, note = _decimal_style(connection, relation, text, column, comma_elsewhere)
    target = "DECIMAL(28,6)" if column.kind != "number" else "DOUBLE"
    clean = f"regexp_replace(regexp_replace({text}, '{_CURRENCY}', '', 'g'), '^\\((.*)\\)$|^(.*)-$', '-\\1\\2')"
    if style == "comma":
        sql = _grouped(clean, ".", ",", target)
    elif odd:
        sql = f"coalesce(try_cast({text} AS {target}), {_grouped(clean, ',', '.', target)})"
    else:
        sql = f"try_cast({text} AS {target})"
    if column.kind == "rate":
        sql, rate_note = _rate(connection, relation, text, sql)
        note = "; ".join(part for part in (note, rate_note) if part) or None
    return Parsed(_sized(sql, column), note)


def _sized(sql: str, column: Column) -> str:
    """The number in its column's type; one that does not fit is not a number, and a fraction is no integer."""
    if column.kind == "integer":
        return f"CASE WHEN ({sql}) = floor({sql}) THEN try_cast({sql} AS BIGINT) END"
    return f"try_cast({sql} AS {column.sql_type})" if column.kind in ("quantity", "rate") else sql


_THREE_AFTER_DOT = r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+"


def _decimal_style(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, column: Column, comma_elsewhere: bool
) -> tuple[Decimal, str | None]:
    """Which of . and , is the decimal mark: certain cells decide; cells like 85.000 alone mean thousands for money and quantities."""
    cell = f"regexp_replace({text}, '{_CURRENCY}', '', 'g')"
    comma, point, many_dots, dots, three_dots, filled = _counts(
        connection,
        relation,
        f"regexp_matches({cell}, ',[0-9]{{1,2}}$|,[0-9]{{4,}}$|\\.[0-9]{{3}},|^0,[0-9]')",
        f"regexp_matches({cell}, '\\.[0-9]{{1,2}}$|\\.[0-9]{{4,}}$|,[0-9]{{3}}\\.|^0\\.[0-9]')",
        f"regexp_matches({cell}, '\\.[0-9]{{3}}\\.[0-9]{{3}}')",
        f"contains({cell}, '.')",
        f"regexp_full_match({cell}, '{_THREE_AFTER_DOT}')",
        f"{text} IS NOT NULL",
    )
    if comma > point or (many_dots and not point):
        return "comma", "decimal comma, dots separate thousands"
    # `2.000` in every cell is a quantity with three decimals; thousands would stand beside quantities below a thousand.
    in_thousands = comma_elsewhere or column.kind == "money" or (column.kind in ("quantity", "integer") and dots < filled)
    if not point and dots and dots == three_dots and in_thousands:
        return "comma", "every dot is followed by three digits: read as thousands (set decimal: point in the map if they are fractions)"
    return "point", "decimal point, commas separate thousands" if not comma else "both . and , used as decimal mark: . was believed"


def _grouped(clean: str, thousands: str, mark: str, target: str) -> str:
    """A number whose digit groups are well formed; `1,23` where the comma separates thousands is no number."""
    group, point = f"\\{thousands}", f"\\{mark}"
    shape = f"[-+]?([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]+)({point}[0-9]*)?([eE][-+]?[0-9]+)?"
    bare = f"replace(replace({clean}, '{thousands}', ''), '{mark}', '.')"
    return f"CASE WHEN regexp_full_match({clean}, '{shape}') THEN try_cast({bare} AS {target}) END"


def _rate(connection: duckdb.DuckDBPyConnection, relation: str, text: str, sql: str) -> tuple[str, str | None]:
    """A fraction; percentages are told by their sign or by values above 1."""
    signed, large = _counts(connection, relation, f"contains({text}, '%')", f"({sql}) > 1 AND ({sql}) <= 100")
    if signed:
        return f"CASE WHEN contains({text}, '%') THEN ({sql}) / 100 ELSE ({sql}) END", "percentages were divided by 100"
    if large:
        return f"({sql}) / 100", "values above 1: read as percentages"
    return sql, None


_CLOCK = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_SHORT = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2}([^0-9]|$)"
_LONG = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}"
_TEXTUAL = r"^([0-9]{1,2}[-/ ]?[A-Za-z]{3,9}\.?[-/, ]*[0-9]{2,4}|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4})"
_ISO = r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*(Z| ?UTC| ?[-+][0-9]{2}:?[0-9]{2})$"
_DATE_LIKE = (
    f"({_ISO}|{_LONG}|{_SHORT}|{_TEXTUAL}|^(19|20)[0-9]{{2}}(0[1-9]|1[0-2])([0-2][0-9]|3[01])$"
    "|^1[0-9]{9}$|^1[0-9]{12}$|^[34][0-9]{4}(\\.[0-9]+)?$)"
)


def _time(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    text: str,
    column: Column,
    timezone: str,
    date_order: DateOrder | None,
    others: tuple[str, ...],
) -> Parsed:
    found = _counts(
        connection,
        relation,
        f"try_cast({text} AS TIMESTAMP) IS NULL AND {text} IS NOT NULL",
        *(f"regexp_matches({text}, '{pattern}')" for pattern in (_ZONED, _LONG, _SHORT, _TEXTUAL, _ISO)),
        f"regexp_full_match({text}, '[0-9]+(\\.[0-9]+)?')",
    )
    odd, zoned, long, short, textual, iso, digits = found
    readings = [f"CASE WHEN NOT regexp_full_match({text}, '[0-9.]+') THEN try_cast({text} AS TIMESTAMP) END"] if not odd or iso else []
    note = None
    if odd and (long or short):
        order, note = (date_order, None) if date_order else _date_order(connection, relation, text, others)
        readings += _numeric_dates(text, order, bool(long), bool(short))
    if odd and textual:
        readings.append(_textual_dates(text))
    if odd and iso:
        readings.append(_strptime(_dashed(text), ["%Y-%m-%d"]))
    if digits:
        readings.append(_digits(text))
    local = f"coalesce({', '.join(readings)})" if readings else "NULL::TIMESTAMP"
    sane = f"CASE WHEN year({local}) {_YEARS} THEN {local} END"
    if column.kind == "date":
        return Parsed(f"CAST({sane} AS DATE)", note)
    utc = sane if timezone == "UTC" else f"((({sane}) AT TIME ZONE {quote(timezone)}) AT TIME ZONE 'UTC')"
    if not zoned:
        return Parsed(utc, note)
    # The cast wants seconds and a bare offset; people and ISO leave them out or put a space before.
    offset = f"regexp_replace({text}, ' ?([-+][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
    whole = f"regexp_replace({offset}, '([T ][0-9]{{2}}:[0-9]{{2}})(Z|[-+]| ?UTC)', '\\1:00\\2')"
    moment = f"try_cast({whole} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return Parsed(f"CASE WHEN regexp_matches({text}, '{_ZONED}') THEN {moment} ELSE {utc} END", note)


def _dashed(text: str) -> str:
    """`text` with the separators of its date part made dashes, so that one format serves them all."""
    return f"regexp_replace({text}, '^([0-9]{{1,4}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{1,4}})', '\\1-\\2-\\3')"


def _strptime(text: str, dates: list[str]) -> str:
    formats = ", ".join(quote(date + clock) for date in dates for clock in _CLOCK)
    return f"try_strptime({text}, [{formats}])"


def _numeric_dates(text: str, order: DateOrder, long: bool, short: bool) -> list[str]:
    first, second = ("%d", "%m") if order == "day_first" else ("%m", "%d")
    readings = []
    if long:
        readings.append(f"CASE WHEN regexp_matches({text}, '{_LONG}') THEN {_strptime(_dashed(text), [f'{first}-{second}-%Y'])} END")
    if short:
        readings.append(f"CASE WHEN regexp_matches({text}, '{_SHORT}') THEN {_strptime(_dashed(text), [f'{first}-{second}-%y'])} END")
    return readings


def _textual_dates(text: str) -> str:
    spaced = f"trim(regexp_replace({text}, '[-/,. ]+', ' ', 'g'))"
    names = [f"{day_month} {year}" for year in ("%y", "%Y") for day_month in ("%d %b", "%d %B", "%b %d", "%B %d")]
    return f"CASE WHEN regexp_matches({text}, '[A-Za-z]{{3}}') THEN {_strptime(spaced, names)} END"


def _digits(text: str) -> str:
    """Dates written as bare digits: 20161231, seconds or milliseconds since 1970, days since 1900 as spreadsheets count."""
    number = f"try_cast({text} AS DOUBLE)"
    return (
        f"CASE WHEN regexp_full_match({text}, '(19|20)[0-9]{{6}}') THEN try_strptime({text}, '%Y%m%d')"
        f" WHEN regexp_full_match({text}, '1[0-9]{{12}}') THEN make_timestamp(CAST({number} * 1000 AS BIGINT))"
        f" WHEN regexp_full_match({text}, '1[0-9]{{9}}') THEN make_timestamp(CAST({number} * 1000000 AS BIGINT))"
        f" WHEN regexp_full_match({text}, '[2-6][0-9]{{4}}(\\.[0-9]+)?')"
        f" THEN make_timestamp(CAST(round(({number} - 25569) * 86400) * 1000000 AS BIGINT)) END"
    )


def _date_order(connection: duckdb.DuckDBPyConnection, relation: str, text: str, others: tuple[str, ...]) -> tuple[DateOrder, str | None]:
    """Day or month first: a part above 12 decides, here or in the file's other columns; else the order in which the file runs
    forward; else day first, and said."""
    for cells, where in (([text], ""), ([identifier(other) for other in others], ", as in the file's other columns")):
        order = _told_order(connection, relation, cells)
        if order:
            return order, f"dates read {order.replace('_', ' ')}{where}"
    backward = {order: _backward_steps(connection, relation, text, order) for order in ("day_first", "month_first")}
    if backward["month_first"] < backward["day_first"]:
        return "month_first", "no day above 12: dates read month first, because the rows then run forward in time"
    return "day_first", "no day above 12: dates read day first (set date_order: month_first in the map if that is wrong)"


def _told_order(connection: duckdb.DuckDBPyConnection, relation: str, cells: list[str]) -> DateOrder | None:
    first = [f"try_cast(regexp_extract({cell}, '^([0-9]{{1,2}})[-/. ][0-9]{{1,2}}[-/. ][0-9]{{2}}', 1) AS INT) > 12" for cell in cells]
    second = [f"try_cast(regexp_extract({cell}, '^[0-9]{{1,2}}[-/. ]([0-9]{{1,2}})[-/. ][0-9]{{2}}', 1) AS INT) > 12" for cell in cells]
    counts = _counts(connection, relation, *first, *second) if cells else []
    days, months = sum(counts[: len(cells)]), sum(counts[len(cells) :])
    if days == months:
        return None
    return "day_first" if days > months else "month_first"


def _backward_steps(connection: duckdb.DuckDBPyConnection, relation: str, text: str, order: str) -> int:
    read = f"coalesce({', '.join(_numeric_dates(text, 'day_first' if order == 'day_first' else 'month_first', True, True))})"
    steps = f"SELECT moment, lag(moment) OVER (ORDER BY _row) AS before FROM (SELECT _row, {read} AS moment FROM {relation})"
    row = connection.execute(f"SELECT count(*) FILTER (moment < before) FROM ({steps})").fetchone()
    return int(row[0]) if row else 0


def _counts(connection: duckdb.DuckDBPyConnection, relation: str, *conditions: str) -> list[int]:
    counted = ", ".join(f"count(*) FILTER ({condition})" for condition in conditions)
    row = connection.execute(f"SELECT {counted} FROM {relation}").fetchone() or ()
    return [int(count) for count in row]
