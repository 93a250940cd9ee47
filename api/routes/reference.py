"""The pages: the way to the chat, the API reference, their style."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.pages import ICON, STYLE, page
from api.reference import reference

router = APIRouter(include_in_schema=False)


@router.get("/")
def go_to_the_chat() -> Response:
    """The chat is what people come for."""
    return RedirectResponse("/ui", 307)


@router.get("/docs")
def show_reference(request: Request) -> HTMLResponse:
    """Every route, made from the OpenAPI document; no script, nothing from outside."""
    return HTMLResponse(page("API", reference(request.app.openapi())))


@router.get("/favicon.ico")
def send_icon() -> Response:
    """What a browser shows beside the title."""
    return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


@router.get("/pages.css")
def send_style() -> FileResponse:
    """The style of these pages."""
    return FileResponse(STYLE, media_type="text/css")
