"""Bring a database to the newest layout, or back; Alembic's steps, run here and not by hand."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from api.store.errors import TooNew

FOLDER = Path(__file__).parent / "migrations"
# Any constant of ours: processes that start together migrate one after the other.
_TURN = 0x01150001


def upgrade(connection: Connection) -> None:
    """To the newest layout, inside the caller's transaction; nothing happens when it is there already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    there = revision(connection)
    steps = ScriptDirectory.from_config(_config(connection))
    if there == steps.get_current_head():
        return
    if there is not None and there not in {step.revision for step in steps.walk_revisions()}:
        raise TooNew(f"The app state has layout {there!r}, unknown to this release. Start the release that wrote it, or a newer one.")
    command.upgrade(_config(connection), "head")


def downgrade(connection: Connection, target: str) -> None:
    """Back to the layout `target`, or to nothing for "base"."""
    command.downgrade(_config(connection), target)


def revision(connection: Connection) -> str | None:
    """The layout the database has now; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    # Alembic reads "%" as the start of an interpolation.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
