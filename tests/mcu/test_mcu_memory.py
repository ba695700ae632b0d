"""What reading a VGA frame takes of the core's heap, beside the frame: the decoder with its buffers, and all it makes.

The decoder gets one stretch of the heap and no byte beside it. Tables and work space that its modules made when they
were loaded count too; code does not. How to have a core: the docstring of test_mcu_machine.py.
"""

import random

import pytest
import segno
from harness import frames
from harness.interpreter import DeviceError

from mcu.machine import FREE

ENOUGH = 64 * 1024  # bytes
SOURCE = """
import gc, sys, uctypes
from array import array
from scanner.vision.decoder import Decoder
frame = uctypes.bytearray_at(at, 640 * 480)
tables = 0
for name in list(sys.modules):
    if name.startswith("scanner.vision."):
        for key in dir(sys.modules[name]):
            thing = getattr(sys.modules[name], key)
            if isinstance(thing, (bytearray, array)):
                tables += len(bytes(thing)) + 16
result = [[], 0]
gc.collect()
stretch = bytearray(room - tables)
ballast = None
size = 1 << 16
while size >= 16:
    try:
        while True:
            ballast = (ballast, bytearray(size))
    except MemoryError:
        size >>= 1
stretch = None
gc.collect()
result[1] = gc.mem_free() + tables
try:
    decoder = Decoder(640, 480)
    for _ in range(turns):
        result[0].append([symbol.payload == text for symbol in decoder.decode(frame, 640, 480)])
finally:
    ballast = decoder = None
    gc.collect()
"""
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def text(letters, count):
    return "".join(random.Random(count).choice(letters) for _ in range(count))


def spotted(image, count, size):
    rng = random.Random(3)
    for _ in range(count):
        x, y = rng.randrange(130, 500), rng.randrange(60, 400)
        image.paste(rng.choice((0, 255)), (x, y, x + size, y + size))
    return image


def certificate():
    said = "HC1:" + text(BASE45, 500)
    code = frames.symbol(said, error="q", version=18)
    corners = frames.corners((len(code.matrix) + 8) * 4.35, (320, 240), 5, 6, 30)
    return said, frames.frame([(code, corners)], textured=True, blur=0.8, noise=6, seed=3)


def full_frame(version, said, error, **how):
    """As large as it goes; its modules are small, and so the light is good."""
    code = frames.symbol(said, error=error, version=version)
    corners = frames.corners(min(475, (25 + 4 * version) * 3.3), (320, 240), 0.6)
    return said, frames.frame([(code, corners)], **{"blur": 0.25, "noise": 2, "seed": 4, **how})


def spotted_frame(version):
    """Where the first reading fails, more is kept at a time."""
    said, image = full_frame(version, text(BASE45, 700), "q")
    return said, spotted(image, 14, 11)


def part_of_several():
    said = text(BASE45, 1500)
    code = segno.make_sequence(said, symbol_count=3, error="m", boost_error=False)[1]
    corners = frames.corners((len(code.matrix) + 8) * 4, (320, 240), 12)
    return said[500:1000], frames.frame([(code, corners)], textured=True, blur=0.6, noise=4)


CASES = {
    "a certificate": certificate,
    "a certificate, light on dark": lambda: full_frame(25, "HC1:" + text(BASE45, 1200), "m", inverted=True),
    "a part of several": part_of_several,
    "version 29, damaged": lambda: spotted_frame(29),
    "version 30, damaged": lambda: spotted_frame(30),
    "version 31, damaged": lambda: spotted_frame(31),
    "version 40, full of digits": lambda: full_frame(40, text("0123456789", 7089), "l"),
    "version 40, full of letters": lambda: full_frame(40, text(BASE45, 4296), "l"),
    "version 40, the most codewords for correction": lambda: full_frame(40, text(BASE45, 1800), "h"),
}


def read(mcu, case, room, turns=2):
    said, image = CASES[case]()
    frame = image.tobytes()
    mcu.restart()  # what other tests left would split the heap
    mcu.load(FREE, frame)
    read, left = mcu.run(SOURCE, space="memory", at=FREE, room=room, text=said.encode(), turns=turns)
    assert mcu.read(FREE, len(frame)) == frame  # the frame is left as it was
    return read, left


@pytest.mark.parametrize("case", CASES)
def test_a_code_is_read_within_the_memory_there_is(mcu, case):
    # A text of thousands of letters is the caller's; the collector may take it for used when the next frame is read.
    turns = 1 if case.startswith("version 40, full") else 2
    texts, left = read(mcu, case, ENOUGH - 256, turns)
    assert texts == [[True]] * turns
    assert left <= ENOUGH


def test_the_measure_can_fail(mcu):
    with pytest.raises(DeviceError) as caught:
        read(mcu, "a certificate", 48 * 1024)
    assert caught.value.kind == "MemoryError"
