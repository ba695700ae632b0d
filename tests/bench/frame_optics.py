"""What light, lens and sensor do to a picture, in numpy: each step takes an array of grey values and returns one.

Arrays are float32, 0 black to 255 white, rows first. Lengths are in pixels of the array given.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.float32]
Rng = np.random.Generator
Point = tuple[float, float]


def homography(source: list[Point], target: list[Point]) -> NDArray[np.float64]:
    """The 3x3 matrix that maps four points to four points."""
    rows: list[list[float]] = []
    right: list[float] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1.0).reshape(3, 3)


def around(low: float, high: float) -> list[Point]:
    """The corners of a square, clockwise from the top left."""
    return [(low, low), (high, low), (high, high), (low, high)]


def area(corners: list[Point]) -> float:
    """What a quadrilateral covers."""
    crossed = (a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
    return abs(sum(crossed)) / 2


@dataclass(frozen=True)
class Warp:
    """From the sensor back to the sheet: lens distortion, perspective, then what bends the sheet."""

    matrix: NDArray[np.float64]  # sensor pixels -> modules of the sheet
    radial: float  # k1 of r' = r (1 + k1 r^2), r = 1 in the frame's corner
    curl: Point  # modules by which the sheet's middle is pushed along and down
    bend_at: Point  # where the bend is, as part of the sheet's side
    side: float  # modules

    def coordinates(self, width: int, height: int, scale: int) -> tuple[Grey, Grey]:
        """Sheet coordinates (modules) of every sample of a sensor `scale` times finer than its pixels."""
        xs = (np.arange(width * scale, dtype=np.float32) + 0.5) / scale - 0.5
        ys = (np.arange(height * scale, dtype=np.float32) + 0.5) / scale - 0.5
        x, y = np.meshgrid(xs - (width - 1) / 2, ys - (height - 1) / 2)
        grow = 1 + self.radial * (x * x + y * y) / ((width / 2) ** 2 + (height / 2) ** 2)
        x, y = x * grow + (width - 1) / 2, y * grow + (height - 1) / 2
        m = self.matrix
        w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        w = np.where(w > 1e-6, w, 1e9)
        u = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w
        v = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w
        a = np.clip(u / self.side - self.bend_at[0] + 0.5, 0, 1)
        b = np.clip(v / self.side - self.bend_at[1] + 0.5, 0, 1)
        bump = np.sin(np.pi * a) * np.sin(np.pi * b)
        return (u + self.curl[0] * bump).astype(np.float32), (v + self.curl[1] * bump).astype(np.float32)

    def seen(self, u: float, v: float, width: int, height: int) -> Point:
        """The pixel that shows the point (u, v) of the sheet, but for the bend."""
        x, y, w = np.linalg.inv(self.matrix) @ (u, v, 1.0)
        goal = np.array((x / w - (width - 1) / 2, y / w - (height - 1) / 2))
        at = goal
        for _ in range(8):
            at = goal / (1 + self.radial * (at @ at) / ((width / 2) ** 2 + (height / 2) ** 2))
        return float(at[0] + (width - 1) / 2), float(at[1] + (height - 1) / 2)


def pick(sheet: Grey, u: Grey, v: Grey, per_module: int, beyond: Grey) -> Grey:
    """The sheet's grey values at (u, v) modules, bilinear; `beyond` where there is no sheet."""
    x = u * per_module - 0.5
    y = v * per_module - 0.5
    inside = (x >= 0) & (y >= 0) & (x < sheet.shape[1] - 1) & (y < sheet.shape[0] - 1)
    x = np.where(inside, x, 0)
    y = np.where(inside, y, 0)
    i, j = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - i, y - j
    flat = sheet.ravel()
    at = j * sheet.shape[1] + i
    top = flat[at] * (1 - fx) + flat[at + 1] * fx
    at += sheet.shape[1]
    low = flat[at] * (1 - fx) + flat[at + 1] * fx
    return np.where(inside, top * (1 - fy) + low * fy, beyond).astype(np.float32)


