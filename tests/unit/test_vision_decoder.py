"""Frames in, symbols out: every version, every attitude, several at once, and frames that mean harm."""

import random

import pytest
from harness import frames
from PIL import Image

DECODE = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = decoder.decode(frame, width, height)
"""


def _decode(mp, image: Image.Image, timeout: float = 30.0):
    return mp.run(
        DECODE,
        space="decoder",
        frame=image.tobytes(),
        width=image.width,
        height=image.height,
        timeout=timeout,
    )


def _texts(mp, image: Image.Image) -> list[bytes]:
    return [symbol["payload"] for symbol in _decode(mp, image)]


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version(mp64, version):
    text = f"VERSION {version}"
    code = frames.symbol(text, version=version, error="M" if version > 1 else "L")
    side = 17 + 4 * version
    module = min(470 / (side + 8), 6.3)
    (got,) = _decode(mp64, frames.frame([(code, frames.corners(module * (side + 8), (320, 240), 3))]))
    assert got["payload"] == text.encode()
    assert got["version"] == version
    assert not got["mirrored"] and not got["inverted"]


@pytest.mark.parametrize("turn", range(0, 360, 24))
def test_any_rotation(mp, turn):
    code = frames.symbol(f"TURN {turn}", version=6, error="M")
    image = frames.frame([(code, frames.corners(300, (320, 240), turn))], textured=True, blur=0.6, noise=4)
    assert _texts(mp, image) == [f"TURN {turn}".encode()]


@pytest.mark.parametrize("axis", [0, 40, 90, 130])
@pytest.mark.parametrize("tilt", [15, 30])
def test_tilt(mp, tilt, axis):
    code = frames.symbol("HC1:" + "A7$ " * 100, version=18, error="Q")
    image = frames.frame([(code, frames.corners(360, (320, 240), 20, tilt, axis))], blur=0.5, noise=3)
    assert _texts(mp, image) == [b"HC1:" + b"A7$ " * 100]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("mirrored", [False, True])
def test_mirrored_and_light_on_dark(mp, mirrored, inverted):
    code = frames.symbol("LOOKING GLASS", version=7, error="M")
    points = frames.corners(300, (320, 240), 33, 15, 60)
    (got,) = _decode(mp, frames.frame([(code, points)], mirrored=mirrored, inverted=inverted))
    assert got["payload"] == b"LOOKING GLASS"
    assert got["mirrored"] == mirrored
    assert got["inverted"] == inverted


def test_several_symbols_in_one_frame(mp):
    texts = [f"NUMBER {k}" for k in range(6)]
    codes = [
        (
            frames.symbol(text, version=2 + k, error="M"),
            frames.corners(170, (110 + 205 * (k % 3), 120 + 240 * (k // 3)), 7 * k),
        )
        for k, text in enumerate(texts)
    ]
    assert sorted(_texts(mp, frames.frame(codes))) == [text.encode() for text in texts]


def test_the_corners_say_where(mp):
    points = frames.corners(200, (300, 200), 15)
    (got,) = _decode(mp, frames.frame([(frames.symbol("HERE", version=3, error="M"), points)], border=0))
    for k, value in enumerate(got["corners"]):
        assert value == pytest.approx(points[k // 2][k & 1], abs=2)


@pytest.mark.parametrize("module", [1.7, 2.0, 2.5, 3.1])
def test_tiny_modules(mp, module):
    code = frames.symbol("HC1:" + "TINY" * 60, version=13, error="Q")
    image = frames.frame([(code, frames.corners(module * 77, (160, 120), 4))], (320, 240), blur=0.4, noise=3)
    assert _texts(mp, image) == [b"HC1:" + b"TINY" * 60]


@pytest.mark.parametrize("module", [16, 30, 45])
def test_huge_modules(mp, module):
    code = frames.symbol("HUGE", version=1, error="M")
    side = module * 25
    image = frames.frame(
        [(code, frames.corners(side, (800, 600), 8))], (1600, 1200), border=2, noise=12, blur=2
    )
    assert _texts(mp, image) == [b"HUGE"]


@pytest.mark.parametrize(
    "trouble",
    [
        {"blur": 1.2},
        {"noise": 18.0},
        {"motion": (2.2, 1.2)},
        {"shade": 0.75},
        {"black": 110, "white": 160, "noise": 4.0},
        {"textured": True, "blur": 0.9, "noise": 6.0, "shade": 0.4},
    ],
    ids=["blur", "noise", "motion", "shade", "pale", "all"],
)
def test_bad_light_and_bad_lenses(mp, trouble):
    code = frames.symbol("HC1:" + "6BF+" * 75, version=14, error="Q")
    points = frames.corners(4.0 * 81, (320, 240), 17, 12, 45)
    assert _texts(mp, frames.frame([(code, points)], **trouble)) == [b"HC1:" + b"6BF+" * 75]


@pytest.mark.parametrize("ground", [190, 250])
@pytest.mark.parametrize("module", [2.6, 4.0])
@pytest.mark.parametrize("turn", [4, 33])
def test_a_pale_code_before_something_bright(mp, module, turn, ground):
    """A dimmed phone against a window: fifty grey levels in the code, three times as many beside its quiet zone."""
    code = frames.symbol("HC1:" + "6BF+" * 50, version=11, error="Q")
    points = frames.corners(module * 69, (320, 240), turn)
    image = frames.frame([(code, points)], black=80, white=130, ground=ground, blur=0.25 * module, noise=2)
    assert _texts(mp, image) == [b"HC1:" + b"6BF+" * 50]


@pytest.mark.parametrize("turn", [4, 33])
@pytest.mark.parametrize("ground", [20, 70])
def test_a_dark_code_beside_glare(mp, turn, ground):
    """Glare burns out a spot beside one finder, ten times as bright as the code."""
    code = frames.symbol("HC1:" + "6BF+" * 50, version=11, error="Q")
    points = frames.corners(4 * 69, (320, 240), turn)
    x, y = points[1]
    image = frames.frame(
        [(code, points)], black=20, white=70, ground=ground, glare=(x + 10, y, 60, 240), blur=0.8, noise=2
    )
    assert _texts(mp, image) == [b"HC1:" + b"6BF+" * 50]


def test_both_widths_tell_the_same(mp):
    """Not only the text: what was corrected, given up and measured, on a frame that needs all of it."""
    code = frames.symbol("HC1:" + "9X.K" * 60, version=12, error="Q")
    image = frames.frame(
        [(code, frames.corners(230, (320, 240), 50, 25, 10))],
        textured=True,
        blur=0.8,
        noise=8,
        black=60,
        white=180,
    )
    got = _decode(mp, image)
    assert [s["payload"] for s in got] == [b"HC1:" + b"9X.K" * 60]
    key = "both widths"
    seen = _SEEN.setdefault(key, got)
    assert seen == got


_SEEN: dict[str, object] = {}


def test_the_frame_is_left_alone(mp):
    code = frames.symbol("HANDS OFF", version=5, error="M")
    image = frames.frame([(code, frames.corners(200, (160, 120), 5))], (320, 240), noise=5)
    source = """
