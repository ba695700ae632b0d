"""What a frame costs from which nothing can be read, on the emulated core: a table of tests/bench/mcu.py.

Every single frame has to keep within its limit, so the dearest one is what counts: of each kind of frame without a
code (frame_empty.py), and of each way that a code can be unreadable (frame_unreadable.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from mcu_baselines import TARGETS
from mcu_core import Bench
from PIL import Image


def of_kinds(count: int, seed: int) -> Iterator[tuple[str, str, Image.Image]]:
    """The limit's name, the kind and the frame: so many of each."""
    import frame_empty  # these need numpy
    import frame_maker
    import frame_unreadable

    for kind in frame_empty.KINDS:
        for number in range(count):
            yield "no code", kind, frame_empty.make(kind, frame_maker.SIZES["vga"], seed, number)
    for way in frame_unreadable.WAYS:
        for number in range(count):
            yield "unreadable", way, frame_unreadable.make(way, "vga", seed, number)


def limits(bench: Bench, count: int, seed: int) -> None:
    """Print the table."""
    print(
        "| 640x480 | kind | frames | read | instructions, median | worst | limit of each | within it |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    spent: dict[tuple[str, str], list[float]] = {}
    read: dict[tuple[str, str], int] = {}
    for limit, kind, frame in of_kinds(count, seed):
        texts, total, _ = bench.decode(frame)
        row = (limit, kind)
        read[row] = read.get(row, 0) + bool(texts)
        if not texts:
            spent.setdefault(row, []).append(total)
        if len(spent.get(row, [])) + read[row] == count:
            print(_line(limit, kind, spent.get(row, []), read[row]), flush=True)
    for limit in ("no code", "unreadable"):
        every = [total for row, totals in spent.items() if row[0] == limit for total in totals]
        seen = sum(number for row, number in read.items() if row[0] == limit)
        print(_line(limit, "all", every, seen), flush=True)


def _line(limit: str, kind: str, spent: list[float], read: int) -> str:
    most = TARGETS[limit]
    cells = [limit, kind, str(len(spent) + read), str(read)]
    if spent:
        kept = sum(total <= most for total in spent)
        cells += [
            f"{median(spent):.2f} M",
            f"{max(spent):.2f} M",
            f"{most:g} M",
            f"{kept} of {len(spent)}",
        ]
    return "| " + " | ".join(cells) + " |"
