"""What a load did: a JSON report with every count, and the same as a page a person can read."""

from __future__ import annotations

import html
from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["loaded", "unchanged", "checked", "refused"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Part):
    """Rows rejected by one rule in one field, with what they amounted to and a few of them."""

    rule: str
    field: str
    meaning: str
    rows: int
    quantity: float | None = None
    value: float | None = None
    samples: tuple[str, ...] = ()


class ColumnProfile(_Part):
    """One source column as it came, and the field it was read as."""

    header: str
    field: str | None
    filled: int
    distinct: int
    smallest: str | None
    largest: str | None
    emptied: int = 0


class SourceReport(_Part):
    """One source: read = accepted + rejected, always."""

    source: str
    target: str
    fingerprint: str
    read: int
    accepted: int
    rejected: int
    quantity_read: float | None = None
    value_read: float | None = None
    quantity_accepted: float | None = None
    value_accepted: float | None = None
    mapping: dict[str, str]
    constants: dict[str, str] = {}
    unmapped: tuple[str, ...]
    notes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    columns: tuple[ColumnProfile, ...]


class TableChange(_Part):
    """What happened to one table of the contract."""

    table: str
    inserted: int
    updated: int
    unchanged: int
    rows: int


class LoadReport(_Part):
    """A whole load."""

    verdict: Verdict
    summary: str
    started_at: str
    seconds: float
    snapshot: str | None
    read: int
    accepted: int
    rejected: int
    skipped: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    sources: tuple[SourceReport, ...] = ()
    tables: tuple[TableChange, ...] = ()


_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#17202a}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{padding:.25rem .75rem;border-bottom:1px solid #dde;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.loaded{color:#0a7d33}.refused{color:#b3261e}"""


def page(report: LoadReport) -> str:
    """The report as one self-contained HTML page."""
    parts = [
        f"<h1 class={report.verdict}>{_text(report.verdict.capitalize())}</h1><p>{_text(report.summary)}</p>",
        _table(("table", "inserted", "updated", "unchanged", "rows now"), [_change_cells(change) for change in report.tables]),
    ]
    parts += [_source_section(source) for source in report.sources]
    if report.skipped:
        parts.append(f"<h2>Already loaded</h2><p>{_text(', '.join(report.skipped))}</p>")
    if report.passed_over:
        parts.append(f"<h2>Fits nothing in the contract, not read</h2><p>{_text(', '.join(report.passed_over))}</p>")
    body = "\n".join(parts)
    return f"<!doctype html><meta charset=utf-8><title>Load report</title><style>{_STYLE}</style>\n{body}\n"


def _change_cells(change: TableChange) -> list[str | int]:
    return [change.table, change.inserted, change.updated, change.unchanged, change.rows]


def _source_section(source: SourceReport) -> str:
    mapping = [[field, header] for field, header in source.mapping.items()]
    reasons: list[list[str | int]] = [
        [each.rows, _amount(each.quantity), _amount(each.value), each.rule, each.field, each.meaning, " · ".join(each.samples)]
        for each in source.reasons
    ]
    columns: list[list[str | int]] = [
        [
            column.header,
            column.field or "not used",
            column.filled,
            column.distinct,
            column.smallest or "",
            column.largest or "",
            column.emptied,
        ]
        for column in source.columns
    ]
    notes = "".join(f"<li>{_text(note)}</li>" for note in source.notes)
    return "\n".join(
        (
            f"<h2>{_text(source.source)} → {_text(source.target)}</h2>",
            f"<p>{source.read:,} rows read = {source.accepted:,} accepted + {source.rejected:,} rejected</p><ul>{notes}</ul>",
            "<h3>Rejected</h3>" + _table(("rows", "quantity", "value", "rule", "field", "meaning", "for example"), reasons)
            if reasons
            else "",
            "<h3>Columns</h3>" + _table(("column", "read as", "filled", "distinct (about)", "smallest", "largest", "emptied"), columns),
            "<h3>Mapping</h3>" + _table(("field", "column"), mapping),
        )
    )


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}".removesuffix(".00")


def _table(heads: tuple[str, ...], rows: list[list[str | int]] | list[list[str]]) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: str | int) -> str:
    return f"<td class=n>{value:,}</td>" if isinstance(value, int) else f"<td>{_text(value)}</td>"


def _text(value: str) -> str:
    return html.escape(value)
