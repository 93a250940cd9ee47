"""Where every row went: accepted and rejected per source and reason, with quantity and value, and the rejected rows themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingestion.checks import MEANINGS, RULES, Rule
from ingestion.reading import identifier
from ingestion.report import ColumnProfile, Reason, SourceReport
from ingestion.schema import quote
from ingestion.staging import Source, Stage, relation

_SAMPLES = 3


def report_sources(connection: duckdb.DuckDBPyConnection, stages: list[Stage]) -> tuple[SourceReport, ...]:
    """One report a source, in the order they came."""
    reports = [(source.number, _report(connection, stage, source)) for stage in stages for source in stage.sources]
    return tuple(report for _, report in sorted(reports, key=lambda numbered: numbered[0]))


def _report(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source) -> SourceReport:
    totals = _totals(connection, stage, source)
    read = sum(rows for _, rows, _, _ in totals)
    accepted = sum(rows for reason, rows, _, _ in totals if reason is None)
    mapping = source.map.columns
    return SourceReport(
        source=source.raw.source,
        target=stage.target.name,
        fingerprint=source.fingerprint,
        read=read,
        accepted=accepted,
        rejected=read - accepted,
        quantity_read=_sum(total[2] for total in totals),
        value_read=_sum(total[3] for total in totals),
        quantity_accepted=_sum(total[2] for total in totals if total[0] is None),
        value_accepted=_sum(total[3] for total in totals if total[0] is None),
        mapping=dict(mapping),
        constants=dict(source.map.constants),
        unmapped=tuple(header for header in source.raw.columns if header not in mapping.values()),
        notes=(*source.notes, *(f"{mapping[name]}: {count:,} unreadable cells were emptied" for name, count in source.emptied.items())),
        reasons=tuple(_reason(connection, stage, source, total) for total in totals if total[0] is not None),
        columns=_profile(connection, stage, source),
    )


_Total = tuple[str | None, int, float | None, float | None]


def _totals(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source) -> list[_Total]:
    names = set(stage.target.column_names)
    quantity = "CAST(sum(quantity) AS DOUBLE)" if "quantity" in names else "NULL"
    value = "round(sum(CAST(quantity AS DOUBLE) * unit_price), 2)" if {"quantity", "unit_price"} <= names else "NULL"
    sums = f"SELECT _reason, count(*), {quantity}, {value} FROM {stage.name} WHERE _source = {source.number}"
    return connection.execute(f"{sums} GROUP BY _reason ORDER BY 2 DESC, 1").fetchall()


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 2) if known else None


def _reason(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source, total: _Total) -> Reason:
    rule, _, field = (total[0] or "").partition(":")
    return Reason(
        rule=rule,
        field=field,
        meaning=MEANINGS[_rule(rule)],
        rows=total[1],
        quantity=total[2],
        value=total[3],
        samples=_samples(connection, stage, source, total[0] or "", field),
    )


def _rule(text: str) -> Rule:
    for rule in RULES:
        if rule == text:
            return rule
    raise ValueError(f"a row was rejected for {text!r}, which is no rule of ingestion/checks.py")


def _samples(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source, reason: str, field: str) -> tuple[str, ...]:
    """A few places where it happened: the row as a person counts it and the cell as it was written."""
    header = source.map.columns.get(field)
    cell = f"coalesce(r.{identifier(header)}, 'empty')" if header else "NULL"
    rows = connection.execute(
        f"SELECT s._row, {cell} FROM {stage.name} s JOIN {relation(source)} r USING (_row)"
        f" WHERE s._source = {source.number} AND s._reason = {quote(reason)} ORDER BY s._row LIMIT {_SAMPLES}"
    ).fetchall()
    return tuple(f"row {row}: {value[:80]}" if value is not None else f"row {row}" for row, value in rows)


def _profile(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source) -> tuple[ColumnProfile, ...]:
    fields = {header: field for field, header in source.map.columns.items()}
    parts = ", ".join(
        f"count({cell}), approx_count_distinct({cell}), left(min({cell}), 60), left(max({cell}), 60)"
        for cell in map(identifier, source.raw.columns)
    )
    row = connection.execute(f"SELECT {parts} FROM {relation(source)}").fetchone() or ()
    ranges = _ranges(connection, stage, source)
    profiles = []
    for place, header in enumerate(source.raw.columns):
        filled, distinct, smallest, largest = row[4 * place : 4 * place + 4]
        field = fields.get(header)
        smallest, largest = ranges.get(field or "", (smallest, largest))
        emptied = source.emptied.get(field or "", 0)
        profiles.append(
            ColumnProfile(header=header, field=field, filled=filled, distinct=distinct, smallest=smallest, largest=largest, emptied=emptied)
        )
    return tuple(profiles)


def _ranges(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source) -> dict[str, tuple[str | None, str | None]]:
    """Smallest and largest of the columns that are numbers and dates, as such and not as text."""
    names = [name for name in source.map.columns if stage.target[name].kind not in ("id", "text", "boolean")]
    if not names:
        return {}
    parts = ", ".join(f"CAST(min({name}) AS VARCHAR), CAST(max({name}) AS VARCHAR)" for name in names)
    row = connection.execute(f"SELECT {parts} FROM {stage.name} WHERE _source = {source.number}").fetchone() or ()
    return {name: (row[2 * place], row[2 * place + 1]) for place, name in enumerate(names)}


def write_rejects(connection: duckdb.DuckDBPyConnection, stages: list[Stage], into: Path) -> None:
    """Every rejected row with its place, reason and original cells, as Parquet."""
    parts = []
    for stage in stages:
        for source in stage.sources:
            cells = ", ".join(f"{quote(header)}, r.{identifier(header)}" for header in source.raw.columns)
            parts.append(
                f"SELECT {quote(source.raw.source)} AS source, {quote(stage.target.name)} AS target, s._row AS row,"
                f" split_part(s._reason, ':', 1) AS rule, split_part(s._reason, ':', 2) AS field,"
                f" CAST(json_object({cells}) AS VARCHAR) AS record"
                f" FROM {stage.name} s JOIN {relation(source)} r USING (_row) WHERE s._source = {source.number} AND s._reason IS NOT NULL"
            )
    connection.execute(f"COPY ({' UNION ALL '.join(parts)}) TO {quote(str(into))} (FORMAT parquet)")
