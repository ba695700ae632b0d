"""Values that cross between pytest and the resident interpreter, as tagged bytes.

The twin of this file is inside server.py, written again in MicroPython: no codec of the firmware takes part,
so a fault there cannot hide here.
"""

from __future__ import annotations

import struct
from typing import Any


def pack(value: Any, out: bytearray) -> None:
    """Append one value to `out`. Raises TypeError for a type that does not travel."""
    if value is None:
        out += b"N"
    elif value is True:
        out += b"T"
    elif value is False:
        out += b"F"
    elif isinstance(value, int):
        _block(b"i", str(value).encode(), out)
    elif isinstance(value, float):
        out += b"d" + struct.pack("<d", value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _block(b"b", bytes(value), out)
    elif isinstance(value, str):
        _block(b"s", value.encode(), out)
    elif isinstance(value, (list, tuple)):
        out += (b"l" if isinstance(value, list) else b"t") + struct.pack("<I", len(value))
        for item in value:
            pack(item, out)
    elif isinstance(value, dict):
        out += b"m" + struct.pack("<I", len(value))
        for key, item in value.items():
            pack(key, out)
            pack(item, out)
    else:
        raise TypeError(f"{type(value).__name__} does not travel to the interpreter")


def _block(tag: bytes, body: bytes, out: bytearray) -> None:
    out += tag + struct.pack("<I", len(body)) + body


def unpack(data: bytes) -> Any:
    """Read back one value that `pack` (or its twin) wrote."""
    value, end = _read(data, 0)
    if end != len(data):
        raise ValueError("bytes left over after the value")
    return value


def _read(data: bytes, at: int) -> tuple[Any, int]:
    tag = data[at : at + 1]
    at += 1
    if tag in b"NTF":
        return {b"N": None, b"T": True, b"F": False}[tag], at
    if tag == b"d":
        return struct.unpack_from("<d", data, at)[0], at + 8
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    if tag in b"ibs":
        body = data[at : at + count]
        return (int(body) if tag == b"i" else body if tag == b"b" else body.decode()), at + count
    if tag in b"lt":
        items = []
        for _ in range(count):
            item, at = _read(data, at)
            items.append(item)
        return (items if tag == b"l" else tuple(items)), at
    if tag == b"m":
        table = {}
        for _ in range(count):
            key, at = _read(data, at)
            table[key], at = _read(data, at)
        return table, at
    raise ValueError(f"unknown tag {tag!r}")
