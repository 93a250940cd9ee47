"""What changes on the page at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from ui.markup import Markup

NOTHING = Markup("")


@dataclass(frozen=True)
class Scene:
    """None stays as it is; `turns` draws the conversation again, `relabel` everything that has a language."""

    turns: bool = False
    live: Markup | None = None
    notice: Markup | None = None
    threads: Markup | None = None
    status: Markup | None = None
    welcome: Markup | None = None
    preferences: Markup | None = None
    question: str | None = None
    relabel: bool = False
