"""The shape of rows: how wide a table is under its header, and how a row of another width is made to fit."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.readers.contract import Fault


def trim(cells: Sequence[str]) -> list[str]:
    """The cells up to the last that holds anything."""
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return list(cells[:width])


def place_headers(header: Sequence[str], body: Sequence[Sequence[str]], *, named: bool) -> list[str]:
    """The header as wide as the data under it: unnamed columns at the end stay only where they hold something."""
    widths = [len(trim(record)) for record in body]
    if not named:
        return [""] * max(widths, default=0)
    width = len(trim(header))
    room = min(len(header), max(widths, default=0))
    return [*header[:width], *[""] * max(0, room - width)]


def fit(record: Sequence[str], width: int, required: int, joint: str, fault: Fault | None) -> tuple[Sequence[str], Fault | None]:
    """A record as wide as the table: missing cells stay empty, surplus ones stay readable in the last column."""
    if len(record) == width:
        return record, fault
    cells = trim(record)
    if len(record) < required or len(cells) > width:
        fault = fault or "ragged_row"
    if len(cells) > width:
        return [*cells[: width - 1], joint.join(cells[width - 1 :])], fault
    return [*cells, *[""] * (width - len(cells))], fault
