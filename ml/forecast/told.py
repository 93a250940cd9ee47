"""The backtest as a table for people: the served forecast beside every rung of the ladder."""

from __future__ import annotations

from ml.forecast.contract import EVERY, Score, Win

HEADS = ("model", "slice", "series", "RMSSE", "MASE", "bias %", "pinball", "80 %", "90 %", "<= q90", "<= q95", "weekly WAPE %")


def rows(scores: tuple[Score, ...], classes_of: str = "served") -> list[tuple[str, ...]]:
    """All series for every model, then the classes of one model, then categories and the total for every model."""
    every = [row for row in scores if row.slice == EVERY]
    classes = [row for row in scores if row.model == classes_of and row.slice != EVERY and row.weekly_wape is None]
    groups = [row for row in scores if row.weekly_wape is not None]
    return [_row(row) for row in (*sorted(every, key=lambda row: row.rmsse or 9.0), *classes, *groups)]


def win_lines(wins: tuple[Win, ...]) -> list[str]:
    """Each comparison in one line, with the interval that says whether it is sure."""
    return [
        f"{win.model} against {win.against}, {win.slice}, {win.score}: {win.gain:+.1%} ({win.low:+.1%} to {win.high:+.1%})"
        f"{'' if win.sure else ', not sure'}"
        for win in wins
    ]


def _row(row: Score) -> tuple[str, ...]:
    shares = (row.covered_80, row.covered_90, row.under_90, row.under_95)
    return (
        row.model,
        row.slice,
        str(row.series),
        _number(row.rmsse, 4),
        _number(row.mase, 4),
        _number(None if row.bias is None else 100 * row.bias, 1),
        _number(row.pinball, 4),
        *(_number(None if share is None else 100 * share, 1) for share in shares),
        _number(None if row.weekly_wape is None else 100 * row.weekly_wape, 2),
    )


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
