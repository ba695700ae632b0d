"""Requests to the emulated core that are timed in instructions, for the tables of tests/bench/mcu.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mcu.machine import FREE, PER_TICK, Machine
from mcu.profile import by_function, profile
from mcu_baselines import BASELINES, TARGETS

DECODE = """
import core, gc, uctypes
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480, core.ticks)
frame = uctypes.bytearray_at(at, width * height)
gc.collect()
start = core.ticks()
found = decoder.decode(frame, width, height)
spent = (core.ticks() - start) & 0x3fffffff
result = [[s.payload for s in found], spent, decoder.stage_us]
"""
TIMED = """
import core, gc
gc.collect()
start = core.ticks()
good = %s
spent = (core.ticks() - start) & 0x3fffffff
result = [good, spent]
"""


class Bench:
    """The core, and the tables printed from it."""

    def __init__(self, machine: Machine, profiled: bool) -> None:
        self.machine = machine
        self.profiled = profiled
        self.profiles: list[tuple[str, list[tuple[str, float]]]] = []

    def decode(self, frame: Image.Image) -> tuple[list[bytes], float, list[float]]:
        """Payloads, million instructions, and those of finding, fitting and reading."""
        self.machine.load(FREE, frame.tobytes())
        texts, spent, stages = self.machine.run(
            DECODE, space="vision", at=FREE, width=frame.width, height=frame.height
        )
        return texts, millions(spent), [millions(stage) for stage in stages]

    def timed(self, expression: str, **names: Any) -> float:
        """Million instructions of an expression that must be true; its names are set before."""
        good, spent = self.machine.run(TIMED % expression, space="crypto", **names)
        if not good:
            raise SystemExit(f"wrong: {expression}")
        return millions(spent)

    def note(self, title: str, source: str, **names: Any) -> None:
        """Profile the source, if asked to."""
        if self.profiled:
            self.profiles.append((title, by_function(profile(self.machine, source, 1003, **names))))

    def note_in_crypto(self, title: str, expression: str) -> None:
        """Profile an expression of the names that `crypto` has set."""
        self.note(title, "eval(what, __import__('server')._spaces['crypto'])", what=expression)


def asked(kind: str) -> str:
    """The target of a kind of work, as a cell."""
    return f"{TARGETS[kind]:g} M" if kind in TARGETS else ""


def beside(kind: str) -> str:
    """What programs in C take for it, as a cell."""
    return ", ".join(str(each) for each in BASELINES.get(kind, ()))


def millions(ticks: int) -> float:
    """Million instructions."""
    return ticks * PER_TICK / 1e6
