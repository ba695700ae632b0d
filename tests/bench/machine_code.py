"""How much of the firmware is machine code: viper functions, which a board keeps in memory that can be executed.

    python tests/bench/machine_code.py [ARCHITECTURE ...]

Prints a Markdown table for each architecture as mpy-cross names it (default: those of our boards and emulators). An
ESP32-S3 copies machine code into its internal RAM, where all of it must fit beside the camera's and USB's buffers;
bytecode lies in the heap, or where the filesystem is mapped into memory stays there. Names and constants come on top.
"""

from __future__ import annotations

import sys

from gatepost.errors import GatepostError
from gatepost.image.compiling import firmware_files

ARCHITECTURES = ("xtensawin", "armv7m", "armv6m", "rv32imc")
_SHOWN = 8  # of the modules with most of it
_BYTECODE, _NATIVE, _VIPER, _ASSEMBLER = range(4)
# Flags of a native function's scope (py/runtime0.h of MicroPython): it has data that cannot or can be written.
_HAS_RODATA, _HAS_BSS = 0x20, 0x40
_SINGLETONS = range(5)  # kinds of constants without a body: the function table, None, False, True, ...
_STRING, _BYTES, _TUPLE = 5, 6, 10


class Module:
    """An .mpy file of version 6, read up to its end: bytes of `bytecode` and of `machine_code`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4  # behind the mark, version, architecture and width of small integers
        self.bytecode = self.machine_code = 0
        names, constants = self._number(), self._number()
        for _ in range(names):
            length = self._number()
            if not length & 1:  # else it is one that every interpreter knows
                self._at += (length >> 1) + 1
        for _ in range(constants):
            self._constant()
        self._function()
        if self._at != len(data):
            raise ValueError("this .mpy file is built otherwise than it is read here")

    def _number(self) -> int:
        value = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    def _constant(self) -> None:
        kind = self._data[self._at]
        self._at += 1
        if kind in _SINGLETONS:
            return
        count = self._number()
        if kind == _TUPLE:
            for _ in range(count):
                self._constant()
        else:
            self._at += count + (kind in (_STRING, _BYTES))  # those end with a zero

    def _function(self) -> None:
        head = self._number()
        kind, has_children, length = head & 3, head & 4, head >> 3
        self._at += length
        if kind == _BYTECODE:
            self.bytecode += length
        else:
            self.machine_code += length
            if kind == _NATIVE:
                self._number()  # where its prelude is
            else:
                flags = self._number()
                for flag in (_HAS_RODATA, _HAS_BSS):
                    if flags & flag:
                        self._number()
                if kind == _ASSEMBLER:
                    self._number()
                    self._number()
        if has_children:
            for _ in range(self._number()):
                self._function()


def table(architecture: str) -> None:
    modules = {
        name.removeprefix("scanner/").removesuffix(".mpy"): Module(content)
        for name, content in firmware_files(architecture).items()
        if name.endswith(".mpy")
    }
    largest = sorted(modules, key=lambda name: -modules[name].machine_code)
    print(f"| {architecture}: {len(modules)} modules | machine code | bytecode |\n|---|---|---|")
    for name in largest[:_SHOWN]:
        print(f"| {name} | {modules[name].machine_code} | {modules[name].bytecode} |")
    machine_code = sum(each.machine_code for each in modules.values())
    print(f"| all | {machine_code} | {sum(each.bytecode for each in modules.values())} |\n")


def main() -> int:
    try:
        for architecture in sys.argv[1:] or ARCHITECTURES:
            table(architecture)
    except GatepostError as error:
        print(f"machine_code: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
