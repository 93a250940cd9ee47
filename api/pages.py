"""The frame of the few pages that are not the chat: one style, no script, nothing from outside."""

from __future__ import annotations

from html import escape
from pathlib import Path

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0a0e17"/>'
    '<path d="M6 22l7-8 5 5 8-11" fill="none" stroke="#22d3ee" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
STYLE = Path(__file__).parent / "pages.css"


def page(title: str, body: str) -> str:
    """A whole page around `body`, which is HTML already."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · OIIS</title>
<link rel="stylesheet" href="/pages.css">
</head>
<body>
{body}
</body>
</html>
"""
