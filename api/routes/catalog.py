"""Every route: one module a resource and one line here."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import answers, documents, login, predict, preferences, reference, runs, status, threads, tools

PREFIX = "/api/v1"
# Under the prefix.
RESOURCES: tuple[APIRouter, ...] = (
    threads.router,
    runs.router,
    answers.router,
    preferences.router,
    tools.router,
    predict.router,
    documents.router,
    status.router,
)
# At the root: what probes and browsers ask for.
PAGES: tuple[APIRouter, ...] = (status.probes, login.router, reference.router)
