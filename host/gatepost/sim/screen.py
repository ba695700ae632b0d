"""The scanner's frame buffer as a picture: RGB565, little-endian as the processors we run on write it."""

from __future__ import annotations

from PIL import Image

from gatepost.errors import GatepostError


def to_image(rgb565: bytes | bytearray | memoryview, width: int, height: int) -> Image.Image:
    """An RGB picture of `width` x `height` pixels. Raises GatepostError if the bytes are not that many pixels."""
    if width < 1 or height < 1 or len(rgb565) != width * height * 2:
        raise GatepostError(
            f"a screen of {width} x {height} needs {width * height * 2} bytes, not {len(rgb565)}"
        )
    # Pillow calls it BGR;16: blue in the low bits of a little-endian word.
    return Image.frombytes("RGB", (width, height), bytes(rgb565), "raw", "BGR;16")
