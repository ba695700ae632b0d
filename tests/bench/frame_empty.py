"""Frames without a code, as a scanner sees them most of the time: six kinds, made by chance from a seed.

Walls and tables, sensor noise in the dark, cloth and wood and tiles, pages of text, striped things such as bar codes
and railings, soft shapes such as faces. Light, blur, noise and compression are those of the frames with a code.
"""

from __future__ import annotations

import math

import frame_optics as optics
import numpy as np
from frame_optics import Grey, Rng
from PIL import Image, ImageDraw, ImageFont

KINDS = ("blank", "noise", "texture", "text", "stripes", "soft")
_LETTERS = "aaabcdeeefghiiklmnnoooprrsssttuuvwyzABDEHKMNPRST0123456789.,"


def make(kind: str, size: tuple[int, int], seed: int, number: int) -> Image.Image:
    """Frame `number` of a kind, `size` in pixels."""
    rng = np.random.default_rng([seed, number, *f"{kind} {size[0]}".encode()])
    shape = (size[1], size[0])
    scene = _SCENES[kind](shape, rng)
    scene *= optics.ramp(shape, rng.uniform(0, 0.5), rng.uniform(0, 2 * math.pi))
    if rng.random() < 0.4:
        angle, off, soft = rng.uniform(0, 2 * math.pi), rng.uniform(-0.6, 0.6), rng.uniform(0.02, 0.3)
        scene *= optics.shadow(shape, rng.uniform(0.1, 0.6), angle, off, soft)
    scene = optics.gaussian(scene, rng.uniform(0.3, 1.2))
    noise = rng.uniform(15, 70) if kind == "noise" else rng.uniform(1, 8)
    scene += rng.normal(0, noise, shape).astype(np.float32)
    return optics.through_jpeg(scene, int(rng.integers(40, 95)))


def _blank(shape: tuple[int, int], rng: Rng) -> Grey:
    return np.full(shape, rng.uniform(0, 255), np.float32)


def _texture(shape: tuple[int, int], rng: Rng) -> Grey:
    level, depth = rng.uniform(60, 190), rng.uniform(20, 90)
    kind = rng.integers(4)
    if kind == 0:  # plaster, stone, carpet: grains of two sizes
        grain = optics.cloud(shape, rng.uniform(2, 8), rng) + optics.cloud(shape, rng.uniform(10, 60), rng)
    elif kind == 1:  # cloth: threads that cross
        period, angle = rng.uniform(4, 16), rng.uniform(0, math.pi)
        grain = optics.waves(shape, period, angle, 0) * optics.waves(shape, period, angle + math.pi / 2, 1)
    elif kind == 2:  # wood: rings, bent
        bend = optics.cloud(shape, 90, rng) * rng.uniform(3, 12)
        x, y = optics.grid(shape)
        grain = np.sin((y + 0.15 * x) * rng.uniform(20, 90) + bend)
    else:  # tiles and bricks, with joints
        x, y = optics.grid(shape)
        side, turn = rng.uniform(4, 25), rng.uniform(0, math.pi)
        a, b = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
        joints = (np.mod(a * side, 1) < 0.15) | (np.mod(b * side * 1.4, 1) < 0.2)
        grain = np.where(joints, -1.0, 0.6) + 0.3 * optics.cloud(shape, 12, rng)
    return np.clip(level + depth * grain, 0, 255).astype(np.float32)


def _text(shape: tuple[int, int], rng: Rng) -> Grey:
    # A page wider than the frame, turned, with lines in one to three sizes.
    far = int(math.hypot(*shape)) + 8
    page = Image.new("L", (far, far), 255)
    draw = ImageDraw.Draw(page)
    y = 0
    while y < far:
        letters = int(rng.integers(7, 26))
        font = ImageFont.load_default(letters)
        for _ in range(int(rng.integers(2, 9))):
            words = "".join(rng.choice(list(_LETTERS + "     "), far // (letters // 2)))
            draw.text((rng.uniform(0, 60), y), words, fill=int(rng.integers(0, 60)), font=font)
            y += int(letters * rng.uniform(1.1, 1.7))
        y += letters
    turned = page.rotate(float(rng.uniform(0, 360)), Image.Resampling.BICUBIC, fillcolor=255)
    return _cropped(turned, shape) * np.float32(rng.uniform(0.4, 1))


def _stripes(shape: tuple[int, int], rng: Rng) -> Grey:
    # Bars of chance widths, some of them in the ratios of finder patterns.
    far = int(math.hypot(*shape)) + 8
    page = Image.new("L", (far, far), int(rng.integers(150, 255)))
    draw = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(1, 8))):
        x, y = rng.uniform(0, far * 0.7, 2)
        high, end = rng.uniform(20, far / 2), x + rng.uniform(60, far)
        module = rng.uniform(1, 6)
        while x < end:
            run = (1, 1, 3, 1, 1, 2) if rng.random() < 0.3 else tuple(rng.integers(1, 5, 6))
            for at, modules in enumerate(run):
                if at % 2 == 0:
                    draw.rectangle((x, y, x + modules * module - 1, y + high), fill=int(rng.integers(0, 50)))
                x += modules * module
    turned = page.rotate(float(rng.uniform(0, 360)), Image.Resampling.BICUBIC, fillcolor=200)
    return _cropped(turned, shape)


def _soft(shape: tuple[int, int], rng: Rng) -> Grey:
    # Ovals with darker spots in them before a gradient: faces, cups, fruit.
    scene = np.full(shape, rng.uniform(20, 220), np.float32) + 40 * optics.cloud(shape, 120, rng)
    for _ in range(int(rng.integers(1, 5))):
        at = (rng.uniform(-0.8, 0.8), rng.uniform(-0.6, 0.6))
        wide, angle = rng.uniform(0.1, 0.5), rng.uniform(0, math.pi)
        oval = optics.blob(shape, at, wide, wide * rng.uniform(0.6, 1.4), angle)
        scene += np.float32(rng.uniform(-90, 90)) * (1 / (1 + np.exp(-20 * (oval - 0.5))))
        for dx, dy in ((-0.35, -0.3), (0.35, -0.3), (0.0, 0.45)):
            spot = optics.blob(shape, (at[0] + dx * wide, at[1] + dy * wide), wide * 0.15, wide * 0.08, 0.0)
            scene -= np.float32(rng.uniform(10, 90)) * spot
    return np.clip(scene, 0, 255).astype(np.float32)


def _cropped(page: Image.Image, shape: tuple[int, int]) -> Grey:
    left, top = (page.width - shape[1]) // 2, (page.height - shape[0]) // 2
    return np.asarray(page.crop((left, top, left + shape[1], top + shape[0])), np.float32).copy()


_SCENES = {
    "blank": _blank,
    "noise": _blank,
    "texture": _texture,
    "text": _text,
    "stripes": _stripes,
    "soft": _soft,
}
