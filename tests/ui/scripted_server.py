"""`python -m tests.ui.scripted_server PORT`: the chat in front of an API that does what the message says, slowly enough to be seen."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

from tests.ui.scripted_api import ScriptedApi
from ui.app import mount


def main(port: int) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    mount(app, f"http://127.0.0.1:{port}")
    app.mount("/", ScriptedApi(seconds_between=0.05).app())
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", ws="none")


if __name__ == "__main__":
    main(int(sys.argv[1]))
