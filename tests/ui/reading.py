"""HTML read back the way a browser would, to see what is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from ui.markup import Markup


@dataclass
class Page(HTMLParser):
    """Every element with its attributes, and all the text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of every such element; `class_` and `data_x` are written as in markup."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [had for name, had in self.elements if name == tag and all(value in (had.get(key) or "") for key, value in wanted.items())]


def read(markup: Markup) -> Page:
    """What a browser finds in it."""
    page = Page()
    page.feed(markup)
    page.close()
    return page
