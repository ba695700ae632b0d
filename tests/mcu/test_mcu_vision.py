"""The decoder on the emulated core: the same frames give the same symbols as on the unix port of either width.

How to have a core: the docstring of test_mcu_machine.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from harness import damage, frames, pictures
from PIL import Image
from unit.test_vision_quiet import QUIET, empty

from mcu.machine import FREE

DECODE = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [
    (s.payload, s.version, s.level, s.mask, s.corrected, s.erased, s.corners, s.mirrored, s.inverted)
    for s in decoder.decode(frame, width, height)
]
"""
ON_CORE = "import uctypes\nframe = uctypes.bytearray_at(at, width * height)\n" + DECODE
TEXT = "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90KECTHGWJC0FDC:5AIA%G7X+AQB9746"


def made(version: int, pitch: float, size: tuple[int, int] = (640, 480), **how: Any) -> Image.Image:
    code = frames.symbol(TEXT, error="q", version=version)
    side = (len(code.matrix) + 8) * pitch
    centre = (size[0] / 2, size[1] / 2)
    return frames.frame([(code, frames.corners(side, centre, how.pop("turn", 5), 8, 30))], size, **how)


FRAMES = {
    "version 13": lambda: made(13, 5.0, textured=True, blur=0.8, noise=6),
    "version 18": lambda: made(18, 4.35, textured=True, blur=0.8, noise=6, seed=2),
    "turned": lambda: made(10, 4.0, turn=137, noise=3),
    "inverted": lambda: made(10, 4.0, inverted=True, noise=3),
    "mirrored": lambda: made(10, 4.0, mirrored=True, shade=0.4),
    "small frame": lambda: made(10, 3.0, (320, 240), blur=0.5, noise=2),
}


def symbols(mcu: Any, image: Image.Image) -> list[Any]:
    mcu.load(FREE, image.tobytes())
    return mcu.run(ON_CORE, space="vision", at=FREE, width=image.width, height=image.height)


def decoded(mp: Any, image: Image.Image) -> list[Any]:
    return mp.run(DECODE, space="mcu vision", frame=image.tobytes(), width=image.width, height=image.height)


@pytest.mark.parametrize("name", FRAMES)
def test_both_read_the_same(mcu, mp64, name):
    image = FRAMES[name]()
    found = symbols(mcu, image)
    assert [symbol[0] for symbol in found] == [TEXT.encode()]
    assert found == decoded(mp64, image)


@pytest.mark.parametrize("way", range(len(damage.WAYS)))
def test_damaged_codes_read_the_same(mcu, mp64, mp32, way):
    """What was corrected and what was given up as well: arithmetic that wraps elsewhere would show here."""
    for number in range(way, way + 4 * len(damage.WAYS), len(damage.WAYS)):
        made = damage.make(32, number)
        found = symbols(mcu, made.image)
        assert found == decoded(mp64, made.image) == decoded(mp32, made.image), made.told


@pytest.mark.parametrize("size", ["vga", "qvga"])
@pytest.mark.parametrize("kind", ["medium", "hard", "brutal", "dcc", "inverted", "cut"])
def test_made_frames_read_the_same(mcu, mp64, mp32, kind, size):
    pytest.importorskip("numpy", reason="the frame maker needs numpy: install the extra `bench`")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
    import frame_maker

    made = frame_maker.make(kind, size, 32, 0)
    found = symbols(mcu, made.image)
    assert found == decoded(mp64, made.image) == decoded(mp32, made.image)
    if kind not in ("hard", "brutal"):
        assert [symbol[0] for symbol in found] == [made.text.encode()]


@pytest.mark.parametrize("textured", [False, True])
def test_nothing_is_found_where_nothing_is(mcu, textured):
    assert symbols(mcu, frames.frame([], textured=textured, noise=4, seed=9)) == []


@pytest.mark.parametrize("size", ["vga", "qvga"])
@pytest.mark.parametrize("kind", ["blank", "noise", "texture", "text", "stripes", "soft"])
def test_a_frame_without_a_code_allocates_nothing(mcu, kind, size):
    image = empty(kind, size, 0)
    mcu.load(FREE, image.tobytes())
    source = "import uctypes\nframe = uctypes.bytearray_at(at, width * height)\n" + QUIET
    names = {"at": FREE, "width": image.width, "height": image.height}
    assert mcu.run(source, space="quiet", **names)[0] == ()


def test_the_frame_is_left_alone(mcu):
    image = FRAMES["version 13"]()
    symbols(mcu, image)
    assert mcu.read(FREE, 640 * 480) == image.tobytes()


def test_frames_of_the_corpus_read_the_same(mcu, mp64, corpora):
    seen = 0
    for number, (path, row) in enumerate(pictures.rows(corpora, "gate")):
        if number % 10 == 3:
            image = pictures.luminance(path)
            assert symbols(mcu, image) == decoded(mp64, image), row["path"]
            seen += 1
    assert seen >= 5
