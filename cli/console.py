"""How commands speak: results on stdout, progress and complaints on stderr, one JSON document with --json."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from ingestion.progress import Progress, silent


def say(text: str = "") -> None:
    """A line of the result."""
    typer.echo(text)


def complain(text: str) -> None:
    """A line for the person at the terminal, not part of the result."""
    typer.echo(text, err=True)


def fail(error: Exception, exit_code: int) -> NoReturn:
    """End with a plain message; no stack trace for what a person can mend."""
    complain(f"error: {error}")
    raise typer.Exit(exit_code)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    """A progress bar on stderr; when stderr is no terminal, a line whenever the stage changes."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _live_bar() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _live_bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def report(stage: str, done: float | None) -> None:
            bar.update(task, description=stage, total=None if done is None else 1.0, completed=done or 0.0)

        yield report


def _lines() -> Progress:
    last = ""

    def report(stage: str, done: float | None) -> None:
        nonlocal last
        if stage != last:
            last = stage
            complain(f"  {stage} ...")

    return report


def table(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """An aligned table; numbers to the right."""
    body = list(rows)
    cells = [tuple(_cell(value) for value in row) for row in body]
    for row, values in zip((heads, *cells), (heads, *body), strict=True):
        padded = []
        for place, (cell, value) in enumerate(zip(row, values, strict=True)):
            width = max(len(line[place]) for line in (heads, *cells))
            padded.append(cell.rjust(width) if isinstance(value, int | float) else cell.ljust(width))
        say("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
