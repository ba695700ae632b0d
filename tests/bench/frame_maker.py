"""Camera frames of certificate-sized codes, made by chance within classes of difficulty, from a seed.

    python tests/bench/frame_maker.py FOLDER [--count 5] [--seed 1]

A code on a phone or a sheet lies tilted, turned and a little bent on a desk; lamp, shadow, glare, screen and lens
do their work; the sensor adds noise, the camera sharpens and compresses. `dcc` frames have the lengths and levels
of real EU certificates, held to fill most of the frame. Every text is random and no certificate. The same class,
size, seed and number give the same frame (of the same numpy and Pillow).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import frame_optics as optics
import numpy as np
import segno
from frame_classes import CLASSES, Difficulty, Range
from frame_optics import Grey, Point, Rng
from PIL import Image

SIZES = {"vga": (640, 480), "qvga": (320, 240)}
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PER_MODULE = 6  # samples a module of the drawn sheet
_FINER = {"vga": 2, "qvga": 3}  # samples a pixel of the sensor
_REPAIRED = {"L": 0.03, "M": 0.06, "Q": 0.1, "H": 0.12}  # of the code's area: what may be covered at a level
Spoil = Callable[[Grey, Rng], None]
_BORDER = 18  # modules of sheet around the code on each side, its quiet zone included


@dataclass(frozen=True)
class Made:
    """A frame, the text in it, and what the camera did."""

    image: Image.Image
    text: str
    version: int
    level: str
    pitch: float
    finders: list[Point]  # about where their middles are, in pixels
    told: str


def make(kind: str, size: str, seed: int, number: int, spoil: Spoil | None = None) -> Made:
    """Frame `number` of a class of frame_classes.py and size ("vga", "qvga"). `spoil` may change the code's modules (0
    for dark, 1 for light) before it is photographed."""
    scene = _scene(kind, size, seed, number)
    scene.spoil = spoil
    return scene.shot()


def version(kind: str, size: str, seed: int, number: int) -> int:
    """The version of that frame's code, without making the frame."""
    return int(_scene(kind, size, seed, number).code.version)


def _scene(kind: str, size: str, seed: int, number: int) -> _Scene:
    rng = np.random.default_rng([seed, number, *f"{kind} {size}".encode()])
    return _Scene(CLASSES[kind], kind == "dcc", size, rng)


