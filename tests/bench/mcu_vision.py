"""Instructions of reading codes on the emulated core: a table of tests/bench/mcu.py.

Two frames like those that the C programs were measured on; then frames of our own makers, whose rows are medians: of
versions 13 and 18 over frames of the classes easy and dcc that are read, of every class by whether it is read, and of
frames without a code. `most` is the dearest frame of a row.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from harness import frames, pictures
from mcu.machine import FREE
from mcu_core import DECODE, Bench, asked, beside
from PIL import Image

_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_POSES = {13: (350, 5.0), 18: (550, 4.35)}  # letters, pixels a module
_VERSIONS = tuple(_POSES)

Row = tuple[str, str, Image.Image]  # label, text ("" for none), frame


def like_the_c_programs() -> Iterator[Row]:
    """The poses that the C programs were measured in; labels as in mcu_baselines.py."""
    rng = random.Random(13)
    for version, (letters, _) in _POSES.items():
        text = "HC1:" + "".join(rng.choice(_BASE45) for _ in range(letters - 4))
        yield f"version {version}", text, posed(text, version)
    yield "texture", "", frames.frame([], textured=True, blur=0.8, noise=6, seed=4)
    yield "blank", "", frames.frame([], noise=3, seed=5)


def posed(text: str, version: int) -> Image.Image:
    """A text in that pose."""
    code = frames.symbol(text, error="q")
    side = (len(code.matrix) + 8) * _POSES[version][1]
    where = frames.corners(side, (320, 240), 5, 6, 30)
    return frames.frame([(code, where)], textured=True, blur=0.8, noise=6, seed=3)


def of_versions(count: int, seed: int) -> Iterator[Row]:
    """Easy and dcc frames of the versions that matter, so many of each."""
    import frame_maker  # needs numpy

    for version in _VERSIONS:
        for kind in ("easy", "dcc"):
            fit = (n for n in range(10_000) if frame_maker.version(kind, "vga", seed, n) == version)
            for _, number in zip(range(count // 2), fit, strict=False):
                made = frame_maker.make(kind, "vga", seed, number)
                yield f"version {version}, easy and dcc", made.text, made.image


def of_classes(count: int, seed: int) -> Iterator[Row]:
    """Frames of every class and size, and without a code."""
    import frame_empty
    import frame_maker

    for size, shape in frame_maker.SIZES.items():
        shown = f"{shape[0]}x{shape[1]}"
        for kind in frame_maker.CLASSES:
            for number in range(count):
                made = frame_maker.make(kind, size, seed, number)
                yield f"{kind}, {shown}", made.text, made.image
        for kind in frame_empty.KINDS:
            for number in range(count):
                yield f"{kind}, no code, {shown}", "", frame_empty.make(kind, shape, seed, number)


def of_corpus(corpora: Path) -> Iterator[Row]:
    """The frames of the corpus `gate`."""
    for path, row in pictures.rows(corpora, "gate"):
        yield f"gate {row['class']}, {row['size']}", row["text"], pictures.luminance(path)


def vision(bench: Bench, count: int, seed: int, corpora: Path | None) -> dict[str, float]:
    """Print the table; million instructions by label."""
    print(
        "| frame | read | frames | instructions, median | most | find | fit | read | asked | C on the same core |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    totals: dict[str, float] = {}
    for label, text, frame in like_the_c_programs():
        totals |= _rows(bench, [(label, text, frame)])
        if bench.profiled:
            _profile(bench, label, frame)
    totals |= _rows(bench, of_versions(2 * count, seed))
    totals |= _rows(bench, of_classes(count, seed))
    if corpora:
        totals |= _rows(bench, of_corpus(corpora))
    return totals


def _rows(bench: Bench, shots: Iterator[Row] | list[Row]) -> dict[str, float]:
    # Rows of what is read and of what is not are apart, and printed as soon as their label is complete.
    table: dict[tuple[str, str], list[list[float]]] = {}
    totals: dict[str, float] = {}
    last = ""
    for label, text, frame in shots:
        if label != last:
            _print(table, totals)
            table.clear()
        last = label
        texts, total, stages = bench.decode(frame)
        wrong = bool(texts) and not any(pictures.same(found, text) for found in texts)
        read = "WRONG" if wrong else "-" if not text else "yes" if texts else "no"
        table.setdefault((label, read), []).append([total, *stages])
    _print(table, totals)
    return totals


def _print(table: dict[tuple[str, str], list[list[float]]], totals: dict[str, float]) -> None:
    for (label, read), counts in sorted(table.items(), reverse=True):
        total, *stages = (median(column) for column in zip(*counts, strict=True))
        most = max(count[0] for count in counts)
        kind = "unreadable" if read == "no" else label.partition(",")[0]
        if "no code" in label and kind != "blank":
            kind = "texture"  # as quirc was measured on
        if "320x240" in label:
            kind = "unreadable" if read == "no" else ""
        cells = [label, read, str(len(counts)), *(f"{value:.2f} M" for value in (total, most, *stages))]
        print("| " + " | ".join([*cells, asked(kind), beside(kind)]) + " |", flush=True)
        totals[label] = total if read != "no" else totals.get(label, total)


def _profile(bench: Bench, label: str, frame: Image.Image) -> None:
    bench.machine.load(FREE, frame.tobytes())
    setup = "decoder = None\n" + DECODE.replace('"decoder" not in globals()', "decoder is None")
    bench.machine.run(setup, space="profile", at=FREE, width=frame.width, height=frame.height)
    bench.note(label, "decoder.decode(frame, width, height)")
    bench.machine.run("decoder = None", space="profile")
