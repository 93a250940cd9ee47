"""The steps that bring a database of app state to the newest layout, run by Alembic when a store is opened."""
