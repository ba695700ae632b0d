"""A line chart as a PNG, drawn with Pillow: colours that colour-blind people tell apart, and a mark for each line.

Colours are those of Okabe and Ito, darkest first; each line also has its own mark, and its name at its right end.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]

_SIZE = (960, 600)
_LEFT, _TOP, _RIGHT, _BOTTOM = 90, 30, 170, 70
_OVER = 2  # drawn so much larger, then averaged
_INK = (40, 40, 40)
_PALE = (225, 225, 225)
_COLOURS = ((0, 0, 0), (213, 94, 0), (0, 114, 178), (0, 158, 115), (204, 121, 167), (230, 159, 0))


class Line(NamedTuple):
    """A named row of points; y is a percentage."""

    name: str
    points: list[Point]


def draw(lines: list[Line], across: str, up: str, path: Path) -> None:
    """Write the chart of the lines; the axes' names are `across` and `up`."""
    _Chart(lines).save(across, up, path)


class _Chart:
    def __init__(self, lines: list[Line]) -> None:
        self.lines = [line for line in lines if line.points]
        xs = [x for line in self.lines for x, _ in line.points]
        self.low, self.high = math.floor(min(xs) * 2) / 2, math.ceil(max(xs) * 2) / 2
        self.image = Image.new("RGB", (_SIZE[0] * _OVER, _SIZE[1] * _OVER), "white")
        self.pen = ImageDraw.Draw(self.image)
        self.font = ImageFont.load_default(17 * _OVER)

    def save(self, across: str, up: str, path: Path) -> None:
        self._axes(across, up)
        for number, line in enumerate(self.lines):
            self._line(line, number)
        self._names()
        self.image.resize(_SIZE, Image.Resampling.LANCZOS).save(path, optimize=True)

    def _at(self, point: Point) -> Point:
        wide, high = _SIZE[0] - _LEFT - _RIGHT, _SIZE[1] - _TOP - _BOTTOM
        x = _LEFT + wide * (point[0] - self.low) / (self.high - self.low)
        y = _TOP + high * (1 - point[1] / 100)
        return x * _OVER, y * _OVER

    def _axes(self, across: str, up: str) -> None:
        for percent in range(0, 101, 20):
            self.pen.line(
                (self._at((self.low, percent)), self._at((self.high, percent))), fill=_PALE, width=_OVER
            )
            x, y = self._at((self.low, percent))
            self.pen.text((x - 10 * _OVER, y), str(percent), fill=_INK, font=self.font, anchor="rm")
        for half in range(round(self.low * 2), round(self.high * 2) + 1):
            x, y = self._at((half / 2, 0))
            self.pen.line((x, y, x, y + 6 * _OVER), fill=_INK, width=_OVER)
            self.pen.text((x, y + 10 * _OVER), f"{half / 2:g}", fill=_INK, font=self.font, anchor="mt")
        self.pen.line((self._at((self.low, 0)), self._at((self.high, 0))), fill=_INK, width=2 * _OVER)
        x, y = self._at(((self.low + self.high) / 2, 0))
        self.pen.text((x, y + 40 * _OVER), across, fill=_INK, font=self.font, anchor="mt")
        turned = Image.new("RGB", (_SIZE[1] * _OVER, 28 * _OVER), "white")
        ImageDraw.Draw(turned).text(
            (turned.width / 2, turned.height / 2), up, fill=_INK, font=self.font, anchor="mm"
        )
        self.image.paste(turned.rotate(90, expand=True), (8 * _OVER, 0))

    def _line(self, line: Line, number: int) -> None:
        colour = _COLOURS[number % len(_COLOURS)]
        places = [self._at(point) for point in line.points]
        self.pen.line(places, fill=colour, width=(4 if number == 0 else 3) * _OVER, joint="curve")
        for x, y in places:
            self._mark(x, y, number, colour)

    def _mark(self, x: float, y: float, number: int, colour: tuple[int, int, int]) -> None:
        r = 6 * _OVER
        shape = number % 5
        if shape == 0:
            self.pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        elif shape == 1:
            self.pen.rectangle((x - r, y - r, x + r, y + r), fill=colour)
        else:
            corners, turn = {2: (3, 0.0), 3: (4, 0.0), 4: (3, math.pi)}[shape]
            angles = [turn - math.pi / 2 + 2 * math.pi * k / corners for k in range(corners)]
            self.pen.polygon(
                [(x + 1.3 * r * math.cos(a), y + 1.3 * r * math.sin(a)) for a in angles], fill=colour
            )

    def _names(self) -> None:
        # At the right end of each line, pushed apart where they would overlap.
        ends = sorted((self._at(line.points[-1])[1], number) for number, line in enumerate(self.lines))
        below = 0.0
        x = self._at((self.high, 0))[0] + 24 * _OVER
        for end, number in ends:
            y = max(end, below)
            colour = _COLOURS[number % len(_COLOURS)]
            self._mark(x - 10 * _OVER, y, number, colour)
            self.pen.text(
                (x + 4 * _OVER, y), self.lines[number].name, fill=colour, font=self.font, anchor="lm"
            )
            below = y + 24 * _OVER
