"""The options that several commands share, each checked before anything is read."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def _share(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 1:
        raise typer.BadParameter(f"{value} is no share of the rows; a number from 0 (none) to 1 (all), for example 0.2")
    return value


def _seconds(value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise typer.BadParameter(f"{value} is no time to wait; a number of seconds from 0 on")
    return value


def _zone(value: str | None) -> str | None:
    from settings import check_timezone

    return _checked(check_timezone, value)


def _currency(value: str | None) -> str | None:
    from settings import check_currency

    return _checked(check_currency, value)


def _checked(check: Callable[[str], str], value: str | None) -> str | None:
    try:
        return None if value is None else check(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _encoding(value: str | None) -> str | None:
    try:
        "".encode(value or "utf-8")
    except LookupError as error:
        raise typer.BadParameter(f"{value!r} is no text encoding; for example utf-8, utf-16, cp1252, cp1258 or latin-1") from error
    return value


def _delimiter(value: str | None) -> str | None:
    from ingestion.errors import BadFile
    from ingestion.readers.delimited import check_delimiter

    try:
        return None if value is None else check_delimiter(value, "")
    except BadFile as error:
        raise typer.BadParameter(f"{error.what}; {error.expected}") from error


AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for another writer", callback=_seconds)]
Sources = Annotated[list[Path], typer.Argument(help="Files, or folders of files")]
Preset = Annotated[str | None, typer.Option(help="online-retail, retailrocket, northwind, shopify or sales-lines")]
MapFile = Annotated[Path | None, typer.Option("--map", help="YAML file that says which column is which field")]
MaxRejected = Annotated[
    float | None, typer.Option(help="Largest share of bad rows with which the batch is still accepted, 0 to 1", callback=_share)
]
Timezone = Annotated[str | None, typer.Option(help="Zone of the times in the files, for example Asia/Ho_Chi_Minh", callback=_zone)]
Currency = Annotated[str | None, typer.Option(help="ISO code of the money in the files", callback=_currency)]
Encoding = Annotated[str | None, typer.Option(help="Text encoding, when it is not found right", callback=_encoding)]
Delimiter = Annotated[str | None, typer.Option(help="Column separator, when it is not found right", callback=_delimiter)]
