"""The trade-off curves as a small SVG of its own: fill rate against average stock, a panel for each company."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from ml.contract import Floats

WIDTH, HEIGHT, LEFT, TOP, GAP = 400, 270, 56, 46, 64
LOWEST, HIGHEST = 0.85, 1.0
INK, PALE, GRID, PAPER = "#cbd5e1", "#94a3b8", "#1e293b", "#0a0e17"
COLOURS = ("#22d3ee", "#a78bfa", "#fb7185", "#f59e0b", "#34d399", "#e2e8f0")


@dataclass(frozen=True)
class Curve:
    """One company: units on hand and fill rate of each rule at each of its settings, and as it really was."""

    title: str
    rules: dict[str, tuple[Floats, Floats]]
    real: tuple[float, float] | None


def draw(curves: list[Curve]) -> str:
    """The picture as text."""
    names = list(dict.fromkeys(name for curve in curves for name in curve.rules))
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    width, height = LEFT + len(curves) * (WIDTH + GAP), TOP + HEIGHT + 62 + 18 * -(-len(names) // 2)
    body = [line for place, curve in enumerate(curves) for line in _panel(curve, LEFT + place * (WIDTH + GAP), colours)]
    body += [line for place, name in enumerate(names) for line in _key(name, colours[name], place)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Inter, system-ui, sans-serif" font-size="12">'
    )
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="{PAPER}"/>', *body, "</svg>", ""])


def _panel(curve: Curve, left: float, colours: dict[str, str]) -> list[str]:
    most = _most(curve)

    def across(stock: float) -> float:
        return left + WIDTH * stock / most

    lines = [_text(left, TOP - 18, curve.title, INK, "start", 14)]
    for fill in (0.85, 0.90, 0.95, 1.0):
        lines += [_line(left, _down(fill), left + WIDTH, _down(fill)), _text(left - 8, _down(fill) + 4, f"{fill:.0%}", PALE, "end")]
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(_text(across(part * most), TOP + HEIGHT + 18, f"{part * most:,.0f}", PALE, "middle"))
    lines.append(_text(left + WIDTH / 2, TOP + HEIGHT + 36, "units on hand on a mean day, by fill rate", PALE, "middle"))
    for name, (held, served) in curve.rules.items():
        points = [
            f"{across(s):.1f},{_down(f):.1f}"
            for s, f in sorted(zip(held.tolist(), served.tolist(), strict=True))
            if f >= LOWEST and s <= most
        ]
        lines.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colours[name]}" stroke-width="2"/>')
    if curve.real is not None:
        lines.append(
            f'<circle cx="{across(curve.real[0]):.1f}" cy="{_down(curve.real[1]):.1f}" r="5" fill="none" stroke="{INK}" stroke-width="2"/>'
        )
        lines.append(_text(across(curve.real[0]) + 9, _down(curve.real[1]) + 16, "as it was", INK, "start"))
    return lines


def _most(curve: Curve) -> float:
    """The right edge: where the rules come to a fill rate of 98.5 %, and what was really held."""
    reached = [float(np.interp(0.985, np.sort(fill), stock[np.argsort(fill)])) for stock, fill in curve.rules.values()]
    return 1.15 * max([*reached, *([curve.real[0]] if curve.real else [])])


def _down(fill: float) -> float:
    return TOP + HEIGHT * (HIGHEST - fill) / (HIGHEST - LOWEST)


def _key(name: str, colour: str, place: int) -> list[str]:
    x, y = LEFT + (place % 2) * 300, TOP + HEIGHT + 62 + 18 * (place // 2)
    return [f'<rect x="{x}" y="{y - 6}" width="18" height="3" fill="{colour}"/>', _text(x + 26, y, name, INK, "start")]


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{GRID}"/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
