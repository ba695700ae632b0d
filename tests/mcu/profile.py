"""Where instructions go: samples of the running core, as shares of functions.

The core's timer interrupts each so many instructions (modules/core/sampler.c) and notes the program counter, the
native code that called into C, if any, and the innermost Python function. Names come from the functions of the
loaded modules, and from the symbols of the firmware's ELF file. A sample inside C is counted for the C function and
for who called it: `mpz_mul_inpl < scanner.crypto.rsa.power`.
"""

from __future__ import annotations

import bisect
import struct
import subprocess
from collections import Counter
from typing import Any

from mcu.machine import EXTERNAL, PER_TICK, Machine

_SAMPLES = EXTERNAL + (14 << 20)
_SAMPLES_SIZE = 2 << 20
_LONGEST = 64 * 1024  # bytes of native code in one function, at most
_WRAPPED = """
import core
core.sample(%d, %d, %d)
try:
    exec(_source, globals())
finally:
    _samples = core.stop()
result = _samples
"""
# Objects of functions: type, context, children, code. Names of native ones are only known to who holds them.
_FUNCTIONS = """
import sys
from machine import mem32

def _inside(holder, name, out, deep):
    for key in dir(holder):
        if key[:2] == "__":
            continue
        value = getattr(holder, key)
        kind = type(value).__name__
        if kind in ("function", "closure", "generator"):
            out.append((name + "." + key, id(value), mem32[id(value) + 12]))
        elif kind == "type" and deep:
            _inside(value, name + "." + key, out, False)

_found = []
for _name in sys.modules:
    if hasattr(sys.modules[_name], "__file__"):
        _inside(sys.modules[_name], _name, _found, True)
result = _found
"""


def profile(machine: Machine, source: str, period: int = 20_011, **names: Any) -> list[tuple[str, float]]:
    """Run source as `Machine.run` does, sampled each `period` instructions; functions and their shares, largest first.

    Its `space` is one of its own; what the source defines stays for the next run.
    """
    wrapped = _WRAPPED % (_SAMPLES, _SAMPLES_SIZE, period // PER_TICK)
    count = machine.run(wrapped, space="profile", _source=source, **names)
    functions = machine.run(_FUNCTIONS, space="functions")
    named = _Names(functions, _symbols(machine))
    words = struct.unpack(f"<{count * 3}I", machine.read(_SAMPLES, count * 12))
    total: Counter[str] = Counter(
        named.of(words[at], words[at + 1], words[at + 2]) for at in range(0, len(words), 3)
    )
    return [(name, number / count) for name, number in total.most_common()]


def by_function(shares: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The same with what C does counted for the Python function that had it done."""
    total: dict[str, float] = {}
    for name, share in shares:
        who = name.rpartition(" < ")[2]
        total[who] = total.get(who, 0.0) + share
    return sorted(total.items(), key=lambda row: -row[1])


class _Names:
    def __init__(self, functions: list[tuple[str, int, int]], symbols: list[tuple[int, str]]) -> None:
        self._objects = {address & 0xFFFFFFFF: _short(name) for name, address, _ in functions}
        self._code = sorted((code & 0xFFFFFFFE, _short(name)) for name, _, code in functions)
        self._symbols = symbols
        self._end = next(address for address, name in symbols if name == "_etext")

    def of(self, pc: int, native: int, owner: int) -> str:
        found = self._native(pc)
        if found:
            return found
        name = (_before(self._symbols, pc, _LONGEST) if pc < self._end else None) or "native code"
        caller = self._native(native) or self._objects.get(owner)
        return f"{name} < {caller}" if caller else name

    def _native(self, address: int) -> str | None:
        return _before(self._code, address, _LONGEST) if address > self._end else None


def _before(table: list[tuple[int, str]], address: int, most: int) -> str | None:
    at = bisect.bisect_right(table, (address, "\x7f")) - 1
    return table[at][1] if at >= 0 and address - table[at][0] < most else None


def _short(name: str) -> str:
    return name.removeprefix("scanner.")


def _symbols(machine: Machine) -> list[tuple[int, str]]:
    listing = subprocess.run(
        ["arm-none-eabi-nm", "--defined-only", str(machine.elf)], capture_output=True, text=True, check=True
    ).stdout
    found = []
    for line in listing.splitlines():
        address, kind, name = line.split()
        if kind in "tTbBdD" and not name.startswith("$"):
            found.append((int(address, 16) & 0xFFFFFFFE, name))
    return sorted(found)
