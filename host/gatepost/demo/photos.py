"""Pictures as a scanner's camera sees them: a code on a phone or on paper, tilted, out of focus, in uneven light.

The camera is modelled in four steps, each of them plain Pillow: the page or phone is drawn large, put into the
scene by a perspective map, blurred by the lens, and read out as 640x480 grey with shading and noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

FRAME = (640, 480)
_OVERSAMPLING = 2  # the scene is rendered this much larger than the frame, so that edges stay clean

Point = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """How the subject lies in the frame: `turn` degrees in the plane, `lean` and `yaw` as fractions by which the
    far edge shrinks, `height` as a fraction of the frame's height."""

    turn: float = 0.0
    lean: float = 0.0
    yaw: float = 0.0
    height: float = 0.95


@dataclass(frozen=True)
class Camera:
    """What lens and sensor add: `blur` as Gaussian sigma in frame pixels, `noise` as sigma in grey levels, `shade`
    as the fraction of light lost towards one corner."""

    blur: float = 0.5
    noise: float = 2.0
    shade: float = 0.1


def code(text: str, error: str = "q", module: int = 8) -> Image.Image:
    """The bare code, `module` pixels a module, with its quiet zone of four modules (ISO/IEC 18004, 6.3.8)."""
    symbol = segno.make(text, error=error, boost_error=False, micro=False)
    side = len(symbol.matrix) + 8
    image = Image.new("L", (side * module, side * module), 255)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(symbol.matrix_iter(border=4)):
        for x, dark in enumerate(row):
            if dark:
                draw.rectangle((x * module, y * module, (x + 1) * module - 1, (y + 1) * module - 1), fill=0)
    return image


def on_phone(text: str) -> Image.Image:
    """The code on a phone: dark body, lit screen, a title bar."""
    subject = code(text)
    side = subject.width
    body = Image.new("L", (int(side * 1.24), int(side * 1.5)), 70)
    draw = ImageDraw.Draw(body)
    margin = int(side * 0.06)
    draw.rounded_rectangle((0, 0, body.width - 1, body.height - 1), radius=margin * 2, fill=28)
    draw.rounded_rectangle(
        (margin, margin * 2, body.width - margin, body.height - margin * 2), radius=margin // 2, fill=243
    )
    draw.rectangle((margin, margin * 2, body.width - margin, margin * 4), fill=110)
    body.paste(subject, ((body.width - side) // 2, (body.height - side) // 2 + margin))
    return body


def on_paper(text: str) -> Image.Image:
    """The code on a printed sheet, with lines of text above and below it."""
    subject = code(text)
    side = subject.width
    sheet = Image.new("L", (int(side * 1.16), int(side * 1.3)), 236)
    draw = ImageDraw.Draw(sheet)
    rng = random.Random(text)
    for y in (*range(int(side * 0.02), int(side * 0.12), 22), *range(int(side * 1.18), int(side * 1.28), 22)):
        draw.rectangle((int(side * 0.1), y, int(side * rng.uniform(0.6, 1.0)), y + 7), fill=90)
    sheet.paste(
        ImageChops.lighter(subject, Image.new("L", subject.size, 30)),
        ((sheet.width - side) // 2, int(side * 0.15)),
    )
    return sheet


def photograph(
    subject: Image.Image, pose: Pose, camera: Camera, seed: int, background: int = 120
) -> Image.Image:
    """The 640x480 frame in which a camera sees `subject`; the same arguments give the same picture."""
    large = (FRAME[0] * _OVERSAMPLING, FRAME[1] * _OVERSAMPLING)
    corners = _corners(subject.size, pose, large)
    coefficients = _perspective(corners, _rectangle(subject.size))
    desk = Image.new("L", large, background)
    mask = Image.new("L", subject.size, 255)
    scene = subject.transform(large, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    inside = mask.transform(large, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR)
    desk.paste(scene, mask=inside)
    blurred = desk.filter(ImageFilter.GaussianBlur(camera.blur * _OVERSAMPLING))
    frame = blurred.resize(FRAME, Image.Resampling.BOX)
    return _noise(_shade(frame, camera.shade), camera.noise, seed)


def _rectangle(size: tuple[int, int]) -> list[Point]:
    return [(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])]


def _corners(size: tuple[int, int], pose: Pose, frame: tuple[int, int]) -> list[Point]:
    """Where the subject's corners fall in the frame, clockwise from its top left."""
    half_height = frame[1] * pose.height / 2
    half_width = half_height * size[0] / size[1]
    turn = complex(0, 1) ** (pose.turn / 90)
    placed = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        shrink = (1 - pose.lean * (sy < 0)) * (1 - pose.yaw * (sx < 0))
        spot = complex(sx * half_width, sy * half_height) * shrink * turn
        placed.append((frame[0] / 2 + spot.real, frame[1] / 2 + spot.imag))
    return placed


def _perspective(frame: list[Point], subject: list[Point]) -> list[float]:
    """The eight coefficients that map a point of the frame back to the subject, as Pillow wants them."""
    rows = []
    for (x, y), (u, v) in zip(frame, subject, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solve(rows)


def _solve(rows: list[list[float]]) -> list[float]:
    """Gauss-Jordan elimination with pivoting; each row carries its right-hand side last."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for other in range(size):
            if other != column:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return [row[-1] for row in rows]


def _shade(image: Image.Image, amount: float) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(30, expand=True).crop((90, 90, 270, 270)).resize(image.size)
    light = ramp.point([int(255 * (1 - amount * level / 255)) for level in range(256)])
    return ImageChops.multiply(image, light)


def _noise(image: Image.Image, sigma: float, seed: int) -> Image.Image:
    rng = random.Random(seed)
    # Noise of a small tile, shifted at random for each tile of the frame, costs a tenth of fresh noise a pixel.
    tile = Image.frombytes(
        "L", (128, 128), bytes(max(0, min(255, round(rng.gauss(128, sigma)))) for _ in range(128 * 128))
    )
    grain = Image.new("L", image.size, 128)
    for y in range(0, image.height, 128):
        for x in range(0, image.width, 128):
            grain.paste(ImageChops.offset(tile, rng.randrange(128), rng.randrange(128)), (x, y))
    return ImageChops.add(image, grain, 1, -128)
