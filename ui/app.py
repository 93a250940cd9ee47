"""Mounts the chat into an application. Gradio is imported here and not before."""

from __future__ import annotations

import os
from typing import Any, TypeVar, cast

Application = TypeVar("Application")
PATH = "/ui"


def mount(app: Application, base_url: str, root: str = "") -> Application:
    """The chat at `/ui` of an application, asking the API at `base_url`; `root` stands before the addresses a browser follows."""
    # Before the import: Gradio reads it there. Nothing tells anybody outside that this page exists.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from ui.client import Client, connect
    from ui.conversation import Conversation
    from ui.layout import ASSETS
    from ui.page import build_page
    from ui.surroundings import Surroundings
    from ui.theme import theme

    client = Client(connect(base_url))
    surroundings = Surroundings(client, root)
    gr.mount_gradio_app(
        cast(Any, app),
        build_page(Conversation(client, surroundings), surroundings),
        PATH,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        max_file_size=1,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme(),
        css_paths=[ASSETS / "page.css"],
        head=(ASSETS / "head.html").read_text(encoding="utf-8"),
    )
    return app
