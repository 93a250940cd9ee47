"""Where a person with a browser shows the access key, once, and gets the cookie of a session."""

from __future__ import annotations

import asyncio
from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.identity import COOKIE, SESSION_SECONDS
from api.pages import page
from api.reach import Keys

router = APIRouter(include_in_schema=False)
_FAILURE_SECONDS = 0.5


@router.get("/login")
def show_login(keyring: Keys, next: str = "/ui") -> Response:  # the name in the address
    """The form."""
    return _form(next) if keyring.locked else RedirectResponse(_inside(next), 303)


@router.post("/login")
async def log_in(request: Request, keyring: Keys) -> Response:
    """The cookie, for the right key."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    next_page = fields.get("next", ["/ui"])[0]
    if not keyring.opens(fields.get("access_key", [""])[0]):
        await asyncio.sleep(_FAILURE_SECONDS)
        return _form(next_page, "That is not the key of this server.", 403)
    response = RedirectResponse(_inside(next_page), 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, keyring.new_session(), SESSION_SECONDS, secure=secure, httponly=True, samesite="lax")
    return response


@router.post("/logout")
def log_out() -> Response:
    """The cookie is taken back."""
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def _inside(place: str) -> str:
    """A place on this server; never another one."""
    return place if place.startswith("/") and not place.startswith(("//", "/\\")) and "\n" not in place and "\r" not in place else "/ui"


def _form(next_page: str, said: str = "", status: int = 200) -> HTMLResponse:
    body = f"""<main class="narrow"><h1>OIIS</h1>
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(_inside(next_page))}">
<label for="key">Access key of this server</label>
<input id="key" name="access_key" type="password" autocomplete="current-password" required autofocus>
<button>Enter</button>
<p role="alert">{escape(said)}</p>
</form></main>"""
    return HTMLResponse(page("Log in", body), status)
