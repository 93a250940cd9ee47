"""A file fetched from the web: bounded in size, time and turns, and never from inside the network unless that is allowed."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from api.work.errors import Refused, WorkError

MOST_BYTES, MOST_TURNS = 20_000_000, 3
SECONDS, _BLOCK = 30.0, 1 << 16
_ACCEPTED = "application/rss+xml, application/atom+xml, application/xml, text/xml, text/csv, text/plain;q=0.5"
_MOVED = (301, 302, 303, 307, 308)


class Unreached(WorkError):
    """An address that did not answer as it should; another try may help."""


@dataclass(frozen=True)
class Target:
    """One place to ask: the name for the certificate, and the one machine that was found harmless."""

    parts: SplitResult
    host: str
    port: int
    machine: str

    @property
    def path(self) -> str:
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


def fetch(address: str, private: bool = False, seconds: float = SECONDS, most_bytes: int = MOST_BYTES) -> bytes:
    """What lies at an http(s) address; Refused for one that may not be asked, Unreached for one that does not answer."""
    deadline = time.monotonic() + seconds
    for _ in range(MOST_TURNS + 1):
        target = check_address(address, private)
        try:
            moved, body = _ask(target, deadline, most_bytes)
        except (OSError, http.client.HTTPException) as error:
            raise Unreached(f"{target.host} does not answer ({error}). Next: look whether the address is right and the site up.") from error
        if moved is None:
            return body
        address = urljoin(address, moved)
    raise Refused(f"{address[:200]} sends on more than {MOST_TURNS} times. Next: give the address where it ends.")


def check_address(address: str, private: bool) -> Target:
    """Where an address leads, looked up once: the connection goes to what was checked and nowhere else."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Refused(f"{address[:200]!r} is no address ({error}). Expected: https://HOST/PATH.") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise Refused(f"{address[:200]!r} cannot be fetched. Expected: https://HOST/PATH, without a name or password in it.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreached(f"nobody knows {host} ({error}). Next: check its name.") from error
    machines = [str(entry[4][0]) for entry in found]
    inside = [machine for machine in machines if not _is_public(machine)]
    if not machines or (inside and not private):
        raise Refused(f"{host} is inside this network ({', '.join(inside)}). Next: set OIIS_DOCUMENTS_FEEDS_PRIVATE=1 when that is meant.")
    return Target(parts, host, port, machines[0])


def _is_public(machine: str) -> bool:
    address = ip_address(machine.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_global and not address.is_multicast


def _ask(target: Target, deadline: float, most_bytes: int) -> tuple[str | None, bytes]:
    """Where it was sent on to, or the body."""
    connection = _Pinned(target, max(0.1, deadline - time.monotonic()))
    try:
        headers = {"Accept": _ACCEPTED, "Accept-Encoding": "identity", "User-Agent": "OIIS"}
        connection.request("GET", target.path, headers=headers)
        response = connection.getresponse()
        if response.status in _MOVED and (location := response.getheader("Location")):
            return location, b""
        if response.status != 200:
            raise Unreached(f"{target.host} answers with status {response.status}. Next: open the address in a browser.")
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise Refused(f"{target.host} sends packed content that was not asked for.")
        return None, _body(response, target.host, deadline, most_bytes)
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse, host: str, deadline: float, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    size, declared = 0, response.length
    while block := response.read1(_BLOCK):
        size += len(block)
        if size > most_bytes:
            raise Refused(f"{host} sends more than {most_bytes:,} bytes. Next: give a feed, not an archive.")
        if time.monotonic() > deadline:
            raise Unreached(f"{host} is too slow. Next: try later.")
        parts.append(block)
    if declared is not None and size != declared:
        raise Unreached(f"{host} broke off after {size:,} of {declared:,} bytes. Next: try later.")
    return b"".join(parts)


class _Pinned(http.client.HTTPConnection):
    """A connection to the machine that was checked, whatever the name means by now."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target

    def connect(self) -> None:
        """Open it, encrypted where the address says so; the certificate has to be the name's."""
        sock = socket.create_connection((self._target.machine, self._target.port), self.timeout)
        if self._target.parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self._target.host)
        self.sock = sock
