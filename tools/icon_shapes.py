"""The scanner's icons as geometry, for make_font.py: each verdict has an outline of its own.

A guard who cannot tell the colours apart, or sees the screen from the side, still sees a disc with a tick, a diamond
with a question mark or an octagon with a cross. What is white here is ink; the sign inside is left out of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from PIL import Image, ImageDraw

_OVER = 8  # drawn that many times larger, then averaged: smooth edges


class _Sheet:
    """A square drawing in units of its side (0.0 to 1.0), averaged down to `size` pixels at the end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.side = size * _OVER
        self.image = Image.new("L", (self.side, self.side))
        self.draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        s = self.side
        self.draw.ellipse(((x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s), fill=ink)

    def area(self, points: list[tuple[float, float]], ink: int = 255) -> None:
        self.draw.polygon([(x * self.side, y * self.side) for x, y in points], fill=ink)

    def stroke(self, points: list[tuple[float, float]], width: float, ink: int = 255) -> None:
        """A line with round ends and joints."""
        for (x1, y1), (x2, y2) in pairwise(points):
            dx, dy = x2 - x1, y2 - y1
            length = math.hypot(dx, dy) or 1.0
            nx, ny = -dy / length * width / 2, dx / length * width / 2
            self.area([(x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny)], ink)
        for x, y in points:
            self.disc(x, y, width / 2, ink)

    def rounded(self, points: list[tuple[float, float]], radius: float) -> None:
        """A filled polygon with rounded corners; `points` are the centres of the corners' discs."""
        self.area(points)
        self.stroke([*points, points[0]], 2 * radius)

    def done(self) -> Image.Image:
        return self.image.reduce(_OVER)


def _ring(count: int, radius: float, turn: float) -> list[tuple[float, float]]:
    angles = [turn + 2 * math.pi * i / count for i in range(count)]
    return [(0.5 + radius * math.cos(a), 0.5 + radius * math.sin(a)) for a in angles]


def tick(size: int) -> Image.Image:
    """PASS: a disc with a tick."""
    sheet = _Sheet(size)
    sheet.disc(0.5, 0.5, 0.495)
    sheet.stroke([(0.27, 0.53), (0.43, 0.69), (0.74, 0.34)], 0.125, 0)
    return sheet.done()


def question(size: int) -> Image.Image:
    """CHECK: a diamond with a question mark."""
    sheet = _Sheet(size)
    sheet.rounded(_ring(4, 0.42, 0.0), 0.075)
    arc = [
        (0.5 + 0.13 * math.cos(a), 0.37 + 0.13 * math.sin(a))
        for a in _steps(math.radians(190), math.radians(395))
    ]
    sheet.stroke([*arc, (0.5, 0.545), (0.5, 0.60)], 0.09, 0)
    sheet.disc(0.5, 0.735, 0.058, 0)
    return sheet.done()


def _steps(start: float, end: float, count: int = 24) -> list[float]:
    return [start + (end - start) * i / count for i in range(count + 1)]


def cross(size: int) -> Image.Image:
    """REFUSE: an octagon, as of a stop sign, with a cross."""
    sheet = _Sheet(size)
    sheet.rounded(_ring(8, 0.48, math.pi / 8), 0.035)
    sheet.stroke([(0.31, 0.31), (0.69, 0.69)], 0.13, 0)
    sheet.stroke([(0.69, 0.31), (0.31, 0.69)], 0.13, 0)
    return sheet.done()


def warning(size: int) -> Image.Image:
    """A fault: a triangle with an exclamation mark."""
    sheet = _Sheet(size)
    sheet.rounded([(0.5, 0.12), (0.91, 0.84), (0.09, 0.84)], 0.08)
    sheet.stroke([(0.5, 0.34), (0.5, 0.58)], 0.1, 0)
    sheet.disc(0.5, 0.74, 0.06, 0)
    return sheet.done()


def gate(size: int) -> Image.Image:
    """Starting: a post and its striped bar, going up."""
    sheet = _Sheet(size)
    sheet.stroke([(0.2, 0.56), (0.93, 0.2)], 0.13)
    for part in (0.4, 0.62, 0.84):
        x, y = 0.2 + 0.73 * part, 0.56 - 0.36 * part
        sheet.stroke([(x - 0.045, y - 0.1), (x + 0.015, y + 0.1)], 0.07, 0)
    sheet.rounded([(0.13, 0.5), (0.27, 0.5), (0.27, 0.86), (0.13, 0.86)], 0.05)
    sheet.stroke([(0.06, 0.91), (0.34, 0.91)], 0.09)
    return sheet.done()


def corner(size: int, right: bool, low: bool) -> Image.Image:
    """What lies outside a quarter circle: drawn in the surrounding colour, it rounds the corner of a rectangle."""
    sheet = _Sheet(size)
    sheet.area([(0, 0), (1, 0), (1, 1), (0, 1)])
    sheet.disc(0.0 if right else 1.0, 0.0 if low else 1.0, 1.0, 0)
    return sheet.done()


def arrow(size: int) -> Image.Image:
    """What to do next."""
    sheet = _Sheet(size)
    sheet.stroke([(0.1, 0.5), (0.85, 0.5)], 0.15)
    sheet.stroke([(0.55, 0.2), (0.87, 0.5), (0.55, 0.8)], 0.15)
    return sheet.done()


# One character a shape and size: capitals stand beside the word, small letters fill a screen without a holder.
ICONS: dict[str, Callable[[], Image.Image]] = {
    "P": lambda: tick(54),
    "C": lambda: question(54),
    "R": lambda: cross(54),
    "p": lambda: tick(84),
    "c": lambda: question(84),
    "r": lambda: cross(84),
    "f": lambda: warning(84),
    "s": lambda: gate(84),
    "1": lambda: corner(8, False, False),
    "2": lambda: corner(8, True, False),
    "3": lambda: corner(8, False, True),
    "4": lambda: corner(8, True, True),
    ">": lambda: arrow(13),
}
