"""A combined image as MicroPython's build for the ESP32-S3 makes it, with as much inside as the tools look at."""

from __future__ import annotations

import functools
import hashlib
import operator
import struct

BANNER = b"MicroPython v1.27.0 on 2025-12-09"
CAMERA = b"FrameSize\0GrabMode\0PixelFormat\0"


def image(
    segments: list[tuple[int, bytes]], chip: int = 9, flash_size: int = 3, hashed: bool = True
) -> bytes:
    """Head, segments, checksum, SHA-256 (Espressif, "Firmware Image Format")."""
    data = struct.pack("<BBBBI", 0xE9, len(segments), 2, flash_size << 4 | 0xF, 0x40374000)
    data += struct.pack("<B3sHBHHI", 0xEE, bytes(3), chip, 0, 0, 9999, 0) + bytes([hashed])
    checksum = 0xEF
    for address, content in segments:
        data += struct.pack("<II", address, len(content)) + content
        checksum ^= functools.reduce(operator.xor, content, 0)
    data += bytes(15 - len(data) % 16) + bytes([checksum])
    return data + hashlib.sha256(data).digest() if hashed else data


def application(banner: bytes = BANNER, camera: bytes = CAMERA, chip: int = 9) -> bytes:
    """An application whose first segment begins with its description (esp_app_desc_t)."""
    description = struct.pack(
        "<II8s32s32s16s16s32s",
        0xABCD5432, 0, bytes(8), b"v1.27.0", b"micropython", b"10:00:00", b"Dec  9 2025", b"v5.5.1",
    ).ljust(256, b"\0")  # fmt: skip
    strings = (banner + b"; Generic ESP32S3 module\0" + camera).ljust(20000, b"\x11")
    return image([(0x3C000020, description + strings), (0x42000020, b"\x36\x41\0" * 4000)], chip)


def table(rows: list[tuple[str, int, int, int, int]]) -> bytes:
    """Rows of (label, type, subtype, offset, size), and their MD5."""
    body = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, subtype, offset, size, label.encode(), 0)
        for label, kind, subtype, offset, size in rows
    )
    return (body + b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(body).digest()).ljust(0xC00, b"\xff")


ROWS = [
    ("nvs", 1, 2, 0x9000, 0x6000),
    ("phy_init", 1, 1, 0xF000, 0x1000),
    ("factory", 0, 0, 0x10000, 0x1F0000),
    ("vfs", 1, 0x81, 0x200000, 0x600000),
]


def micropython(
    app: bytes | None = None,
    bootloader: bytes | None = None,
    rows: list[tuple[str, int, int, int, int]] | None = None,
) -> bytes:
    """Bootloader at 0, table at 0x8000, application at 0x10000."""
    flash = bytearray(b"\xff" * 0x10000)
    first = bootloader or image([(0x3FCE3810, b"\x5a" * 3000), (0x403C9700, b"\xa5" * 900)])
    flash[: len(first)] = first
    flash[0x8000:0x8C00] = table(ROWS if rows is None else rows)
    return bytes(flash) + (app or application())
