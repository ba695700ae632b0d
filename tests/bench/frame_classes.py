"""How hard a made frame is: classes, each a set of ranges that chance chooses from.

The ranges are those of a hand-held camera before phones and printed sheets, from the best to the worst that people
still hold up; `dcc` frames have the lengths and levels of real EU certificates, held to fill most of the frame. Two
more classes are `medium` with one trouble more. Frames without a code are in frame_empty.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Range = tuple[float, float]


@dataclass(frozen=True)
class Difficulty:
    """Ranges that chance chooses from. `pitch`: pixels a module by frame size; blur and motion are in modules, in
    pixels where `in_pixels`; a pair (part, most) is the part of frames that have it and the most they get."""

    pitch: dict[str, Range]
    tilt: Range  # degrees
    turn: str  # "upright" (within 12 degrees), "nearly" and "quarters" (12 and 45 around each quarter turn), "any"
    blur: Range
    motion: float
    noise: Range  # sigma in grey levels
    contrast: Range  # (white - black) / 255
    glare: tuple[float, Range]
    moire: float  # part of white
    banding: float
    occlusion: tuple[float, float]  # most: part of the code's area
    quality: tuple[int, int]  # of the JPEG
    light: float  # most that the gradient takes away
    shadow: tuple[float, float]
    radial: float
    curl: float  # modules
    sharpening: float
    in_pixels: bool = False
    inverted: bool = False  # light on dark
    cut: bool = False  # something dark lies over the quiet zone, on one side or two


CLASSES = {
    "easy": Difficulty(
        {"vga": (3.2, 5.6), "qvga": (3.0, 3.7)}, (0, 10), "upright", (0.08, 0.15), 0.15, (1, 3),
        (0.65, 0.90), (0.0, (0, 0)), 0.01, 0.0, (0.0, 0.0), (85, 95), 0.15, (0.0, 0.0), 0.01, 0.1, 0.3,
    ),
    "medium": Difficulty(
        {"vga": (3.0, 4.7), "qvga": (2.7, 3.4)}, (5, 20), "quarters", (0.12, 0.22), 0.35, (2, 5),
        (0.50, 0.85), (0.3, (0.1, 0.4)), 0.06, 0.03, (0.3, 0.015), (60, 90), 0.3, (0.3, 0.3), 0.03, 0.4, 0.6,
    ),
    "hard": Difficulty(
        {"vga": (2.4, 3.8), "qvga": (2.3, 3.2)}, (10, 30), "any", (0.18, 0.30), 0.55, (3, 7),
        (0.36, 0.66), (0.5, (0.2, 0.8)), 0.12, 0.06, (0.5, 0.03), (45, 80), 0.35, (0.4, 0.4), 0.05, 0.7, 0.8,
    ),
    "brutal": Difficulty(
        {"vga": (2.1, 3.1), "qvga": (2.0, 3.1)}, (15, 35), "any", (0.24, 0.36), 0.80, (4, 10),
        (0.26, 0.51), (0.6, (0.3, 1.3)), 0.18, 0.10, (0.6, 0.05), (30, 65), 0.4, (0.5, 0.4), 0.08, 1.0, 1.0,
    ),
    "dcc": Difficulty(
        {"vga": (3.3, 5.6), "qvga": (1.65, 2.9)}, (0, 15), "nearly", (0.35, 0.70), 0.7, (2, 5),
        (0.50, 0.82), (0.3, (0.1, 0.4)), 0.06, 0.03, (0.0, 0.0), (60, 90), 0.3, (0.3, 0.3), 0.03, 0.4, 0.6, True,
    ),
}  # fmt: skip
CLASSES["inverted"] = replace(CLASSES["medium"], inverted=True)
CLASSES["cut"] = replace(CLASSES["medium"], cut=True)