from scanner.vision.decoder import Decoder
copy = bytearray(frame)
found = Decoder(320, 240).decode(copy, 320, 240)
result = [len(found), copy == frame]
"""
    assert mp.run(source, frame=image.tobytes()) == [1, True]


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview"])
def test_any_buffer_will_do(mp, kind):
    code = frames.symbol("BUFFER", version=2, error="M")
    image = frames.frame([(code, frames.corners(150, (160, 120)))], (320, 240))
    source = f"""
from scanner.vision.decoder import Decoder
result = Decoder(160, 120).decode({kind}(frame), 320, 240)
"""
    assert [s["payload"] for s in mp.run(source, frame=image.tobytes())] == [b"BUFFER"]


def _hostile(width: int, height: int) -> dict[str, bytes]:
    rng = random.Random(width)
    count = width * height
    finder = bytes([0] * 3 + [255] * 3 + [0] * 9 + [255] * 3 + [0] * 3 + [255] * 4)
    return {
        "noise": rng.randbytes(count),
        "black": bytes(count),
        "white": b"\xff" * count,
        "stripes": (b"\x00\x00\xff\xff" * (count // 4 + 1))[:count],
        "finder rows": (finder * (count // len(finder) + 1))[:count],
        "ramp": bytes(i * 255 // count for i in range(count)),
        "checks": bytes(255 * ((i % width // 3 + i // width // 3) & 1) for i in range(count)),
    }


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 300), (300, 2), (20, 20), (21, 21), (22, 640), (160, 120), (641, 479)]
)
def test_frames_without_a_symbol(mp, size):
    for frame in _hostile(*size).values():
        assert _decode(mp, Image.frombytes("L", size, frame)) == ()


def test_a_large_frame_of_noise_ends_in_time(mp64):
    for frame in _hostile(1600, 1200).values():
        assert _decode(mp64, Image.frombytes("L", (1600, 1200), frame), timeout=20) == ()


def test_a_field_of_finders_ends_in_time(mp64):
    """Every three of them could be a symbol: the number of tries is what must have a limit."""
    finder = Image.new("L", (9, 9), 255)
    finder.paste(0, (1, 1, 8, 8))
    finder.paste(255, (2, 2, 7, 7))
    finder.paste(0, (3, 3, 6, 6))
    finder = finder.resize((27, 27), Image.Resampling.NEAREST)
    field = Image.new("L", (640, 480), 255)
    for y in range(0, 480, 40):
        for x in range(0, 640, 40):
            field.paste(finder, (x + (y // 40 & 3), y))
    assert _decode(mp64, field, timeout=20) == ()


def test_a_frame_shorter_than_it_says_is_refused(mp):
    from harness.interpreter import DeviceError

    with pytest.raises(DeviceError) as caught:
        mp.run(DECODE, space="decoder", frame=bytes(640 * 480 - 1), width=640, height=480)
    assert caught.value.kind == "ValueError"


def test_stages_are_timed_with_a_clock(mp):
    code = frames.symbol("CLOCK", version=4, error="M")
    image = frames.frame([(code, frames.corners(200, (160, 120)))], (320, 240))
    source = """
