"""The partition table of ESP32 chips: 32-byte rows at 0x8000, ended by their MD5 (Espressif, "Partition Tables")."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from gatepost.errors import GatepostError

OFFSET = 0x8000
SIZE = 0xC00  # bytes: 95 rows and the hash
APP, DATA = 0, 1  # types
FAT, LITTLEFS = 0x81, 0x83  # subtypes of data; MicroPython finds its own by the label
BLOCK = 4096
_ROW = struct.Struct("<HBBII16sI")
_MAGIC = 0x50AA
_MD5_ROW = b"\xeb\xeb" + b"\xff" * 14


@dataclass(frozen=True)
class Partition:
    """One row; `offset` and `size` in bytes."""

    label: str
    kind: int
    subtype: int
    offset: int
    size: int
    flags: int = 0

    @property
    def end(self) -> int:
        return self.offset + self.size


def read(flash: bytes) -> list[Partition]:
    """The table in a flash image. GatepostError where it is missing or its hash is wrong."""
    table = flash[OFFSET : OFFSET + SIZE]
    rows = []
    for at in range(0, len(table) - 31, 32):
        row = table[at : at + 32]
        if row.startswith(_MD5_ROW):
            if row[16:] != hashlib.md5(table[:at]).digest():
                raise GatepostError("the partition table is damaged: its hash is wrong")
            break
        if row == b"\xff" * 32:
            break
        magic, kind, subtype, offset, size, label, flags = _ROW.unpack(row)
        if magic != _MAGIC:
            break
        rows.append(
            Partition(label.split(b"\0")[0].decode("ascii", "replace"), kind, subtype, offset, size, flags)
        )
    if not rows:
        raise GatepostError(
            f"no partition table at {OFFSET:#x}: give the combined image that MicroPython's build calls firmware.bin"
        )
    return rows


def build(partitions: Sequence[Partition], flash_size: int) -> bytes:
    """The table as bytes. GatepostError for partitions that overlap, are not aligned, or do not fit."""
    end = OFFSET + BLOCK
    table = b""
    for each in sorted(partitions, key=lambda partition: partition.offset):
        unit = 0x10000 if each.kind == APP else BLOCK
        if each.offset % unit or each.size % BLOCK or not each.size:
            raise GatepostError(f"partition {each.label} is not aligned to the flash's blocks")
        if each.offset < end:
            raise GatepostError(f"partition {each.label} overlaps what lies before it")
        end = each.end
        table += _ROW.pack(
            _MAGIC, each.kind, each.subtype, each.offset, each.size, each.label.encode(), each.flags
        )
    if end > flash_size:
        raise GatepostError(f"the partitions need {end} bytes, and the board's flash has {flash_size}")
    table += _MD5_ROW + hashlib.md5(table).digest()
    if len(table) > SIZE:
        raise GatepostError("too many partitions")
    return table.ljust(SIZE, b"\xff")
