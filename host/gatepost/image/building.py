"""Puts a board's flash together, and takes one apart again to say what is in it.

    0x0000    the bootloader of the MicroPython image, told the size of the board's flash
    0x8000    the partition table: MicroPython's own rows, but for its filesystem, and two of ours
    ...       MicroPython
    vfs       littlefs with the firmware; MicroPython mounts it at / and starts boot.py and main.py
    gatepost  littlefs with the authority's key and the lists; the firmware mounts it at /flash

The second filesystem is the same that the virtual scanner has for its flash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gatepost import boards
from gatepost.errors import GatepostError
from gatepost.image import chip, compiling, esptool, partitions
from gatepost.image.partitions import Partition
from gatepost.sim.flash import read_image
from gatepost.trust.image import pack_image

LEAST = (1, 24)  # MicroPython's version
PROGRAM, FLASH = "vfs", "gatepost"  # labels of the two filesystems
BOARD_FILE = "board"
_REPLACED = (PROGRAM, "ffat", FLASH)  # labels of filesystems that a MicroPython image may come with


@dataclass(frozen=True)
class FlashImage:
    """A flash taken apart; the filesystems by path."""

    data: bytes
    bootloader: chip.ChipImage
    application: chip.ChipImage
    table: list[Partition]
    program: dict[str, bytes] = field(repr=False)
    flash: dict[str, bytes] = field(repr=False)

    def facts(self) -> dict[str, Any]:
        """What it contains, for people and for --json."""
        described = self.application.described()
        return {
            "size": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "board": self.program.get(BOARD_FILE, b"").decode("utf-8", "replace"),
            "micropython": chip.micropython_version(self.application)[2],
            "built with": f"ESP-IDF {described['idf']}" if described.get("idf") else "unknown",
            "partitions": [
                {"label": each.label, "offset": each.offset, "size": each.size} for each in self.table
            ],
            "firmware": {
                "modules": sum(name.endswith(".mpy") for name in self.program),
                "bytes": sum(map(len, self.program.values())),
            },
            "flash": {name: len(content) for name, content in sorted(self.flash.items())},
        }


def build(board: boards.Board, micropython: bytes, files: Mapping[str, bytes] | None = None) -> FlashImage:
    """The flash of `board` around a combined MicroPython image; `files` go into the scanner's own filesystem."""
    if not board.program_size or not board.driver:
        raise GatepostError(f"board {board.name} has no flash to make an image for")
    if board.chip not in chip.CHIPS:
        raise GatepostError(f"board {board.name}: images for {board.chip} are not known")
    table = partitions.read(micropython)
    bootloader = chip.read(micropython[: partitions.OFFSET], "bootloader")
    kept = [each for each in table if each.label not in _REPLACED]
    application = _application(micropython, kept)
    for image, what in ((bootloader, "bootloader"), (application, "MicroPython")):
        if image.chip != chip.CHIPS[board.chip]:
            raise GatepostError(f"this {what} is built for another chip than the board's {board.chip}")
    _check_micropython(application)
    start = max(each.end for each in kept)
    layout = [
        *kept,
        Partition(PROGRAM, partitions.DATA, partitions.FAT, start, board.program_size),
        Partition(
            FLASH,
            partitions.DATA,
            partitions.LITTLEFS,
            start + board.program_size,
            board.filesystem_size,
        ),
    ]
    program = {**compiling.firmware_files(board.mpy_arch), BOARD_FILE: board.driver.encode()}
    data = bytearray(b"\xff" * layout[-1].end)
    data[: len(bootloader.data)] = chip.with_flash_size(bootloader, board.flash_size)
    data[partitions.OFFSET : partitions.OFFSET + partitions.SIZE] = partitions.build(layout, board.flash_size)
    for each in kept:
        content = micropython[each.offset : each.end]
        data[each.offset : each.offset + len(content)] = content
    data[layout[-2].offset : layout[-2].end] = pack_image(program, board.program_size)
    data[layout[-1].offset : layout[-1].end] = pack_image(files or {}, board.filesystem_size)
    made = read(bytes(data))
    esptool.check_image(made.bootloader.data, board.chip, "bootloader")
    esptool.check_image(made.application.data, board.chip, "MicroPython")
    return made


def read(data: bytes) -> FlashImage:
    """Take a flash image apart; every checksum, hash and filesystem is verified on the way."""
    table = partitions.read(data)
    found = {each.label: each for each in table}
    if PROGRAM not in found or FLASH not in found:
        raise GatepostError("this flash image is not one of a scanner: its two filesystems are missing")
    if len(data) < max(each.end for each in table):
        raise GatepostError("the flash image is cut short")
    program, flash = (read_image(data[found[label].offset : found[label].end]) for label in (PROGRAM, FLASH))
    bootloader = chip.read(data[: partitions.OFFSET], "bootloader")
    return FlashImage(data, bootloader, _application(data, table), table, program, flash)


def _application(flash: bytes, table: list[Partition]) -> chip.ChipImage:
    programs = [each for each in table if each.kind == partitions.APP]
    if not programs:
        raise GatepostError("the partition table has no place for a program")
    first = min(programs, key=lambda each: each.offset)
    return chip.read(flash[first.offset : first.end], "MicroPython")


def _check_micropython(application: chip.ChipImage) -> None:
    major, minor, version = chip.micropython_version(application)
    if (major, minor) < LEAST:
        raise GatepostError(
            f"this is MicroPython {version}, and the firmware needs {LEAST[0]}.{LEAST[1]} or newer"
        )
    if not chip.has_camera(application):
        raise GatepostError(
            f"this MicroPython {version} has no camera module: build it with micropython-camera-API (see hardware/)"
        )
