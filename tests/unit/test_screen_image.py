"""RGB565 bytes to a picture on the host."""

import struct

import pytest
from gatepost.errors import GatepostError
from gatepost.sim.screen import to_image


@pytest.mark.parametrize(
    ("word", "rgb"),
    [
        (0x0000, (0, 0, 0)),
        (0xFFFF, (255, 255, 255)),
        (0xF800, (255, 0, 0)),
        (0x07E0, (0, 255, 0)),
        (0x001F, (0, 0, 255)),
        (0x8410, (132, 130, 132)),
    ],
)
def test_colours(word, rgb):
    image = to_image(struct.pack("<H", word), 1, 1)
    assert all(abs(a - b) <= 1 for a, b in zip(image.getpixel((0, 0)), rgb, strict=True))


def test_rows_run_from_the_top_and_the_left():
    image = to_image(bytearray(struct.pack("<6H", 0xFFFF, 0, 0, 0, 0, 0xF800)), 3, 2)
    assert image.size == (3, 2)
    assert image.getpixel((0, 0)) == (255, 255, 255) and image.getpixel((2, 1)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("size", "width", "height"), [(0, 0, 0), (11, 3, 2), (13, 3, 2), (12, 3, -2), (12, -3, -2)]
)
def test_a_wrong_size_is_said_not_guessed(size, width, height):
    with pytest.raises(GatepostError, match="needs"):
        to_image(bytes(size), width, height)


def test_what_framebuf_paints_is_what_the_picture_shows(mp):
    pixels = mp.run(
        """
import framebuf
from scanner.ui.colours import rgb
memory = bytearray(8 * 4 * 2)
frame = framebuf.FrameBuffer(memory, 8, 4, framebuf.RGB565)
frame.fill(rgb(0, 0, 255))
frame.pixel(6, 1, rgb(255, 0, 0))
result = bytes(memory)
"""
    )
    image = to_image(pixels, 8, 4)
    assert image.getpixel((6, 1)) == (255, 0, 0) and image.getpixel((1, 6 // 2)) == (0, 0, 255)
