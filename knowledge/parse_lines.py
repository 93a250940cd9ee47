"""Lines of a page with their places and sizes, put together from the pieces a PDF draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot

_MEAN_WIDTH, _FIXED_WIDTH = 0.5, 0.6  # of a letter, as a share of its size
_FIXED = ("Courier", "Mono", "mono", "Consol", "Typewriter", "CMTT", "Code")
_CELL_GAP = 1.4  # of the size: a wider gap parts columns
_SAME_LINE = 0.4
Matrix = Sequence[float]


@dataclass
class Line:
    """One line as it is printed; `cells` are its parts with wide gaps between them."""

    page: int
    x: float
    y: float
    size: float
    bold: bool
    cells: list[tuple[float, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(text for _, text in self.cells).split())


class LineCollector:
    """Called by pypdf with each piece of text that a page draws."""

    def __init__(self, page: int) -> None:
        self._page = page
        self._lines: list[Line] = []
        self._open: Line | None = None
        self._ends_at = 0.0

    def __call__(self, text: str, outer: Matrix, inner: Matrix, font: Mapping[str, object] | None, size: float) -> None:
        first, *rest = text.split("\n")
        if first.strip():
            self._add(first, outer, inner, font, size)
        for part in rest:
            self._open = None
            if part.strip():
                self._add(part, outer, inner, font, size)

    def lines(self) -> list[Line]:
        """Every line with anything on it, in the order they were drawn."""
        return [line for line in self._lines if line.text]

    def _add(self, text: str, outer: Matrix, inner: Matrix, font: Mapping[str, object] | None, size: float) -> None:
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        scale = hypot(inner[2], inner[3]) * hypot(outer[2], outer[3])
        height = abs(size) * scale or abs(size) or 1.0
        if self._open is None or abs(self._open.y - y) > _SAME_LINE * max(height, self._open.size):
            self._open = Line(self._page, x, y, round(height, 1), _is_bold(font))
            self._lines.append(self._open)
        elif x - self._ends_at < _CELL_GAP * height or not self._is_apart(text):
            at, before = self._open.cells[-1]
            self._open.cells[-1] = (at, before + text)
            self._open.bold = self._open.bold and _is_bold(font)
            self._ends_at = max(self._ends_at, x) + len(text) * height * _width(font)
            return
        self._open.cells.append((x, text))
        self._ends_at = x + len(text) * height * _width(font)

    def _is_apart(self, text: str) -> bool:
        """Whether pypdf, which knows how wide letters are, saw room before the piece: it puts a blank there."""
        before = self._open.cells[-1][1] if self._open else " "
        return text[:1].isspace() or before[-1:].isspace()


def _width(font: Mapping[str, object] | None) -> float:
    return _FIXED_WIDTH if any(word in _name(font) for word in _FIXED) else _MEAN_WIDTH


def _is_bold(font: Mapping[str, object] | None) -> bool:
    return any(word in _name(font) for word in ("Bold", "bold", "Black", "Heavy", "Semibold"))


def _name(font: Mapping[str, object] | None) -> str:
    try:
        return str(font.get("/BaseFont", "")) if font is not None else ""
    except AttributeError:
        return ""