def gaussian(image: Grey, sigma: float) -> Grey:
    """Defocus."""
    reach = max(1, math.ceil(3 * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if k == axis else (0, 0) for k in (0, 1)]
        wide = np.pad(image, pad, mode="edge")
        count = image.shape[axis]
        image = sum(
            np.float32(tap) * wide.take(range(k, k + count), axis) for k, tap in enumerate(taps)
        ).astype(np.float32)  # type: ignore[union-attr]
    return image


def smear(image: Grey, dx: float, dy: float) -> Grey:
    """Motion of the camera in a straight line while the shutter is open."""
    steps = max(2, math.ceil(math.hypot(dx, dy) * 2) + 1)
    reach = math.ceil(max(abs(dx), abs(dy))) + 1
    wide = np.pad(image, reach, mode="edge")
    total = np.zeros_like(image)
    h, w = image.shape
    for k in range(steps):
        part = k / (steps - 1) - 0.5
        x, y = reach + dx * part, reach + dy * part
        i, j = int(x), int(y)
        fx, fy = x - i, y - j
        for oy, wy in ((0, 1 - fy), (1, fy)):
            for ox, wx in ((0, 1 - fx), (1, fx)):
                total += np.float32(wx * wy) * wide[j + oy : j + oy + h, i + ox : i + ox + w]
    return total / np.float32(steps)


def average(image: Grey, scale: int) -> Grey:
    """Squares of scale x scale samples become one pixel."""
    h, w = image.shape
    return image.reshape(h // scale, scale, w // scale, scale).mean((1, 3), dtype=np.float32)


def grid(shape: tuple[int, int]) -> tuple[Grey, Grey]:
    """x and y of every pixel, each from -1 to 1."""
    x, y = np.meshgrid(
        np.linspace(-1, 1, shape[1], dtype=np.float32), np.linspace(-1, 1, shape[0], dtype=np.float32)
    )
    return x, y


def cloud(shape: tuple[int, int], cell: float, rng: Rng) -> Grey:
    """Smooth noise of about -1 to 1, in spots `cell` pixels wide."""
    small = rng.random((max(2, int(shape[0] / cell) + 2), max(2, int(shape[1] / cell) + 2)), np.float32)
    image = Image.fromarray(small * 2 - 1)
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32)


def ramp(shape: tuple[int, int], depth: float, angle: float) -> Grey:
    """A factor that falls by `depth` across the frame, and is 1 in its middle."""
    x, y = grid(shape)
    along = (x * math.cos(angle) + y * math.sin(angle)) / math.sqrt(2)
    return (1 - depth * along / 2).astype(np.float32)


def shadow(shape: tuple[int, int], depth: float, angle: float, off: float, soft: float) -> Grey:
    """A factor: 1 on one side of a line, 1 - depth on the other, `soft` wide between them."""
    x, y = grid(shape)
    far = (x * math.cos(angle) + y * math.sin(angle) - off) / soft
    return (1 - depth / (1 + np.exp(-np.clip(4 * far, -50, 50)))).astype(np.float32)


def blob(shape: tuple[int, int], at: Point, wide: float, high: float, angle: float) -> Grey:
    """A bright spot, 1 in its middle: an ellipse with soft edges, sizes as parts of half the frame's width."""
    x, y = grid(shape)
    x, y = x - at[0], (y - at[1]) * shape[0] / shape[1]
    a = x * math.cos(angle) + y * math.sin(angle)
    b = y * math.cos(angle) - x * math.sin(angle)
    return np.exp(-0.5 * ((a / wide) ** 2 + (b / high) ** 2)).astype(np.float32)


def waves(shape: tuple[int, int], period: float, angle: float, phase: float) -> Grey:
    """A sine of -1 to 1 across the frame: the beat of a screen's pixels with the sensor's, or a flickering lamp."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    along = x * math.cos(angle) + y * math.sin(angle)
    return np.sin(along * np.float32(2 * math.pi / period) + np.float32(phase)).astype(np.float32)


def sharpened(image: Grey, amount: float) -> Grey:
    """What a camera's own unsharp mask does."""
    return (image + np.float32(amount) * (image - gaussian(image, 1.0))).astype(np.float32)


def through_jpeg(image: Grey, quality: int) -> Image.Image:
    """Rounded to bytes, then compressed and back."""
    plain = Image.fromarray(np.clip(np.rint(image), 0, 255).astype(np.uint8))
    held = io.BytesIO()
    plain.save(held, "JPEG", quality=quality)
    held.seek(0)
    return Image.open(held).convert("L")
