"""Frames of codes that nobody can read, by chance from a seed: what a decoder must give up in good time.

Each is a frame of frame_maker.py whose code is spoilt before it is photographed: wrong modules spread over all of it,
far more than any level repairs; a side covered that holds one finder pattern or two and much of the data; or nothing
but three finder patterns with noise between them, without timing or alignment patterns.
"""

from __future__ import annotations

import frame_maker
from frame_optics import Grey, Rng
from PIL import Image

WAYS = ("damaged", "covered", "decoy")
_CLASSES = ("medium", "hard", "brutal", "dcc", "inverted")
_FINDER = 8  # modules, its light border included


def make(way: str, size: str, seed: int, number: int) -> Image.Image:
    """Frame `number` of a way to be unreadable and size ("vga", "qvga"); the classes take turns."""
    kind = _CLASSES[number % len(_CLASSES)]
    return frame_maker.make(kind, size, seed, number, _SPOILS[way]).image


def _damaged(modules: Grey, rng: Rng) -> None:
    # The finder and timing patterns stay.
    wrong = rng.random(modules.shape) < rng.uniform(0.15, 0.5)
    wrong[6] = wrong[:, 6] = False
    for rows, columns in _finders(len(modules)):
        wrong[rows, columns] = False
    modules[wrong] = 1 - modules[wrong]


def _covered(modules: Grey, rng: Rng) -> None:
    # By one tone or by speckles, from one side.
    part = round(len(modules) * rng.uniform(0.35, 0.6))
    view = modules.swapaxes(0, 1) if rng.random() < 0.5 else modules
    view = view[::-1] if rng.random() < 0.5 else view
    view[:part] = rng.uniform(0, 1) if rng.random() < 0.5 else rng.random(view[:part].shape)


def _decoy(modules: Grey, rng: Rng) -> None:
    noise = (rng.random(modules.shape) < 0.5).astype(modules.dtype)
    for rows, columns in _finders(len(modules)):
        noise[rows, columns] = modules[rows, columns]
    modules[:] = noise


def _finders(side: int) -> list[tuple[slice, slice]]:
    near, far = slice(0, _FINDER), slice(side - _FINDER, side)
    return [(near, near), (near, far), (far, near)]


_SPOILS = {"damaged": _damaged, "covered": _covered, "decoy": _decoy}
