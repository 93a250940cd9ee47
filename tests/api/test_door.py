"""The door: names, origins, keys, sizes, and the headers every response leaves with."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import HTTPConnection

from api.door import MAX_BODY_BYTES
from api.identity import COOKIE, SESSION_SECONDS, Keyring
from settings import BadSetting, check_exposure
from tests.api.stage import JSON, Live, live, open_thread, problem, stage_settings

KEY = "0123456789abcdef0123456789abcdef"
OPEN = ("/healthz", "/readyz", "/login", "/pages.css", "/favicon.ico")


@pytest.fixture(scope="module")
def locked(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with a key and a name."""
    settings = stage_settings(company, tmp_path_factory.mktemp("locked"), access_key=KEY, allowed_hosts="oiis.example, Other.example")
    with live(settings) as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", "127.0.0.1@evil.example", "evil.example/127.0.0.1", "local host", "[", "a]", "[x]"],
)
def test_names_that_are_not_ours_are_refused(client: httpx.Client, host: str) -> None:
    problem(client.get("/healthz", headers={"Host": host}), 421, "wrong_host")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]:8000", "10.1.2.3"])
def test_addresses_and_our_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_more_names_are_a_setting(locked: Live) -> None:
    with locked.client() as client:
        assert client.get("/healthz", headers={"Host": "oiis.example"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "OTHER.example:443"}).status_code == 200
        problem(client.get("/healthz", headers={"Host": "third.example"}), 421, "wrong_host")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_change_nothing(client: httpx.Client, headers: dict[str, str]) -> None:
    before = client.get("/api/v1/threads", params={"limit": 200}).json()
    problem(client.post("/api/v1/threads", json={}, headers=headers), 403, "foreign_origin")
    problem(client.delete("/api/v1/preferences", headers=headers), 403, "foreign_origin")
    after = client.get("/api/v1/threads", params={"limit": 200}, headers=headers)
    assert after.json() == before and "access-control-allow-origin" not in after.headers


def test_our_own_pages_may(client: httpx.Client) -> None:
    origin = str(client.base_url).rstrip("/")
    assert client.post("/api/v1/threads", json={}, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}).status_code == 201


def test_bodies_are_bounded_however_they_are_sent(client: httpx.Client) -> None:
    fits = '{"title": "x"}' + " " * (MAX_BODY_BYTES - 14)
    assert client.post("/api/v1/threads", content=fits, headers=JSON).status_code == 201
    problem(client.post("/api/v1/threads", content=fits + " ", headers=JSON), 413, "too_large")

    def pieces() -> Iterator[bytes]:
        for _ in range(12):
            yield b" " * 100_000

    problem(client.post("/api/v1/threads", content=pieces(), headers=JSON), 413, "too_large")


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(stage: Live, length: str) -> None:
    host, _, port = stage.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(f"POST /api/v1/threads HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n".encode())
        assert raw.recv(1_000).split(b" ")[1] in (b"400", b"413")


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/api/v1/threads", "/nothing", "/ui", "/login"])
def test_every_response_leaves_with_its_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert len(headers["x-request-id"]) == 16
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "http" not in policy and "*" not in policy
    assert ("unsafe" in policy) == path.startswith("/ui")
    assert "server" not in headers


class TestKeys:
    """With a key, nothing but the probes and the login answers without it."""

    def test_every_route_needs_the_key(self, locked: Live) -> None:
        with locked.client() as client:
            document = client.get("/openapi.json", headers={"Authorization": f"Bearer {KEY}"}).json()
            routes = [(method, path) for path, item in document["paths"].items() for method in item]
            assert len(routes) >= 20
            for method, path in [*routes, ("get", "/docs"), ("get", "/openapi.json"), ("get", "/"), ("get", "/ui"), ("get", "/nothing")]:
                if path not in OPEN:
                    reply = client.request(method, path.replace("{", "").replace("}", ""))
                    problem(reply, 401, "no_access")
                    assert reply.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("shown", ["", "Bearer", f"Basic {KEY}", f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", f"Bearer {KEY.upper()}", KEY])
    def test_only_the_key_opens(self, locked: Live, shown: str) -> None:
        with locked.client(headers={"Authorization": shown}) as client:
            problem(client.get("/api/v1/threads"), 401, "no_access")
        with locked.client(headers={"Authorization": f"bearer {KEY}"}) as client:
            assert client.get("/api/v1/threads").status_code == 200
            assert open_thread(client)

    def test_a_browser_is_shown_where_to_log_in_and_gets_a_cookie(self, locked: Live) -> None:
        with locked.client(headers={"Accept": "text/html"}) as client:
            shown = client.get("/ui/")
            assert (shown.status_code, shown.headers["location"]) == (303, "/login?next=/ui/")
            form = client.get(shown.headers["location"])
            assert 'type="password"' in form.text and "http" not in form.text.replace("http-equiv", "")
            wrong = client.post("/login", data={"access_key": "wrong", "next": "/ui"})
            assert wrong.status_code == 403 and "set-cookie" not in wrong.headers
            right = client.post("/login", data={"access_key": KEY, "next": "/docs"})
            assert (right.status_code, right.headers["location"]) == (303, "/docs")
            cookie = right.headers["set-cookie"].lower()
            assert "httponly" in cookie and "samesite=lax" in cookie and KEY not in cookie
            assert client.get("/api/v1/threads").status_code == 200
            assert client.get("/docs").status_code == 200
            client.post("/logout")
            problem(client.get("/api/v1/threads"), 401, "no_access")

    @pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\r\nSet-Cookie: x=y"])
    def test_the_login_leads_nowhere_else(self, locked: Live, place: str) -> None:
        with locked.client() as client:
            assert client.post("/login", data={"access_key": KEY, "next": place}).headers["location"] == "/ui"

    def test_a_cookie_ends_and_cannot_be_made(self, tmp_path: Path) -> None:
        now = [1_000_000.0]
        keyring = Keyring(stage_settings(tmp_path, tmp_path, access_key=KEY), lambda: now[0])
        other = Keyring(stage_settings(tmp_path, tmp_path, access_key=KEY[::-1]), lambda: now[0])
        token = keyring.new_session()
        ends, _, signature = token.partition(".")

        def opens(ring: Keyring, value: str) -> bool:
            headers = [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]
            return ring.caller(httpx_request(headers)) is not None

        assert opens(keyring, token) and not opens(other, token)
        for forged in ("", "x", ".", f"{int(ends) + 1}.{signature}", f"{ends}.{signature[:-1]}0", f"{ends}", f"\xb2.{signature}"):
            assert not opens(keyring, forged), forged
        now[0] += SESSION_SECONDS + 1
        assert not opens(keyring, token)


def httpx_request(headers: list[tuple[bytes, bytes]]) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": headers})


def test_without_a_key_the_login_is_passed_by(client: httpx.Client) -> None:
    reply = client.get("/login", params={"next": "/docs"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/docs")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_this_machine_is_served_without_a_key(tmp_path: Path, host: str) -> None:
    check_exposure(stage_settings(tmp_path, tmp_path, host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "oiis.example"])
def test_other_machines_are_served_with_a_key_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSetting, match="OIIS_ACCESS_KEY"):
        check_exposure(stage_settings(tmp_path, tmp_path, host=host))
    check_exposure(stage_settings(tmp_path, tmp_path, host=host, access_key=KEY))
