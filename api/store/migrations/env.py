"""Alembic's entry: run the steps on the connection that `api.store.migrate` handed over, inside its transaction."""

from __future__ import annotations

from alembic import context

from api.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
