"""What reading a module grid costs: milliseconds per `symbol.read`, for a clean and a damaged symbol.

    python tests/bench/symbol.py

Runs on the interpreter of this environment (or GATEPOST_MICROPYTHON), and on a 32-bit one where
GATEPOST_MICROPYTHON32 names it. The damaged symbol has noise over a square of an eighth of its side.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import segno

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.interpreter import Interpreter

VERSIONS = ((5, "Q"), (13, "Q"), (18, "Q"), (25, "Q"), (40, "L"))
SOURCE = """
import gc, time
from scanner.vision import symbol
symbol.read(grid, size)
gc.collect()
free = gc.mem_free()
symbol.read(grid, size)
used = free - gc.mem_free()
best = 1 << 29
for _ in range(7):
    gc.collect()
    t = time.ticks_us()
    for _ in range(5):
        symbol.read(grid, size)
    best = min(best, time.ticks_diff(time.ticks_us(), t) // 5)
result = (best, used)
"""


def interpreters() -> list[Interpreter]:
    """One for each width that can be had here."""
    beside = str(Path(sys.executable).with_name("micropython"))
    found = [Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")]
    if "GATEPOST_MICROPYTHON32" in os.environ:
        found.append(Interpreter([os.environ["GATEPOST_MICROPYTHON32"]], "32-bit"))
    return found


def full(version: int, level: str) -> segno.QRCode:
    """A symbol of that version filled with alphanumeric text."""
    rng = random.Random(version)
    low, high = 1, 4296
    while low < high:  # the longest text that fits
        middle = (low + high + 1) // 2
        try:
            segno.make("A" * middle, version=version, error=level, boost_error=False, micro=False)
            low = middle
        except segno.DataOverflowError:
            high = middle - 1
    text = "".join(rng.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") for _ in range(low))
    return segno.make(text, version=version, error=level, boost_error=False, micro=False, mode="alphanumeric")


def main() -> None:
    print(f"{'interpreter':12}{'symbol':>8}{'clean ms':>10}{'damaged ms':>12}{'allocated':>11}")
    for mp in interpreters():
        for version, level in VERSIONS:
            code = full(version, level)
            size = len(code.matrix)
            clean = bytearray(1 if module else 0 for row in code.matrix for module in row)
            damaged = bytearray(clean)
            rng = random.Random(1)
            side = max(3, size // 8)
            for y in range(side):
                for x in range(side):
                    damaged[(size // 2 + y - 9) * size + size // 2 + x - 9] ^= rng.random() < 0.5
            times = []
            used = 0
            for grid in (clean, damaged):
                time, used = mp.run(SOURCE, grid=grid, size=size)
                times.append(time / 1000)
            print(f"{mp.name:12}{version:>6}-{level}{times[0]:>10.2f}{times[1]:>12.2f}{used:>11}", flush=True)
        mp.close()


if __name__ == "__main__":
    main()
