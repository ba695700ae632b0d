"""Frames without a code, which are nearly all that a scanner sees, leave nothing to the garbage collector.

Under a locked heap every allocation raises MemoryError. Each frame is decoded once before, as a scanner has decoded
others before it.
"""

import sys
from functools import cache
from pathlib import Path

import pytest
from harness import frames
from harness.interpreter import DeviceError

QUIET = """
import gc, micropython
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
decoder.decode(frame, width, height)
found = None
gc.collect()
micropython.heap_lock()
try:
    found = decoder.decode(frame, width, height)
finally:
    micropython.heap_unlock()
result = [found, decoder.seen, decoder._search._findings._counts[3]]
"""


@cache
def empty(kind, size, number):
    pytest.importorskip("numpy", reason="the frame maker needs numpy: install the extra `bench`")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
    import frame_empty
    import frame_maker

    return frame_empty.make(kind, frame_maker.SIZES[size], 0, number)


def quiet(mp, image):
    return mp.run(QUIET, space="quiet", frame=image.tobytes(), width=image.width, height=image.height)


@pytest.mark.parametrize("size", ["vga", "qvga"])
@pytest.mark.parametrize("kind", ["blank", "noise", "texture", "text", "stripes", "soft"])
def test_a_frame_without_a_code_allocates_nothing(mp, kind, size):
    seen = 0
    for number in range(6):
        found, _, friends = quiet(mp, empty(kind, size, number))
        assert found == ()
        seen += friends
    if kind in ("stripes", "noise"):
        assert seen  # what looks like a finder is examined, and put aside, without allocating either


@pytest.mark.parametrize("textured", [False, True])
def test_nor_does_one_of_the_small_maker(mp, textured):
    assert quiet(mp, frames.frame([], textured=textured, blur=0.8, noise=6, seed=4))[0] == ()


def test_one_finder_of_a_covered_code_allocates_nothing(mp):
    """It calls for the dearer passes, but there is nothing to put together."""
    code = frames.symbol("COVERED", version=4, error="L")
    image = frames.frame([(code, frames.corners(41 * 6, (320, 240)))], noise=2)
    image.paste(230, (100, 200, 540, 480))
    image.paste(230, (300, 0, 640, 480))
    assert quiet(mp, image)[:2] == [(), 1]


def test_the_lock_would_show(mp):
    """A code needs memory for its text, if for nothing else."""
    code = frames.symbol("LOCKED", version=4, error="L")
    image = frames.frame([(code, frames.corners(41 * 6, (320, 240)))])
    with pytest.raises(DeviceError) as caught:
        quiet(mp, image)
    assert caught.value.kind == "MemoryError"
