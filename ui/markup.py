"""HTML that data cannot break out of: plain text is always escaped, only what is made here counts as markup."""

from __future__ import annotations

import html
from collections.abc import Iterable

_VOID = {"br", "hr", "input", "col"}


class Markup(str):
    """Text that is HTML already. Every operation of `str` gives plain text back, which is escaped again."""

    __slots__ = ()


Child = str | None
Attribute = str | int | float | bool | None


def element(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """One element: `class_` is written class, `data_act` data-act; True stands alone, None and False are left out."""
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Markup(opening if tag in _VOID else f"{opening}{join(*children)}</{tag}>")


def join(*children: Child) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(_safe(child) for child in children if child))


def join_all(children: Iterable[Child]) -> Markup:
    """Any number of pieces one after the other."""
    return join(*children)


def _safe(child: str) -> str:
    return child if isinstance(child, Markup) else html.escape(child, quote=False)


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{html.escape(str(value), quote=True)}"'
