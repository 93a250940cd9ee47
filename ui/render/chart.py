"""Pictures: a Vega-Lite specification made safe to draw, as the text that Gradio's own Vega takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

# What could fetch something or lead elsewhere; an answer's picture has its data inside.
_FORBIDDEN = {"url", "href", "usermeta", "loader", "tile"}
_FORBIDDEN_MARKS = {"image", "geoshape"}
_EMBED = {"renderer": "svg", "actions": {"export": True, "source": False, "compiled": False, "editor": False}}
# Long names must leave room for the picture on a phone.
_LABEL_PIXELS = 130


@dataclass(frozen=True)
class Picture:
    """A picture ready to be drawn."""

    title: str
    spec: str


def draw_chart(title: str, spec: Mapping[str, object]) -> Picture | None:
    """The picture of a specification, or None where it is not of the closed kind."""
    if not _is_closed(spec):
        return None
    held = spec.get("config")
    config: dict[str, object] = dict(held) if isinstance(held, Mapping) else {}
    axis = config.get("axis")
    config["axisY"] = {**(axis if isinstance(axis, Mapping) else {}), "labelLimit": _LABEL_PIXELS}
    autosize = {"type": "fit-x", "contains": "padding", "resize": True}
    safe = {**spec, "config": config, "autosize": autosize, "description": title, "usermeta": {"embedOptions": _EMBED}}
    safe.pop("title", None)  # it stands above the picture, where it can wrap and be selected
    return Picture(title, json.dumps(safe, ensure_ascii=False, default=str))


def _is_closed(part: object) -> bool:
    if isinstance(part, Mapping):
        return all(_allowed(name, value) for name, value in part.items())
    return all(_is_closed(each) for each in part) if isinstance(part, list | tuple) else True


def _allowed(name: object, value: object) -> bool:
    if name in ("values", "$schema"):
        return True  # rows are values whatever their fields are called; the schema's address is a name
    if name in _FORBIDDEN or (name in ("mark", "type") and str(value) in _FORBIDDEN_MARKS):
        return False
    return _is_closed(value)
