"""Camera frames made by formula: a QR symbol drawn by segno, seen by Pillow through a lens.

Each step of a frame's life is a keyword of `frame`: size of a module, rotation, tilt, polarity, light, blur,
motion, noise. The same arguments and seed give the same bytes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import segno
from PIL import Image, ImageChops, ImageFilter

Point = tuple[float, float]
_OVER = 3  # drawn this much larger, then averaged, as a sensor's pixels do
_TEXTURE_SEED = 7


def symbol(text: str | bytes, **how: object) -> segno.QRCode:
    """A full-size QR symbol; `how` goes to segno (version, error, mask, ...), no silent change of the level."""
    return segno.make(text, micro=False, **{"boost_error": False, **how})  # type: ignore[arg-type]


def matrix_of(code: segno.QRCode) -> bytes:
    """The modules row by row, 1 for dark."""
    return b"".join(bytes(1 if module else 0 for module in row) for row in code.matrix)


def picture(code: segno.QRCode, border: int = 4, scale: int = 8) -> Image.Image:
    """The symbol alone, upright, black on white, `scale` pixels a module."""
    side = len(code.matrix)
    plain = Image.frombytes("L", (side, side), bytes(0 if m else 255 for m in matrix_of(code)))
    whole = side + 2 * border
    out = Image.new("L", (whole, whole), 255)
    out.paste(plain, (border, border))
    return out.resize((whole * scale, whole * scale), Image.Resampling.NEAREST)


def corners(
    side: float, centre: Point, turn: float = 0.0, tilt: float = 0.0, axis: float = 0.0
) -> list[Point]:
    """Where the corners of a square of `side` pixels land, turned in the plane and tilted about `axis` (degrees)."""
    out = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        a, b = _rotate(x * side / 2, y * side / 2, turn)
        a, b = _rotate(a, b, -axis)
        depth = 1 + math.sin(math.radians(tilt)) * b / (2.2 * side)
        a, b = _rotate(a / depth, b * math.cos(math.radians(tilt)) / depth, axis)
        out.append((centre[0] + a, centre[1] + b))
    return out


def _rotate(x: float, y: float, degrees: float) -> Point:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return x * c - y * s, x * s + y * c


def frame(
    codes: Sequence[tuple[segno.QRCode, Sequence[Point]]],
    size: tuple[int, int] = (640, 480),
    *,
    border: int = 4,
    mirrored: bool = False,
    inverted: bool = False,
    black: int = 30,
    white: int = 220,
    ground: int | None = None,
    textured: bool = False,
    shade: float = 0.0,
    blur: float = 0.0,
    motion: Point = (0.0, 0.0),
    noise: float = 0.0,
    glare: tuple[float, float, float, int] | None = None,
    seed: int = 1,
) -> Image.Image:
    """Each code with its quiet zone fills the four given points (top left, top right, bottom right, bottom left).

    `ground` is what lies around them, a little lighter than their white if not given, `glare` a spot of light in
    the scene: x, y, radius, peak. `shade` darkens the frame from left to right by that part; `blur` (sigma),
    `motion`, points and radius are in pixels, `black`, `white`, `ground`, peak and `noise` (sigma) in grey levels.
    """
    rng = random.Random(seed)
    big = (size[0] * _OVER, size[1] * _OVER)
    if ground is None:
        ground = black if inverted else min(255, white + 15)
    out = _texture(big) if textured else Image.new("L", big, ground)
    for code, points in codes:
        drawn = picture(code, border)
        if mirrored:
            drawn = drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if inverted:
            drawn = ImageChops.invert(drawn)
        drawn = drawn.point([black + (white - black) * v // 255 for v in range(256)])
        _paste(out, drawn, [(x * _OVER + _OVER / 2, y * _OVER + _OVER / 2) for x, y in points])
    if motion != (0.0, 0.0):
        out = _smear(out, (motion[0] * _OVER, motion[1] * _OVER))
    if blur:
        out = out.filter(ImageFilter.GaussianBlur(blur * _OVER))
    out = out.resize(size, Image.Resampling.BOX)
    if glare:
        out = ImageChops.add(out, _spot(size, *glare))
    if shade:
        ramp = Image.linear_gradient("L").rotate(90).resize(size)
        out = ImageChops.multiply(out, ramp.point([round(255 - shade * v) for v in range(256)]))
    if noise:
        out = _noisy(out, noise, rng)
    return out


def _paste(out: Image.Image, drawn: Image.Image, points: Sequence[Point]) -> None:
    w, h = drawn.size
    back = _perspective(points, [(0, 0), (w, 0), (w, h), (0, h)])
    how = (out.size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BILINEAR)
    mask = Image.new("L", drawn.size, 255).transform(*how, fillcolor=0)
    out.paste(drawn.transform(*how), (0, 0), mask)


def _perspective(source: Sequence[Point], target: Sequence[Point]) -> list[float]:
    """The eight coefficients that Pillow wants: they map `source` points to `target` points."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):  # Gauss-Jordan with pivoting
        pivot = max(range(i, 8), key=lambda r, c=i: abs(rows[r][c]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[8] for row in rows]


def _texture(size: tuple[int, int]) -> Image.Image:
    rng = random.Random(_TEXTURE_SEED)
    out = Image.new("L", size, 120)
    for cell, weight in ((6, 0.5), (24, 0.5), (90, 0.4)):
        small = (size[0] // cell + 1, size[1] // cell + 1)
        layer = Image.frombytes("L", small, rng.randbytes(small[0] * small[1]))
        out = Image.blend(out, layer.resize(size, Image.Resampling.BILINEAR), weight)
    return out


def _smear(image: Image.Image, motion: Point) -> Image.Image:
    steps = max(2, math.ceil(max(abs(motion[0]), abs(motion[1]))) + 1)
    out = image
    for k in range(1, steps):
        moved = ImageChops.offset(
            image, round(motion[0] * k / (steps - 1)), round(motion[1] * k / (steps - 1))
        )
        out = Image.blend(out, moved, 1 / (k + 1))
    return out


def _spot(size: tuple[int, int], x: float, y: float, radius: float, peak: int) -> Image.Image:
    # Pillow's radial gradient is black in its middle; a spot falls off with the square of the distance left.
    fall = [round(max(0.0, 1 - v / 180) ** 2 * peak) for v in range(256)]
    side = round(2 * radius)
    disc = Image.radial_gradient("L").point(fall).resize((side, side))
    out = Image.new("L", size, 0)
    out.paste(disc, (round(x - radius), round(y - radius)))
    return out


def _noisy(image: Image.Image, sigma: float, rng: random.Random) -> Image.Image:
    # The mean of four uniform bytes has a sigma of 36.9 grey levels, and nearly the shape of a bell.
    layers = [Image.frombytes("L", image.size, rng.randbytes(image.width * image.height)) for _ in range(4)]
    mean = Image.blend(Image.blend(layers[0], layers[1], 0.5), Image.blend(layers[2], layers[3], 0.5), 0.5)
    scaled = mean.point([max(0, min(255, round(128 + (v - 127.5) * sigma / 36.9))) for v in range(256)])
    return ImageChops.add(image, scaled, 1, -128)
