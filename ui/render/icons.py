"""The page's few pictures, drawn in the colour of the text around them."""

from __future__ import annotations

from ui.markup import Markup


def _icon(path: str) -> Markup:
    return Markup(
        '<svg class="oi-icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor"'
        f' stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )


_THUMB = "M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2 2v4h5.5a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7"
THUMB_UP = _icon(_THUMB)
THUMB_DOWN = Markup(_icon(_THUMB).replace('class="oi-icon"', 'class="oi-icon oi-turned"'))
BIN = _icon("M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5")
COPY = _icon("M9 9h11v11H9zM5 15H4V4h11v1")
DOWNLOAD = _icon("M12 4v11M7 11l5 5 5-5M5 20h14")
