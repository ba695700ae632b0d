"""Program images of ESP32 chips: read, checked, and fitted to the flash of a board.

An image is a head of 24 bytes, segments, a checksum and, where the head says so, a SHA-256 over all before it
(Espressif, "Firmware Image Format"). Bootloader and application have the same form.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from gatepost.errors import GatepostError

MAGIC = 0xE9
HEAD = 24  # bytes
CHIPS = {"esp32s3": 9}  # chip families by the number in the head
FLASH_SIZES = {
    1 << 20: 0,
    2 << 20: 1,
    4 << 20: 2,
    8 << 20: 3,
    16 << 20: 4,
    32 << 20: 5,
}  # upper half of byte 3
_CHECKSUM_SEED = 0xEF
_APP_MAGIC = 0xABCD5432
_VERSION = re.compile(rb"MicroPython v?(\d+)\.(\d+)([^ \0]{0,24}) on \d{4}-\d\d-\d\d")
_CAMERA = b"GrabMode\0"  # a name that the `camera` module alone brings


@dataclass(frozen=True)
class ChipImage:
    """One checked image. `data` ends with it; `chip` is the number of the family."""

    data: bytes
    chip: int
    hashed: bool
    segments: tuple[tuple[int, int], ...]  # place in `data`, and length

    def described(self) -> dict[str, str]:
        """What the build says of itself (esp_app_desc_t), where it does."""
        at, length = self.segments[0]
        if length < 144 or struct.unpack_from("<I", self.data, at)[0] != _APP_MAGIC:
            return {}

        def text(offset: int, size: int) -> str:
            return self.data[at + offset : at + offset + size].split(b"\0")[0].decode("utf-8", "replace")

        return {"project": text(48, 32), "version": text(16, 32), "idf": text(112, 32)}


def read(data: bytes, what: str) -> ChipImage:
    """The image at the beginning of `data`, its checksum and hash verified; `what` names it in errors."""
    if len(data) < HEAD or data[0] != MAGIC:
        raise GatepostError(f"{what}: no program image of an ESP32 chip")
    count = data[1]
    (chip,) = struct.unpack_from("<H", data, 12)
    at = HEAD
    checksum = _CHECKSUM_SEED
    segments = []
    for _ in range(count):
        if at + 8 > len(data):
            raise GatepostError(f"{what}: the image is cut short")
        length = struct.unpack_from("<I", data, at + 4)[0]
        at += 8
        if at + length > len(data):
            raise GatepostError(f"{what}: the image is cut short")
        segments.append((at, length))
        for byte in data[at : at + length]:
            checksum ^= byte
        at += length
    end = at - at % 16 + 16  # the checksum is the last byte of a block of 16
    hashed = data[23] == 1
    if not segments or end + 32 * hashed > len(data):
        raise GatepostError(f"{what}: the image is cut short")
    if data[end - 1] != checksum:
        raise GatepostError(f"{what}: the image is damaged: its checksum is wrong")
    if hashed and data[end : end + 32] != hashlib.sha256(data[:end]).digest():
        raise GatepostError(f"{what}: the image is damaged: its SHA-256 is wrong")
    return ChipImage(data[: end + 32 * hashed], chip, hashed, tuple(segments))


def with_flash_size(image: ChipImage, size: int) -> bytes:
    """The image with its head naming a flash of `size` bytes: the bootloader refuses partitions beyond it."""
    if size not in FLASH_SIZES:
        raise GatepostError(f"no ESP32 chip has a flash of {size} bytes")
    data = bytearray(image.data)
    data[3] = FLASH_SIZES[size] << 4 | data[3] & 15
    if image.hashed:
        data[-32:] = hashlib.sha256(data[:-32]).digest()
    return bytes(data)


def micropython_version(image: ChipImage) -> tuple[int, int, str]:
    """Major, minor and the whole version of the MicroPython in an application. GatepostError where there is none."""
    found = _VERSION.search(image.data)
    if found is None:
        raise GatepostError("the application is no MicroPython")
    major, minor = int(found[1]), int(found[2])
    return major, minor, f"{major}.{minor}{found[3].decode('ascii', 'replace')}"


def has_camera(image: ChipImage) -> bool:
    """Whether the `camera` module was built in."""
    return _CAMERA in image.data
