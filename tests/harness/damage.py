"""Camera frames of damaged codes, by number: what is read from one must be its text, or nothing.

Seven ways of damage, each from none to far more than any level repairs: wrong codewords spread over the blocks, single
modules, a region of noise or of one tone, rows or columns that are shifted, a piece of another code laid over it,
format information destroyed, and finder patterns spoilt. Small versions come most often: their blocks are short, and
a wrong correction is likeliest there.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image

from harness import frames, grids

WAYS = ("codewords", "modules", "region", "shift", "sticker", "format", "finders")
_VERSIONS = (1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 10, 13, 18)
_QVGA, _VGA = (320, 240), (640, 480)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@dataclass(frozen=True)
class Damaged:
    """The frame, the text that the code had, and what was done to it."""

    image: Image.Image
    text: str
    told: str


@dataclass(frozen=True)
class _Drawn:
    # What harness.frames draws of a code: its modules.
    matrix: list[list[int]]


def make(seed: int, number: int) -> Damaged:
    """Frame `number` of that seed."""
    rng = random.Random(f"damage {seed} {number}")
    way = WAYS[number % len(WAYS)]
    version, level = rng.choice(_VERSIONS), rng.choice("LMQH")
    text = _text(rng, rng.randint(1, 8 + version))
    if way == "sticker":
        # Full codes: short ones agree in their padding, so that a piece may hold most of what tells them apart, and
        # then its own text is the right one to read.
        text = _text(rng, _most_letters(version, level))
    grid = grids.made(text, version, level)
    amount = rng.random() * rng.choice((0.3, 1.0))  # often little: within what can be repaired
    _spoil(grid, version, level, way, amount, rng)
    told = f"{way} {amount:.2f}, version {version}-{level}, {text!r}"
    return Damaged(_photographed(grid, version, rng), text, told)


def _spoil(grid: bytearray, version: int, level: str, way: str, amount: float, rng: random.Random) -> None:
    size = 17 + 4 * version
    if way == "codewords":
        for codewords, parity in grids.blocks(version, level):
            wrong = min(len(codewords), round(amount * 1.6 * parity))
            grids.spoil(grid, version, rng.sample(codewords, wrong), rng)
    elif way == "modules":
        for place in rng.sample(range(size * size), round(amount * 0.3 * size * size)):
            grid[place] ^= 1
    elif way == "region":
        tone = rng.choice((0, 1, None))
        for place in _region(size, amount, rng):
            grid[place] = rng.getrandbits(1) if tone is None else tone
    elif way == "shift":
        for line in rng.sample(range(size), round(amount * 0.4 * size)):
            places = list(_line(size, line, across=rng.random() < 0.5))
            moved = [grid[place] for place in places[1:] + places[:1]]
            for place, module in zip(places, moved, strict=True):
                grid[place] = module
    elif way == "sticker":
        other = grids.made(_text(rng, _most_letters(version, level)), version, level)
        for place in _region(size, amount * 0.8, rng):
            grid[place] = other[place]
    elif way == "format":
        for row, column in _format_places(size):
            if rng.random() < 0.3 + amount / 2:
                grid[row * size + column] ^= 1
        for place in rng.sample(range(size * size), round(amount * 0.05 * size * size)):
            grid[place] ^= 1
    else:
        for row, column in ((0, 0), (0, size - 7), (size - 7, 0)):
            for place in range(49):
                if rng.random() < amount * 0.25:
                    grid[(row + place // 7) * size + column + place % 7] ^= 1


def _text(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(length))


def _most_letters(version: int, level: str) -> int:
    # Alphanumeric: 4 bits of mode, up to 13 of count, 11 for each two letters (7.4.4).
    data = sum(len(codewords) - parity for codewords, parity in grids.blocks(version, level))
    return (8 * data - 17) * 2 // 11


def _region(size: int, amount: float, rng: random.Random) -> list[int]:
    # A rectangle of up to half of the code.
    area = amount * 0.5 * size * size
    wide = min(size, max(1, round(area**0.5 * rng.uniform(0.5, 2))))
    high = min(size, round(area / wide))
    left, top = rng.randint(0, size - wide), rng.randint(0, size - high)
    return [(top + y) * size + left + x for y in range(high) for x in range(wide)]


def _line(size: int, line: int, across: bool) -> range:
    return range(line * size, (line + 1) * size) if across else range(line, size * size, size)


def _format_places(size: int) -> list[tuple[int, int]]:
    # Both copies, and their neighbours on the timing patterns (7.9 of ISO/IEC 18004).
    near = [(8, x) for x in range(9)] + [(y, 8) for y in range(8)]
    return near + [(8, size - 1 - x) for x in range(8)] + [(size - 1 - y, 8) for y in range(7)]


def _photographed(grid: bytearray, version: int, rng: random.Random) -> Image.Image:
    size = 17 + 4 * version
    shape = _QVGA if version < 11 else _VGA
    matrix = [[int(module) for module in grid[row * size : (row + 1) * size]] for row in range(size)]
    most = shape[1] * 0.75 / (size + 8)
    side = (size + 8) * rng.uniform(min(2.6, most), min(6.0, most))
    middle = (shape[0] / 2 + rng.uniform(-8, 8), shape[1] / 2 + rng.uniform(-6, 6))
    corners = frames.corners(side, middle, rng.uniform(0, 360), rng.uniform(0, 20), rng.uniform(0, 360))
    return frames.frame(
        [(_Drawn(matrix), corners)],  # type: ignore[list-item]
        shape,
        textured=rng.random() < 0.3,
        blur=rng.uniform(0.2, 0.8),
        noise=rng.uniform(1, 6),
        black=rng.randint(10, 80),
        white=rng.randint(150, 240),
        seed=rng.randint(0, 9999),
    )
