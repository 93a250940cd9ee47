"""Dates and times as people write them, decided by the whole column: day or month first, short years, words, offsets, bare digits."""

from __future__ import annotations

from ingestion.reading import DateOrder, Parsed, Reading, count, identifier
from ingestion.schema import quote

_CLOCK = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_ISO = r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_LONG = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}"
_SHORT = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2}([^0-9]|$)"
_TEXTUAL = r"^([0-9]{1,2}\.?[-/ ]?[A-Za-z]{3,9}\.?[-/, ]*[0-9]{2,4}|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4})"
_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*(Z| ?UTC| ?[-+][0-9]{2}(:?[0-9]{2})?)$"
DATE_LIKE = (
    f"({_ISO}|{_LONG}|{_SHORT}|{_TEXTUAL}|^(19|20)[0-9]{{2}}(0[1-9]|1[0-2])([0-2][0-9]|3[01])$"
    "|^1[0-9]{9}$|^1[0-9]{12}$|^[34][0-9]{4}(\\.[0-9]+)?$)"
)
_YEARS = "BETWEEN 1900 AND 2200"


def read_moment(reading: Reading) -> Parsed:
    """The moment (in UTC) or day in each cell; one that does not exist is none."""
    cell = _without_words(reading.cell)
    found = reading.count(
        f"{cell} IS NOT NULL AND NOT (regexp_matches({cell}, '{_ISO}') AND try_cast({cell} AS TIMESTAMP) IS NOT NULL)",
        *(f"regexp_matches({cell}, '{pattern}')" for pattern in (_ZONED, _LONG, _SHORT, _TEXTUAL, _ISO)),
        f"regexp_full_match({cell}, '[0-9]+(\\.[0-9]+)?')",
    )
    odd, zoned, long, short, textual, iso, digits = found
    readings = [f"CASE WHEN regexp_matches({cell}, '{_ISO}') THEN try_cast({cell} AS TIMESTAMP) END"] if iso else []
    note, order, certain = None, None, False
    if odd and short and not long and _year_first(reading, cell):
        readings.append(f"CASE WHEN regexp_matches({cell}, '{_SHORT}') THEN {_strptime(_dashed(cell), ['%y-%m-%d'])} END")
        note = "the first number hardly changes and the last runs: dates read year first"
    elif odd and (long or short):
        order, note, certain = _date_order(reading, cell)
        readings += _numeric_dates(cell, order, bool(long), bool(short))
    if odd and textual:
        readings.append(_textual_dates(cell))
    if odd and iso:
        readings.append(_strptime(_dashed(cell), ["%Y-%m-%d"]))
    if digits:
        readings.append(_digits(cell))
    local = f"coalesce({', '.join(readings)})" if readings else "NULL::TIMESTAMP"
    return Parsed(
        _placed(reading, cell, f"CASE WHEN year({local}) {_YEARS} THEN {local} END", bool(zoned)), note, order if certain else None
    )


def _placed(reading: Reading, cell: str, local: str, zoned: bool) -> str:
    """A day as it stands; a moment in UTC, from the file's zone or from the offset it carries."""
    if reading.column.kind == "date":
        return f"CAST({local} AS DATE)"
    utc = local if reading.timezone == "UTC" else f"((({local}) AT TIME ZONE {quote(reading.timezone)}) AT TIME ZONE 'UTC')"
    if not zoned:
        return utc
    # The cast wants seconds and a whole offset; people and databases leave them out or put a space before.
    hours = f"regexp_replace({cell}, '([0-9]) ?([-+][0-9]{{2}})$', '\\1\\2:00')"
    offset = f"regexp_replace({hours}, ' ?([-+][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
    whole = f"regexp_replace({offset}, '([T ][0-9]{{2}}:[0-9]{{2}})(Z|[-+]| ?UTC)', '\\1:00\\2')"
    return f"CASE WHEN regexp_matches({cell}, '{_ZONED}') THEN try_cast({whole} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE {utc} END"


def _without_words(cell: str) -> str:
    """Vietnamese morning and afternoon as the clock formats know them."""
    return f"regexp_replace(regexp_replace({cell}, ' (CH|ch)$', ' PM'), ' (SA|sa)$', ' AM')"


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


def _part(text: str, place: int) -> str:
    return f"try_cast(regexp_extract({text}, '^([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ]([0-9]{{2,4}})', {place}) AS INT)"


def _year_first(reading: Reading, cell: str) -> bool:
    """24-01-05, 24-01-06, ...: the first number stands still while the last runs through a month."""
    firsts, lasts = (f"count(DISTINCT {_part(cell, place)})" for place in (1, 3))
    row = reading.connection.execute(f"SELECT {firsts}, {lasts}, max({_part(cell, 3)}) FROM {reading.relation}").fetchone()
    return bool(row and row[2] is not None and row[0] <= 2 and row[1] > row[0] + 1 and row[2] <= 31)


def _date_order(reading: Reading, cell: str) -> tuple[DateOrder, str | None, bool]:
    """As the map says; else a part above 12 decides, here or in the file's other columns; else as the feed was read before; else
    the order in which the file runs forward; else day first, and said. The last two are no certainty to be remembered."""
    if reading.date_order:
        return reading.date_order, None, True
    others = [identifier(other) for other in reading.others]
    for cells, where in (([cell], ""), (others, ", as in the file's other columns")):
        order, both = _told_order(reading, cells)
        if order:
            rejected = "; some dates only fit the other way round and were rejected" if both else ""
            return order, f"dates read {order.replace('_', ' ')}{where}{rejected}", True
    if reading.remembered:
        return reading.remembered, f"dates read {reading.remembered.replace('_', ' ')}, as in earlier files of this kind", True
    backward = {order: _backward_steps(reading, cell, order) for order in ("day_first", "month_first")}
    if backward["month_first"] < backward["day_first"]:
        return "month_first", "no day above 12: dates read month first, because the rows then run forward in time", False
    return "day_first", "no day above 12: dates read day first (set date_order: month_first in the map if that is wrong)", False


def _told_order(reading: Reading, cells: list[str]) -> tuple[DateOrder | None, bool]:
    """The order the cells can only have, and whether some can only have the other."""
    if not cells:
        return None, False
    counts = count(reading.connection, reading.relation, *(f"{_part(cell, place)} > 12" for place in (1, 2) for cell in cells))
    days, months = sum(counts[: len(cells)]), sum(counts[len(cells) :])
    if not days and not months:
        return None, False
    return ("day_first" if days >= months else "month_first"), bool(days and months)


def _backward_steps(reading: Reading, cell: str, order: str) -> int:
    read = f"coalesce({', '.join(_numeric_dates(cell, 'day_first' if order == 'day_first' else 'month_first', True, True))})"
    steps = f"SELECT moment, lag(moment) OVER (ORDER BY _row) AS before FROM (SELECT _row, {read} AS moment FROM {reading.relation})"
    row = reading.connection.execute(f"SELECT count(*) FILTER (moment < before) FROM ({steps})").fetchone()
    return int(row[0]) if row else 0
