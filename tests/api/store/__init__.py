"""Tests of the app state, on SQLite and on PostgreSQL."""