class _Scene:
    def __init__(self, how: Difficulty, certificate: bool, size: str, rng: Rng) -> None:
        self.how = how
        self.rng = rng
        self.size = SIZES[size]
        self.finer = _FINER[size]
        self.turn = self._turn()
        self.text, self.code, self.pitch = self._code(certificate, how.pitch[size])
        self.side = len(self.code.matrix)
        self.phone = rng.random() < 0.5
        self.finders: list[Point] = []
        self.spoil: Spoil | None = None
        self.scale = self.pitch
        self.middle = (0.0, 0.0)  # of the code, in half frames from the frame's middle

    def _turn(self) -> float:
        near = float(self.rng.uniform(-12, 12))
        if self.how.turn == "upright":
            return near
        if self.how.turn == "nearly":
            return 90 * int(self.rng.integers(4)) + near
        if self.how.turn == "quarters":
            return 90 * int(self.rng.integers(4)) + near * 45 / 12
        return float(self.rng.uniform(0, 360))

    def _code(self, certificate: bool, pitches: Range) -> tuple[str, segno.QRCode, float]:
        # A text whose symbol fits into the frame at a pitch of this class; shorter where none does.
        rng = self.rng
        turned = math.radians(self.turn % 90)
        room = self.size[1] * 0.99 / (math.cos(turned) + math.sin(turned))
        levels, parts, lengths = ("LMQ", (0.4, 0.35, 0.25), (300, 650))
        if certificate:
            levels, parts, lengths = ("LMQ", (0.04, 0.10, 0.86), (430, 660))
            turned = min(turned, math.pi / 2 - turned)
            room = self.size[1] * 0.99 / (math.cos(turned) + 0.8 * math.sin(turned))
        length = int(rng.integers(*lengths))
        level = str(rng.choice(list(levels), p=parts))
        while True:
            text = "HC1:" + "".join(rng.choice(list(_BASE45), length))
            code = segno.make(text, error=level, boost_error=False, micro=False)
            most = room / len(code.matrix)
            if most > pitches[0] * 1.02 or length < 120:
                break
            level, length = ("L" if not certificate else level), int(length * 0.93)
        high = min(most * 0.98, pitches[1])
        least = max(pitches[0], 0.62 * most) if certificate else pitches[0]
        low = min(least, 0.9 * high)
        return text, code, float(rng.uniform(low, high))

    def shot(self) -> Made:
        """The frame."""
        how, rng = self.how, self.rng
        width, height = self.size
        contrast = float(rng.uniform(*how.contrast)) * 255
        white = float(rng.uniform(min(contrast + 8, 245), 250))
        black = max(0.0, white - contrast)
        sheet = self._sheet()
        u, v = self._warp().coordinates(width, height, self.finer)
        shape = (u.shape[0], u.shape[1])
        image = optics.pick(sheet, u, v, _PER_MODULE, self._desk(shape, white))
        # The sheet is 0 to 1 (ink to paper), the desk is in grey levels above 1.
        on_sheet = image <= 1.0
        image = np.where(on_sheet, black + (white - black) * image, image - 2.0).astype(np.float32)
        if self.phone and how.moire:
            depth = float(rng.uniform(0, how.moire))
            beat = optics.waves(
                shape, rng.uniform(4, 30) * self.finer, rng.uniform(0, 3.1), rng.uniform(0, 6)
            )
            image *= np.where(on_sheet, 1 + np.float32(depth / 2) * beat, 1)
        image *= optics.ramp(shape, rng.uniform(0, how.light), rng.uniform(0, 2 * math.pi))
        part, most = how.shadow
        if rng.random() < part:
            angle, off, soft = rng.uniform(0, 2 * math.pi), rng.uniform(-0.6, 0.6), rng.uniform(0.02, 0.3)
            image *= optics.shadow(shape, rng.uniform(0.1, most), angle, off, soft)
        glare = 0.0
        if rng.random() < how.glare[0]:
            glare = float(rng.uniform(*how.glare[1]))
            at = (self.middle[0] + rng.uniform(-0.6, 0.6), self.middle[1] + rng.uniform(-0.6, 0.6))
            spot = optics.blob(
                shape, at, rng.uniform(0.06, 0.25), rng.uniform(0.04, 0.12), rng.uniform(0, 3.1)
            )
            image += np.float32(glare * white) * spot
        module = 1.0 if how.in_pixels else self.pitch
        blur = float(rng.uniform(*how.blur)) * module
        motion = float(rng.uniform(0, how.motion)) * module
        way = rng.uniform(0, math.pi)
        image = optics.gaussian(np.minimum(image, 320), blur * self.finer)
        image = optics.smear(image, motion * self.finer * math.cos(way), motion * self.finer * math.sin(way))
        frame = optics.average(image, self.finer)
        if how.banding:
            depth = float(rng.uniform(0, how.banding))
            lines = optics.waves((height, width), rng.uniform(12, 120), math.pi / 2, rng.uniform(0, 6))
            frame *= 1 + np.float32(depth / 2) * lines
        frame = np.clip(frame, 0, 255)
        frame = optics.sharpened(frame, rng.uniform(0, how.sharpening))
        noise = float(rng.uniform(*how.noise))
        frame += rng.normal(0, noise, frame.shape).astype(np.float32)
        told = f"white {white:.0f} black {black:.0f} blur {blur:.2f} motion {motion:.2f} px"
        told += f" noise {noise:.1f} glare {glare:.2f}"
        picture = optics.through_jpeg(frame, int(rng.integers(how.quality[0], how.quality[1] + 1)))
        version, level = int(self.code.version), str(self.code.error)
        return Made(picture, self.text, version, level, self.pitch, self.finders, told)

    def _warp(self) -> optics.Warp:
        how, rng = self.how, self.rng
        width, height = self.size
        whole = self.side + 2 * _BORDER
        tilt = math.radians(rng.uniform(*how.tilt))
        axis = math.radians(rng.uniform(0, 360))
        turn = math.radians(self.turn)
        # Camera to code, in pixels as the sensor sees them: a field of view of 45 to 60 degrees.
        far = rng.uniform(0.87, 1.2) * width

        def seen(u: float, v: float) -> Point:
            # Turn in the plane, tilt about `axis`, project.
            x, y = (u - whole / 2) * self.scale, (v - whole / 2) * self.scale
            x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
            a = x * math.cos(axis) + y * math.sin(axis)
            b = y * math.cos(axis) - x * math.sin(axis)
            depth = 1 + b * math.sin(tilt) / far
            a, b = a / depth, b * math.cos(tilt) / depth
            return a * math.cos(axis) - b * math.sin(axis), a * math.sin(axis) + b * math.cos(axis)

        # The pitch is that of a square of the same area as the code has in the frame.
        self.scale = self.pitch
        whole_code = (_BORDER, whole - _BORDER)
        for _ in range(4):
            inner = [seen(u, v) for u, v in optics.around(*whole_code)]
            self.scale *= self.pitch * self.side / math.sqrt(optics.area(inner))
        points = [seen(u, v) for u, v in optics.around(0, whole)]
        inner = [seen(u, v) for u, v in optics.around(*whole_code)]
        # Somewhere in the frame, all of the code inside; a tilted one is pushed back until it fits.
        shift = []
        fit = 1.0
        for k, room in ((0, width), (1, height)):
            low, high = min(p[k] for p in inner), max(p[k] for p in inner)
            fit = min(fit, (room - 2) / (high - low))
        for k, room in ((0, width), (1, height)):
            low, high = fit * min(p[k] for p in inner), fit * max(p[k] for p in inner)
            shift.append(rng.uniform(1 - low, max(1 - low + 1e-6, room - 1 - high)))
        self.pitch *= fit
        placed = [(x * fit + shift[0], y * fit + shift[1]) for x, y in points]
        x, y = (sum(p[k] for p in placed) / 4 for k in (0, 1))
        self.middle = (2 * x / width - 1, 2 * y / height - 1)
        matrix = optics.homography(placed, optics.around(0, whole))
        push = rng.uniform(0, how.curl) * (1 if not self.phone else 0.15)
        way = rng.uniform(0, 2 * math.pi)
        curl = (push * math.cos(way), push * math.sin(way))
        bend = (rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7))
        warp = optics.Warp(matrix, -rng.uniform(0, how.radial), curl, bend, whole)
        last = _BORDER + self.side - 3.5
        for u, v in ((_BORDER + 3.5, _BORDER + 3.5), (last, _BORDER + 3.5), (_BORDER + 3.5, last)):
            self.finders.append(warp.seen(u, v, width, height))
        return warp

    def _sheet(self) -> Grey:
        # Ink 0, paper 1: the code, and what is printed or shown around it.
        whole = self.side + 2 * _BORDER
        modules = np.ones((whole, whole), np.float32)
        drawn = np.array([[0.0 if m else 1.0 for m in row] for row in self.code.matrix], np.float32)
        if self.spoil:
            self.spoil(drawn, self.rng)
        quiet = _BORDER - 5
        if self.phone:
            modules[:, : quiet - 2] = 0.05  # the phone's frame beside its screen
            modules[:, whole - quiet + 2 :] = 0.05
            modules[: quiet - 6] = 0.1
            modules[3 : quiet - 7 : 3, 16 : whole - 16] = 0.55
        else:
            for y in (2, 5, 8, whole - 9, whole - 6, whole - 3):
                ink = self.rng.random(whole) < 0.65
                modules[y : y + 1, 4 : whole - 4] = np.where(ink, 0.15, 1.0)[4 : whole - 4]
        modules[_BORDER : _BORDER + self.side, _BORDER : _BORDER + self.side] = drawn
        sheet = modules.repeat(_PER_MODULE, 0).repeat(_PER_MODULE, 1)
        part, most = self.how.occlusion
        if self.rng.random() < part:
            self._cover(sheet, min(self.rng.uniform(0.3, 1.0) * most, _REPAIRED[str(self.code.error)]))
        if self.how.cut:
            self._cut(sheet)
        return 1 - sheet if self.how.inverted else sheet

    def _cut(self, sheet: Grey) -> None:
        # A thumb or a fold beside the code, so near that less than half of the quiet zone is left.
        for side in self.rng.choice(4, int(self.rng.integers(1, 3)), replace=False):
            view = np.rot90(sheet, int(side))  # the same samples
            edge = round((_BORDER - self.rng.uniform(0.4, 1.9)) * _PER_MODULE)
            view[max(0, edge - 4 * _PER_MODULE) : edge] = float(self.rng.uniform(0.0, 0.4))

    def _cover(self, sheet: Grey, part: float) -> None:
        # A spot of dirt or a sticker, off the finders.
        radius = self.side * math.sqrt(part / math.pi)
        while True:
            x, y = self.rng.uniform(0, self.side, 2)
            corners = ((3.5, 3.5), (self.side - 3.5, 3.5), (3.5, self.side - 3.5))
            if all(math.hypot(x - a, y - b) > radius + 9 for a, b in corners):
                break
        rows, columns = np.ogrid[: sheet.shape[0], : sheet.shape[1]]
        near = np.hypot(columns / _PER_MODULE - _BORDER - x, rows / _PER_MODULE - _BORDER - y) < radius
        sheet[near] = float(self.rng.uniform(0, 1))

    def _desk(self, shape: tuple[int, int], white: float) -> Grey:
        # Around the sheet: anything from a dark desk to a bright window, plain or textured. Two grey levels up.
        rng = self.rng
        level = float(rng.uniform(15, 250))
        rough = float(rng.uniform(0, 40))
        desk = level + rough * (optics.cloud(shape, 9 * self.finer, rng) + optics.cloud(shape, 60, rng))
        return (np.clip(desk, 0, 255) + 2.0).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=5, help="frames a class and size")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for kind in CLASSES:
            for number in range(args.count):
                made = make(kind, size, args.seed, number)
                name = f"{size}-{kind}-{number:03}.png"
                made.image.save(args.folder / name)
                print(f"{name} version {made.version}-{made.level} {made.pitch:.1f} px/module {made.told}")


if __name__ == "__main__":
    main()
