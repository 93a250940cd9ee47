"""Every fault as an RFC 9457 problem document: what happened, which value, what was allowed, what to do next; never a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agents.session import Busy
from api.conductor import Stopping
from api.refusal import Refusal
from api.schemas import JobStatus, Problem
from api.store import errors as store_errors
from ingestion import errors as ingestion_errors
from ingestion.errors import IngestionError
from knowledge.parse_errors import BadDocument, BadLibrary, NoDocument
from tools.errors import BadInput, CannotDo, NeedsApproval, NeedsPermission, ToolError

_LOG = logging.getLogger("oiis.api")
MEDIA_TYPE = "application/problem+json"
# The reference page explains each kind at this place.
PLACE = "/docs#problem-"
_MOST_CHARACTERS, _MOST_WORDS = 300, 60
_RETRY_SECONDS = {429: "2", 503: "3", 504: "5"}
_UNEXPECTED = "Something broke that should not have. The log of the server has the reason. Nothing half done was kept."

# Every kind of problem: its status, and what it means to whoever meets it.
KINDS: Mapping[str, tuple[int, str]] = {
    "bad_input": (422, "A value is not accepted; `field`, `value`, `allowed` and `nearest` say which and what would be."),
    "bad_request": (400, "The request itself cannot be read."),
    "no_access": (401, "The server has an access key and it was not shown, or not the right one."),
    "forbidden": (403, "The session does not hold the scope that this needs."),
    "foreign_origin": (403, "A page of another site tried to change something here."),
    "not_found": (404, "There is no such thing, or it belongs to somebody else."),
    "method_not_allowed": (405, "The address is right and the method is not; the header `Allow` lists those that are."),
    "conflict": (409, "The state does not allow it any more: ended, decided, or deleted."),
    "cannot_do": (409, "The data cannot say this; the detail says why and what would help."),
    "needs_approval": (409, "A person has to approve it first."),
    "gone": (410, "These events are no longer kept; the run and its answer are."),
    "too_large": (413, "The body is larger than one megabyte, or a document than fifty."),
    "wrong_host": (421, "The server is not known under this name; `OIIS_ALLOWED_HOSTS` lists more names."),
    "key_reused": (422, "The idempotency key was used before with another body."),
    "bad_document": (422, "The document cannot be taken in: it is empty, encrypted, damaged, too large or of a kind that is not read."),
    "crowded": (429, "Too many questions are under way; wait for some of them."),
    "unexpected": (500, "A fault of ours. It is in the log."),
    "busy": (503, "Another writer is at work; ask again in a moment."),
    "no_data": (503, "Nothing was loaded yet, or the data cannot be reached; `jobs` says how far the work is."),
    "unreachable": (503, "The app state does not answer in time."),
    "starting": (503, "The chat is still being opened; the API answers already."),
    "stopping": (503, "The server is shutting down; ask again in a moment."),
    "too_slow": (504, "It took longer than a tool call may and was given up."),
    "storage_full": (507, "No room is left on the disk; nothing was changed, reading goes on."),
}
_OF_ERROR: Sequence[tuple[type[Exception], str]] = (
    (BadInput, "bad_input"),
    (NeedsPermission, "forbidden"),
    (NeedsApproval, "needs_approval"),
    (ToolError, "cannot_do"),
    (store_errors.NotFound, "not_found"),
    (store_errors.KeyReused, "key_reused"),
    (store_errors.Conflict, "conflict"),
    (store_errors.Crowded, "crowded"),
    (store_errors.OutOfBounds, "bad_input"),
    (store_errors.Gone, "gone"),
    (store_errors.StorageFull, "storage_full"),
    (store_errors.StoreError, "unreachable"),
    (Busy, "crowded"),
    (Stopping, "stopping"),
    (BadDocument, "bad_document"),
    (NoDocument, "not_found"),
    (BadLibrary, "unreachable"),
    (ingestion_errors.Busy, "busy"),
    (ingestion_errors.StorageFull, "storage_full"),
    (IngestionError, "no_data"),
)


def problem(path: str, kind: str, detail: str, headers: Mapping[str, str] | None = None, **extras: Any) -> Response:
    """The response that tells of a problem."""
    status = KINDS[kind][0]
    title = kind.replace("_", " ").capitalize()
    body = Problem(type=PLACE + kind, title=title, status=status, detail=detail, instance=path, **extras)
    wait = {"Retry-After": _RETRY_SECONDS[status]} if status in _RETRY_SECONDS else {}
    return Response(body.model_dump_json(exclude_defaults=True), status, {**wait, **(headers or {})}, MEDIA_TYPE)


def kind_of(error: Exception) -> str:
    """The kind of problem an error of the floors below is."""
    return next((name for type_, name in _OF_ERROR if isinstance(error, type_)), "unexpected")


def refusal_response(path: str, refusal: Refusal) -> Response:
    """The response to a request that is not carried out."""
    return problem(path, refusal.kind, refusal.detail, refusal.headers, **refusal.extras)


def tell_problems(app: FastAPI, jobs: Callable[[], tuple[JobStatus, ...]]) -> None:
    """Make every fault of the application a problem document."""

    async def known(request: Request, error: Exception) -> Response:
        kind = kind_of(error)
        details = _details(error)
        if kind == "no_data":
            details["jobs"] = jobs()
        return problem(request.url.path, kind, shortened(str(error)), **details)

    for type_, _ in _OF_ERROR:
        app.add_exception_handler(type_, known)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _details(error: Exception) -> dict[str, Any]:
    """What the error knows beside its sentence."""
    if isinstance(error, BadInput):
        allowed = (error.allowed,) if isinstance(error.allowed, str) else tuple(error.allowed)[:_MOST_WORDS]
        return {"field": error.field, "value": shortened(str(error.value)), "allowed": allowed, "nearest": error.nearest}
    if isinstance(error, CannotDo):
        return {"next": error.remedy or None, "nearest": error.nearest}
    if isinstance(error, store_errors.OutOfBounds):
        return {"field": error.field, "value": shortened(error.found), "allowed": (error.allowed,)}
    if isinstance(error, IngestionError):
        return {"next": error.remedy or None}
    return {}


async def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal("unexpected", _UNEXPECTED)
    return refusal_response(request.url.path, refusal)


async def _invalid(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": str(error)}
    place = [str(part) for part in first["loc"]]
    field = ".".join(place[1:]) or (place[0] if place else "body")
    value = first.get("input")
    shown = None if isinstance(value, dict | list) or value is None else shortened(str(value))
    return problem(request.url.path, "bad_input", shortened(f"{field}: {first['msg']}."), field=field, value=shown)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    kind = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(status, "bad_request" if status < 500 else "unexpected")
    said = {
        "not_found": f"There is nothing at {request.url.path[:200]!r}. Next: GET /docs lists every address.",
        "method_not_allowed": f"{request.method} is not possible at {request.url.path[:200]!r}.",
        "unexpected": _UNEXPECTED,
    }
    told = getattr(error, "detail", "") if status == 413 else ""
    detail = said.get(kind) or told or f"{HTTPStatus(status).phrase}: {getattr(error, 'detail', '')}"
    return problem(request.url.path, kind, shortened(detail), headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    """The trace goes to the log, by the server around this."""
    _LOG.error("%s %s broke: %s", request.method, request.url.path, type(error).__name__)
    return problem(request.url.path, "unexpected", _UNEXPECTED)


def shortened(text: str) -> str:
    """As much of a text as a problem carries."""
    readable = text.encode("utf-8", "replace").decode("utf-8")
    return readable if len(readable) <= _MOST_CHARACTERS else readable[: _MOST_CHARACTERS - 1] + "…"
