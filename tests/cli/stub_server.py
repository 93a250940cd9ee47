"""A stand-in for the server and the worker: does what STUB says, and notes each of its starts in the file STARTS."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

JOB = {"id": "1", "kind": "found_demo", "state": "running", "progress": 0.4, "message": "building the demo company: 2025-03"}
DATA = {"snapshot": "v000001", "data_as_of": "2026-10-31"}
STATUS: list[object] = [
    {"data": None, "jobs": [], "brain": "embedded"},
    {"data": None, "jobs": [JOB]},
    {"data": DATA, "jobs": [JOB | {"state": "done", "message": "the demo company is ready"}], "examples": ["{kind: top}"]},
]


class Replies(BaseHTTPRequestHandler):
    """Alive at once; the status goes from nothing over a running job to data."""

    asked = 0

    def do_GET(self) -> None:
        body = b'{"status": "ok"}'
        if self.path == "/api/v1/status":
            body = json.dumps(STATUS[min(Replies.asked, len(STATUS) - 1)]).encode()
            Replies.asked += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


def main() -> None:
    """Serve, crash or hold on to life."""
    deed = os.environ.get("STUB", "serve")
    with Path(os.environ["STARTS"]).open("a", encoding="utf-8") as starts:
        starts.write(f"{sys.argv[0]} {os.getpid()}\n")
    if deed.startswith("exit"):
        sys.exit(int(deed.removeprefix("exit")))
    if deed == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    HTTPServer(("127.0.0.1", int(os.environ["OIIS_PORT"])), Replies).serve_forever()


def work() -> None:
    """A worker that has nothing to do."""
    with Path(os.environ["STARTS"]).open("a", encoding="utf-8") as starts:
        starts.write(f"worker {os.getpid()}\n")
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
