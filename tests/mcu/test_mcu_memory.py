"""What reading a VGA frame takes of the core's heap, beside the frame: the decoder with its buffers, and all it makes.

How to have a core: the docstring of test_mcu_machine.py.
"""

import random

import pytest
from harness import frames
from harness.interpreter import DeviceError

from mcu.machine import FREE

ENOUGH = 72 * 1024  # bytes; 64 KB are the goal
# All but so many bytes of the heap are taken up before the decoder is made.
SOURCE = """
import gc, uctypes
from scanner.vision.decoder import Decoder
frame = uctypes.bytearray_at(at, 640 * 480)
gc.collect()
ballast = []
while gc.mem_free() > room + 1024:
    ballast.append(bytearray(min(gc.mem_free() - room - 512, 1 << 16)))
    gc.collect()
left = gc.mem_free()
try:
    result = [[s.payload for s in Decoder(640, 480).decode(frame, 640, 480)], left]
finally:
    ballast = None
    gc.collect()
"""
TEXT = "HC1:" + "".join(random.Random(18).choice("ABCDEF0123456789") for _ in range(500))


def read(mcu, room):
    code = frames.symbol(TEXT, error="q", version=18)
    corners = frames.corners((len(code.matrix) + 8) * 4.35, (320, 240), 5, 6, 30)
    image = frames.frame([(code, corners)], textured=True, blur=0.8, noise=6, seed=3).tobytes()
    mcu.restart()  # what other tests left would split the heap
    mcu.load(FREE, image)
    texts, left = mcu.run(SOURCE, space="memory", at=FREE, room=room)
    assert mcu.read(FREE, len(image)) == image  # the frame is left as it was
    return texts, left


def test_a_certificate_is_read_within_the_memory_there_is(mcu):
    texts, left = read(mcu, ENOUGH - 1024)
    assert texts == [TEXT.encode()]
    assert left <= ENOUGH


def test_the_measure_can_fail(mcu):
    with pytest.raises(DeviceError) as caught:
        read(mcu, 24 * 1024)
    assert caught.value.kind == "MemoryError"