from scanner.vision.decoder import Decoder
now = 0
def clock():
    global now
    now += 7
    return now
decoder = Decoder(320, 240, clock)
found = decoder.decode(frame, 320, 240)
result = [len(found), decoder.stage_us]
"""
    count, stages = mp.run(source, space="clock", frame=image.tobytes())
    assert count == 1
    assert len(stages) == 3 and all(stage > 0 and stage % 7 == 0 for stage in stages)


def test_finders_seen_are_counted_even_where_nothing_is_read(mp):
    """A code with its data covered: someone holds it up, but a steadier hand is wanted, or a whole code."""
    code = frames.symbol("COVERED", version=4, error="L")
    image = frames.frame([(code, frames.corners(41 * 6, (320, 240)))])
    image.paste(230, (268, 141, 372, 339))
    source = DECODE + "result = [len(result), decoder.seen]"
    names = {"width": 640, "height": 480, "space": "decoder"}
    found, seen = mp.run(source, frame=image.tobytes(), **names)
    assert found == 0
    assert seen >= 3
    assert mp.run(source, frame=Image.new("L", (640, 480), 200).tobytes(), **names) == [0, 0]


REMAINS = """
import sys
from array import array
from scanner.vision.decoder import Decoder
decoder = Decoder(640, 480)
read = [symbol.payload for symbol in decoder.decode(frame, 640, 480)]

def buffers(name, thing, depth=0):
    if isinstance(thing, (bytearray, array)):
        yield name, sum(1 for v in thing if v)
    elif hasattr(thing, "__dict__") and depth < 4:
        for key, value in thing.__dict__.items():
            if type(value) != type(sys) and not isinstance(value, type):
                yield from buffers(name + "." + key, value, depth + 1)

def remains():
    found = dict(buffers("decoder", decoder))
    for name, module in sys.modules.items():
        if name.startswith("scanner.vision."):
            found.update(buffers(name, module))
    return found

before = remains()
frame = None
decoder.forget()
result = [read, before, remains()]
"""


def test_a_forgotten_code_is_in_no_buffer(mp):
    """Every buffer that can be reached from the decoder or from its modules, tables and geometry aside."""
    code = frames.symbol("HC1:" + "SECRET" * 40, version=12, error="M")
    image = frames.frame(
        [(code, frames.corners(400, (320, 240), 9))], black=70, white=170, noise=22, blur=0.8
    )
    read, before, after = mp.run(REMAINS, space="remains", frame=image.tobytes())
    assert read == [b"HC1:" + b"SECRET" * 40]
    tables = (
        ".EXP",
        ".TIMES",
        ".LOG",
        "format._words",
        "._masks",
        "._plan",
        "._centres",
        "._verdicts",
        "._levels",
    )
    places = (
        "_mesh.",
        "_drift.",
        "._geometry",
        "._size",
        "._place",
        "._best",
        "._how",
        "._weights",
        "probe._edges",
        "probe.out",
        "_grouping.",
        ".places",
    )
    left = {name: count for name, count in after.items() if count}
    assert [name for name in left if not any(known in name for known in tables + places)] == []
    # The walk has seen the buffers that matter, and they did hold something.
    for name in ("_room._bytes", "thresholds.at", "codewords._done", "symbol._ranks"):
        assert sum(count for seen, count in before.items() if seen.endswith(name)) > 0, name
