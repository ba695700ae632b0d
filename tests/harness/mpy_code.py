"""The machine code in a compiled module (.mpy, version 6.3): its viper functions, and where their jumps go.

Laid out as py/persistentcode.c of MicroPython reads it. Only Thumb-2 as mpy-cross emits it for armv7m is understood:
no data between instructions.
"""

from __future__ import annotations

from collections.abc import Iterator

_BYTECODE, _NATIVE, _VIPER, _ASSEMBLER = range(4)
_STR, _BYTES, _TUPLE = 5, 6, 10  # kinds of constants with a zero after them, and with constants in them
_PLAIN = (0, 1, 2, 3, 4)  # kinds that are their own value
_HAS_RODATA, _HAS_BSS, _RELOCATED = 0x20, 0x40, 0x10


def viper_functions(compiled: bytes) -> list[bytes]:
    """Machine code of each viper function, in the order of the module."""
    if compiled[:2] != b"M\x06":
        raise ValueError("no compiled module of version 6")
    reader = _Reader(compiled, 4)
    names, constants = reader.number(), reader.number()
    for _ in range(names):
        length = reader.number()
        if not length & 1:
            reader.take((length >> 1) + 1)
    for _ in range(constants):
        reader.skip_constant()
    return [code for kind, code in reader.functions() if kind == _VIPER]


def conditional_jumps(code: bytes) -> Iterator[tuple[int, int]]:
    """Place and distance of each conditional jump that is encoded in 32 bits (T3 of B in the ARMv7-M manual)."""
    at = 0
    while at + 2 <= len(code):
        first = int.from_bytes(code[at : at + 2], "little")
        if first >> 11 < 0b11101:
            at += 2
            continue
        second = int.from_bytes(code[at + 2 : at + 4], "little")
        if first >> 11 == 0b11110 and second & 0xD000 == 0x8000 and first >> 7 & 7 != 7:
            sign, j1, j2 = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
            far = j2 << 19 | j1 << 18 | (first & 0x3F) << 12 | (second & 0x7FF) << 1
            yield at, far - (sign << 20)
        at += 4


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("the compiled module ends early")
        self._at += count
        return taken

    def number(self) -> int:
        value = 0
        while True:
            byte = self.take(1)[0]
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    def skip_constant(self) -> None:
        kind = self.take(1)[0]
        if kind in _PLAIN:
            return
        length = self.number()
        if kind == _TUPLE:
            for _ in range(length):
                self.skip_constant()
        else:
            self.take(length + (kind in (_STR, _BYTES)))

    def functions(self) -> Iterator[tuple[int, bytes]]:
        """Kind and code of a function, then of those inside it."""
        head = self.number()
        kind = head & 3
        code = self.take(head >> 3)
        if kind != _BYTECODE:
            flags = self.number()  # of native code: where its prelude is
            if kind == _ASSEMBLER:
                self.number()
                self.number()
            if kind == _VIPER:
                if flags & _RELOCATED:
                    raise ValueError("a native module, not compiled Python")
                rodata = self.number() if flags & _HAS_RODATA else 0
                if flags & _HAS_BSS:
                    self.number()
                self.take(rodata)
        yield kind, code
        if head & 4:
            for _ in range(self.number()):
                yield from self.functions()
