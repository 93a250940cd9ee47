"""The warehouse that answers: the embedded snapshot, or one published to a server; with the calendar its questions are asked in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ingestion.databases import display
from ingestion.errors import NoWarehouse, Unreachable
from ingestion.warehouse import Card, Snapshot
from tools.query.contract import QueryContext
from tools.query.run import SERVER_SCHEMA, open_database, open_url
from tools.query.source import Source


class Told(BaseModel):
    """What a published warehouse says of itself: which snapshot it is and whose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot: str
    card: Card


@dataclass(frozen=True)
class Served:
    """Where queries run and what holds for all of them."""

    source: Source
    context: QueryContext
    currency: str = ""
    home: Path | None = None  # where trained models, indexes and the ledger lie beside the warehouse


def serve_snapshot(snapshot: Snapshot, as_of: date | None = None, personal: bool = False) -> Served:
    """The embedded snapshot, as of its newest order unless a day is given."""
    context = _context(snapshot.name, snapshot.card, as_of, personal)
    home = snapshot.version.path.parents[1]
    return Served(Source(open_database(snapshot.database), snapshot.name), context, snapshot.card.company.currency, home)


def serve_url(url: str, as_of: date | None = None, personal: bool = False, home: Path | None = None) -> Served:
    """A published snapshot on a server."""
    engine = open_url(url)
    try:
        with engine.connect() as connection:
            told = connection.execute(
                text("SELECT obj_description(oid) FROM pg_namespace WHERE nspname = :name"), {"name": SERVER_SCHEMA}
            ).scalar()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unreachable(reason, where=display(url), remedy="start the database, or unset OIIS_WAREHOUSE_URL") from error
    if not told:
        raise NoWarehouse("no snapshot was published there", where=display(url), remedy="./oiis data publish URL")
    published = Told.model_validate_json(told)
    context = _context(published.snapshot, published.card, as_of, personal)
    return Served(Source(engine, published.snapshot), context, published.card.company.currency, home)


def _context(name: str, card: Card, as_of: date | None, personal: bool) -> QueryContext:
    day = as_of or card.as_of
    if day is None:
        raise NoWarehouse("the warehouse holds no order yet, so there is no business date", remedy="load orders, or set OIIS_AS_OF")
    return QueryContext(as_of=day, timezone=card.company.timezone, snapshot=name, personal=personal)
